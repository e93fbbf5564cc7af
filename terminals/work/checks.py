"""What may stand against sending a form, and how the manual says it (录入、暂存及申报时逻辑校验).

Knows purposes, kinds of problems and the message made of them; refuses to know how they are found.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from messages.annotations import Words
from terminals.work.rows import Place


class Purpose(StrEnum):
    """What a form is sent for."""

    SAVE = "save"  # 暂存
    DECLARE = "declare"  # 申报
    DELETE = "delete"  # 删除


class Fault(StrEnum):
    """The kinds of problems."""

    FORMAT = "format"  # 字段格式不正确
    MISSING = "missing"  # 不能为空
    UNKNOWN = "unknown"  # looked up and not found
    UNCHECKED = "unchecked"  # to be looked up, and not answered yet
    REFUSED = "refused"  # the gateway said so


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that stands against sending: where, of which kind, and what exactly."""

    place: Place
    fault: Fault
    words: Words  # the reason, as the help line shows it


@dataclass(frozen=True, slots=True)
class Verdict:
    """The message to show, and the field to put the cursor on."""

    words: Words
    place: Place
