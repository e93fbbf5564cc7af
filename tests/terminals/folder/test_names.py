"""Names of files that are made from others."""

from __future__ import annotations

import hashlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminals.folder import names

WHEN = "20261121204512123"
ANY = st.binary(min_size=1, max_size=255).filter(lambda raw: b"/" not in raw and b"\0" not in raw)


@given(ANY, ANY)
def test_every_name_fits_and_two_stay_two(one: bytes, other: bytes) -> None:
    """Whatever bytes a name is of, what is made of it fits into a directory; names differ as theirs do."""
    first, second = os.fsdecode(one), os.fsdecode(other)
    for make in (
        lambda name: names.result("Successed", name, WHEN),
        lambda name: names.numbered(name, WHEN, 3),
        names.with_reason,
    ):
        made = [os.fsencode(make(name)) for name in (first, second)]
        assert all(0 < len(each) <= 255 for each in made)
        assert (made[0] == made[1]) == (one == other)
    assert len(os.fsencode(names.with_reason(first) + ".txt")) <= 255
    assert len(os.fsencode(names.numbered(first, WHEN, 3) + ".txt")) <= 255


def test_a_long_chinese_name_is_cut_between_characters() -> None:
    """What is left of it can be read."""
    made = names.result("Successed", "报" * 84 + ".xml", WHEN)
    assert made.startswith("Successed_报报报")
    assert made.isprintable()


def test_an_id_that_is_no_id_makes_no_path() -> None:
    """An envelope's number is nobody's word: one with a slash gives way to the document's digest."""
    assert names.arrived("Receipt", ("BVS112", "120"), "../../etc", b"raw").count("/") == 0
    assert names.arrived("Receipt", ("BVS112", "120"), "A-1", b"raw") == "Receipt_BVS112_120_A-1.xml"


def test_a_name_that_is_no_utf_8_can_be_shown() -> None:
    """In a log or on a terminal it moves no cursor."""
    assert names.shown(os.fsdecode(b"\xb1\xa8\x1b[2J.xml")) == "\\xb1\\xa8\\x1b[2J.xml"


@pytest.mark.parametrize("word", ["../../x", "", "/etc", "a" * 300, "订\n单"])
def test_a_word_that_nobody_has_proven_leads_nowhere(word: str) -> None:
    """It is left out; what is in the document tells it from others then."""
    found = names.arrived("Unproven", (word, "DXP1"), "id", b"raw")
    assert found == f"Unproven_DXP1_{hashlib.sha256(b'raw').hexdigest()}.xml"
