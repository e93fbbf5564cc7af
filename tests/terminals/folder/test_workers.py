"""Who does a folder's work, and what becomes of it when one of them is gone."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import cast

import pytest

from terminals.folder.batch import Batch
from terminals.folder.places import Box
from terminals.folder.sending import Lane, Tell, Told
from terminals.folder.workers import Opened, Processes, Threads

PATIENCE = 30.0


class Echo:
    """A lane that tells what it was given, and in which process."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def run(self, batch: Batch) -> None:
        """Tell, or fail as a fault of the program does."""
        if batch.when == "bad":
            raise ZeroDivisionError("bad batch")
        self._tell(Told("batch", {"batch": batch.when, "pid": os.getpid()}))


def opened(_: Tell) -> Opened:
    """Lanes that echo; leaving is nothing to them."""
    return cast(Callable[[Tell], Lane], Echo), lambda: None


def batch(when: str) -> Batch:
    """One by its name."""
    return Batch(Box(Path("/nowhere")), when)


class Heard(SimpleQueue[Told]):
    """What was told, in its order."""

    def tell(self, *told: Told) -> None:
        """Keep it."""
        for one in told:
            self.put(one)


@pytest.fixture
def heard() -> Heard:
    """Nothing yet."""
    return Heard()


def test_processes_share_the_batches_and_end_when_told(heard: Heard) -> None:
    """Each batch is done once, by more than one process, none of which is left afterwards."""
    crew = Processes(opened, 2, 2, heard.tell)
    for number in range(10):
        crew.hand(batch(str(number)))
    told = [heard.get(timeout=PATIENCE) for _ in range(10)]
    crew.close()
    assert sorted(str(one.values["batch"]) for one in told) == [str(number) for number in range(10)]
    pids = {cast(int, one.values["pid"]) for one in told}
    assert len(pids) == 2
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_process_that_is_killed_ends_the_client(heard: Heard) -> None:
    """It is told as fatal, so that whoever watches starts it again; the others can still be ended."""
    crew = Processes(opened, 2, 1, heard.tell)
    crew.hand(batch("a"))
    os.kill(cast(int, heard.get(timeout=PATIENCE).values["pid"]), signal.SIGKILL)
    told = heard.get(timeout=PATIENCE)
    assert (told.event, told.end, told.code) == ("fault", "fatal", 1)
    crew.close()


def test_no_process_outlives_its_client(tmp_path: Path) -> None:
    """The client is killed: its processes see that nobody listens, and the lock is free."""
    ours, theirs = os.pipe()
    client = os.fork()
    if client == 0:
        os.close(ours)
        heard = Heard()
        crew = Processes(opened, 2, 1, heard.tell)
        crew.hand(batch("a"))
        crew.hand(batch("b"))
        for _ in range(2):
            heard.get(timeout=PATIENCE)
        os.write(theirs, b"up")
        os.kill(os.getpid(), signal.SIGKILL)
    os.close(theirs)
    os.waitpid(client, 0)
    assert os.read(ours, 10) == b"up"
    assert os.read(ours, 10) == b""  # the end, once the last process that inherited the pipe has gone
    os.close(ours)


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_a_fault_of_the_program_is_told_and_not_swallowed(heard: Heard, kind: str) -> None:
    """The batch stays as it is on disk; the client says what happened and ends."""
    crew = (
        Threads(opened(heard.tell), 2, heard.tell)
        if kind == "threads"
        else Processes(opened, 1, 1, heard.tell)
    )
    crew.hand(batch("bad"))
    told = heard.get(timeout=PATIENCE)
    crew.close()
    assert (told.event, told.end) == ("fault", "fatal")
    assert "ZeroDivisionError" in told.words


def test_one_lane_keeps_the_order(heard: Heard) -> None:
    """With --lines 1 files go one by one."""
    crew = Threads(opened(heard.tell), 1, heard.tell)
    for number in range(20):
        crew.hand(batch(str(number)))
    crew.close()
    assert [heard.get(timeout=PATIENCE).values["batch"] for _ in range(20)] == [str(n) for n in range(20)]
