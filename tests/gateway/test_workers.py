"""Verifying workers: real processes that are killed, stopped, restarted and overloaded; and their frames."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import gatherResults
from twisted.internet.task import deferLater

from gateway import frames, worker
from gateway.frames import ExaminationFailed, Frames, decode, encode, encode_failure, frame
from gateway.tools import Described
from gateway.workers import Workers
from messages.envelope import Head
from messages.examine import Examined, Node
from messages.faults import FAULTS, SchemaInvalid, Unavailable, Violation
from tests.gateway.loop import Loop, reactor
from tests.messages.examining import envelope, examiner, now, sample, signed
from tests.messages.signature.making import authority

PATIENCE = 1.5  # seconds; a worker answers each message of these tests far sooner, on a busy machine too
SLOW = envelope(sample().replace("<Stocktake>", f"<Stocktake>{'<x/>' * 10_000}", 1).replace(
    "</BVS111Message>", '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/></BVS111Message>'
).encode())  # fmt: skip

Make = Callable[..., Workers]


@pytest.fixture
def make(loop: Loop, tmp_path: Path) -> Iterator[Make]:
    """Makes workers that trust the test authority and have started; they end with the test."""
    cas, crls = tmp_path / "ca", tmp_path / "crl"
    cas.mkdir()
    crls.mkdir()
    (cas / "ca.pem").write_bytes(authority().certificate.public_bytes(Encoding.PEM))
    described = Described(str(cas), str(crls), 5_000_000, 32, 10_000, False)
    made: list[Workers] = []

    def start(count: int = 1, **settings: Any) -> Workers:
        workers: Workers = loop.call(Workers, reactor, described, count, **settings)
        made.append(workers)
        loop.call(lambda: gatherResults([workers.examine(b"x", now()) for _ in range(count)]))
        return workers

    yield start
    for each in made:
        loop.call(each.stop)


def stop(pid: int) -> None:
    """Stop a worker where it is, until it is continued."""
    os.kill(pid, signal.SIGSTOP)
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)


def gone(pid: int) -> bool:
    """Whether the process has ended and its parent knows."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def until(condition: Callable[[], bool]) -> None:
    """Return when it holds; fail after ten seconds."""
    for _ in range(1000):
        if condition():
            return
        await deferLater(reactor, 0.01)
    raise AssertionError("it never came true")


def test_a_worker_finds_what_the_examiner_finds(loop: Loop, make: Make) -> None:
    """For a good message, a wrong one and rubbish, by two workers."""
    workers = make(2)
    for body in (envelope(signed()), SLOW, b"<"):
        found, wanted = loop.call(workers.examine, body, now()), examiner().examine(body, now())
        assert str(found.fault) == str(wanted.fault)
        assert replace(found, fault=None) == replace(wanted, fault=None)


def test_what_a_killed_worker_had_is_unavailable_and_another_takes_over(loop: Loop, make: Make) -> None:
    """Each of its messages is answered, so that its sender sends it again; then there is a new process."""
    workers = make()
    (pid,) = workers.processes

    async def story() -> None:
        stop(pid)
        waiting = [workers.examine(envelope(signed()), now()) for _ in range(3)]
        os.kill(pid, signal.SIGKILL)
        for deferred in waiting:
            assert isinstance((await deferred).fault, Unavailable)
        assert isinstance((await workers.examine(b"x", now())).fault, Unavailable)
        await until(lambda: workers.alive == 1)
        assert (await workers.examine(envelope(signed()), now())).fault is None

    loop.call(story)
    assert workers.processes != (pid,)
    loop.call(until, lambda: gone(pid))


def test_a_worker_that_hangs_is_replaced(loop: Loop, make: Make) -> None:
    """It has work and answers nothing: its messages are unavailable, its process is ended."""
    workers = make()
    (pid,) = workers.processes

    async def story() -> None:
        stop(pid)
        workers.patience = PATIENCE
        assert isinstance((await workers.examine(envelope(signed()), now())).fault, Unavailable)
        workers.patience = 30
        await until(lambda: workers.alive == 1)
        assert (await workers.examine(envelope(signed()), now())).fault is None

    loop.call(story)
    loop.call(until, lambda: gone(pid))


def test_a_long_queue_is_no_hanging(loop: Loop, make: Make) -> None:
    """A worker that needs longer than the patience for all it has, but not for one of them, goes on."""
    workers = make()
    before = workers.processes
    loop.call(workers.examine, SLOW, now())

    async def story() -> float:
        workers.patience = PATIENCE
        began: float = reactor.seconds()
        waiting = [workers.examine(SLOW, now()) for _ in range(40)]
        while reactor.seconds() - began < 2 * PATIENCE:
            waiting.append(workers.examine(SLOW, now()))
            assert isinstance((await waiting.pop(0)).fault, SchemaInvalid)
        for deferred in waiting:
            assert isinstance((await deferred).fault, SchemaInvalid)
        return reactor.seconds() - began

    assert loop.call(story) > 2 * PATIENCE
    assert workers.processes == before


def test_restarted_workers_finish_what_they_have(loop: Loop, make: Make) -> None:
    """New messages go to new processes at once; the old one ends when it has answered its last."""
    workers = make()
    (old,) = workers.processes

    async def story() -> None:
        stop(old)
        waiting = workers.examine(envelope(signed()), now())
        workers.restart()
        assert workers.processes != (old,)
        assert (await workers.examine(envelope(signed()), now())).fault is None
        assert not waiting.called
        os.kill(old, signal.SIGCONT)
        assert (await waiting).fault is None
        await until(lambda: gone(old))

    loop.call(story)
    assert workers.alive == 1


