"""What the log says, and how often."""

from __future__ import annotations

import io
import json
from typing import Any

from terminals.folder.log import QUIET, Log
from terminals.folder.sending import Told


class Clock:
    """Seconds as the test says."""

    now = 0.0

    def __call__(self) -> float:
        """The present."""
        return self.now


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    """The objects in a log."""
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_each_event_is_an_object_with_its_values() -> None:
    """Level, event and values; words where the values do not say it all."""
    out = io.StringIO()
    log = Log(out)
    log.tell(Told("accepted", {"file": "报关.xml", "code": "0000"}, "words"))
    log.tell(Told("refused", {"file": "b.xml"}, "why"))
    log.tell(Told("batch", {}, "the disk is full", 8, "fatal"))
    told = [{name: value for name, value in line.items() if name != "at"} for line in lines(out)]
    assert told == [
        {"level": "info", "event": "accepted", "file": "报关.xml", "code": "0000"},
        {"level": "warning", "event": "refused", "file": "b.xml", "words": "why"},
        {"level": "error", "event": "batch", "words": "the disk is full"},
    ]


def test_the_same_complaint_is_made_once_a_minute_and_anew_once_it_worked_again() -> None:
    """Sixteen lanes that wait for one gateway are one complaint."""
    out, clock = io.StringIO(), Clock()
    log = Log(out, clock=clock)
    for _ in range(16):
        log.tell(Told("waiting", {}, "away"))
    clock.now = QUIET
    log.tell(Told("waiting", {}, "still away"))
    log.tell(Told("accepted", {}))
    log.tell(Told("waiting", {}, "away again"))
    assert [line.get("words") for line in lines(out)] == ["away", "still away", None, "away again"]


def test_at_a_terminal_there_are_sentences() -> None:
    """And no JSON between them."""
    out, said = io.StringIO(), list[str]()
    log = Log(out, said.append)
    log.tell(Told("accepted", {}, "BVS/a.xml: 0000 accepted"))
    log.tell(Told("started", {}))
    assert (said, out.getvalue()) == (["BVS/a.xml: 0000 accepted"], "")


def test_a_log_whose_disk_is_full_stops_nothing() -> None:
    """What cannot be written is not written."""

    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

    Log(Full()).tell(Told("accepted", {}))
