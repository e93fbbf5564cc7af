"""Drives one load against one server and says what it cost: server CPU, the generator's own, messages/s.

Knows the generator's orders and the warm-up; refuses to know which loads are worth a measurement.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from bench.people import Sender, login
from bench.prebuilt import ROOT, write
from bench.server import BenchError, Server


@dataclass(frozen=True, slots=True)
class Cost:
    """What `messages` cost; milliseconds of CPU a message, seconds of the clock, latencies in ms."""

    messages: int
    seconds: float
    server_ms: float
    main_ms: float  # of the server's own process, without its workers
    generator_ms: float
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds


@dataclass(frozen=True, slots=True)
class Reader:
    """Who polls: a mailbox of one server, and a session's token."""

    mailbox: str
    token: str


class Program:
    """A program of this package in a process of its own, which takes orders as JSON lines."""

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def begin(self, do: str, **given: Any) -> None:
        """Give an order; `end` waits for its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **given}) + "\n")
        self._process.stdin.flush()

    def end(self) -> dict[str, Any]:
        """The answer to the order under way. Raises BenchError."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise BenchError("a load generator ended")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise BenchError(f"load generator: {answer['error']}")
        return answer

    def order(self, do: str, **given: Any) -> dict[str, Any]:
        """One order, and its answer. Raises BenchError."""
        self.begin(do, **given)
        return self.end()


class Load(Program):
    """The load generator, and the files of messages that it sends."""

    def __init__(self, folder: Path) -> None:
        super().__init__("bench.generator")
        self._folder = folder
        self._files: dict[str, tuple[Path, int, int]] = {}

    def prepare(self, name: str, sender: Sender, count: int, lines: int = 5) -> int:
        """New messages for `send` under `name`; the bytes of the first request."""
        file = self._folder / f"{name}.requests"
        write(file, sender, count, lines)
        self._files[name] = (file, 0, count)
        with file.open("rb") as source:
            return int.from_bytes(source.read(4), "big")

    def left(self, name: str) -> int:
        """Messages prepared under `name` and not yet sent."""
        _, first, count = self._files.get(name, (None, 0, 0))
        return count - first

    def send(self, server: Server, name: str, count: int) -> Cost:
        """Send the next `count` of the prepared; every one must be accepted. Raises BenchError."""
        file, first, total = self._files[name]
        assert first + count <= total
        self._files[name] = (file, first + count, total)
        before, own = server.cpu(), server.own_cpu()
        sent = self.order("send", file=str(file), first=first, count=count)
        after, own_after = server.cpu(), server.own_cpu()
        if sent["codes"] != {"0000": count}:
            raise BenchError(f"of {count} messages: {sent['codes']}")
        return Cost(
            count,
            sent["seconds"],
            (after - before) * 1000 / count,
            (own_after - own) * 1000 / count,
            sent["cpu"] * 1000 / count,
            sent["p50_ms"],
            sent["p99_ms"],
        )

    def send_and_poll(self, server: Server, name: str, reader: Reader, count: int) -> tuple[Cost, Cost]:
        """Send, then poll until every message has its receipt 120: the sending, and the whole."""
        before, own, began = server.cpu(), server.own_cpu(), time.perf_counter()
        sent = self.send(server, name, count)
        polled = self.order("poll", mailbox=reader.mailbox, token=reader.token, wanted=count)
        seconds = time.perf_counter() - began
        if polled["statuses"].get("120") != count:
            raise BenchError(f"receipts of {count} messages: {polled['statuses']}")
        whole = (server.cpu() - before) * 1000 / count
        mine = (server.own_cpu() - own) * 1000 / count
        generator = sent.generator_ms + polled["cpu"] * 1000 / count
        return sent, Cost(count, seconds, whole, mine, generator, sent.p50_ms, sent.p99_ms)


def reader(server: Server, sender: Sender, address: str = "127.0.0.1") -> Reader:
    """Logged in from `address`, to poll with."""
    return Reader(f"{server.port}/{sender.dxp_id}", login(server.port, sender, address=address))
