"""People at the SSH host with OpenSSH's client: how they come, sit, and go, and what their sessions cost.

Knows pseudo-terminals, the first full repaint of a screen, and /proc; refuses to know what is on a screen.
Everybody is on this machine, the clients too, and shares its cores.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from bench import processes
from bench.server import PATIENCE, BenchError
from tests.hardware.agents import RealAgent
from tests.scenarios.house import House
from tests.terminals.host.house import Guest, HostProcess, Seat

PAINTED = "\x1b[24;1H"  # the last row of the first full repaint
QUIET = 0.5  # seconds without a byte after which a screen is complete
LIMITS: dict[str, object] = {
    "sessions_per_user": 1000, "sessions": 1000, "strangers_per_address": 1000, "strangers": 1000,
    "connections_per_address": 1000,
}  # fmt: skip
"""Settings of a host at which one person sits many times, from one address."""

Sit = Callable[[], Seat]


class Premises:
    """A gateway, an SSH agent with its operator's key, and hosts as they are needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._hosts = 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.house = House(self._folder / "home", EPORT_LISTEN__BACKLOG="4096")
            stack.callback(self.house.close)
            self.house.start()
            # The path of an agent's socket has to be short.
            short = Path(stack.enter_context(TemporaryDirectory(prefix="eport-agent-")))
            self._agent = RealAgent(short)
            stack.callback(self._agent.kill)
            self.person = self.house.person("operator")
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @contextmanager
    def host(self, application: str, **settings: object) -> Iterator[HostProcess]:
        """A host with this application."""
        self._hosts += 1
        state = self._folder / f"host{self._hosts}"
        with HostProcess(self.house, state, application=application, **LIMITS, **settings) as host:  # type: ignore[arg-type]
            yield host

    def by_agent(self, host: HostProcess) -> Sit:
        """How the operator sits down: by the key in the agent, which is forwarded."""
        guest = self._guest(host)
        self._agent.add(load_ssh_private_key(guest.key.read_bytes(), None))  # type: ignore[arg-type]
        return lambda: guest.sit("-A", environment={"SSH_AUTH_SOCK": self._agent.path})

    def by_password(self, host: HostProcess) -> Sit:
        """… by account and password."""
        guest = self._guest(host)
        options, environment = guest.by_password(self.person.account_password)
        return lambda: guest.sit(*options, environment=environment)

    def _guest(self, host: HostProcess) -> Guest:
        return Guest(self._folder / f"{host.state.name}-guest", host, self.person)


def arrive(
    sit: Callable[[], Seat], count: int, shown: str = PAINTED, stay: list[Seat] | None = None
) -> list[float]:
    """So many people at once; seconds until each one's screen shows `shown`. They leave, or go to `stay`."""
    began: dict[int, float] = {}
    seats: dict[int, Seat] = {}
    painted: dict[int, float] = {}
    for _ in range(count):
        start = time.perf_counter()
        seat = sit()
        seats[seat.line], began[seat.line] = seat, start
    while len(painted) < count:
        ready, _, _ = select.select(list(seats), [], [], PATIENCE)
        if not ready:
            raise BenchError("a screen was not painted")
        for line in ready:
            if not seats[line].more(PATIENCE):
                raise BenchError(f"a session ended: {seats[line].screen[-500:]}")
            if line not in painted and shown in seats[line].screen:
                painted[line] = time.perf_counter()
    if stay is not None:
        stay.extend(seats.values())
    else:
        for seat in seats.values():
            leave(seat)
    return [painted[line] - began[line] for line in seats]


def leave(seat: Seat) -> None:
    """The client ends, and the connection with it."""
    os.kill(seat.ssh, signal.SIGTERM)
    seat.__exit__(None, None, None)


def settled(seat: Seat, began: float) -> float:
    """Seconds from `began` to the last byte of what is painted now: until nothing comes for a while."""
    last = began
    while select.select([seat.line], [], [], QUIET)[0]:
        if not seat.more(PATIENCE):
            raise BenchError(f"a session ended: {seat.screen[-500:]}")
        last = time.perf_counter()
    return last - began


def pressed(seat: Seat, key: bytes) -> float:
    """Seconds from a key to the last byte of what it paints."""
    began = time.perf_counter()
    seat.press(key)
    return settled(seat, began)


def quiet(seats: Sequence[Seat], seconds: float) -> None:
    """Read what comes for a while."""
    end = time.monotonic() + seconds
    lines = {seat.line: seat for seat in seats}
    while (left := end - time.monotonic()) > 0:
        ready, _, _ = select.select(list(lines), [], [], left)
        for line in ready:
            lines[line].more(PATIENCE)


def cost(host: HostProcess, seats: Sequence[Seat], seconds: float) -> dict[str, float]:
    """Memory (PSS) and idle CPU of the sessions, the fork server and the host, while nobody types."""
    quiet(seats, 2.0)
    sessions, own = host.sessions(), [host.process.pid, host.fork_server]
    if len(sessions) != len(seats):
        raise BenchError(f"{len(sessions)} processes for {len(seats)} people")
    before = processes.cpu(sessions), processes.cpu(own)
    began = time.monotonic()
    quiet(seats, seconds)
    spent = time.monotonic() - began
    after = processes.cpu(sessions), processes.cpu(own)
    each = [processes.pss(pid) for pid in sessions]
    return {
        "session_mb": sum(each) / len(each),
        "host_mb": processes.pss(own[0]),
        "server_mb": processes.pss(own[1]),
        "all_mb": sum(each) + sum(processes.pss(pid) for pid in own),
        "idle_percent": (after[0] - before[0]) / spent / len(sessions) * 100,
        "idle_host_percent": (after[1] - before[1]) / spent * 100,
    }
