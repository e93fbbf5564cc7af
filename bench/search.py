"""Part 9: searches of cases as terminals ask for them, among a million, and lists of what waits.

The cases are as the store step leaves them, over three years, of a thousand parties of very unlike sizes.
Measured is what a reader's thread does for one call, its connection opened and settled as the gateway's are.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import Any

from bench.scale import Bench
from messages.bonded import SYSTEM
from messages.bonded.table import APPROVED, DRAFT, REFUSED, RETURNED, STORED
from messages.workflow import Case
from storage import cases, statistics
from storage.database import Database
from storage.search import Criterion, Query, search

BEGIN = datetime(2023, 1, 1, tzinfo=UTC)
DAYS = 3 * 365
BATCH = 5_000
STATES = (*(APPROVED,) * 90, *(STORED,) * 3, *(REFUSED,) * 2, *(RETURNED,) * 2, *(DRAFT,) * 3)
COLUMNS = {SYSTEM.name: SYSTEM.search}
PUBLIC = tuple(state for state in SYSTEM.labels if state not in SYSTEM.private)
BIG, MIDDLE, SMALL = "DXPENT0000000000", "DXPENT0000000005", "DXPENT0000000500"
SHARES = (100, *(10,) * 20, *(0.7,) * 979)  # of the cases, by party
_LINE = {"recordNo": "1", "codeTs": "8517703000", "gName": "电路板", "unit": "007", "totalQty": "12"}
_NAME = "浦东演示进出口有限公司"
_BODY = {"stored": {"etpsName": _NAME, "Line": [_LINE] * 8}, "appTime": "20260101000000"}


def run(bench: Bench) -> dict[str, Any]:
    """Milliseconds of a search, by who asks."""
    database = Database(f"sqlite:///{bench.folder / 'cases.db'}")
    database.upgrade()
    _fill(bench, database)
    asked = {
        "a party of 700 cases": [*_party(SMALL)],
        "a party of 10,000": [*_party(MIDDLE)],
        "a party of 100,000": [*_party(BIG)],
        "customs": [*_customs()],
    }
    found = {who: _measure(bench, database, queries) for who, queries in asked.items()}
    found["all of these"] = [each for times in found.values() for each in times]
    who = {name: _figures(times) for name, times in found.items()}
    waiting = _waiting(bench, database)
    database.close()
    return {"cases": bench.scale.cases, "who": who, "waiting_ms": waiting}


def _fill(bench: Bench, database: Database) -> None:
    dice, began = random.Random(1), time.perf_counter()
    count = bench.scale.cases
    owners = [f"DXPENT{number:010d}" for number in range(len(SHARES))]
    for first in range(0, count, BATCH):
        made = [
            _case(number, dice.choices(owners, SHARES)[0], number / count, dice)
            for number in range(first, min(count, first + BATCH))
        ]
        with database.write() as connection:
            cases.save(connection, made, COLUMNS)
    seconds = time.perf_counter() - began
    bench.say(f"{count:,} cases stored in {seconds:.0f} s, {seconds * 1000 / count:.3f} ms each")


def _case(number: int, owner: str, share: float, dice: random.Random) -> Case:
    at = BEGIN + timedelta(days=DAYS * share)
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


def _measure(bench: Bench, database: Database, queries: list[Query]) -> list[tuple[float, float]]:
    """Milliseconds of the clock, and of the CPU, for each."""
    times = []
    for _ in range(bench.scale.repeats):
        for query in queries:
            with database.read() as connection:
                began, spent = time.perf_counter(), time.thread_time()
                search(connection, query, COLUMNS)
                times.append(((time.perf_counter() - began) * 1000, (time.thread_time() - spent) * 1000))
    return times


def _figures(times: list[tuple[float, float]]) -> dict[str, float]:
    clock, cpu = ([*each] for each in zip(*times, strict=True))
    parts = quantiles(clock, n=100, method="inclusive")
    spent = quantiles(cpu, n=100, method="inclusive")
    return {"p50_ms": parts[49], "p95_ms": parts[94], "most_ms": max(clock), "cpu_p95_ms": spent[94]}


def _waiting(bench: Bench, database: Database) -> float:
    """The desk's queue by age, as the statistics have it."""
    ages = [timedelta(days=days) for days in (1, 3, 7)]
    began = time.perf_counter()
    for _ in range(bench.scale.repeats):
        with database.read() as connection:
            statistics.cases_in(connection, SYSTEM.name, STORED, BEGIN + timedelta(days=DAYS), ages)
    return (time.perf_counter() - began) * 1000 / bench.scale.repeats
