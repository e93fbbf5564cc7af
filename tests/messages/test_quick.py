"""The quick yes of simple types is never more than xmlschema's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messages.forms import Field, own_forms

FIELDS = {
    f"{code}/{each.path}": each
    for code in own_forms().codes
    for each in own_forms().form(code).message.walk()
    if not each.is_group
}
QUICK = {path: each for path, each in FIELDS.items() if each._quick is not None}


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(QUICK)), st.data())
def test_what_gets_a_quick_yes_is_valid(path: str, data: st.DataObject) -> None:
    """Whatever it says yes to, xmlschema does as well; values of the type's own patterns and odd ones."""
    field = QUICK[path]
    value = data.draw(
        st.one_of(st.text("0123456789. \t\nAZaz备-", max_size=30), st.text(max_size=9), *own(field))
    )
    assert field._quick is not None
    if field._quick(value):
        assert field._type.is_valid(value)


def own(field: Field) -> list[st.SearchStrategy[str]]:
    """Values after the field's own patterns and choices."""
    found = [st.from_regex(regex, fullmatch=True) for regex in field.patterns[:1]]
    return found + ([st.sampled_from([each.value for each in field.choices])] if field.choices else [])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("BVS111/Stocktake/Line/stockQty", "123456789012.12345"), ("BVS111/Stocktake/note", "备注\n二"),
        ("BVS111/Stocktake/mgmtMode", "3"), ("BVS111/Stocktake/stockDate", "20240916"),
    ],
)  # fmt: skip
def test_ordinary_values_get_it(path: str, value: str) -> None:
    """The types that forms consist of are those that it is for."""
    quick = FIELDS[path]._quick
    assert quick is not None
    assert quick(value)


def test_other_types_are_left_to_xmlschema() -> None:
    """No quick yes where the rules are not known here, such as those of a time."""
    assert FIELDS["DxpMsg/TransInfo/CreatTime"]._quick is None
