"""What an officer is told while a request is filled in, and what is another country's."""

from __future__ import annotations

from typing import Any

import pytest

from messages.assistance import SYSTEM
from messages.forms import form
from messages.lookups import ASKER, HOLDER, ROLE, TODAY
from messages.system import CUSTOMS
from messages.workflow import Actor
from tests.messages.assistance.world import DESK, OFFICER, OTHER, World


def ask(world: World, name: str, actor: Actor, **key: str) -> Any:
    """What a lookup tells an actor."""
    lookup = SYSTEM.lookups[name]
    assert set(key) == set(lookup.by)
    assert lookup.of_asker
    asked = {**key, ASKER: actor.party, ROLE: actor.role, HOLDER: actor.holder, TODAY: "20261120"}
    return lookup.values(asked, {fact: world.fact(fact) for fact in lookup.facts(asked)})


@pytest.fixture
def world() -> World:
    """KOR and THA (ASEAN), agreements with both."""
    world = World()
    world.agreement(agreementNo="KOR-2", validTo="20301231")
    world.agreement(country="ASEAN", agreementNo="ASEAN-1")
    return world


def test_a_new_request_is_prefilled_from_the_account(world: World) -> None:
    """国家, 部门, 发函人 and 邮箱; the sender's name alone where customs has filed nothing."""
    assert ask(world, "office", OFFICER) == {
        "country": "KOR", "reqDept": "Investigation", "reqSender": "A. Moreau", "reqMail": "office@b.example",
    }  # fmt: skip
    assert ask(World(filed=False), "office", OFFICER) == {"reqSender": "A. Moreau"}


def test_a_countrys_agreements_are_told_the_first_is_suggested(world: World) -> None:
    """更换协议 picks another out of the list."""
    found = ask(world, "agreement", OFFICER, country="KOR")
    assert (found["agreementNo"], found["agreementName"]) == ("KOR-1", "协定 / Agreement")
    assert [each["agreementNo"] for each in found["Agreement"]] == ["KOR-1", "KOR-2"]
    assert found["Agreement"][1]["validTo"] == "20301231"
    world.agreement(appType="2", nameEn="Agreement of 2014")
    assert ask(world, "agreement", OFFICER, country="KOR")["agreementName"] == "协定 / Agreement of 2014"


def test_a_request_is_offered_no_country_that_it_could_not_name(world: World) -> None:
    """An officer: the own one and its unions; customs: those whose customs is filed; others none."""
    assert ask(world, "countries", OFFICER) == {
        "Country": [{"country": "KOR", "name": "韩国 Korea, Republic"}]
    }
    assert [each["country"] for each in ask(world, "countries", OTHER)["Country"]] == ["ASEAN", "THA"]
    assert [each["country"] for each in ask(world, "countries", DESK)["Country"]] == ["KOR", "THA"]
    assert ask(World(filed=False), "countries", OFFICER) == {"Country": []}


def test_agreements_that_are_over_or_to_come_are_not_suggested(world: World) -> None:
    """A request could not name them today; their last and first days count."""
    world.agreement(appType="2", validTo="20261119")
    world.agreement(agreementNo="KOR-3", validFrom="20261121")
    world.agreement(agreementNo="KOR-4", validFrom="20261120", validTo="20261120")
    found = ask(world, "agreement", OFFICER, country="KOR")
    assert [each["agreementNo"] for each in found["Agreement"]] == ["KOR-2", "KOR-4"]


def test_another_countrys_agreements_are_not_told(world: World) -> None:
    """The own country and its unions only; customs is told of all."""
    assert ask(world, "agreement", OFFICER, country="ASEAN") is None
    assert ask(world, "agreement", OTHER, country="KOR") is None
    assert ask(world, "agreement", OTHER, country="ASEAN")["agreementNo"] == "ASEAN-1"
    assert ask(world, "agreement", DESK, country="KOR")["agreementNo"] == "KOR-1"
    assert ask(world, "agreement", DESK, country="JPN") is None


def test_customs_reads_its_registers_whole(world: World) -> None:
    """外方海关 by country, 协议 by country and number, those that are over too; nobody's dxpId."""
    for name in ("offices", "agreements"):
        assert SYSTEM.lookups[name].roles == {CUSTOMS}

    def told(name: str) -> Any:
        lookup = SYSTEM.lookups[name]
        return lookup.values({}, {fact: world.fact(fact) for fact in lookup.facts({})})

    world.agreement(appType="2", validTo="20261119")
    offices = told("offices")["Office"]
    assert [each["country"] for each in offices] == ["KOR", "THA"]
    assert not any("dxpId" in each for each in offices)
    numbers = [each["agreementNo"] for each in told("agreements")["Agreement"]]
    assert numbers == ["ASEAN-1", "KOR-1", "KOR-2"]


@pytest.mark.parametrize("code", [kind.code for kind in SYSTEM.types])
def test_what_the_schemas_look_up_and_prefill_is_in_the_table(code: str) -> None:
    """By name and keys; a prefill has no key; what is filled in are the form's fields."""
    fields = {each.name: each for each in form(code).node.walk()}
    for each in fields.values():
        lookup = each.hints.lookup
        if lookup is not None:
            assert SYSTEM.lookups[lookup.name].by == lookup.by
            assert {*lookup.by, *lookup.locks, *lookup.suggests} <= set(fields)
        if each.hints.prefill not in (None, "today"):
            assert SYSTEM.lookups[str(each.hints.prefill)].by == ()
