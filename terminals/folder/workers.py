"""Who does the work of a folder: lanes in threads, for a certificate file in several processes.

Knows how batches are given out and what happened comes back, and that no process outlives the one that gives
out; refuses to know what a lane does. A card or Ikey belongs to one process: its lanes are threads of it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Protocol

from terminals.folder.batch import Batch
from terminals.folder.sending import Lane, Tell, Told

SWITCH = 0.0005  # seconds; after each sync and send a thread waits as long for its turn with the interpreter

MakeLane = Callable[[Tell], Lane]
"""A lane that tells what happens; called where the lane will run."""

Opened = tuple[MakeLane, Callable[[], None]]
"""How a process makes its lanes, and how all of them are told to leave the gateway."""


class Crew(Protocol):
    """Some lanes."""

    def hand(self, batch: Batch) -> None:
        """Have one of them do this batch; in their order, with one lane."""
        ...

    def leave(self) -> None:
        """Have them break off what waits for the gateway. What is written stays as it is."""
        ...

    def close(self) -> None:
        """End, once every batch has ended."""
        ...


class Threads:
    """Lanes of this process."""

    def __init__(self, opened: Opened, lanes: int, tell: Tell) -> None:
        make, self._leave = opened
        self._given: SimpleQueue[Batch | None] = SimpleQueue()
        self._tell = tell
        self._threads = [
            Thread(target=self._run, args=(make(tell),), name=f"lane {n}", daemon=True) for n in range(lanes)
        ]
        for thread in self._threads:
            thread.start()

    def hand(self, batch: Batch) -> None:
        """To whichever lane is free next."""
        self._given.put(batch)

    def leave(self) -> None:
        """Break off what waits."""
        self._leave()

    def close(self) -> None:
        """Wait for the lanes."""
        for _ in self._threads:
            self._given.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self, lane: Lane) -> None:
        while (batch := self._given.get()) is not None:
            try:
                lane.run(batch)
            except Exception as error:  # noqa: BLE001 - the client ends with it, not a thread in silence
                words = f"{type(error).__name__}: {error}"
                self._tell(Told("fault", {"batch": batch.when}, words, 1, "fatal"))


class Processes:
    """Lanes of several processes, forked before any thread begins: the signer's key is theirs then, too."""

    def __init__(self, open_here: Callable[[Tell], Opened], count: int, lanes: int, tell: Tell) -> None:
        context = get_context("fork")
        self._ends: list[Connection] = []
        self._next = 0
        self._processes = []
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, [*self._ends, ours], open_here, lanes))
            process.start()
            theirs.close()
            self._ends.append(ours)
            self._processes.append(process)
        self._readers = [
            Thread(target=_listen, args=(end, tell), name="worker's reports", daemon=True)
            for end in self._ends
        ]
        for reader in self._readers:
            reader.start()

    def hand(self, batch: Batch) -> None:
        """To the processes in turn."""
        self._send(self._ends[self._next], batch)
        self._next = (self._next + 1) % len(self._ends)

    def leave(self) -> None:
        """Break off what waits, everywhere."""
        for end in self._ends:
            self._send(end, "leave")

    def close(self) -> None:
        """Wait for the processes."""
        for end in self._ends:
            self._send(end, None)
        for process in self._processes:
            process.join()
        for reader in self._readers:
            reader.join()

    def _send(self, end: Connection, what: Batch | str | None) -> None:
        try:
            end.send(what)
        except OSError:  # it was killed: its reader tells
            return


def _listen(end: Connection, tell: Tell) -> None:
    while True:
        try:
            told = end.recv()
        except (EOFError, OSError):
            tell(Told("fault", {}, "a process of this client was killed", 1, "fatal"))
            return
        if told is None:
            return
        tell(*told)


def _work(end: Connection, others: list[Connection], open_here: Callable[[Tell], Opened], lanes: int) -> None:
    """A process: its lanes, until it is told to end or whoever started it is gone."""
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, signal.SIG_IGN)  # the one who started it decides
    for other in others:
        other.close()
    sys.setswitchinterval(SWITCH)
    turn = Lock()

    def tell(*told: Told) -> None:
        with turn:
            end.send(told)

    crew = Threads(open_here(tell), lanes, tell)
    while True:
        try:
            order = end.recv()
        except (EOFError, OSError):
            os._exit(1)  # nobody is left to tell; what is on disk says how far everything is
        if order is None:
            crew.close()
            end.send(None)
            return
        if order == "leave":
            crew.leave()
        else:
            crew.hand(order)
