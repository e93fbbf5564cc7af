"""The samples of pre-shipment inspection: what each of them says comes of it, one after the other."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from messages.inspection import SYSTEM
from messages.inspection.events import AGENCIES
from messages.inspection.events import DESK as OF_CUSTOMS
from messages.system import content
from messages.workflow import File
from tests.messages.inspection.world import AGENCY, DESK, ENTERPRISE, TYPES, World

SAMPLES = Path(__file__).parents[2] / "samples"
FOLDER = SAMPLES / "inspection"
FILED, SENT, TAKEN = ["PSI111", "PSI121-accept"], "PSI131", "PSI141-accept"
CHECK, RECTIFY = "PSI161-documents", "PSI191-rectify"
BEFORE = {  # sample -> what comes before it, of which the last is about the same case
    "PSI111-change": ["PSI111-draft"], "PSI111-delete": ["PSI111-draft"], "PSI121-accept": ["PSI111"],
    "PSI121-refuse": ["PSI111"], "PSI121-supplement": ["PSI111"], "PSI131": FILED,
    "PSI131-change": [*FILED, "PSI131-draft"], "PSI131-delete": ["PSI131-draft"],
    "PSI141-accept": [*FILED, SENT], "PSI141-return": [*FILED, SENT], "PSI151": [*FILED, SENT, TAKEN],
    "PSI171": [CHECK], "PSI181-pass": [CHECK, "PSI171"], "PSI181-supplement": [CHECK, "PSI171"],
    "PSI191": FILED, "PSI191-timed": FILED, "PSI191-revoke": FILED, RECTIFY: FILED,
    "PSI191-lift": [*FILED, "PSI191"],
    "PSI191-refused": FILED, "PSI211": ["PSI201"], "PSI211-draft": ["PSI201"],
    "PSI221-withdraw": ["PSI221"],
}  # fmt: skip
NAMES = sorted(path.stem for path in FOLDER.glob("*.xml"))


def told() -> dict[str, list[int]]:
    """What the README says of the receipts of each sample's sender."""
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| inspection/(\S+)\.xml \|.*\| ([^|;]*)[^|]* \|$", readme, re.MULTILINE)
    return {name: [int(each.replace("−", "-")) for each in re.findall(r"−?\d+", said)] for name, said in rows}


def nodes(sample: str) -> list[dict[str, Any]]:
    """The sample's business nodes as the workflow gets them, guid and time left to the world."""
    kind = TYPES[sample[:6]]
    root = etree.parse(FOLDER / f"{sample}.xml").getroot()
    found = [content(node, kind.lists) for node in root.iterfind(f"{{{SYSTEM.namespace}}}{kind.node}")]
    return [{name: node[name] for name in node if name not in ("guid", "appTime")} for node in found]


def send(world: World, sample: str) -> list[int]:
    """All nodes of a sample, about the newest cases, and what is due then; its sender's statuses."""
    senders = TYPES[sample[:6]].senders
    actor = AGENCY if senders == AGENCIES else DESK if senders == OF_CUSTOMS else ENTERPRISE
    statuses = []
    for node in nodes(sample):
        if "caseNo" in node:
            node["caseNo"] = world.last().number
        statuses += world.send(sample[:6], node, actor)
    before = len(world.receipts)
    world.pass_to(1)
    return statuses + [issue.status for issue in world.receipts[before:] if issue.to == actor.party]


@pytest.fixture
def world() -> World:
    """Nobody is filed; the samples' files have been sent."""
    world = World(filed=False)
    for path in FOLDER.glob("*.pdf"):
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        world.files[digest] = File(digest, len(data), "application/pdf", path.name)
    return world


@pytest.mark.parametrize("sample", NAMES)
def test_a_sample_does_what_the_readme_says(world: World, sample: str) -> None:
    """Its nodes have receipts of the statuses that stand in its row, in that order."""
    for before in BEFORE.get(sample, []):
        assert all(status > 0 for status in send(world, before)), world.told
    assert list(dict.fromkeys(send(world, sample))) == told()[sample], world.told


def test_every_sample_has_its_row() -> None:
    """And every type at least one sample."""
    assert sorted(told()) == NAMES
    assert {name[:6] for name in NAMES} == set(TYPES)
