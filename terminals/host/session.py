"""A session channel (RFC 4254, 6): what a client may ask of it, until it is a terminal or a file transfer.

Knows the requests and what becomes of them: a terminal with its size and language, the agent, SFTP. Whoever
asks for a command, or for a terminal without a screen, reads that there is none; X11 and other subsystems are
refused.
"""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog
from twisted.conch.ssh.common import getNS

from terminals.host.channel import Channel
from terminals.host.forks import NotReady
from terminals.host.people import Person
from terminals.host.pty import Size
from terminals.host.terminal import Terminal
from terminals.host.transfer import Transfer
from terminals.host.visit import NEWCOMER
from terminals.language import language, say

_TERM = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]{0,63}")
_NAME = re.compile(r"LANG|LANGUAGE|LC_[A-Z]{1,20}|COLORTERM")
_VALUE = re.compile(r"[A-Za-z0-9_.,:@+-]{0,64}")
_VARIABLES = 32  # of one channel; LC_ALL and its kind are fifteen
_STDERR = 1
_NOTED = (b"x11-req", b"subsystem", b"pty-req", b"env", b"auth-agent-req@openssh.com")

log = structlog.get_logger("terminals.host.session")


class Use(Protocol):
    """What a session is used for."""

    def data(self, data: bytes) -> None:
        """What the client sends."""

    def hold(self) -> None:
        """Nothing can be sent to the client."""

    def go_on(self) -> None:
        """It can again."""

    def finish(self, words: str) -> None:
        """End, and leave these words on the screen, if there is one."""

    def gone(self) -> None:
        """The client is not there any more."""


class Session(Channel):
    """One session channel."""

    name = b"session"

    def __init__(self, remote_window: int, remote_packet: int) -> None:
        super().__init__(remote_window, remote_packet)
        self.environment: dict[str, str] = {}
        self.size: Size | None = None  # once there is a screen
        self.wants_agent = False
        self._use: Use | None = None
        self._early = b""
        self._requests: Mapping[bytes, Callable[[bytes], bool]] = {
            b"pty-req": self._pty,
            b"env": self._env,
            b"window-change": self._window,
            b"auth-agent-req@openssh.com": self._agent,
            b"shell": self._shell,
            b"subsystem": self._subsystem,
            b"exec": self._exec,
        }

    @property
    def person(self) -> Person:
        """Whose it is."""
        person = self.service.line.person
        assert person is not None, "there are no channels before the login"
        return person

    @property
    def language(self) -> str:
        """What the client's locale says; for a newcomer whose client says nothing of it, Chinese."""
        if self.person.role == NEWCOMER and not self.environment.get("LANG"):
            return language({**self.environment, "LANG": "zh"})
        return language(self.environment)

    # -- what the client asks ----------------------------------------------------------------------------

    def requestReceived(self, requestType: bytes, data: bytes) -> bool:  # noqa: N802, N803 - Conch's names
        """Whether it is granted."""
        answer = self._requests.get(requestType)
        granted = answer is not None and answer(data)
        if not granted:
            note = log.info if requestType in _NOTED else log.debug  # PuTTY measures windows with requests
            note(
                "a request was refused", peer=self.service.line.peer, account=self.person.account,
                request=requestType[:64].decode("ascii", "replace"),
            )  # fmt: skip
        return granted

    def requested(self, name: bytes) -> None:
        """It was granted, and the client knows: begin."""
        if self._use is not None or self.localClosed:
            return
        if name == b"subsystem":
            self._begin(Transfer)
        elif name == b"shell" and self.size is not None:
            self._begin(Terminal)
        elif name in (b"shell", b"exec"):
            self._decline("host-no-command", "a command or a shell was asked for")

    def _pty(self, data: bytes) -> bool:
        if self.size is not None or self._use is not None:
            return False
        term, rest = getNS(data)
        name = term.decode("ascii", "replace")
        self.environment["TERM"] = name if _TERM.fullmatch(name) else "xterm-256color"
        self.size = Size.of(*struct.unpack(">4L", rest[:16]))
        return True

    def _env(self, data: bytes) -> bool:
        name, value = (each.decode("ascii", "replace") for each in getNS(data, 2)[:2])
        if self._use is not None or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            return False
        if name not in self.environment and len(self.environment) >= _VARIABLES:
            return False
        self.environment[name] = value
        return True

    def _window(self, data: bytes) -> bool:
        if self.size is None:
            return False
        self.size = Size.of(*struct.unpack(">4L", data[:16]))
        if isinstance(self._use, Terminal):
            self._use.resize(self.size)
        return True

    def _agent(self, data: bytes) -> bool:
        if self._use is not None or self.person.role == NEWCOMER:
            return False
        self.wants_agent = True
        return True

    def _shell(self, data: bytes) -> bool:
        return self._use is None

    def _exec(self, data: bytes) -> bool:
        """Granted, so that its sender reads why there is none: a client drops what comes with a refusal."""
        return self._use is None

    def _subsystem(self, data: bytes) -> bool:
        return self._use is None and self.person.role != NEWCOMER and getNS(data)[0] == b"sftp"

    # -- what comes of it --------------------------------------------------------------------------------

    def _begin(self, kind: type[Terminal] | type[Transfer]) -> None:
        host, line, person = self.service.line.host, self.service.line, self.person
        full = host.sessions.full(person.folder)
        if full:
            limit = {"each": host.sessions.each, "all": host.sessions.total}[full]
            which = say(self.language, "host-many-yours" if full == "each" else "host-many-all", limit=limit)
            self._decline("host-too-many", "too many sessions", which=which)
            return
        use = kind(host, line, self)
        try:
            use.start()
        except (NotReady, OSError) as error:
            self._decline("host-not-ready", str(error))
            return
        self._use = use
        early, self._early = self._early, b""
        if early:
            use.data(early)

    def _decline(self, key: str, why: str, **values: object) -> None:
        log.warning("no session", peer=self.service.line.peer, account=self.person.account, why=why)
        text = say(self.language, key, **values).encode() + b"\r\n"
        if len(text) <= self.remoteWindowLeft:  # otherwise it would have to be kept for later
            self.writeExtended(_STDERR, text)
        self.ended(1)

    def ended(self, status: int | None, signal: str = "") -> None:
        """Tell the client how it ended (RFC 4254, 6.10), and close."""
        if self.localClosed:
            return
        if signal:
            told = _string(signal) + b"\0" + _string("") + _string("")
            self.service.sendRequest(self, b"exit-signal", told)
        else:
            self.service.sendRequest(self, b"exit-status", struct.pack(">L", status or 0))
        self.loseConnection()  # what is still waiting for the client's window goes before it

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Conch's name
        """What was typed, or a piece of a file; what comes too early waits inside the closed window."""
        if self._use is None:
            self._early += data
        else:
            self._use.data(data)

    def eofReceived(self) -> None:  # noqa: N802 - Conch's name
        """The client will send nothing more: nobody is there to type."""
        if self._use is not None:
            self._use.finish("")

    def hold(self) -> None:
        """Stop what writes to the client."""
        if self._use is not None:
            self._use.hold()

    def go_on(self) -> None:
        """Let it write again."""
        if self._use is not None:
            self._use.go_on()

    def farewell(self, key: str, values: Mapping[str, object]) -> None:
        """End, with these words on the screen."""
        if self._use is None:
            self.loseConnection()
        else:
            self._use.finish(say(self.language, key, **values))

    def closed(self) -> None:
        """The channel is not there any more."""
        use, self._use = self._use, None
        if use is not None:
            use.gone()


def _string(text: str) -> bytes:
    return len(text).to_bytes(4) + text.encode()
