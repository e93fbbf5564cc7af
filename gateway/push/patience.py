"""How long a callback that takes nothing is waited for: growing waits, then its breaker, then the end.

Pure: knows failures in a row and the time; refuses to know what failed. The breaker (断路器) opens after so
many failures: people are told, and each further try is a single receipt, as a probe. What it takes closes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.settings import Push
from storage.callbacks import Callback


@dataclass(frozen=True, slots=True)
class Verdict:
    """When to try again; since when its breaker is open, or None; and whether to leave it be from now on."""

    again: datetime
    broken_at: datetime | None
    over: bool


def after_failure(one: Callback, now: datetime, settings: Push) -> Verdict:
    """What follows when `one`, as it was before, took nothing once more."""
    failures = one.failures + 1
    wait = min(settings.retry_seconds * 2.0 ** min(one.failures, 30), settings.longest_seconds)
    broken_at = one.broken_at
    if broken_at is None and failures >= settings.breaker_failures:
        broken_at = now
    over = broken_at is not None and now - broken_at >= timedelta(days=settings.give_up_days)
    return Verdict(now + timedelta(seconds=wait), broken_at, over)
