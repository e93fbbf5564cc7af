"""The boxes of a root."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminals.folder.places import SYSTEMS, inbox_of, only_one, open_boxes, parse_box
from terminals.trouble import Unusable


def test_a_new_root_has_a_box_for_each_system(tmp_path: Path) -> None:
    """Named by the letters of its types, each with its four folders."""
    boxes = open_boxes(tmp_path / "root", [])
    assert [box.name for box in boxes] == list(SYSTEMS)
    assert set(SYSTEMS) == {"BVS", "CMA", "ENT", "PSI", "DEC"}
    for box in boxes:
        assert all(each.is_dir() for each in (box.outbox, box.sentbox, box.failbox, box.inbox, box.sending))


def test_boxes_that_are_there_are_watched_too(tmp_path: Path) -> None:
    """Whatever has an OutBox; other folders of the root are nobody's business."""
    (tmp_path / "浦东" / "OutBox").mkdir(parents=True)
    (tmp_path / "backup").mkdir()
    (tmp_path / ".hidden" / "OutBox").mkdir(parents=True)
    assert [box.name for box in open_boxes(tmp_path, [("BVS", ())])] == ["BVS", "浦东"]


def test_a_box_s_receivers_are_given_with_it() -> None:
    """NAME:DXPID,DXPID; without them customs gets its files."""
    assert parse_box("ABC:DXPENT0000000002, DXPENT0000000003") == (
        "ABC", ("DXPENT0000000002", "DXPENT0000000003"),
    )  # fmt: skip
    assert parse_box("BVS") == ("BVS", ())


@pytest.mark.parametrize("name", ["", "..", ".eport", "a/b", "a\\b", "/etc", "a\nb", "a" * 65])
def test_a_name_that_leads_elsewhere_is_no_box(name: str) -> None:
    """No path, nothing hidden, nothing that moves a cursor."""
    with pytest.raises(Unusable):
        parse_box(name)


def test_what_comes_goes_to_the_box_that_its_type_begins_with(tmp_path: Path) -> None:
    """The longest name that fits; without any, a folder of the type's letters; and never out of the root."""
    boxes = open_boxes(tmp_path, [("BVS", ()), ("ABC", ()), ("ABC101", ())])
    found = {
        kind: inbox_of(tmp_path, boxes, kind).relative_to(tmp_path)
        for kind in ("BVS112", "ABC101", "ABC102", "XYZ900", "../../etc", "报文")
    }
    assert {kind: place.parts[0] for kind, place in found.items()} == {
        "BVS112": "BVS", "ABC101": "ABC101", "ABC102": "ABC", "XYZ900": "XYZ", "../../etc": "Others",
        "报文": "Others",
    }  # fmt: skip
    assert all(place.name == "InBox" and (tmp_path / place).is_dir() for place in found.values())


def test_a_file_in_the_way_of_a_folder_is_said(tmp_path: Path) -> None:
    """With its path and why."""
    (tmp_path / "BVS").write_text("a file")
    with pytest.raises(Unusable) as refused:
        open_boxes(tmp_path, [("BVS", ())])
    assert "BVS" in str(refused.value)


def test_a_root_whose_disk_is_not_mounted_is_not_made(tmp_path: Path) -> None:
    """Files put there would go nowhere: the parent of a root must be there already."""
    with pytest.raises(Unusable) as refused:
        open_boxes(tmp_path / "missing" / "root", [])
    assert "missing" in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_root_has_one_client(tmp_path: Path) -> None:
    """The lock goes with whoever holds it."""
    with only_one(tmp_path):
        with pytest.raises(Unusable) as refused, only_one(tmp_path):
            pass
        assert refused.value.key == "folder-taken"
    with only_one(tmp_path):
        pass
