"""An upload's blocks go on one after the other, however they come."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from gateway.http.body import BLOCK, Incoming, Upload
from gateway.http.parser import Head


class Slow:
    """A sink that keeps each block until the test lets it go on."""

    def __init__(self) -> None:
        self.blocks: list[bytes] = []
        self.waiting: list[Deferred[None]] = []
        self.reading: list[bool] = []
        self.rest: list[bytes] = []

    def __call__(self, block: bytes) -> Deferred[None]:
        """Take a block."""
        self.blocks.append(block)
        self.waiting.append(Deferred())
        return self.waiting[-1]

    def upload(self, length: int) -> Upload:
        """Of so many bytes."""
        head = Head("PUT", "/", {}, length, keep_alive=True, expects_continue=False)
        return Upload(Incoming(head, length), self, self.reading.append, self.rest.append)


@pytest.mark.parametrize("length", [2 * BLOCK + 10, 3 * BLOCK])
def test_what_comes_while_the_sink_is_busy_waits_for_it(length: int) -> None:
    """Bytes that were read already arrive though reading was stopped: none is lost, none goes first."""
    sink = Slow()
    upload = sink.upload(length)
    content = b"".join(bytes([number % 251]) * 1000 for number in range(length // 1000 + 1))[:length]
    upload.receive(content[:BLOCK])
    upload.receive(content[BLOCK : 2 * BLOCK])
    upload.receive(content[2 * BLOCK :] + b"next")
    assert len(sink.blocks) == 1
    assert not upload.done.called
    assert sink.rest == [b"next"]
    sink.waiting[0].callback(None)
    assert b"".join(sink.blocks) == content
    assert not upload.done.called
    sink.waiting[1].callback(None)
    assert upload.done.result == length


def test_reading_goes_on_when_the_sink_has_taken_its_block() -> None:
    """Not before."""
    sink = Slow()
    upload = sink.upload(2 * BLOCK)
    upload.receive(b"x" * BLOCK)
    assert sink.reading == [False]
    sink.waiting[0].callback(None)
    assert sink.reading == [False, True]
    upload.receive(b"y" * BLOCK)
    sink.waiting[1].callback(None)
    assert upload.done.result == 2 * BLOCK
