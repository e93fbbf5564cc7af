"""Part 8: what the SSH host itself costs, with OpenSSH's client: a small application of one field behind it.

From `ssh` to a painted screen, memory, idle cost, keys. The terminal has a part of its own; the difference
between the two is the terminal's.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from statistics import median
from typing import Any

from bench.scale import Bench
from bench.seats import Premises, arrive, cost, leave
from bench.server import PATIENCE
from tests.terminals.host.house import HostProcess, Seat

APPLICATION = "tests.terminals.host.app:run"
KEYS = 20  # typed by each person


def run(bench: Bench) -> dict[str, Any]:
    """Seconds, megabytes and shares of a core."""
    with Premises(bench.folder) as premises, premises.host(APPLICATION) as host:
        found = {"people": bench.scale.people, "logins": bench.scale.logins}
        return found | _measure(bench, host, premises.by_agent(host))


def _measure(bench: Bench, host: HostProcess, sit: Callable[[], Seat]) -> dict[str, Any]:
    scale = bench.scale
    found: dict[str, Any] = {"first": arrive(sit, 1)[0]}
    found["one"] = median(arrive(sit, 1)[0] for _ in range(scale.repeats))
    found["together"] = sorted(arrive(sit, scale.logins))
    bench.say(
        f"first paint {found['one'] * 1000:.0f} ms; {scale.logins} at once "
        f"{median(found['together']):.2f} s (all: {found['together'][-1]:.2f} s)"
    )
    with ExitStack() as stack:
        seats: list[Seat] = []
        stack.callback(lambda: [leave(seat) for seat in seats])
        arrive(sit, scale.people, stay=seats)
        found |= cost(host, seats, scale.idle)
        found["key_ms"] = _type(seats[: scale.logins])
    bench.say(
        f"{found['session_mb']:.1f} MB a session, {found['all_mb']:.0f} MB of {scale.people} and "
        f"the host; idle {found['idle_percent']:.3f} % of a core each; a key {found['key_ms']:.1f} ms"
    )
    return found


def _type(seats: Sequence[Seat]) -> float:
    """Everybody types, in turn; the median of milliseconds from a key to what it changes on the screen."""
    waits: list[float] = []
    for number in range(KEYS):
        typed = {}
        for seat in seats:
            seat.press(b"abcdefghij"[number % 10 : number % 10 + 1])
            typed[seat.line] = time.perf_counter()
            # Twenty people who type five keys a second, one every ten milliseconds.
            _take(typed, waits, {each.line: each for each in seats}, 0.01)
        while typed:
            _take(typed, waits, {each.line: each for each in seats}, PATIENCE)
    return median(waits) * 1000


def _take(typed: dict[int, float], waits: list[float], seats: dict[int, Seat], patience: float) -> None:
    """Note which screens have changed."""
    end = time.perf_counter() + patience
    while typed and (left := end - time.perf_counter()) > 0:
        ready, _, _ = select.select(list(typed), [], [], left)
        now = time.perf_counter()
        for line in ready:
            seats[line].more(PATIENCE)
            waits.append(now - typed.pop(line))
