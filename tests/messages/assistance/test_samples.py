"""The samples of mutual assistance: what each of them says comes of it, one after the other."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from messages.assistance import SYSTEM
from messages.assistance.events import OFFICERS
from messages.system import content
from messages.workflow import File
from tests.messages.assistance.world import DESK, OFFICER, TYPES, World

SAMPLES = Path(__file__).parents[2] / "samples"
FOLDER = SAMPLES / "assistance"
DRAFT, SENT, RETURNED, ANSWERED = "CMA111-draft", "CMA111", "CMA121-return", "CMA121-answer"
BEFORE = {  # sample -> what comes before it, of which the last is about the same case
    "CMA111-change": [DRAFT], "CMA111-delete": [DRAFT], "CMA111-batch": [DRAFT, DRAFT, DRAFT],
    "CMA121-answer": [SENT], "CMA121-return": [SENT], "CMA121-refused": [SENT], "CMA131": [SENT, ANSWERED],
    "CMA141-delete": ["CMA141-draft"], "CMA151": ["CMA141"], "CMA151-refused": ["CMA141"],
    "CMA161": ["CMA141", "CMA151"], "CMA171-withdraw": ["CMA171"],
}  # fmt: skip
NAMES = sorted(path.stem for path in FOLDER.glob("*.xml"))


def told() -> dict[str, list[int]]:
    """What the README says of the receipts of each sample's sender."""
    rows = re.findall(r"^\| assistance/(\S+)\.xml \|.*\| ([^|]*) \|$", _readme(), re.MULTILINE)
    return {name: [int(each.replace("−", "-")) for each in re.findall(r"−?\d+", said)] for name, said in rows}


def _readme() -> str:
    return (SAMPLES / "README.md").read_text(encoding="utf-8")


def nodes(sample: str) -> list[dict[str, Any]]:
    """The sample's business nodes as the workflow gets them, guid and time left to the world."""
    kind = TYPES[sample[:6]]
    root = etree.parse(FOLDER / f"{sample}.xml").getroot()
    found = [content(node, kind.lists) for node in root.iterfind(f"{{{SYSTEM.namespace}}}{kind.node}")]
    return [{name: node[name] for name in node if name not in ("guid", "appTime")} for node in found]


def send(world: World, sample: str) -> list[int]:
    """All nodes of a sample, about the newest cases; the statuses of its sender's receipts."""
    statuses = []
    actor = OFFICER if TYPES[sample[:6]].senders == OFFICERS else DESK
    cases = sorted(world.cases)
    for place, node in enumerate(nodes(sample)):
        if "caseNo" in node:
            node["caseNo"] = cases[place - len(nodes(sample))]
        statuses += world.send(sample[:6], node, actor)
    return statuses


@pytest.fixture
def world() -> World:
    """Countries and agreements as the samples file them, and the samples' files."""
    world = World(filed=False)
    for path in FOLDER.glob("*.pdf"):
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        world.files[digest] = File(digest, len(data), "application/pdf", path.name)
    send(world, "CMA191")
    send(world, "CMA181")
    return world


@pytest.mark.parametrize("sample", [name for name in NAMES if name not in ("CMA191", "CMA181")])
def test_a_sample_does_what_the_readme_says(world: World, sample: str) -> None:
    """Each of its nodes has a receipt of the status that stands in its row."""
    for before in BEFORE.get(sample, []):
        assert all(status > 0 for status in send(world, before))
    assert set(send(world, sample)) == set(told()[sample])


def test_countries_and_agreements_are_filed_by_their_samples() -> None:
    """120 for each node, in a gateway that has none."""
    world = World(filed=False)
    assert send(world, "CMA191") == [120, 120]
    assert send(world, "CMA181") == [120, 120]


def test_every_sample_has_its_row() -> None:
    """And every type at least one sample."""
    assert sorted(told()) == NAMES
    assert {name[:6] for name in NAMES} == set(TYPES)
