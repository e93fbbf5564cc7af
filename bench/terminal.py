"""Part 9: the terminal over SSH: coming, opening forms, typing together, sitting, and being cut off.

The real application on the real host at a real gateway, each person with an `ssh` of OpenSSH's and a login
through the forwarded agent (a nonce signed at the gateway) or by password. Everybody shares this machine's
cores. Refuses to know what the small application of the host's own part costs.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median, quantiles
from typing import Any

from bench import processes
from bench.scale import Bench
from bench.seats import Premises, Sit, arrive, cost, leave, pressed, settled
from bench.server import PATIENCE, BenchError
from bench.typists import type_together
from tests.scenarios.house import House
from tests.terminals.host.house import HostProcess, Seat

APPLICATION = "terminals.tui.main:run"
SIXTY = "bench.sixty:run"
MENU = "Stocktake entry"  # stands on the screen of an operator who has logged in
ENTRY, QUERY, SIXTY_FIELDS = b"\x1b1", b"\x1b2", b"\x1b9"
OPENED = "Enterprise code"  # one of a form's first labels
SILENT = {"keepalive_seconds": 1.0, "keepalive_missed": 4}


def run(bench: Bench) -> dict[str, Any]:
    """Milliseconds, megabytes and shares of a core."""
    found: dict[str, Any] = {"people": bench.scale.people, "typists": bench.scale.logins}
    with Premises(bench.folder) as premises:
        with premises.host(APPLICATION) as host:
            sit = premises.by_agent(host)
            found |= _coming(bench, sit, premises.by_password(host))
            found["entry"] = _opening(bench, sit, ENTRY, "entry")
            found |= _together(bench, premises.house, host, sit)
        with premises.host(SIXTY) as host:
            found["sixty"] = _opening(bench, premises.by_agent(host), SIXTY_FIELDS, "sixty")
        with premises.host(APPLICATION, **SILENT) as host:
            found["cut"] = _cut(bench, host, premises.by_agent(host))
    return found


def _coming(bench: Bench, sit: Sit, by_password: Sit) -> dict[str, Any]:
    """From `ssh` to the first screen, to the menu in full, and many at once."""
    repeats, logins = bench.scale.repeats, bench.scale.logins
    found: dict[str, Any] = {
        "first_ms": median(arrive(sit, 1)[0] for _ in range(repeats)) * 1000,
        "menu_ms": median(_menu(sit) for _ in range(repeats)) * 1000,
        "password_ms": median(_menu(by_password) for _ in range(repeats)) * 1000,
        "together_ms": [each * 1000 for each in sorted(arrive(sit, logins, MENU))],
    }
    bench.say(
        f"first screen {found['first_ms']:.0f} ms, menu in full {found['menu_ms']:.0f} ms through the agent, "
        f"{found['password_ms']:.0f} ms by password; {logins} at once: menu {found['together_ms'][-1]:.0f} ms"
    )
    return found


def _menu(sit: Sit) -> float:
    """Seconds from `ssh` to the last byte of the menu."""
    began = time.perf_counter()
    seat = sit()
    try:
        return _shown(seat, MENU, began)
    finally:
        leave(seat)


def _shown(seat: Seat, words: str, began: float) -> float:
    """Seconds until the screen that has these words is complete."""
    seat.until(words)
    here = time.perf_counter()
    return here - began + settled(seat, here)


def _opening(bench: Bench, sit: Sit, key: bytes, name: str) -> dict[str, Any]:
    """A form's first opening, and going back to it from another page: until it is seen, and in full."""
    seen, first, after = [], [], []
    for _ in range(bench.scale.repeats):
        seat = sit()
        try:
            _shown(seat, MENU, time.perf_counter())
            began = time.perf_counter()
            seat.press(key)
            seat.until(OPENED)
            seen.append(time.perf_counter() - began)
            first.append(seen[-1] + settled(seat, time.perf_counter()))
            for _ in range(3):
                pressed(seat, QUERY)
                after.append(pressed(seat, key))
        finally:
            leave(seat)
    found = {
        "seen_ms": median(seen) * 1000,
        "first_ms": median(first) * 1000,
        "after_ms": median(after) * 1000,
    }
    found["first_most_ms"], found["after_most_ms"] = max(first) * 1000, max(after) * 1000
    bench.say(
        f"{name}: seen after {found['seen_ms']:.0f} ms, complete after {found['first_ms']:.0f} ms "
        f"(most {found['first_most_ms']:.0f}), again {found['after_ms']:.0f} ms "
        f"(most {found['after_most_ms']:.0f})"
    )
    return found


