"""A run's figures in words: which batch, how many were declared and failed, when the next one begins.

Knows a run's body; refuses to know screens and where it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from messages.annotations import Words
from messages.declaration.table import RUNNING
from messages.wire import CST, parse_wire_time
from terminals.tui.words import both
from terminals.work.found import CaseFound

_HOUR, _MINUTE = 3600, 60
_LEFT = (("total", 1), ("declared", -1), ("failed", -1))  # of the batch: what is still to declare


@dataclass(frozen=True, slots=True)
class Figures:
    """What a screen says of a run: three lines, and how far its batch is."""

    batch: Words
    every: Words
    end: Words  # why it has stopped; empty while it runs
    looked: int = 0
    total: int = 0


NONE = Figures(both("smart-run-idle"), Words(), Words())


def figures(found: CaseFound) -> Figures:
    """Of a run as it is now."""
    body = found.body
    batch: Mapping[str, Any] = body.get("batch") or {}
    before: Mapping[str, int] = body["all"]
    open_ = bool(batch) and "ended" not in batch
    batches = before["batches"] + open_
    counts = {name: before[name] + (int(batch[name]) if open_ else 0) for name in ("declared", "failed")}
    left = sum(int(batch.get(name, 0)) * sign for name, sign in _LEFT)
    why: Mapping[str, str] = body.get("why") or {}
    end = both("smart-run-stopped", why=Words(why["zh"], why["en"])) if why else Words()
    return Figures(
        _batch(batch, batches, open_=open_ and found.line.state == RUNNING),
        both("smart-run-all", batches=batches, left=left, **counts),
        end,
        int(batch.get("looked", 0)),
        int(batch.get("total", 0)),
    )


def _batch(batch: Mapping[str, Any], number: int, *, open_: bool) -> Words:
    if not batch:
        return both("smart-run-none")
    counts = {name: int(batch[name]) for name in ("declared", "failed")}
    return both("smart-run-batch" if open_ else "smart-run-after", number=number, **counts)


def batch_of(found: CaseFound | None) -> str:
    """The number of a run's batch, the one under way or the last; '' before the first."""
    batch: Mapping[str, Any] = (found.body.get("batch") or {}) if found is not None else {}
    return str(batch.get("no", ""))


def countdown(found: CaseFound, now: datetime) -> Words:
    """How long until the next batch; empty while one is under way.

    Never more than the gateway has set, however this terminal's clock goes.
    """
    at = str(found.body.get("next", ""))
    if not at or found.line.state != RUNNING:
        return Words()
    due = datetime.strptime(at, "%Y%m%d%H%M%S").replace(tzinfo=CST)
    whole = (due - parse_wire_time(found.line.changed)).total_seconds()
    left = int(min((due - now).total_seconds(), whole + 1))
    if left <= 0:
        return both("smart-run-now")
    hours, rest = divmod(left, _HOUR)
    clock = f"{rest // _MINUTE:02}:{rest % _MINUTE:02}"
    return both("smart-run-next", left=f"{hours}:{clock}" if hours else clock)
