"""Days and times as people write them: 2026-11-21 08:30, 2026/11/21, 20261121 0830; and as they read them.

Knows the schemas' types of a day and of a time, yyyyMMdd and yyyyMMddHHmmss; refuses to judge whether there
is such a day.
"""

from __future__ import annotations

import re

DAY = "Date"
MOMENT = "Second"
"""The types' names: a day, and a time in China to the second."""
_DAY = re.compile(r"([0-9]{4})([-/.]?)([0-9]{1,2})\2([0-9]{1,2})")
_CHINESE = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日?")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?|([0-9]{2})([0-9]{2})([0-9]{2})?")
_BETWEEN = re.compile(r"[ \t\u3000T]+")
_WIDE = str.maketrans("０１２３４５６７８９：－／．", "0123456789:-/.")
_COMPACT_DAY, _COMPACT_MINUTE = 8, 12  # digits


def spelled(type_name: str, text: str) -> str:
    """`text` as a field of this type holds it; the text itself where it is of another type, or means nothing.

    Without seconds they are 00; a time is never made of a day alone.
    """
    if type_name not in (DAY, MOMENT):
        return text
    plain = text.translate(_WIDE).strip()
    if type_name == DAY:
        return _day(plain) or text
    if plain.isdigit():
        return f"{plain}00" if len(plain) == _COMPACT_MINUTE else text
    parts = _BETWEEN.split(plain)
    if len(parts) == 1 and "日" in plain:
        day, _, rest = plain.partition("日")
        parts = [day, rest]
    if len(parts) != 2:
        return text
    day, clock = _day(parts[0]), _clock(parts[1])
    return f"{day}{clock}" if day and clock else text


def readable(type_name: str, value: str) -> str:
    """A time as people read it, 2026-11-21 08:30:00; '' for whatever is none."""
    if type_name != MOMENT or len(value) != 14 or not value.isdigit():
        return ""
    day, clock = value[:8], value[8:]
    return f"{day[:4]}-{day[4:6]}-{day[6:]} {clock[:2]}:{clock[2:4]}:{clock[4:]}"


def _day(text: str) -> str:
    found = _CHINESE.fullmatch(text)
    if found is not None:
        year, month, day = found.groups()
    else:
        found = _DAY.fullmatch(text)
        if found is None or (not found[2] and len(text) != _COMPACT_DAY):
            return ""
        year, month, day = found[1], found[3], found[4]
    return f"{year}{int(month):02}{int(day):02}"


def _clock(text: str) -> str:
    found = _TIME.fullmatch(text)
    if found is None:
        return ""
    hour, minute, second = found[1] or found[4], found[2] or found[5], found[3] or found[6] or "00"
    return f"{int(hour):02}{minute}{second}"
