"""A terminal: the application in a process of its own, between a pseudo-terminal and the client's screen.

Knows its beginning, its flow and its end. When the client is gone the application is asked to end while its
terminal is still there, so that it ends in order; what it writes then is thrown away. Refuses to know what
is on the screen, but for putting it right when the application could not.
"""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import structlog
from twisted.internet.interfaces import IPushProducer

from terminals.host import screen
from terminals.host.agent import Forwarded
from terminals.host.forks import Ended
from terminals.host.pty import Pty
from terminals.host.visit import Visit
from terminals.language import say

if TYPE_CHECKING:
    from terminals.host.host import Host
    from terminals.host.line import Line
    from terminals.host.pty import Size
    from terminals.host.session import Session

LAST_WORDS = 2.0  # seconds for what the process has written before its end to be sent

log = structlog.get_logger("terminals.host.terminal")


class Terminal:
    """One running application."""

    def __init__(self, host: Host, line: Line, channel: Session) -> None:
        self._host = host
        self._line = line
        self._channel: Session | None = channel
        self._person = channel.person
        self._language = channel.language
        self._number = host.next_number()
        self._words = ""
        self._pty: Pty | None = None
        self._agent: Forwarded | None = None
        self._ended: Ended | None = None
        self._drained = self._cut = self._asked = False
        self._patience: Any = None
        self._began = host.clock.seconds()

    def start(self) -> None:
        """Fork it. Raises NotReady, OSError."""
        channel, host = self._channel, self._host
        assert channel is not None
        assert channel.size is not None
        environment = dict(channel.environment)
        try:
            if channel.wants_agent:
                self._agent = Forwarded(host.reactor, host.runtime, channel.service)
                environment["SSH_AUTH_SOCK"] = self._agent.path
            visit = self._visit()
            self._pty = Pty(host.reactor, channel.size, self._said, self._silent)
            self._pty.registerProducer(cast(IPushProducer, channel), True)
            host.forks.open(
                self._number, self._pty.slave, visit.to_bytes(), environment | {"HOME": str(visit.state)},
                self._started, self._over,
            )  # fmt: skip
        except Exception:
            if self._pty is not None:
                os.close(self._pty.slave)
                self._pty.close()
            self._close_agent()
            raise
        self._pty.give()
        if channel.held:
            self.hold()
        host.sessions.enter(self._person.folder)
        log.info("session begun", **self._told())

    def _visit(self) -> Visit:
        person, settings = self._person, self._host.settings
        area = self._host.area(person)
        kept = settings.kept / person.folder
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Visit(
            number=self._number, account=person.account, holder=person.holder, role=person.role,
            card=person.card, dxp_id=person.dxp_id, certificates=person.certificates, token=person.token,
            agent=self._agent.path if self._agent else "", language=self._language, area=area.root,
            state=kept, url=self._host.url, ca=self._host.ca, peer=self._line.peer,
            area_bytes=settings.area_bytes, area_files=settings.area_files,
        )  # fmt: skip

    def _told(self) -> dict[str, str]:
        person = self._person
        return {
            "session": self._number, "peer": self._line.peer, "account": person.account,
            "holder": person.holder, "party": person.dxp_id,
        }  # fmt: skip

    # -- for the channel ---------------------------------------------------------------------------------

    def data(self, data: bytes) -> None:
        """What was typed."""
        if self._pty is not None and self._channel is not None:
            self._pty.write(data)
            self._channel.taken(len(data))

    def resize(self, size: Size) -> None:
        """The client's window has another size."""
        if self._pty is not None:
            self._pty.resize(size)

    def hold(self) -> None:
        """The client takes nothing: neither does the pseudo-terminal, and the application waits."""
        if self._pty is not None:
            self._pty.stopReading()

    def go_on(self) -> None:
        """It takes again."""
        if self._pty is not None:
            self._pty.startReading()

    def finish(self, words: str) -> None:
        """Ask it to end, and say so on the screen when it has."""
        self._words = self._words or words
        self._ask_to_end()

    def gone(self) -> None:
        """Nobody looks at the screen any more."""
        self._channel = None
        self._close_agent()
        self._ask_to_end()
        self.go_on()  # so that its last words do not keep it

    def _ask_to_end(self) -> None:
        self._asked = True
        self._host.forks.end(self._number)

    # -- for the process ---------------------------------------------------------------------------------

    def _started(self, pid: int) -> None:
        if self._agent is not None:
            self._agent.admit(pid)

    def _said(self, data: bytes) -> None:
        if self._channel is not None:
            self._channel.write(data)

    def _silent(self) -> None:
        """Nobody holds the pseudo-terminal's other side any more."""
        self._pty = None
        self._drained = True
        self._leave_when_done()

    def _over(self, how: Ended) -> None:
        """The process has ended; what it wrote before may still be on its way."""
        if self._asked and how.signal == signal.SIGHUP:  # before it had anything to keep
            how = Ended(0)
            self._cut = True
        self._ended = how
        self._host.sessions.leave(self._person.folder)
        self._close_agent()
        log.info(
            "session ended", **self._told(), status=how.status, signal=_name(how.signal),
            seconds=round(self._host.clock.seconds() - self._began),
        )  # fmt: skip
        if self._drained:
            self._leave_when_done()
        else:
            self._patience = self._host.reactor.callLater(LAST_WORDS, self._let_go)

    def _let_go(self) -> None:
        """Something that the process started still holds its terminal, or the client takes nothing."""
        self._patience = None
        self._cut = True
        if self._pty is not None:
            self._pty.close()

    def _leave_when_done(self) -> None:
        if self._ended is None:
            if self._channel is not None:  # it has closed its terminal and lives on: nothing more can come
                self._ask_to_end()
            return
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        channel, self._channel = self._channel, None
        if channel is None:
            return
        told, how = self._words, self._ended
        if how.status is None:
            name = _name(how.signal)
            told = told or say(self._language, "host-died" if name else "host-not-ready", signal=name)
        if how.status is None or self._cut:
            channel.write(screen.RESET)
        if told:
            channel.write(screen.lines(told))
        channel.ended(how.status, _name(how.signal).removeprefix("SIG"))

    def _close_agent(self) -> None:
        if self._agent is not None:
            self._agent.close()


def _name(number: int | None) -> str:
    with suppress(ValueError):
        return signal.Signals(number).name if number is not None else ""
    return str(number)
