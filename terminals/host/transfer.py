"""A file transfer: SFTP on one channel, as fast as the client takes the answers, and no faster.

Knows how requests and answers flow, and that nobody may keep the host busy with them; refuses to read them.
"""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import structlog
from twisted.internet.threads import deferToThread

from terminals.host.sftp import Malformed, Sftp, Storing

if TYPE_CHECKING:
    from terminals.host.host import Host
    from terminals.host.line import Line
    from terminals.host.session import Session

TURN = 0.01  # seconds of work before somebody else has a turn

log = structlog.get_logger("terminals.host.transfer")


class Transfer:
    """One `sftp` subsystem."""

    def __init__(self, host: Host, line: Line, channel: Session) -> None:
        self._host = host
        self._line = line
        self._channel = channel
        self._person = channel.person
        self._number = host.next_number()
        self._turn: Any = None
        self._began = host.clock.seconds()
        self._owed = 0  # bytes taken from the client while nothing could be answered
        self._sftp: Sftp | None = None
        self._storing = False  # files are copied or synced, in a thread: nothing else is done meanwhile
        self._left: Sftp | None = None  # what is closed when that is over, since the client has gone

    def start(self) -> None:
        """Open the account's area. Raises OSError."""
        person, settings = self._person, self._host.settings
        area = self._host.area(person)
        self._sftp = Sftp(area, settings.open_handles, person.account or person.holder)
        self._host.sessions.enter(person.folder)
        log.info("transfer begun", session=self._number, peer=self._line.peer, account=person.account)

    def data(self, data: bytes) -> None:
        """Requests, or pieces of one."""
        if self._sftp is not None:
            self._sftp.feed(data)
            self._owed += len(data)
            self._work()

    def hold(self) -> None:
        """The client takes no answers: it gets none, and its requests stay where they are."""

    def go_on(self) -> None:
        """It takes them again."""
        self._work()

    def finish(self, words: str) -> None:
        """End; there is no screen to say why."""
        self._channel.ended(0)

    def gone(self) -> None:
        """The client is not there any more: what was not complete never was."""
        sftp, self._sftp = self._sftp, None
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
        if sftp is not None:
            if self._storing:
                self._left = sftp
            else:
                sftp.close()
            self._host.sessions.leave(self._person.folder)
            seconds = round(self._host.clock.seconds() - self._began)
            log.info("transfer ended", session=self._number, peer=self._line.peer, seconds=seconds)

    def _work(self) -> None:
        if self._turn is not None or self._storing:
            return
        until = time.monotonic() + TURN
        while self._sftp is not None and not self._channel.held:
            try:
                answer = self._sftp.step()
            except Malformed as error:
                log.info("no SFTP", session=self._number, peer=self._line.peer, why=str(error))
                self._channel.ended(1)
                return
            if answer is None:
                break
            if isinstance(answer, Storing):
                self._storing = True
                deferToThread(answer.store).addCallbacks(self._stored, self._not_stored)
                return
            self._channel.write(answer)
            if time.monotonic() > until:
                self._turn = self._host.reactor.callLater(0, self._next)
                return
        if self._sftp is not None and not self._channel.held:
            owed, self._owed = self._owed, 0
            self._channel.taken(owed)

    def _stored(self, answer: bytes) -> None:
        """It is on disk, or could not be: the client is told, and its next requests are looked at."""
        self._over()
        if self._sftp is not None:
            self._channel.write(answer)
            self._work()

    def _over(self) -> None:
        self._storing = False
        left, self._left = self._left, None
        if left is not None:
            left.close()

    def _not_stored(self, failure: Any) -> None:
        """A bug: this transfer ends, and nobody else's."""
        self._over()
        log.error("a transfer broke", session=self._number, exc_info=failure.value)
        if self._sftp is not None:
            self._channel.ended(1)

    def _next(self) -> None:
        self._turn = None
        self._work()
