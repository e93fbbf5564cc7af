"""How a field stands (录入框状态): required, optional, locked, wrong or hidden, and in which words.

Knows the kinds and the sentences; refuses to know colours, and how a model decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from messages.annotations import Words

SILENT = Words()


class Kind(StrEnum):
    """What a field's box looks like. A field that has the focus is shown as current whatever it is."""

    REQUIRED = "required"  # 必填项: light red
    OPTIONAL = "optional"  # 非必填项: light blue
    LOCKED = "locked"  # 系统返填, or pulled from what customs holds: grey
    WRONG = "wrong"  # red, with words
    HIDDEN = "hidden"  # not of this form now


@dataclass(frozen=True, slots=True)
class Standing:
    """How one field stands now. A wrong field may be required, or locked, all the same."""

    kind: Kind
    required: bool = False
    locked: bool = False  # no input
    words: Words = SILENT  # why it is wrong, for the help line; empty otherwise
    waits: bool = False  # it is to be looked up and was not yet
