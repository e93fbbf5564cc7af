"""The only two doors from the reactor to the database: one writer thread, and a few readers.

Knows threads, queues and `Database.write()` / `Database.read()`; refuses to know any table. A job is a
function that takes a Connection first; its result, or its Failure, is delivered in the reactor thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from queue import SimpleQueue
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection
from twisted.internet.defer import Deferred, DeferredList, fail
from twisted.internet.interfaces import IReactorFromThreads

P = ParamSpec("P")
T = TypeVar("T")

Open = Callable[[], AbstractContextManager[Connection]]
Job = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], "Deferred[Any]"]


class Source(Protocol):
    """What is needed of `storage.database.Database`."""

    def write(self) -> AbstractContextManager[Connection]:
        """One write transaction."""
        ...

    def read(self) -> AbstractContextManager[Connection]:
        """A connection to read with."""
        ...


class StoppedError(Exception):
    """The gateway is stopping: no new database work is taken."""


class _Crew:
    """Threads that take jobs from one queue, each job inside its own `open()`."""

    def __init__(self, reactor: IReactorFromThreads, open_: Open, name: str, threads: int) -> None:
        self._reactor = reactor
        self._open = open_
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._stopping = False
        self._ended: list[Deferred[None]] = [Deferred() for _ in range(threads)]
        self.on_failure: list[Callable[[], None]] = []  # called when a job, or its commit, was rolled back
        self.waiting = 0  # jobs given and not yet answered; reactor thread only
        # Not daemons: an interpreter that ends early still waits for a transaction under way. They start with
        # the first job, so that a gateway whose start fails before that just ends.
        self._threads = [
            threading.Thread(target=self._work, args=(ended,), name=f"{name}-{number}")
            for number, ended in enumerate(self._ended)
        ]
        self._started = False

    def run(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Deferred[T]:
        """Give a job; the Deferred fires in the reactor thread, for writes only after the commit.

        Fails with StoppedError once `stop()` was called, else with whatever `fn` or the commit raised.
        """
        if self._stopping:
            return fail(StoppedError("the gateway is stopping; send the same request again later"))
        self._start()
        deferred: Deferred[T] = Deferred()
        self.waiting += 1
        self._jobs.put((fn, args, kwargs, deferred))
        return deferred

    def stop(self) -> Deferred[None]:
        """Take no more jobs, finish those given, end the threads; fires when the last one has ended."""
        if not self._stopping:
            self._stopping = True
            self._start()
            for _ in self._ended:
                self._jobs.put(None)
        done: Deferred[None] = Deferred()
        DeferredList(self._ended).addCallback(lambda _: done.callback(None))
        return done

    def _start(self) -> None:
        if not self._started:
            self._started = True
            for thread in self._threads:
                thread.start()

    def _work(self, ended: Deferred[None]) -> None:
        while (job := self._jobs.get()) is not None:
            fn, args, kwargs, deferred = job
            try:
                with self._open() as connection:
                    result = self._call(fn, connection, *args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to the one who asked
                for undo in self.on_failure:
                    undo()
                self._reactor.callFromThread(self._deliver, deferred.errback, error)
            else:
                self._reactor.callFromThread(self._deliver, deferred.callback, result)
            del job, fn, args, kwargs, deferred
        self._reactor.callFromThread(ended.callback, None)

    def _call(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return fn(*args, **kwargs)

    def _deliver(self, door: Callable[[Any], None], value: Any) -> None:
        self.waiting -= 1
        door(value)


class Writer(_Crew):
    """One thread, so that writes happen in the order given: each job is ONE write transaction."""

    def __init__(self, reactor: IReactorFromThreads, database: Source) -> None:
        super().__init__(reactor, database.write, "writer", 1)


class SettlingWriter(Writer):
    """A Writer whose thread only begins and commits; the job itself runs in the reactor's thread.

    For a database whose statements never wait, only its commits do (SQLite). Two threads that both run Python
    take the interpreter's lock from each other, and the data from each other's caches: the same work costs
    half as much again (measured, see docs/performance.md). A commit waits for the disk without the lock.
    """

    def __init__(self, reactor: IReactorFromThreads, database: Source) -> None:
        super().__init__(reactor, database)
        self._outcomes: SimpleQueue[tuple[bool, Any]] = SimpleQueue()

    def _call(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._reactor.callFromThread(self._run, fn, args, kwargs)
        good, outcome = self._outcomes.get()
        if not good:
            raise outcome
        return outcome

    def _run(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        try:
            self._outcomes.put((True, fn(*args, **kwargs)))
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            self._outcomes.put((False, error))


class Reader(_Crew):
    """A small pool of threads for reading; the order of answers is not the order of questions."""

    def __init__(self, reactor: IReactorFromThreads, database: Source, threads: int = 3) -> None:
        super().__init__(reactor, database.read, "reader", threads)
