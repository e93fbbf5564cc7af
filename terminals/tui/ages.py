"""How long something has waited (已等待): in words, and marked from when that is long.

Knows spans of time; refuses to know what waits.
"""

from __future__ import annotations

from datetime import timedelta

LONG, VERY_LONG = timedelta(days=3), timedelta(days=7)
"""From when what waits is marked, by ! and by !!."""
_MARKS = {"bad": "!! ", "warn": "! "}


def waited(age: timedelta, language: str) -> str:
    """How long something has waited, in days and hours, or hours and minutes."""
    age = max(age, timedelta())
    hours, minutes = divmod(int(age.total_seconds()) // 60, 60)
    if hours < 24:
        return f"{hours}:{minutes:02}"
    days, hours = divmod(hours, 24)
    return f"{days}天{hours}时" if language == "zh" else f"{days}d {hours}h"


def tone(age: timedelta) -> str:
    """How what has waited so long is coloured."""
    return "bad" if age >= VERY_LONG else "warn" if age >= LONG else ""


def marked(age: timedelta, language: str) -> str:
    """How long it has waited, with a mark where that is long."""
    return f"{_MARKS.get(tone(age), '')}{waited(age, language)}"
