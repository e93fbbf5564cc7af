"""Bonded verification among a million cases: stocktakes of a thousand enterprises, and who asks for which.

The cases are as the store step leaves them, over three years, of parties of very unlike sizes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from bench.search import Searched
from messages.bonded import SYSTEM
from messages.bonded.table import APPROVED, DRAFT, REFUSED, RETURNED, STORED
from messages.workflow import Case
from storage.search import Criterion, Query

STATES = (*(APPROVED,) * 90, *(STORED,) * 3, *(REFUSED,) * 2, *(RETURNED,) * 2, *(DRAFT,) * 3)
PUBLIC = tuple(state for state in SYSTEM.labels if state not in SYSTEM.private)
BIG, MIDDLE, SMALL = "DXPENT0000000000", "DXPENT0000000005", "DXPENT0000000500"
SHARES = (100, *(10,) * 20, *(0.7,) * 979)  # of the cases, by party
_LINE = {"recordNo": "1", "codeTs": "8517703000", "gName": "电路板", "unit": "007", "totalQty": "12"}
_NAME = "浦东演示进出口有限公司"
_BODY = {"stored": {"etpsName": _NAME, "Line": [_LINE] * 8}, "appTime": "20260101000000"}


def _case(number: int, owner: str, at: datetime, dice: random.Random) -> Case:
    state = dice.choice(STATES)
    inner = f"{dice.randrange(10**9):X}{number}"
    search = {
        "etpsInnerNo": inner, "etpsCode": str(3122260000 + dice.randrange(3_000)),
        "stockDate": f"{at - timedelta(days=dice.randrange(10)):%Y%m%d}", "etpsName": _NAME,
    }  # fmt: skip
    if state != DRAFT:
        search["declDate"] = f"{at:%Y%m%d}"
    if dice.random() < 0.2:
        search["worst"] = f"{dice.randrange(1_000):020d}.5"
    changed = at + timedelta(minutes=dice.randrange(5 * 24 * 60))
    return Case(f"Z{number:018d}", SYSTEM.name, owner, state, _BODY, at, changed, inner, search)


def _party(owner: str) -> Iterator[Query]:
    """An operator's day: the own list, its pages, and the query screen's criteria."""

    def ask(order: str = "-changed", page: int = 1, *states: str, **criteria: Any) -> Query:
        return Query(SYSTEM.name, owner, states, criteria, order, page)

    yield from (ask() for _ in range(6))
    yield from (ask(page=page) for page in (2, 3, 50))
    yield from _criteria(ask)
    yield from (ask(order) for order in ("-stockDate", "etpsCode", "-declDate", "number"))
    yield from (ask("-changed", 1, state) for state in (RETURNED, STORED, APPROVED))


def _customs() -> Iterator[Query]:
    """An officer's day: the queue by age and by difference, everything, and the criteria."""

    def ask(order: str = "-changed", page: int = 1, *states: str, **criteria: Any) -> Query:
        return Query(SYSTEM.name, None, states or PUBLIC, criteria, order, page)

    yield from (ask("changed", 1, STORED) for _ in range(6))
    yield from (ask("changed", page, STORED) for page in (2, 3, 50))
    yield from (ask("-worst", 1, STORED), ask("-worst", 1, STORED, worst=("from", f"{500:020d}")))
    yield from (ask(), ask(page=50), ask("-changed", 1, APPROVED), ask("-declDate"))
    yield from _criteria(ask)


def _criteria(ask: Any) -> Iterator[Query]:
    day: Criterion = ("is", "20240505")
    month = (("from", "20240501"), ("to", "20240531"))
    yield from (ask(etpsInnerNo=criterion) for criterion in (("is", "1A2B"), ("starts", "1A2B")))
    yield from (ask(etpsCode=("is", "3122260007")), ask(stockDate=day), ask(declDate=day))
    yield from (ask(declDate=month), ask("-declDate", declDate=month), ask("stockDate", declDate=month))
    yield ask(etpsCode=("starts", "31222600"), declDate=month)


SEARCHED = Searched(
    SYSTEM,
    "DXPENT{:010d}",
    SHARES,
    _case,
    {
        "a party of 700 cases": [*_party(SMALL)],
        "a party of 10,000": [*_party(MIDDLE)],
        "a party of 100,000": [*_party(BIG)],
        "customs": [*_customs()],
    },
    STORED,
)
