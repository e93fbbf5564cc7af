"""Part 9: searches of cases as terminals ask for them, among a million, and lists of what waits.

Each system says which cases it has, and what its people ask (`bench.searched_bonded`,
`bench.searched_assistance`). Measured is what a reader's thread does for one call, its connection opened and
settled as the gateway's are.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from statistics import quantiles
from typing import Any

from bench.scale import Bench
from messages.system import System
from messages.workflow import Case
from storage import cases, statistics
from storage.database import Database
from storage.search import Query, search

BEGIN = datetime(2023, 1, 1, tzinfo=UTC)
DAYS = 3 * 365
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Searched:
    """A system's cases and questions. `shares`: of the cases, by party, a number of `owner` each.

    `case` makes the one of a number, an owner, a moment of those years and dice; `asked` is by who asks;
    `waiting` the state whose cases wait for customs.
    """

    system: System
    owner: str
    shares: Sequence[float]
    case: Callable[[int, str, datetime, random.Random], Case]
    asked: Mapping[str, Sequence[Query]]
    waiting: str

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """As storage wants to know them."""
        return {self.system.name: self.system.search}


def run(bench: Bench) -> dict[str, Any]:
    """Milliseconds of a search, by system and who asks."""
    found = {}
    for name in bench.scale.systems:
        searched: Searched = import_module(f"bench.searched_{name}").SEARCHED
        found[name] = _one(bench, searched)
    return {"cases": bench.scale.cases, "systems": found}


def _one(bench: Bench, searched: Searched) -> dict[str, Any]:
    database = Database(f"sqlite:///{bench.folder / searched.system.name}.db")
    database.upgrade()
    _fill(bench, database, searched)
    found = {who: _measure(bench, database, searched, asked) for who, asked in searched.asked.items()}
    found["all of these"] = [each for times in found.values() for each in times]
    who = {name: _figures(times) for name, times in found.items()}
    waiting = _waiting(bench, database, searched)
    database.close()
    return {"who": who, "waiting_ms": waiting}


def _fill(bench: Bench, database: Database, searched: Searched) -> None:
    dice, began = random.Random(1), time.perf_counter()
    count = bench.scale.cases
    owners = [searched.owner.format(number) for number in range(len(searched.shares))]
    for first in range(0, count, BATCH):
        made = []
        for number in range(first, min(count, first + BATCH)):
            at = BEGIN + timedelta(days=DAYS * number / count)
            made.append(searched.case(number, dice.choices(owners, searched.shares)[0], at, dice))
        with database.write() as connection:
            cases.save(connection, made, searched.columns)
    seconds = time.perf_counter() - began
    bench.say(
        f"{count:,} cases of {searched.system.name} stored in {seconds:.0f} s, "
        f"{seconds * 1000 / count:.3f} ms each"
    )


def _measure(
    bench: Bench, database: Database, searched: Searched, queries: Sequence[Query]
) -> list[tuple[float, float]]:
    """Milliseconds of the clock, and of the CPU, for each."""
    times = []
    for _ in range(bench.scale.repeats):
        for query in queries:
            with database.read() as connection:
                began, spent = time.perf_counter(), time.thread_time()
                search(connection, query, searched.columns)
                times.append(((time.perf_counter() - began) * 1000, (time.thread_time() - spent) * 1000))
    return times


def _figures(times: list[tuple[float, float]]) -> dict[str, float]:
    clock, cpu = ([*each] for each in zip(*times, strict=True))
    parts = quantiles(clock, n=100, method="inclusive")
    spent = quantiles(cpu, n=100, method="inclusive")
    return {"p50_ms": parts[49], "p95_ms": parts[94], "most_ms": max(clock), "cpu_p95_ms": spent[94]}


def _waiting(bench: Bench, database: Database, searched: Searched) -> float:
    """The desk's queue by age, as the statistics have it."""
    ages = [timedelta(days=days) for days in (1, 3, 7)]
    name, now = searched.system.name, BEGIN + timedelta(days=DAYS)
    began = time.perf_counter()
    for _ in range(bench.scale.repeats):
        with database.read() as connection:
            statistics.cases_in(connection, name, searched.waiting, now, ages)
    return (time.perf_counter() - began) * 1000 / bench.scale.repeats
