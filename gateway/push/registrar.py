"""Registering a callback: the form of its URL, the proof that its owner wants it, and the note of it.

Knows how often a party may try and what the proof is; refuses to know HTTP's refusals and what is posted
later. The proof: the gateway posts a challenge, signed as receipts will be, and the callback answers 2xx with
the challenge's SHA-256 in hex. Whoever echoes everything, or answers 200 to anything, proves nothing.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection

from gateway import metrics
from gateway.limits import Rates
from gateway.push.address import host, target
from gateway.push.post import NotTaken, Poster
from gateway.push.pusher import PROBATION
from gateway.services import Clock, Jobs
from receipts import cursor
from storage import callbacks, pushes
from storage.callbacks import Callback, NewCallback
from storage.journal import Chain, Entry
from storage.sessions import Session

CALLBACK = "callback"  # in the journal: where a party's receipts are posted to
AT_ONCE = 8  # challenges under way
PER_PARTY = (1 / 30, 5.0)  # tries a second in the long run, and at once
PER_HOST = (1 / 5, 20.0)  # of all parties together: nobody's server is knocked at without end

log = structlog.get_logger("gateway.push")


class Closed(Exception):
    """The gateway posts to no callbacks."""


class NotProven(Exception):
    """The callback did not answer the challenge; the text says what it did."""


class TooOften(Exception):
    """Too many tries: try again in `seconds`."""

    def __init__(self, info: str, seconds: int) -> None:
        super().__init__(info)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Told:
    """A callback, and how many receipts wait for it."""

    callback: Callback
    waiting: int


class Registrar:
    """Reactor thread only."""

    def __init__(
        self,
        *,
        poster: Poster,
        writer: Jobs,
        reader: Jobs,
        chain: Chain,
        clock: Clock,
        seconds: Callable[[], float],
        changed: Callable[[], None],
        enabled: bool,
    ) -> None:
        """`changed` is called when a callback was registered or taken away."""
        self._poster = poster
        self._writer = writer
        self._reader = reader
        self._chain = chain
        self._clock = clock
        self._changed = changed
        self._enabled = enabled
        self._parties = Rates(*PER_PARTY, seconds)
        self._hosts = Rates(*PER_HOST, seconds)
        self._under_way: set[str] = set()

    async def register(self, session: Session, url: str, after: str | None) -> Told:
        """Prove a callback and store it for the session's party.

        `after`: the cursor behind which it begins; None: where the former one was, or what is still to come.
        Raises Closed, BadUrl, ValueError for no cursor, TooOften, NotProven, callbacks.Paused.
        """
        if not self._enabled:
            raise Closed("this gateway posts to no callbacks; poll the mailbox: GET /v1/receipts")
        to = target(url)
        position = None if after is None else cursor.decode(after)
        party = session.dxp_id
        self._admit(party, to.host)
        self._under_way.add(party)
        try:
            await self._prove(to.url, party)
        except NotTaken as error:
            metrics.PUSH_REGISTRATIONS.labels("unproven").inc()
            raise NotProven(f"{to.url} did not take the challenge: {error}") from None
        finally:
            self._under_way.discard(party)
        new = NewCallback(
            party, to.url, session.holder, session.certificate, session.account, position, slow=PROBATION
        )  # fmt: skip
        told = await self._writer.run(self._store, new)
        metrics.PUSH_REGISTRATIONS.labels("registered").inc()
        log.info("a callback is registered", party=party, host=host(to.url), holder=session.holder)
        self._changed()
        return told

    async def of(self, party: str) -> Told | None:
        """The party's callback."""
        return await self._reader.run(_tell, party)

    async def remove(self, party: str) -> bool:
        """Forget the party's callback; whether there was one. Raises callbacks.Paused."""
        removed = await self._writer.run(self._remove, party)
        if removed:
            log.info("a callback is taken away", party=party)
            self._changed()
        return removed

    def _admit(self, party: str, host: str) -> None:
        if len(self._under_way) >= AT_ONCE or party in self._under_way:
            metrics.PUSH_REGISTRATIONS.labels("limited").inc()
            raise TooOften("other callbacks are being proven just now; try again in 5 seconds", 5)
        wait = self._parties.take(party) or self._hosts.take(host)
        if wait:
            metrics.PUSH_REGISTRATIONS.labels("limited").inc()
            raise TooOften(f"callbacks are registered too often; try again in {wait} seconds", wait)

    async def _prove(self, url: str, party: str) -> None:
        challenge = secrets.token_hex(32)
        body = json.dumps({"challenge": challenge, "party": party}).encode()
        channel = self._poster.open(url, party)
        try:
            answer = await channel.post("challenge", body, "application/json", whole=True)
        finally:
            channel.close()
        expected = hashlib.sha256(challenge.encode()).hexdigest()
        if not secrets.compare_digest(answer.strip().lower(), expected.encode()):
            raise NotTaken("its answer is not the SHA-256 of the challenge, in hex and nothing else")

    def _store(self, connection: Connection, new: NewCallback) -> Told:
        stored = callbacks.register(connection, new, self._clock())
        self._note(connection, new.party, stored.url)
        return Told(stored, pushes.waiting(connection, stored))

    def _remove(self, connection: Connection, party: str) -> bool:
        removed = callbacks.remove(connection, party)
        if removed:
            self._note(connection, party, "")
        return removed

    def _note(self, connection: Connection, party: str, url: str) -> None:
        digest = hashlib.sha256(url.encode()).hexdigest()
        self._chain.append(connection, [Entry(CALLBACK, party, url, digest, self._clock())])


def _tell(connection: Connection, party: str) -> Told | None:
    found = callbacks.of(connection, party)
    return None if found is None else Told(found, pushes.waiting(connection, found))
