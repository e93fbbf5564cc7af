"""What there is at a gateway before the walk: a book, and stocktakes in several states.

The same every time but for what the gateway gives: case numbers, times, today's date.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from terminals.work.checks import Purpose
from terminals.work.model import FormModel
from tests.scenarios.house import Desk, House
from tests.terminals.work.desks import PATIENCE, Seat, seated
from tests.terminals.work.forms import empty, type_in

CLOCK = datetime(2024, 9, 17, 0, 30, tzinfo=UTC)
"""What the terminals' clocks say: half past eight in the morning in China."""

BOOK = "E22016000001"
HEAD = {
    "etpsCode": "3122260001", "etpsName": "浦东演示进出口有限公司", "stockDate": "20240916", "mgmtMode": "3",
    "legalPerson": "沈嘉禾", "regName": "浦东演示进出口有限公司",
    "regAddr": "上海市浦东新区外高桥保税区日京路35号",
    "etpsTel": "021-58880010", "contactTel": "021-58880012", "etpsNature": "4", "contact": "陆知秋",
    "investCountry": "JPN", "note": "季度盘点",
}  # fmt: skip
LINES = (
    {"recordNo": "1", "codeTs": "8542390000", "gName": "集成电路", "gModel": "QFN-48", "unit": "007",
     "stockQty": "12500", "onlineQty": "830", "transferInQty": "1200", "productQty": "260",
     "outsourceQty": "0", "scrapQty": "14", "transitQty": "3000"},
    {"recordNo": "2", "codeTs": "7409210000", "gName": "黄铜板", "gModel": "0.8mm", "unit": "035",
     "stockQty": "3180.5", "onlineQty": "142.25", "transferInQty": "0", "productQty": "96.75",
     "transitQty": "500"},
    {"recordNo": "3", "codeTs": "3920620000", "gName": "聚酯薄膜", "gModel": "0.05mm×1m", "unit": "035",
     "stockQty": "415.125", "onlineQty": "20", "transferInQty": "0", "productQty": "11.5"},
    {"recordNo": "4", "codeTs": "8534001000", "gName": "四层印刷电路板", "unit": "017",
     "stockQty": "9600", "onlineQty": "400", "transferInQty": "2000", "productQty": "1150"},
)  # fmt: skip
OFF = ("17804", "4180.5", "440.125", "13150")
"""Totals that somebody typed over: the second is off by a lot, the third by a little."""


def typed(model: FormModel, number: str, *, lines: int = len(LINES), off: bool = False) -> FormModel:
    """The stocktake on a form, as if somebody had typed it."""
    type_in(model, model.head, {"etpsInnerNo": number, **HEAD})
    for line, total in zip(LINES[:lines], OFF, strict=False):
        row = model.add("Line")
        type_in(model, row, line)
        if off:
            model.set(row, "totalQty", total)
    return model


def tell(house: House, state: Path) -> list[str]:
    """Let it happen; the case numbers, in the order of their being given."""
    customs = Desk(house, house.person("customs"))
    assert customs.send(customs.person.envelope(customs.person.signed("bonded/BVS131.xml"))).code == "0000"
    customs.until(2)
    with seated(house, state) as seat:
        stored = _sent(seat, "PD20240916A", 120, off=True)
        approved = _sent(seat, "PD20240916B", 120)
        refused = _sent(seat, "PD20240916C", 120, off=True)
        draft = _sent(seat, "PD20240916D", 1, Purpose.SAVE)
        for case, file in ((approved, "BVS121-approve"), (refused, "BVS121-refuse")):
            review = customs.person.signed(f"bonded/{file}.xml", caseNo=case)
            assert customs.send(customs.person.envelope(review)).code == "0000"
            _until(seat, case, 3)
        seat.ladders.look()
    return [stored, approved, refused, draft]


def _sent(
    seat: Seat, number: str, last: int, purpose: Purpose = Purpose.DECLARE, *, off: bool = False
) -> str:
    """Send one, and wait for a receipt of this status; its case number."""
    model = typed(empty(), number, off=off)
    answer = seat.sending.send([seat.sending.piece(model, purpose)])
    assert answer.accepted, answer
    while True:
        for ladder in seat.ladders.all():
            if ladder.cop_msg_id == answer.cop_msg_id and last in [step.status for step in ladder.steps]:
                return ladder.case
        seat.events.get(timeout=PATIENCE)


def _until(seat: Seat, case: str, steps: int) -> None:
    """Wait until a case's ladder has so many steps."""
    while not any(ladder.case == case and len(ladder.steps) >= steps for ladder in seat.ladders.all()):
        seat.events.get(timeout=PATIENCE)
