"""Mutual assistance among a million cases: requests of 200 foreign customs, and who asks for which.

The cases are as the steps leave them, over three years, of countries of very unlike sizes; questions are the
ones of the progress list (进度跟踪), of the customs desk's queue and lists, and of China's requests.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bench.search import Searched
from messages.assistance import SYSTEM
from messages.assistance.table import (
    ANSWERED,
    ASSESSED,
    DRAFT,
    EVALUATED,
    OWN_DRAFT,
    PENDING,
    PUBLISHED,
    REPLIED,
    RETURNED,
    SENT,
)
from messages.wire import sortable
from messages.workflow import Case
from storage.search import Criterion, Query

STATES = (
    *(EVALUATED,) * 72, *(ANSWERED,) * 14, *(PENDING,) * 3, *(RETURNED,) * 1, *(DRAFT,) * 2,
    *(ASSESSED,) * 5, *(REPLIED,) * 1, *(SENT,) * 2,
)  # fmt: skip
OWN = (DRAFT, PENDING, RETURNED, ANSWERED, EVALUATED)
FOREIGN = (PENDING, RETURNED, ANSWERED, EVALUATED)
CHINESE = (REPLIED, SENT, OWN_DRAFT, ASSESSED)
ASKED = (SENT, REPLIED, ASSESSED)
TYPES = ("1", "2", "3", "4", "1 2", "1 3", "2 3", "1 2 3")
BIG, MIDDLE, SMALL = "DXPOFF0000000000", "DXPOFF0000000005", "DXPOFF0000000150"
SHARES = (100, *(20,) * 20, *(2.5,) * 200)  # of the cases, by customs
_GOODS = {"gName": "Smart phones, model X20, 128 GB", "grossWt": "820.5", "qty": "2000", "total": "365000"}
_BILL = {"billType": "1", "declCustoms": "2200", "billDate": "20240803", "Goods": [_GOODS] * 3}
_FILES = [{"name": "letter.pdf", "size": "81234", "digest": "0" * 64, "docType": "01"}] * 3
_BODY = {"stored": {"Bill": [_BILL] * 2, "Attachment": _FILES}, "appTime": "20260101000000"}


def _case(number: int, owner: str, at: datetime, dice: random.Random) -> Case:
    state = dice.choice(STATES)
    letter = f"{dice.choice('ABCDEFGH')}{dice.randrange(10**6):06d}/{number}"
    search = {
        "letterNo": letter, "country": f"{int(owner[-3:]):03d}", "reqDate": f"{at:%Y%m%d}",
        "reqType": dice.choice(TYPES), "bills": sortable(Decimal(dice.randrange(1, 9))),
        "reqSender": f"Officer {dice.randrange(40)}", "reqMatter": str(dice.randrange(1, 6)),
    }  # fmt: skip
    changed = at + timedelta(minutes=dice.randrange(5 * 24 * 60))
    inner = None if state in CHINESE else letter
    return Case(f"A{number:018d}", SYSTEM.name, owner, state, _BODY, at, changed, inner, search)


def _officer(owner: str) -> Iterator[Query]:
    """An officer's day: the progress list, its pages, its criteria, other orders; China's requests."""

    def ask(order: str = "-changed", page: int = 1, *states: str, **criteria: Any) -> Query:
        return Query(SYSTEM.name, owner, states or OWN, criteria, order, page, 10)

    yield from (ask() for _ in range(6))
    yield from (ask(page=page) for page in (2, 3, 100))
    yield from _criteria(ask, "contains")
    yield from (ask(order) for order in ("letterNo", "-reqDate", "reqType", "-bills", "state"))
    yield from (ask("-changed", 1, *ASKED) for _ in range(2))
    yield ask("-changed", 1, *ASKED, letterNo=("contains", "B1234"))


def _customs() -> Iterator[Query]:
    """A desk's day: the queue, the oldest first, all requests, the criteria, China's own, publications."""

    def ask(order: str = "-changed", page: int = 1, *states: str, **criteria: Any) -> Query:
        return Query(SYSTEM.name, None, states or FOREIGN, criteria, order, page)

    yield from (ask("changed", 1, PENDING) for _ in range(6))
    yield from (ask("changed", page, PENDING) for page in (2, 3, 50))
    yield from (ask("changed", 1, PENDING, country=("is", code)) for code in ("000", "005", "150"))
    yield ask("changed", 1, PENDING, reqType=("contains", "3"))
    yield from (ask("country", 1, PENDING), ask("-reqDate", 1, PENDING))
    yield from (ask(), ask(page=50), ask(country=("is", "150")), ask("-reqDate"))
    yield from _criteria(ask, "starts")
    yield from (ask("-changed", 1, *CHINESE), ask("-changed", 1, REPLIED), ask("-changed", 1, PUBLISHED))


def _criteria(ask: Any, letter: str) -> Iterator[Query]:
    month: tuple[Criterion, ...] = (("from", "20240501"), ("to", "20240531"))
    yield from (ask(letterNo=(letter, text)) for text in ("B1234", "C04", "H000001"))
    yield from (ask(reqType=("contains", kind)) for kind in ("1", "4"))
    yield from (ask(reqDate=("is", "20240505")), ask(reqDate=month), ask("-reqDate", reqDate=month))
    yield ask(reqDate=month, reqType=("contains", "2"))
    yield ask(reqDate=month, reqType=("contains", "2"), letterNo=(letter, "B1"))


SEARCHED = Searched(
    SYSTEM,
    "DXPOFF{:010d}",
    SHARES,
    _case,
    {
        "a customs of 2,500 requests": [*_officer(SMALL)],
        "a customs of 20,000": [*_officer(MIDDLE)],
        "a customs of 100,000": [*_officer(BIG)],
        "China's desk": [*_customs()],
    },
    PENDING,
)
