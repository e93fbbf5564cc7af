"""The samples of smart-assisted declaration: what each of them says comes of it, one after the other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from messages.declaration import SYSTEM
from messages.declaration.events import CARRIER as CARRIER_ROLE
from messages.declaration.events import ENTERPRISES
from messages.system import content
from tests.messages.declaration.world import CARRIER, DESK, LEGAL, World

SAMPLES = Path(__file__).parents[2] / "samples"
FOLDER = SAMPLES / "declaration"
TYPES = {kind.code: kind for kind in SYSTEM.types}
TARIFF = ["DEC201", "DEC211"]
BEFORE = {  # sample -> what comes before it
    "DEC111-change": ["DEC111-draft"], "DEC111-delete": ["DEC111-draft"], "DEC111-marked": ["DEC131"],
    "DEC111-self": ["DEC131"], "DEC121-conclude": ["DEC111"], "DEC121-return": ["DEC111"],
    "DEC141": ["DEC131"], "DEC141-strict": ["DEC131"], "DEC141-delete": ["DEC131", "DEC141"],
    "DEC151-mark": ["DEC131", "DEC111-draft"], "DEC151-cancel": ["DEC131", "DEC111-marked"],
    "DEC151-continue": ["DEC131", "DEC221", "DEC141", "DEC111-car", "DEC161-start"],
    "DEC161-start": ["DEC131", "DEC141"], "DEC161-stop": ["DEC131", "DEC141", "DEC161-start"],
    "DEC171-delete": ["DEC171"], "DEC191-taxes": [*TARIFF, "DEC131", "DEC111-self"],
    "DEC191-reminders": ["DEC111-draft"], "DEC191-agreement": ["DEC111-draft"],
}  # fmt: skip
NAMES = sorted(path.stem for path in FOLDER.glob("*.xml"))


def told() -> dict[str, list[int]]:
    """What the README says of the receipts of each sample's sender."""
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| declaration/(\S+)\.xml \|.*\| ([^|;]*)[^|]* \|$", readme, re.MULTILINE)
    return {name: [int(each.replace("−", "-")) for each in re.findall(r"−?\d+", said)] for name, said in rows}


def nodes(sample: str) -> list[dict[str, Any]]:
    """The sample's business nodes as the workflow gets them, guid and time left to the world."""
    kind = TYPES[sample[:6]]
    root = etree.parse(FOLDER / f"{sample}.xml").getroot()
    found = [content(node, kind.lists) for node in root.iterfind(f"{{{SYSTEM.namespace}}}{kind.node}")]
    return [{name: node[name] for name in node if name not in ("guid", "appTime")} for node in found]


def about(world: World, code: str, node: dict[str, Any]) -> dict[str, Any]:
    """The node about what is newest there."""
    if "caseNo" in node:
        node["caseNo"] = world.newest({"DEC141": "R", "DEC161": "X"}.get(code, "IE"))
    draft = world.cases[world.newest("IE")].body["draft"] if code in ("DEC151", "DEC191") else {}
    if code == "DEC191":
        node["draftDigest"] = draft["digest"]
    for line in node.get("Draft", ()):
        line["caseNo"] = world.newest("IE")
        if "draftGuid" in line:
            line |= {"draftGuid": draft["guid"], "draftDigest": draft["digest"]}
    for line in node.get("ChosenRule", ()):
        line["ruleNo"] = world.newest("R")
    return node


def send(world: World, sample: str) -> list[int]:
    """All nodes of a sample and what follows at once; its sender's statuses."""
    code = sample[:6]
    if sample == "DEC111-car":  # what the sample of a check refuses
        number = world.draft(
            smartMark="1", Goods=[{**nodes("DEC111-marked")[0]["Goods"][0], "codeTs": "8703234101"}]
        )
        return [1] if number else []
    roles = TYPES[code].senders.roles
    actor = LEGAL if roles == ENTERPRISES else CARRIER if CARRIER_ROLE in roles else DESK
    before, statuses = len(world.receipts), []
    for node in nodes(sample):
        statuses += world.send(code, about(world, code, node), actor)
    if statuses and statuses[0] < 0:
        return statuses
    world.go_on()
    return [issue.status for issue in world.receipts[before:] if issue.to == actor.party]


@pytest.mark.parametrize("sample", NAMES)
def test_a_sample_does_what_the_readme_says(sample: str) -> None:
    """Its nodes have receipts of the statuses that stand in its row, in that order."""
    world = World(enabled=False)
    for before in BEFORE.get(sample, []):
        assert all(status > 0 for status in send(world, before)), world.told
    assert list(dict.fromkeys(send(world, sample))) == told()[sample], world.told


def test_every_sample_has_its_row() -> None:
    """And every type at least one sample."""
    assert sorted(told()) == NAMES
    assert {name[:6] for name in NAMES} == set(TYPES)