def test_a_full_queue_takes_no_more(loop: Loop, make: Make) -> None:
    """Beyond its bytes a message is unavailable at once; what was taken before is examined."""
    workers = make(most_held=100_000)
    (pid,) = workers.processes

    async def story() -> None:
        stop(pid)
        body = envelope(b"<x>" + b" " * 30_000 + b"</x>")
        waiting = [workers.examine(body, now()) for _ in range(3)]
        assert [deferred.called for deferred in waiting] == [False, False, True]
        assert isinstance((await waiting[2]).fault, Unavailable)
        os.kill(pid, signal.SIGCONT)
        assert isinstance((await waiting[1]).fault, SchemaInvalid)
        assert isinstance((await workers.examine(body, now())).fault, SchemaInvalid)

    loop.call(story)
    assert workers.processes == (pid,)


def test_an_error_of_the_worker_fails_one_message_and_nothing_else(loop: Loop, make: Make) -> None:
    """Here at a time that Python cannot count; the server sees a failure, never a result."""

    class Never(datetime):
        def timestamp(self) -> float:
            return 1e300

    workers = make()
    before = workers.processes

    async def story() -> None:
        waiting = [workers.examine(envelope(signed()), Never.now(UTC)), workers.examine(b"<", now())]
        with pytest.raises(ExaminationFailed, match="Error"):
            await waiting[0]
        assert isinstance((await waiting[1]).fault, FAULTS["0001"])

    loop.call(story)
    assert workers.processes == before


def test_a_worker_writes_its_errors_out_once_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    """A hundred errors at once are one line, with where it happened, and a hundred answers."""

    def broken(batch: Sequence[tuple[bytes, datetime]]) -> list[Examined | Exception]:
        raise ZeroDivisionError(batch[0][0].decode())

    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        thread = threading.Thread(target=worker.serve, args=(theirs, broken))
        thread.start()
        request = worker.NOW.pack(0) + b"odd"
        ours.sendall(b"".join(frame(number, request) for number in range(100)))
        cut, answers = Frames(), []
        while len(answers) < 100:
            answers += cut.feed(ours.recv(1 << 16))
        ours.shutdown(socket.SHUT_WR)
        thread.join(10)
    assert [number for number, _ in answers] == list(range(100))
    with pytest.raises(ExaminationFailed, match="ZeroDivisionError in broken"):
        decode(answers[99][1])
    (line,) = capsys.readouterr().err.splitlines()
    assert "ZeroDivisionError: odd" in json.loads(line)["exception"]


# -- frames ------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(), max_size=30)  # lone surrogates too
MOMENT = st.datetimes(timezones=st.just(UTC))
HEADS = st.builds(Head, TEXT, TEXT, st.lists(TEXT, max_size=5).map(tuple), MOMENT, TEXT)
VIOLATIONS = st.builds(Violation, TEXT, st.integers(0, 2**31), TEXT, TEXT)
FAULT = st.builds(
    lambda kind, info, found: kind(info, tuple(found)),
    st.sampled_from(list(FAULTS.values())), TEXT, st.lists(VIOLATIONS, max_size=25),
)  # fmt: skip
EXAMINED = st.builds(
    Examined,
    head=st.none() | HEADS, data=st.binary(max_size=200), digest=st.none() | TEXT, type=TEXT, guid=TEXT,
    cop_code=TEXT, dxp_id=TEXT, nodes=st.lists(st.builds(Node, TEXT, TEXT), max_size=5), content=TEXT,
    signer=TEXT, fault=st.none() | FAULT,
)  # fmt: skip


def plain(found: Examined) -> Any:
    """Comparable: faults are equal when they say the same."""
    fault = found.fault and (type(found.fault), found.fault.info, found.fault.violations)
    return replace(found, fault=None), fault


@given(EXAMINED)
def test_a_result_comes_back_as_it_was(found: Examined) -> None:
    """Every field of it, whatever it holds."""
    assert plain(decode(encode(found))) == plain(found)


@given(st.binary(max_size=80), EXAMINED, st.integers(0, 200))
def test_what_is_no_result_is_a_value_error(rubbish: bytes, found: Examined, cut: int) -> None:
    """Any other exception, for rubbish and for a result cut short, fails this."""
    for payload in (rubbish, encode(found)[:cut], (len(rubbish)).to_bytes(4, "big") + rubbish):
        try:
            assert isinstance(decode(payload), Examined)
        except (ValueError, ExaminationFailed):
            continue


def test_a_failure_comes_back_as_one() -> None:
    """With the worker's words."""
    with pytest.raises(ExaminationFailed, match="KeyError in step"):
        decode(encode_failure("KeyError in step"))


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.binary(max_size=60)), max_size=8), st.data())
def test_frames_come_out_whole_however_they_are_cut(
    sent: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    """In their order, none lost, none twice."""
    stream = b"".join(frame(number, payload) for number, payload in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    cutter, found = Frames(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += cutter.feed(stream[start:end])
    assert found == sent


def test_a_frame_longer_than_any_message_is_nonsense() -> None:
    """A stream that announces one is refused before its bytes are waited for."""
    with pytest.raises(ValueError, match="frame"):
        Frames().feed(frames.HEADER.pack(frames.MOST + 1, 1))
