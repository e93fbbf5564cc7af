"""Part 3: messages a second and CPU a message, over TLS, by connections, size, key, database and workers.

Two kinds of servers: one that accepts and holds dispatch (to the signed reply), one that does everything (the
sustained rate, to the last polled receipt 120). The load generator's own CPU stands beside every figure; it
shares the machine's cores with the server, so where both are busy the sum says how much of the machine was
left to nobody.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from statistics import median
from typing import Any

from bench.driver import Cost, Load, reader
from bench.people import EC, RSA, demo_sender
from bench.scale import LARGE, SMALL, Bench
from bench.server import Houses, Postgres, Server, postgres

ROUNDS = 3
ACCOUNTS = {"RSA-2048": RSA, "P-256": EC}


@dataclass(frozen=True, slots=True)
class Place:
    """One server: its database, its verifying workers, and whether it dispatches."""

    database: str
    workers: int
    dispatch: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One load on it."""

    connections: int = 32
    lines: int = SMALL
    key: str = "RSA-2048"


_STAR = (Case(), Case(1), Case(256), Case(key="P-256"), Case(lines=LARGE))
_BASE = (Case(),)
_PLAN: tuple[tuple[Place, tuple[Case, ...]], ...] = (
    (Place("sqlite", 0, False), _STAR),
    (Place("sqlite", 1, False), (Case(), Case(256), Case(lines=LARGE))),
    (Place("sqlite", 2, False), (Case(), Case(256), Case(lines=LARGE))),
    (Place("sqlite", 0, True), _BASE),
    (Place("sqlite", 2, True), _BASE),
    (Place("postgresql", 0, False), _BASE),
    (Place("postgresql", 2, False), _BASE),
    (Place("postgresql", 0, True), _BASE),
)
_EVERY = tuple(
    (
        Place(database, workers, dispatch),
        tuple(Case(*each) for each in product((1, 32, 256), (SMALL, LARGE), ACCOUNTS)),
    )
    for database, workers, dispatch in product(("sqlite", "postgresql"), (0, 1, 2), (False, True))
)


def plan(bench: Bench) -> Iterator[tuple[Place, tuple[Case, ...]]]:
    """What is measured: a star around the usual case, or with `every` all combinations."""
    for place, cases in _EVERY if bench.scale.every else _PLAN:
        if place.database in bench.scale.databases:
            yield place, cases


def run(bench: Bench) -> dict[str, Any]:
    """A row for every place and case."""
    houses = Houses(bench.folder)
    rows = []
    with ExitStack() as stack:
        cluster: Postgres | None = None
        for place, cases in plan(bench):
            if place.database == "postgresql" and cluster is None:
                try:
                    cluster = stack.enter_context(postgres())
                except FileNotFoundError as error:
                    bench.say(f"PostgreSQL is left out: {error}")
                    break
            rows += _place(bench, houses, cluster if place.database == "postgresql" else None, place, cases)
    return {"cores": os.cpu_count(), "rows": rows, "workers": _gain(rows)}


def _gain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Messages a second with two verifying workers, over one worker and over none."""
    same = ("database", "dispatch", "connections", "lines", "key")
    rates = {(*(row[name] for name in same), row["workers"]): row["rate"] for row in rows}
    return [
        dict(zip(same, key[:-1], strict=True)) | {"over": fewer, "gain": rate / rates[(*key[:-1], fewer)]}
        for key, rate in rates.items()
        for fewer in (0, 1)
        if key[-1] == 2 and (*key[:-1], fewer) in rates
    ]


def _place(
    bench: Bench, houses: Houses, cluster: Postgres | None, place: Place, cases: tuple[Case, ...]
) -> list[dict[str, Any]]:
    environment = {"EXCHANGE__WORKERS": str(place.workers), "EXCHANGE__DISPATCH": str(place.dispatch).lower()}
    home = houses.home(cluster.database() if cluster else "")
    with Server(home, **environment) as server, Load(bench.folder) as load:
        return [_case(bench, server, load, cluster, place, case) for case in cases]


def _case(
    bench: Bench, server: Server, load: Load, cluster: Postgres | None, place: Place, case: Case
) -> dict[str, Any]:
    small = case.lines == SMALL
    count = bench.scale.messages if small else bench.scale.large
    warm = max(bench.scale.warm, case.connections) if small else max(2, count // 4)
    sender = demo_sender(server.home, ACCOUNTS[case.key])
    load.prepare("load", sender, warm + ROUNDS * count, case.lines)
    load.order("connect", port=server.port, connections=case.connections)
    who = reader(server, sender)
    costs: list[Cost] = []
    database_ms = []
    for number in range(-1, ROUNDS):
        each = warm if number < 0 else count
        before = cluster.cpu() if cluster else 0.0
        if place.dispatch:
            _, cost = load.send_and_poll(server, "load", who, each)
        else:
            cost = load.send(server, "load", each)
        if number >= 0:
            costs.append(cost)
            database_ms.append((cluster.cpu() - before) * 1000 / each if cluster else 0.0)
    row: dict[str, Any] = {
        "database": place.database,
        "workers": place.workers,
        "dispatch": place.dispatch,
        "connections": case.connections,
        "lines": case.lines,
        "key": case.key,
        "rate": median(cost.rate for cost in costs),
        "server_ms": median(cost.server_ms for cost in costs),
        "main_ms": median(cost.main_ms for cost in costs),
        "generator_ms": median(cost.generator_ms for cost in costs),
        "database_ms": median(database_ms),
        "p50_ms": median(cost.p50_ms for cost in costs),
        "p99_ms": median(cost.p99_ms for cost in costs),
    }
    row["busy_cores"] = (row["server_ms"] + row["generator_ms"] + row["database_ms"]) * row["rate"] / 1000
    bench.say(
        f"{place.database}, workers {place.workers}, to {'receipt 120' if place.dispatch else 'the reply'}, "
        f"{case.connections} connections, {case.key}, {'4 KB' if small else '200 KB'}: "
        f"{row['rate']:.0f} msg/s, server {row['server_ms']:.2f} ms, generator {row['generator_ms']:.3f} ms"
    )
    return row
