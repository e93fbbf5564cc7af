"""The doors to the database: order, one transaction a job, and an orderly end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, text
from twisted.internet.defer import Deferred, DeferredList

from gateway.threads import Reader, SettlingWriter, StoppedError, Writer
from storage.database import Database
from tests.gateway.loop import Loop, reactor


def _count(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM counters")).scalar_one())


def _add(connection: Connection, name: str, fail: bool = False) -> str:
    connection.execute(text("INSERT INTO counters VALUES (:name, 1)"), {"name": name})
    if fail:
        raise ValueError(name)
    return name


@pytest.mark.parametrize("kind", [Writer, SettlingWriter])
def test_jobs_are_done_in_order_and_each_is_one_transaction(
    loop: Loop, database: Database, kind: type[Writer]
) -> None:
    """Each job's result or exception comes back to its own giver; what failed has left nothing."""
    writer, reader = loop.call(lambda: (kind(reactor, database), Reader(reactor, database)))
    order: list[str] = []

    def give() -> Deferred[Any]:
        jobs = [writer.run(_add, f"job{number}", fail=number == 3) for number in range(6)]
        for job in jobs[:3]:
            job.addCallback(lambda name: order.append(name) or name)
        return DeferredList(jobs, consumeErrors=True)

    results = loop.call(give)
    assert [good for good, _ in results] == [True, True, True, False, True, True]
    assert results[3][1].check(ValueError)
    assert order == ["job0", "job1", "job2"]
    assert loop.call(reader.run, _count) == 5
    assert writer.waiting == 0
    loop.call(writer.stop)
    loop.call(reader.stop)


@pytest.mark.parametrize("kind", [Writer, SettlingWriter])
def test_stopping_does_what_was_given_and_takes_no_more(
    loop: Loop, database: Database, kind: type[Writer]
) -> None:
    """Work handed over before the end is done and answered; work after it is refused."""
    writer = loop.call(kind, reactor, database)

    def stop() -> Deferred[Any]:
        jobs = [writer.run(_add, f"job{number}") for number in range(20)]
        return DeferredList([*jobs, writer.stop()])

    results = loop.call(stop)
    assert [value for _, value in results[:20]] == [f"job{number}" for number in range(20)]
    with pytest.raises(StoppedError):
        loop.call(writer.run, _add, "late")
    loop.call(writer.stop)
    with database.read() as connection:
        assert _count(connection) == 20


def test_a_settling_writers_jobs_run_in_the_reactors_thread(loop: Loop, database: Database) -> None:
    """Its own thread begins and commits, and runs no Python of the job."""
    writer = loop.call(SettlingWriter, reactor, database)
    names = loop.call(writer.run, lambda _: threading.current_thread().name)
    assert names == "reactor"
    loop.call(writer.stop)


@pytest.mark.parametrize("kind", [Writer, SettlingWriter])
def test_whoever_remembers_a_transaction_is_told_when_it_was_rolled_back(
    loop: Loop, database: Database, kind: type[Writer]
) -> None:
    """Also when it is the commit that fails, after the job itself was done."""
    writer, told = loop.call(kind, reactor, database), []
    writer.on_failure.append(lambda: told.append("rolled back"))
    with pytest.raises(ValueError, match="job"):
        loop.call(writer.run, _add, "job", fail=True)
    assert told == ["rolled back"]

    @contextmanager
    def full_disk() -> Iterator[Connection]:
        with database.write() as connection:
            yield connection
            raise OSError("no space left on the device")

    writer._open = full_disk
    with pytest.raises(OSError, match="no space"):
        loop.call(writer.run, _add, "other")
    assert told == ["rolled back"] * 2
    loop.call(writer.stop)
