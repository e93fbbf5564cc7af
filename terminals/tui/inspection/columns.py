"""What the lists of pre-shipment inspection have in common: the codes of one column, the form of most.

Knows the schema's values; refuses to know who looks.
"""

from __future__ import annotations

from typing import ClassVar

from messages.annotations import Words
from messages.codes import Code
from terminals.tui.meanings import MeaningList

PURPOSES = tuple(
    Code(code, words)
    for code, words in (
        ("1", Words("自用", "own use")),
        ("2", Words("销售", "sale")),
        ("3", Words("租赁", "lease")),
        ("4", Words("维修", "repair")),
        ("5", Words("再制造", "remanufacture")),
        ("9", Words("其他", "other")),
    )
)
"""产品用途, as the schema has them: a screen is searched before any schema is read."""


class InspectionList(MeaningList):
    """A list whose codes are those of an entrustment, if it says nothing else."""

    FORM: ClassVar[str] = "PSI131"
