"""People who type a stocktake, each at an own pace, and how long every key takes to be seen.

Knows the fields' order and labels, from the form's schema, and what a key has to show: a letter the end of
what is typed, Enter the label of the next field. Keys are sent when they are due, whether or not the one
before is seen. Refuses to know how a screen is painted: text is searched for between the control sequences.
"""

from __future__ import annotations

import os
import random
import re
import select
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench.server import BenchError
from messages.forms import Field, form
from tests.terminals.host.house import Seat

CODE = "BVS111"
PACE = (0.15, 0.35)  # seconds from key to key: four a second
HEAD = {
    "etpsInnerNo": "PD2024", "etpsCode": "3122260001", "etpsName": "", "stockDate": "20240916",
    "mgmtMode": "3", "bookNo": "", "legalPerson": "Shen Jiahe", "regName": "Pudong Demo Trading",
    "regAddr": "35 Rijing Road", "investor": "", "etpsTel": "021-58880010", "contactTel": "021-58880012",
    "etpsNature": "4", "contact": "Lu Zhiqiu", "regCapital": "5000000", "plantSource": "",
    "investCountry": "JPN", "staffCount": "340", "equipSource": "", "bizScope": "boards",
    "note": "third quarter",
}  # fmt: skip
LINE = {
    "recordNo": "17", "codeTs": "8542390000", "gName": "Circuit board", "gModel": "QFN-48", "unit": "007",
    "stockQty": "12500", "onlineQty": "830", "transferInQty": "1200", "productQty": "260",
    "outsourceQty": "0", "scrapQty": "14.5", "transitQty": "3000", "totalQty": "",
}  # fmt: skip
_LABEL = 9  # letters of a label that stand on one line of even a narrow form
_TAIL = 3  # of what is typed
_PATIENCE = 10.0  # seconds for a key to be seen
_CONTROL = re.compile(rb"\x1b\[[0-9;?<>=]*[@-~]")


@dataclass(frozen=True, slots=True)
class Key:
    """One key, and the text that is on the screen when it was painted."""

    sent: bytes
    shown: bytes
    enter: bool


def stocktake(number: int) -> Iterator[Key]:
    """The keys of a head and of endless lines, from the first field on."""
    node = form(CODE).node
    (line,) = (each for each in node.children if each.is_group)
    yield from _row(node, HEAD | {"etpsInnerNo": f"PD2024{number:03}"}, _label(line, "recordNo"))
    while True:
        yield from _row(line, LINE, _label(line, "recordNo"))


def _row(group: Field, values: dict[str, str], after: str) -> Iterator[Key]:
    names = list(values)
    for name, following in zip(names, [*names[1:], ""], strict=True):
        text = values[name]
        for end in range(1, len(text) + 1):
            yield Key(text[end - 1].encode(), text[max(0, end - _TAIL) : end].encode(), enter=False)
        yield Key(b"\r", (_label(group, following) if following else after).encode(), enter=True)


def _label(group: Field, name: str) -> str:
    return next(each.label.en for each in group.children if each.name == name)[:_LABEL]


@dataclass(slots=True)
class Typist:
    """One of them."""

    seat: Seat
    keys: Iterator[Key]
    due: float
    came: bytes = b""  # since the oldest key that is not seen yet
    pending: deque[tuple[float, Key]] = field(default_factory=deque)


@dataclass(slots=True)
class Waits:
    """Seconds from a key to its repaint."""

    letters: list[float] = field(default_factory=list)
    enters: list[float] = field(default_factory=list)


def type_together(seats: Sequence[Seat], seconds: float) -> Waits:
    """Everybody types for so long; every key's wait. Raises BenchError when one is not seen."""
    dice, waits = random.Random(1), Waits()
    began = time.perf_counter()
    typists = {
        seat.line: Typist(seat, stocktake(at), began + dice.uniform(0, PACE[1]))
        for at, seat in enumerate(seats)
    }
    end = began + seconds
    while True:
        now = time.perf_counter()
        for each in typists.values():
            if each.due <= now < end:
                _press(each)
                each.due += dice.uniform(*PACE)
            if each.pending and now - each.pending[0][0] > _PATIENCE:
                raise BenchError(f"{each.pending[0][1]} was not seen; what came: {each.came!r}")
        if now >= end and not any(each.pending for each in typists.values()):
            return waits
        patience = max(0.0, min(each.due for each in typists.values()) - now) if now < end else 1.0
        ready, _, _ = select.select(list(typists), [], [], patience)
        for line in ready:
            _look(typists[line], waits)


def _press(typist: Typist) -> None:
    key = next(typist.keys)
    if not typist.pending:
        typist.came = b""
    typist.pending.append((time.perf_counter(), key))
    typist.seat.press(key.sent)


def _look(typist: Typist, waits: Waits) -> None:
    came = os.read(typist.seat.line, 65536)
    now = time.perf_counter()
    if not came:
        raise BenchError("a session ended while somebody typed")
    if not typist.pending:
        return
    typist.came += came
    text = _CONTROL.sub(b"\0", typist.came)
    while typist.pending and typist.pending[0][1].shown in text:
        sent, key = typist.pending.popleft()
        (waits.enters if key.enter else waits.letters).append(now - sent)
