"""The client's SSH agent, for one session: a socket that its process alone may use.

Knows the socket, who may connect to it and how each connection becomes a channel to the client
(auth-agent@openssh.com); refuses to read what passes. All sessions run under one user of the machine, so the
file's mode alone does not tell them apart: the kernel says which process connects.
"""

# mypy: disable-error-code="no-untyped-call"
# ruff: noqa: N802, N803 - Twisted's and Conch's own names are camelCase

from __future__ import annotations

import os
import secrets
import shutil
import socket
import struct
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from twisted.internet.defer import maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

from terminals.host.channel import Channel

if TYPE_CHECKING:
    from terminals.host.channels import Channels

MOST = 8  # connections of one session at once
_FOLDER = "agent-"

log = structlog.get_logger("terminals.host.agent")


def clear(runtime: Path) -> None:
    """Remove what a host that was killed left behind."""
    for stale in runtime.glob(f"{_FOLDER}*"):
        shutil.rmtree(stale, ignore_errors=True)


class Forwarded(Factory[Protocol]):
    """One session's socket. `admit` says whose it is; until then a connection waits."""

    noisy = False

    def __init__(self, reactor: Any, runtime: Path, service: Channels) -> None:
        """Raises OSError when the socket cannot be made."""
        self._service = service
        self._folder = runtime / f"{_FOLDER}{secrets.token_hex(8)}"
        self._folder.mkdir(mode=0o700)
        self._leader = 0
        self._open: set[_Caller] = set()
        try:
            self._port = reactor.listenUNIX(self.path, self, MOST, mode=0o600)
        except CannotListenError as error:
            self._folder.rmdir()
            raise OSError(f"no socket for the agent: {error}") from None

    @property
    def path(self) -> str:
        """For SSH_AUTH_SOCK."""
        return str(self._folder / "agent.sock")

    def admit(self, leader: int) -> None:
        """The session's process, and whatever it starts in its session of the kernel's."""
        self._leader = leader
        for caller in list(self._open):
            caller.begin()

    def close(self) -> None:
        """Nobody may use it any more; whoever is connected is cut off."""
        for caller in list(self._open):
            caller.cut()
        closed = maybeDeferred(self._port.stopListening)
        closed.addBoth(lambda _: shutil.rmtree(self._folder, ignore_errors=True))

    def buildProtocol(self, addr: IAddress | None) -> Protocol | None:
        """A connection, unless there are too many."""
        return _Caller(self) if len(self._open) < MOST else None

    def connected(self, caller: _Caller) -> None:
        """Somebody has connected."""
        self._open.add(caller)
        if self._leader:
            caller.begin()

    def disconnected(self, caller: _Caller) -> None:
        """Somebody has left."""
        self._open.discard(caller)

    def may(self, line: socket.socket) -> bool:
        """Whether the kernel says that it is the session's own process that has connected."""
        pid, user, _ = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        with suppress(ProcessLookupError, PermissionError):
            if user == os.getuid() and self._leader and os.getsid(pid) == self._leader:
                return True
        log.warning("another process tried an agent", pid=pid, session=self._leader)
        return False

    def ask(self, channel: AgentChannel) -> None:
        """Open a channel to the client's agent."""
        self._service.openChannel(channel)


class _Caller(Protocol):
    """One connection of the session's process."""

    def __init__(self, forwarded: Forwarded) -> None:
        self._forwarded = forwarded
        self._channel: AgentChannel | None = None

    def connectionMade(self) -> None:
        """It says nothing before we know who it is and the client's agent listens."""
        self._transport.pauseProducing()
        self._forwarded.connected(self)

    @property
    def _transport(self) -> Any:
        return self.transport

    def begin(self) -> None:
        """The session's process is known: is it this one?"""
        if self._channel is None:
            if not self._forwarded.may(self._transport.getHandle()):
                self.cut()
                return
            self._channel = AgentChannel(self._transport)
            self._forwarded.ask(self._channel)

    def cut(self) -> None:
        """End it now."""
        self._transport.abortConnection()

    def dataReceived(self, data: bytes) -> None:
        """A question for the agent."""
        if self._channel is not None:
            self._channel.write(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """It has its answers, or wants none."""
        self._forwarded.disconnected(self)
        if self._channel is not None:
            self._channel.finish()


class AgentChannel(Channel):
    """The way to the client's agent."""

    name = b"auth-agent@openssh.com"
    somebodys = False  # the terminal looks now and then whether the key is there

    def __init__(self, caller: Any) -> None:
        super().__init__()
        self._caller = caller
        self._is_open = self._is_over = False

    def channelOpen(self, specificData: bytes) -> None:
        """The agent listens."""
        if self._is_over:
            self.loseConnection()
            return
        self._is_open = True
        self._caller.registerProducer(self, True)
        if not self.held:
            self.go_on()

    def openFailed(self, reason: Any) -> None:
        """The client has no agent after all."""
        self._is_over = True
        self._caller.abortConnection()

    def finish(self) -> None:
        """The process has left."""
        self._is_over = True
        if self._is_open:
            self.loseConnection()

    def dataReceived(self, data: bytes) -> None:
        """An answer."""
        self._caller.write(data)
        self.taken(len(data))

    def hold(self) -> None:
        """No more questions for now."""
        self._caller.pauseProducing()

    def go_on(self) -> None:
        """Ask on."""
        if self._is_open:
            self._caller.resumeProducing()

    def eofReceived(self) -> None:
        """The agent has said all."""
        self._caller.unregisterProducer()
        self._caller.loseConnection()

    def closed(self) -> None:
        """The client has closed it."""
        self._is_over = True
        self._caller.unregisterProducer()
        self._caller.loseConnection()