def _together(bench: Bench, house: House, host: HostProcess, sit: Sit) -> dict[str, Any]:
    """Memory and idle cost of everybody, at the menu and with an open form; then some of them type."""
    scale, found = bench.scale, {}
    with ExitStack() as stack:
        seats: list[Seat] = []
        stack.callback(lambda: [leave(seat) for seat in seats])
        for _ in range(0, scale.people, 10):
            arrive(sit, min(10, scale.people - len(seats)), MENU, seats)
        for name in ("menu", "form"):
            if name == "form":
                for seat in seats:
                    seat.press(ENTRY)
                for seat in seats:
                    seat.until(OPENED)
            found[name] = cost(host, seats, scale.idle)
            bench.say(
                f"{name}: {found[name]['session_mb']:.1f} MB a session, {found[name]['all_mb']:.0f} MB of "
                f"{scale.people} and the host; idle {found[name]['idle_percent']:.3f} % of a core each"
            )
        found["typing"] = _typing(bench, house, host, seats[: scale.logins])
    return found


def _typing(bench: Bench, house: House, host: HostProcess, seats: Sequence[Seat]) -> dict[str, Any]:
    assert house.process is not None
    parties = {
        "sessions": host.sessions(), "host": [host.process.pid, host.fork_server],
        "gateway": processes.children(house.process.pid),
        "clients": [pid for seat in seats for pid in processes.children(seat.ssh)], "driver": [os.getpid()],
    }  # fmt: skip
    before = {name: processes.cpu(pids) for name, pids in parties.items()}
    began = time.monotonic()
    waits = type_together(seats, bench.scale.typing)
    spent = time.monotonic() - began
    keys = len(waits.letters) + len(waits.enters)
    found: dict[str, Any] = {
        "keys": keys,
        "seconds": spent,
        "cores": {name: (processes.cpu(pids) - before[name]) / spent for name, pids in parties.items()},
        "letters": _spread(waits.letters),
        "enters": _spread(waits.enters),
        "all": _spread([*waits.letters, *waits.enters]),
    }
    found["session_ms"] = found["cores"]["sessions"] * spent * 1000 / keys
    bench.say(
        f"{len(seats)} type {keys / spent:.0f} keys/s: median {found['all']['p50_ms']:.1f} ms, p95 "
        f"{found['all']['p95_ms']:.1f} ms; busy cores "
        + ", ".join(f"{name} {share:.2f}" for name, share in found["cores"].items())
    )
    return found


def _spread(waits: Sequence[float]) -> dict[str, float]:
    parts = quantiles(waits, n=100, method="inclusive")
    return {"p50_ms": parts[49] * 1000, "p95_ms": parts[94] * 1000, "most_ms": max(waits) * 1000}


def _cut(bench: Bench, host: HostProcess, sit: Sit) -> dict[str, Any]:
    """Seconds until a session's process is gone: its client killed, and its line silent."""
    killed, silent = [], []
    for number in (signal.SIGKILL, signal.SIGSTOP):
        for _ in range(bench.scale.repeats):
            seats: list[Seat] = []
            arrive(sit, 1, MENU, seats)
            pressed(seats[0], ENTRY)
            (session,) = host.sessions()
            began = time.perf_counter()
            os.kill(seats[0].ssh, number)
            _ended(session)
            (killed if number == signal.SIGKILL else silent).append(time.perf_counter() - began)
            os.kill(seats[0].ssh, signal.SIGKILL)
            seats[0].__exit__(None, None, None)
    left = host.sessions()
    if left:
        raise BenchError(f"processes are left of sessions whose lines were dropped: {left}")
    bench.say(f"cut off: gone after {median(killed) * 1000:.0f} ms; silent: after {median(silent):.1f} s")
    return {
        "killed_ms": median(killed) * 1000, "killed_most_ms": max(killed) * 1000, "silent": median(silent),
        "allowed": SILENT["keepalive_seconds"] * SILENT["keepalive_missed"],
    }  # fmt: skip


def _ended(pid: int) -> None:
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if not select.select([pidfd], [], [], PATIENCE)[0]:
            raise BenchError(f"the session's process {pid} lives on behind a dropped line")
    finally:
        os.close(pidfd)
