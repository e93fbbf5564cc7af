"""What is said of a field."""

from __future__ import annotations

from messages.annotations import Hints, Words
from messages.forms import Choice, Field
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


def test_the_help_line_never_says_just_a_name_where_there_is_more_to_say() -> None:
    """Of a code how it is chosen, of a text how long it may be."""
    kind = Words("报关单类型", "kind of declaration")
    codes = (Choice("0", Words("一般", "ordinary")),)
    silent, hints = Words(), Hints()
    coded = Field("k", "N/k", Words("报关单类型", "Kind"), silent, hints, type_words=kind, choices=codes)
    assert line(coded).zh == "报关单类型：按空格键打开代码表。"
    assert line(Field("t", "N/t", Words("航次号", "Voyage"), silent, hints, max_length=32)) == Words(
        "航次号：最多 32 个字符。", "Voyage: Characters: at most 32."
    )
