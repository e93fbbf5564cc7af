"""The samples do in memory what their page says: filed, declared, decided, as they are."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from messages.enterprise import SYSTEM
from messages.system import content
from messages.workflow import Actor, File, Party
from tests.messages.enterprise.world import DESK, OTHER, TRADER, World
from tests.messages.test_schemas import ALL_SAMPLES

BROKER = Actor("DXPAGE0000000001", "1100980001", "演示报关代理有限公司", "agency", "孙理", "operator")
ACTORS = {each.cop_code: each for each in (DESK, TRADER, OTHER, BROKER)}


class Samples(World):
    """With nothing but what the samples have sent."""

    def __init__(self) -> None:
        super().__init__()
        self.records.clear()
        self.parties = {
            each.cop_code: Party(each.party, each.cop_code, each.name, each.role) for each in ACTORS.values()
        }

    def sample(self, name: str, **changes: str) -> list[int]:
        """Send each node of a sample as its party, now; the statuses of its own receipts."""
        root = etree.parse(ALL_SAMPLES / "enterprise" / f"{name}.xml").getroot()
        kind = self.types[name[:6]]
        actor = ACTORS[str(root.findtext("{*}BaseTransfer/{*}copCode"))]
        found: list[int] = []
        for element in root.iterfind(f"{{{SYSTEM.namespace}}}{kind.node}"):
            node: dict[str, Any] = content(element, kind.lists)
            for file in node.get("Attachment", ()):
                self.files[file["digest"]] = File(file["digest"], int(file["size"]), file["mediaType"], "")
            del node["guid"], node["appTime"]
            found += self.send(kind.code, {**node, **changes}, actor)
        return found


@pytest.fixture
def world() -> Samples:
    """The registrations of ENT511 are filed."""
    world = Samples()
    assert world.sample("ENT511") == [120, 120, 120]
    return world


def number(world: World) -> str:
    """Of the newest case."""
    return world.last().number


def test_a_change_is_kept_corrected_declared_and_approved(world: Samples) -> None:
    """ENT111 with all three tables; the notice about 支付企业 comes with it."""
    assert world.sample("ENT111-draft") == [1]
    case = number(world)
    assert world.sample("ENT111-refused") == [-111107]
    assert world.sample("ENT111-change", caseNo=case) == [300]
    assert "变更为支付企业" in world.told
    assert world.sample("ENT411-refuse", caseNo=case) == [100]
    assert world.sample("ENT111-change", caseNo=case) == [300]
    assert world.sample("ENT411-approve", caseNo=case) == [399]
    filed = world.filed("3122260001")
    assert [one["name"] for one in filed["Manager"]] == ["陈立", "周敏", "郑宁"]
    assert (filed["crossTypes"], filed["Broker"][0]["cancelled"]) == ("1 4", "1")


def test_a_draft_is_taken_back(world: Samples) -> None:
    """ENT111-delete."""
    world.sample("ENT111-draft")
    assert world.sample("ENT111-delete", caseNo=number(world)) == [1]


@pytest.mark.parametrize("name", ["ENT111", "ENT121", "ENT131", "ENT211", "ENT231", "ENT311"])
def test_each_application_is_taken_as_it_is(world: Samples, name: str) -> None:
    """And waits for customs."""
    assert world.sample(name) == [300], world.told


def test_an_extension_waits_for_its_window(world: Samples) -> None:
    """ENT221 is refused until the licence is about to end."""
    assert world.sample("ENT221") == [-221118]
    filed = world.filed("1100980001")
    world.send("ENT511", {**filed, "appType": "2", "validTo": "20270131", "appTime": "20261121000000"}, DESK)
    assert world.sample("ENT221") == [300]


def test_a_renewal_is_approved_up_to_a_day(world: Samples) -> None:
    """ENT411-extend."""
    world.sample("ENT121")
    assert world.sample("ENT411-extend", caseNo=number(world)) == [399]
    assert world.filed("4403160002")["validTo"] == "20991231"


def test_notices_and_consultations(world: Samples) -> None:
    """Published and withdrawn; asked, answered, asked again."""
    assert world.sample("ENT611") == [120, 120]
    assert {one.audience for one in world.bulletins.values()} == {
        "enterprise", "operator", "agency", TRADER.party,
    }  # fmt: skip
    assert world.sample("ENT611-withdraw", caseNo=number(world)) == [1]
    assert world.sample("ENT711") == [3]
    case = number(world)
    assert world.sample("ENT721", caseNo=case) == [899]
    assert world.sample("ENT711-again", caseNo=case) == [3]
