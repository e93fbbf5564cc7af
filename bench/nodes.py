"""Part 12: two gateways on one PostgreSQL against one, and what a message costs in each process.

The load goes to one gateway, the other standing still, or to both, in turn, so that whatever else the machine
does falls on both alike. Twice: each gateway pinned to a core of its own, and each held to a small
share of a core, since on two cores PostgreSQL and the load generator take theirs from the gateways, and only
the second shows what the gateways themselves would do with cores of their own.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from bench import processes, quota
from bench.driver import Load, Reader, reader
from bench.people import more_senders
from bench.prebuilt import LENGTH, Press
from bench.scale import Bench
from bench.server import BenchError, Houses, Postgres, Server, command, postgres

ROUNDS = 3
PARTIES = 8
CONNECTIONS = 32  # to each gateway that is used: another one has clients of its own
SHARE = 0.25  # of a core, for each gateway


@dataclass(frozen=True, slots=True)
class Spent:
    """What one round took: seconds of the clock, and of CPU by process."""

    messages: int
    seconds: float
    gateways: tuple[float, ...]
    database: float
    generators: float
    wal: int  # bytes

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds


class Site:
    """Two gateways on one database, their parties, a generator for each."""

    def __init__(self, bench: Bench, stack: ExitStack, cluster: Postgres, dispatch: bool) -> None:
        houses, self.cluster = Houses(bench.folder / f"dispatch-{dispatch}".lower()), cluster
        houses.folder.mkdir()
        self.url = cluster.database()
        homes = [houses.home(self.url), houses.folder / "second"]
        command("node", "add", str(homes[1]), "--home", str(homes[0]))
        self.parties = more_senders(homes[0], PARTIES)
        given = {"EXCHANGE__DISPATCH": str(dispatch).lower()}
        self.servers = [stack.enter_context(Server(home, **given)) for home in homes]
        self.loads = [stack.enter_context(Load(houses.folder)) for _ in homes]
        self.readers: list[list[Reader]] = [
            [reader(server, party, f"127.0.{place + 1}.{n + 1}") for n, party in enumerate(self.parties)]
            for place, server in enumerate(self.servers)
        ]
        self.dispatch = dispatch
        self._presses = [Press(party) for party in self.parties]
        self._folder = houses.folder
        self._cursors = [""] * PARTIES

    def round(self, count: int, both: bool) -> Spent:
        """`count` messages of all parties, to one gateway or half of them to each, until all is done.

        One is alone: it is a help to nobody, and has none.
        """
        if both:
            return self._round(count, 2)
        for pid in self.servers[1].pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            return self._round(count, 1)
        finally:
            for pid in self.servers[1].pids:
                os.kill(pid, signal.SIGCONT)

    def _round(self, count: int, nodes: int) -> Spent:
        used = list(zip(self.servers, self.loads, strict=True))[:nodes]
        files = [self._prepare(count // len(used), place) for place in range(len(used))]
        for server, load in used:
            load.order("connect", port=server.port, connections=CONNECTIONS)
        gateways = [server.cpu() for server in self.servers]
        database, wal, generators = self.cluster.cpu(), self._wal(), 0.0
        began = time.perf_counter()
        for (_, load), (file, each) in zip(used, files, strict=True):
            load.begin("send", file=str(file), first=0, count=each)
        for _, load in used:
            answer = load.end()
            generators += answer["cpu"]
            if set(answer["codes"]) != {"0000"}:
                raise BenchError(f"answers: {answer['codes']}")
        sent = sum(each for _, each in files)
        if self.dispatch:
            generators += self._poll([load for _, load in used], sent)
        seconds = time.perf_counter() - began
        return Spent(
            sent,
            seconds,
            tuple(server.cpu() - before for server, before in zip(self.servers, gateways, strict=True)),
            self.cluster.cpu() - database,
            generators,
            self._wal() - wal,
        )

    def _poll(self, loads: Sequence[Load], sent: int) -> float:
        """Every party reads its receipts, at one gateway or half of the parties at each; CPU seconds."""
        cpu = 0.0
        places = range(len(loads))
        for n in range(0, PARTIES, len(loads)):
            for place in places:
                who = self.readers[place][n + place]
                wanted, after = sent // PARTIES, self._cursors[n + place]
                loads[place].begin("poll", mailbox=who.mailbox, token=who.token, wanted=wanted, after=after)
            for place in places:
                polled = loads[place].end()
                if polled["statuses"].get("120") != sent // PARTIES:
                    raise BenchError(f"receipts of {sent // PARTIES} messages: {polled['statuses']}")
                self._cursors[n + place] = polled["cursor"]  # which any gateway goes on from
                cpu += float(polled["cpu"])
        return cpu

    def _prepare(self, count: int, place: int) -> tuple[Path, int]:
        """Requests of all parties, in turn."""
        each = count // PARTIES
        file = self._folder / f"{place}.requests"
        with file.open("wb") as out:
            for press in self._presses * each:
                request = press.request()
                out.write(LENGTH.pack(len(request)) + request)
        return file, each * PARTIES

    def _wal(self) -> int:
        return int(self._ask("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"))

    def size(self) -> int:
        """Bytes of the database on disk, the room of dead rows given free as PostgreSQL does now and then."""
        self._ask("VACUUM", False)
        return int(self._ask("SELECT pg_database_size(current_database())"))

    def _ask(self, question: str, answered: bool = True) -> Any:
        with psycopg.connect(self.url, autocommit=True) as connection:
            done = connection.execute(question.encode())
            row = done.fetchone() if answered else None
            return row[0] if row is not None else None


def run(bench: Bench) -> dict[str, Any]:
    """A row for one and for two gateways, of each way to give them cores, to the reply and the receipt."""
    rows: list[dict[str, Any]] = []
    cost: dict[str, Any] = {}
    with ExitStack() as stack:
        cluster = stack.enter_context(postgres())
        for dispatch in (False, True):
            with ExitStack() as inner:
                site = Site(bench, inner, cluster, dispatch)
                site.round(max(bench.scale.warm, 2 * PARTIES), True)
                before, count = site.size(), 0
                for way in _ways(bench, site):
                    pairs = [_pair(bench, site) for _ in range(ROUNDS)]
                    count += sum(spent.messages for pair in pairs for spent in pair)
                    rows += _rows(bench, way, dispatch, pairs)
                if dispatch:
                    cost = _cost(rows, (site.size() - before) / count)
    return {"cores": os.cpu_count(), "parties": PARTIES, "rows": rows, "cost": cost}


def _ways(bench: Bench, site: Site) -> Iterator[str]:
    """How cores are given, the gateways being so while the caller measures."""
    every, servers = os.sched_getaffinity(0), site.servers
    others = [*processes.children(site.cluster.pid), *(load.pid for load in site.loads)]
    with ExitStack() as stack:
        pids = [*others, *(pid for server in servers for pid in server.pids)]
        if not stack.enter_context(quota.share(pids, None)):
            bench.say("no control groups here: what else this machine does is in the figures")
        if len(every) >= len(servers):
            for server, core in zip(servers, sorted(every), strict=False):
                quota.pin(server.pid, {core})
            yield "a core each"
            for server in servers:
                quota.pin(server.pid, every)
    with ExitStack() as stack:
        allowed = [stack.enter_context(quota.share(server.pids, SHARE)) for server in servers]
        stack.enter_context(quota.share(others, None))
        if all(allowed):
            yield f"{SHARE:.0%} of a core each"


def _pair(bench: Bench, site: Site) -> tuple[Spent, Spent]:
    count = bench.scale.messages // (2 * PARTIES) * 2 * PARTIES
    return site.round(count, False), site.round(count, True)


def _rows(
    bench: Bench, way: str, dispatch: bool, pairs: Sequence[tuple[Spent, Spent]]
) -> list[dict[str, Any]]:
    rows = []
    gain = median(two.rate / one.rate for one, two in pairs)
    for nodes, spents in ((1, [one for one, _ in pairs]), (2, [two for _, two in pairs])):
        row = {
            "way": way,
            "dispatch": dispatch,
            "nodes": nodes,
            "rate": median(spent.rate for spent in spents),
            "gateway_ms": median(sum(s.gateways) * 1000 / s.messages for s in spents),
            "busiest": median(max(s.gateways) / s.seconds for s in spents),
            "database_ms": median(s.database * 1000 / s.messages for s in spents),
            "generator_ms": median(s.generators * 1000 / s.messages for s in spents),
            "busy_cores": median((sum(s.gateways) + s.database + s.generators) / s.seconds for s in spents),
            "wal": median(s.wal / s.messages for s in spents),
            "gain": gain if nodes == 2 else 1.0,
        }
        rows.append(row)
        bench.say(
            f"{way}, {nodes} gateway(s), to {'receipt 120' if dispatch else 'the reply'}: "
            f"{row['rate']:.0f} msg/s ({row['gain']:.2f} x), gateway {row['gateway_ms']:.2f} ms, "
            f"PostgreSQL {row['database_ms']:.2f} ms, generator {row['generator_ms']:.2f} ms, "
            f"{row['busy_cores']:.2f} cores busy"
        )
    return rows


def _cost(rows: Sequence[dict[str, Any]], disk: float) -> dict[str, Any]:
    """Of a message to its receipt 120, in the round that had whole cores, or else in the other."""
    (row, *_) = (row for row in rows if row["dispatch"] and row["nodes"] == 1)
    names = ("gateway_ms", "database_ms", "wal")
    return {name: row[name] for name in names} | {"disk": disk}
