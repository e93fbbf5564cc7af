"""An enterprise's screens of pre-shipment inspection, for the menu.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.systems import ENTERPRISE, OPERATOR, Entry

_HERE = "terminals.tui.inspection"
_OWN = frozenset({ENTERPRISE, OPERATOR})

ENTERPRISES: tuple[Entry, ...] = (
    Entry(
        "inspection.entrustments", Words("业务委托", "Entrustments"), f"{_HERE}.entrusting:EntrustmentList",
        _OWN, "alt+1",
    ),
    Entry(
        "inspection.entrust", Words("新增委托", "New entrustment"), f"{_HERE}.entrusting:EntrustmentEntry",
        _OWN, "alt+2", codes=("PSI131",),
    ),
    Entry(
        "inspection.case", Words("查看", "Case"), f"{_HERE}.case:InspectionCase", _OWN, single=False,
        listed=False,
    ),
)  # fmt: skip
