"""What is said of a field."""

from __future__ import annotations

from messages.annotations import Hints, Words
from messages.forms import Field
from terminals.tui.helping import line


def named(zh: str, en: str) -> Field:
    """A field of a telephone number, without a help of its own."""
    kind = Words("电话：5 至 20 位数字", "telephone: 5 to 20 digits")
    return Field("phone", "Node/phone", Words(zh, en), Words(), Hints(), type_words=kind)


def test_the_help_line_says_a_field_s_name_once() -> None:
    """A type's own words begin with the name, too, which stays where the field is called otherwise."""
    assert line(named("电话", "Telephone")) == Words("电话：5 至 20 位数字", "Telephone: 5 to 20 digits")
    assert line(named("联系人电话", "Contact's telephone")) == Words(
        "联系人电话：5 至 20 位数字", "Contact's telephone: 5 to 20 digits"
    )
    other = line(named("号码", "Number"))
    assert other == Words("号码：电话：5 至 20 位数字", "Number: telephone: 5 to 20 digits")
