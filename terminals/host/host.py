"""The wiring of a terminal host: every part made once, joined on this one page, started and stopped in order.

Knows which part needs which; refuses to know what any of them does.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
import weakref
from pathlib import Path
from typing import Any, Protocol

import structlog
from twisted.internet.defer import Deferred, inlineCallbacks

from messages.signature.sign import Signer
from terminals.client import Gateway, Patience
from terminals.host import agent, hostkeys
from terminals.host.area import Area, Quota
from terminals.host.child import Bounds
from terminals.host.forks import Forks
from terminals.host.forkserver import Plan
from terminals.host.gate import Gate
from terminals.host.limits import Counted, Turns, address
from terminals.host.line import LINGER, Line, Lines
from terminals.host.people import Person
from terminals.host.settings import Settings
from terminals.host.visit import NEWCOMER
from terminals.trouble import Unusable

BACKLOG = 256
_SOCKET = 100  # bytes of a Unix socket's path that every system allows

log = structlog.get_logger("terminals.host")


class Clock(Protocol):
    """A reactor as a clock, or Twisted's test clock."""

    def seconds(self) -> float:
        """Monotonic."""

    def callLater(self, delay: float, callable: Any, *args: Any) -> Any:  # noqa: A002, N802 - Twisted's names
        """Call in so many seconds."""


class Host:
    """One host: `start` it in a running reactor, `stop` it before the reactor ends."""

    def __init__(
        self, reactor: Any, settings: Settings, url: str, ca: Path, signer: Signer, clock: Clock | None = None
    ) -> None:
        """`clock` tells idleness, silence and slowness. Raises Unusable, OSError."""
        self.reactor = reactor
        self.settings = settings
        self.url = url
        self.ca = ca.absolute()
        self.clock: Clock = clock or reactor
        settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = _hold(settings.lock)
        self.keys = hostkeys.load(settings.keys)
        self.runtime = _runtime(settings.state)
        agent.clear(self.runtime)
        patience = Patience(total=settings.gateway_seconds)
        self.gate = Gate(reactor, Gateway(url, self.ca, patience=patience), signer)
        bounds = Bounds(settings.memory_bytes, settings.open_files)
        plan = Plan(settings.application, bounds, settings.end_seconds, settings.log_level)
        self.forks = Forks(reactor, plan)
        self.connections = Counted(settings.connections, settings.connections_per_address)
        self.strangers = Counted(settings.strangers, settings.strangers_per_address)
        self.sessions = Counted(settings.sessions, settings.sessions_per_user)
        self.newcomers = Counted(settings.newcomers, settings.newcomers_per_address)
        self.arrivals = Turns(
            settings.newcomers_per_hour / 3600, settings.newcomers_per_hour, self.clock.seconds
        )
        self.offers = Turns(settings.keys_per_second, settings.keys_at_once, self.clock.seconds)
        self.lines: set[Line] = set()
        self._areas: weakref.WeakValueDictionary[Path, Area] = weakref.WeakValueDictionary()
        self._count = 0
        self._empty: Deferred[None] | None = None
        self.port: Any = None

    # -- starting and stopping ---------------------------------------------------------------------------

    @inlineCallbacks
    def start(self) -> Any:
        """Warm the sessions up, then listen. Fails with NotReady, CannotListenError."""
        self.gate.start()
        yield self.forks.start()
        settings = self.settings
        self.port = self.reactor.listenTCP(settings.port, Lines(self), BACKLOG, settings.listen)

    @property
    def number(self) -> int:
        """The port that it listens on."""
        return int(self.port.getHost().port)

    @inlineCallbacks
    def stop(self) -> Any:
        """Tell everybody, let the sessions keep what was typed, and end; fires when nothing is left."""
        log.info("stopping", connections=len(self.lines), sessions=self.sessions.count)
        if self.port is not None:
            yield self.port.stopListening()
        yield self._send_home()
        yield self.forks.stop()
        yield self.gate.stop()
        if self.runtime.parent != self.settings.state:
            shutil.rmtree(self.runtime, ignore_errors=True)
        os.close(self._lock)
        log.info("stopped")

    def _send_home(self) -> Deferred[None]:
        """Fires when every connection has ended, by itself or because it took too long."""
        empty: Deferred[None] = Deferred()
        self._empty = empty
        for line in list(self.lines):
            line.farewell("host-stopping")
        if not self.lines:
            empty.callback(None)
            return empty
        patience = self.reactor.callLater(self.settings.end_seconds + 2 * LINGER, self._cut)

        def over(result: object) -> None:
            if patience.active():
                patience.cancel()

        return empty.addBoth(over)

    def _cut(self) -> None:
        for line in list(self.lines):
            line.transport.abortConnection()

    # -- connections and sessions ------------------------------------------------------------------------

    def admit(self, peer: str) -> Line | None:
        """A new connection's line; None when there are too many."""
        counted_as = address(peer)
        if not self.connections.enter(counted_as):
            log.warning("refused", peer=peer, why="too many connections")
            return None
        if not self.strangers.enter(counted_as):
            self.connections.leave(counted_as)
            log.warning("refused", peer=peer, why="too many connections without a login")
            return None
        line = Line(self, peer)
        self.lines.add(line)
        return line

    def left(self, line: Line) -> None:
        """A connection has ended."""
        self.lines.discard(line)
        self.connections.leave(line.counted_as)
        person = line.person
        if person is None:
            self.strangers.leave(line.counted_as)
        else:
            log.info(
                "logout", peer=line.peer, account=person.account, holder=person.holder, party=person.dxp_id
            )
            if person.token:
                self.gate.end(person.token)
            if person.role == NEWCOMER:
                self.newcomers.leave(line.counted_as)
        if not self.lines and self._empty is not None and not self._empty.called:
            self._empty.callback(None)

    def next_number(self) -> str:
        """A session's number in the log: of this process, then counted."""
        self._count += 1
        return f"{os.getpid()}-{self._count}"

    def area(self, person: Person) -> Area:
        """The person's files; the connections of one person share them. Raises OSError."""
        root = self.settings.areas / person.folder
        found = self._areas.get(root)
        if found is None:
            its = self.settings
            found = Area(root, Quota(its.area_bytes, its.area_files, its.file_bytes))
            self._areas[root] = found
        return found


def _hold(file: Path) -> int:
    """The state folder's lock; it ends with the process, however that ends."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise Unusable("host-running", folder=file.parent) from None
    return descriptor


def _runtime(state: Path) -> Path:
    """A folder for sockets, whose names must be short: in the state folder where that is, else elsewhere.

    It has the same name each time, so that what a killed host left behind is found, but is used only when it
    is ours and nobody else's.
    """
    runtime = state / "run"
    if len(os.fsencode(runtime)) + len("/agent-0123456789abcdef/agent.sock") > _SOCKET:
        name = hashlib.sha256(os.fsencode(state)).hexdigest()[:16]
        runtime = Path(tempfile.gettempdir()) / f"eport-host-{name}"
    runtime.mkdir(mode=0o700, exist_ok=True)
    found = runtime.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        return Path(tempfile.mkdtemp(prefix="eport-host-"))
    return runtime
