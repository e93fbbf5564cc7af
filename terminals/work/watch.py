"""Waiting for receipts in a thread of its own, which is also how a lost line is noticed and tried again.

Knows the long poll, the waits between tries and when a session has to be opened anew by somebody; refuses to
know what is done about it. One request hangs at the gateway all the time; where that fails, the line is down.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event as Flag
from threading import Lock, Thread

from hardware.signer import SignerError
from terminals.client import Gateway, Patience
from terminals.proof import Prover
from terminals.receipts import Cursors, Mailbox, Page
from terminals.session import Session
from terminals.trouble import LoginRefused, Refused, Trouble
from terminals.work.events import Came, Down, Ended, Tell, Up
from terminals.work.receipts import Ladders

WAIT = 25  # seconds that the gateway holds an empty answer; it allows 30
ANSWER = 10.0  # seconds beyond that after which a silent line is a lost one
LEAST = 1.0  # seconds from one empty answer to the next
FAREWELL = 2.0  # seconds that `close` waits for the thread, which ends with the process anyway
PAGE = 500
AGAIN = Patience(first=1.0, factor=2.0, longest=8.0, jitter=0.25)
"""Between tries of a lost line: at most 10 s, and a thousand terminals come back spread over four of them."""
_AT_ONCE = Patience(total=0)


class Watch:
    """The thread and what it knows of the line."""

    def __init__(
        self,
        session: Session,
        prover: Prover,
        cursors: Cursors,
        ladders: Ladders,
        tell: Tell,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.up = True
        self._session = session
        self._prover = prover
        self._cursors = cursors
        self._ladders = ladders
        self._tell = tell
        self._chance = chance
        self._over = False
        self._woken = Flag()
        self._lock = Lock()
        self._ended = False
        self._caught_up = False
        self._begin: str | None = None
        self._why: Trouble | None = None  # what another request was told when the line was lost
        self._gateway = self._twin()
        self._thread = Thread(target=self._run, name="receipts", daemon=True)

    def start(self) -> None:
        """Begin, behind what was read before: another terminal of this person may read on at any moment."""
        with suppress(Trouble):
            self._begin = self._cursors.read()
        self._thread.start()

    def retry(self) -> None:
        """Don't wait any longer before the next try."""
        self._woken.set()

    def answered(self) -> None:
        """Another request was answered: a line that is down, or a session that ended, is tried at once."""
        if not self.up or self._ended:
            self._woken.set()

    def lost(self, trouble: Trouble) -> None:
        """Another request was not answered: break off the one that hangs here, which would notice later."""
        with self._lock:
            if self.up and not self._over:
                self._why = trouble
                self._gateway.leave()

    def close(self) -> None:
        """End the thread, and tell nothing any more."""
        with self._lock:
            self._over = True
            self._gateway.leave()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(FAREWELL)
        if not self._thread.is_alive():  # else it is still connecting, which nothing breaks off
            self._gateway.close()

    def _run(self) -> None:
        tries = 0
        cursor, known = self._begin, False
        while not self._over:
            try:
                if cursor is None:
                    cursor = self._cursors.read()
                if not known:
                    known = True
                    self._caught_up = bool(cursor) or not self._ladders.fresh
                begun, waits = time.monotonic(), self._caught_up and self.up
                page = self._page(cursor)
                tries = 0
                self._answered()
                self._take(page)
                cursor = page.next
                if waits and not page.delivered and time.monotonic() - begun < LEAST:
                    self._pause(LEAST)  # a gateway, or something before it, that does not hold an answer
            except Refused as trouble:
                if not cursor:
                    self._down(trouble, tries)
                    tries += 1
                cursor, self._caught_up = "", False  # it was no cursor of this gateway
            except (LoginRefused, SignerError) as trouble:
                self._say(Ended(trouble))
                self._ended = True
                self._pause(None)
                self._ended = False
            except Trouble as trouble:
                self._down(trouble, tries)
                tries += 1

    def _page(self, cursor: str) -> Page:
        wait = WAIT if self.up and self._caught_up else 0
        return Mailbox(self._session, self._prover, self._gateway).page(cursor, limit=PAGE, wait=wait)

    def _take(self, page: Page) -> None:
        """Keep what has come, then the cursor behind it; what came before the first login is no news."""
        if page.delivered:
            new = self._ladders.take(page.delivered, old=not self._caught_up)
            self._cursors.write(page.next)
            unread = tuple(step for step in new if not step.read)
            if unread:
                self._say(Came(unread))
        elif not self._caught_up:
            self._caught_up = True
            self._ladders.note(())  # the next login is not the first

    def _answered(self) -> None:
        if not self.up:
            self.up = True
            self._say(Up())

    def _down(self, trouble: Trouble, tries: int) -> None:
        asked = getattr(trouble.__cause__, "retry_after", None)
        again = AGAIN.wait(tries, asked, self._chance())
        with self._lock:
            why, self._why = self._why or trouble, None
            self.up = False
            if not self._over and self._gateway.left:
                self._gateway.close()
                self._gateway = self._twin()
        self._say(Down(why, again))
        self._pause(again)

    def _twin(self) -> Gateway:
        return self._session.gateway.twin(_AT_ONCE, ANSWER)

    def _pause(self, seconds: float | None) -> None:
        if not self._over:
            self._woken.wait(seconds)
            self._woken.clear()

    def _say(self, event: Up | Down | Came | Ended) -> None:
        if not self._over:
            self._tell(event)
