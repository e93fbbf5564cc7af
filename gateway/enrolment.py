"""Registering oneself (自助注册): who may ask, how often, and that an address is its owner's.

Whether an address, an account or a number is known already, no answer tells and no time betrays: each request
costs the same hash, the same rows and the same letter but for its words, to the address alone. Where no mail
server is set up, a request waits for an operator. Refuses to know HTTP, and what is done with whom is let in.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

import structlog
from sqlalchemy import Connection
from twisted.internet.defer import Deferred

from gateway import admission, metrics
from gateway.limits import Rates
from gateway.outbound import texts
from gateway.outbound.letter import normal
from gateway.outbound.notices import Notices
from gateway.passwords import Passwords, TooManyLogins
from gateway.services import Clock, Jobs, Reactor
from gateway.settings import Registration as Settings
from storage import registrations, registry
from storage.journal import Chain
from storage.registrations import KNOWN, PENDING, UNPROVEN, Registration

T = TypeVar("T")

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR
BUSY: Final = 2  # seconds after which to try again where too many passwords are hashed
FULL: Final = 3600

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken for another letter
_GROUPS, _GROUP = 4, 5  # of a token: 99 bits
_TOKEN = re.compile(rf"[{_ALPHABET}]{{{_GROUPS * _GROUP}}}")

log = structlog.get_logger("gateway.enrolment")


class TooOften(Exception):
    """Too many requests, of an address or altogether: try again after `seconds`. `status` as HTTP has it."""

    def __init__(self, info: str, seconds: int, status: int = 429) -> None:
        super().__init__(info)
        self.seconds = seconds
        self.status = status


class NotProven(Exception):
    """No registration that still waits has this token and this password."""


class Closed(Exception):
    """Nobody registers himself here."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody says of himself; the form of each is seen to before."""

    role: str
    cop_code: str
    name: str
    contact: str
    telephone: str
    mail: str


class Enrolment:
    """Reactor thread only; what touches the database runs where its jobs do."""

    def __init__(
        self,
        *,
        reactor: Reactor,
        writer: Jobs,
        reader: Jobs,
        passwords: Passwords,
        notices: Notices,
        roles: Collection[str],
        chain: Chain,
        clock: Clock,
        settings: Settings,
    ) -> None:
        """`roles`: those that may register themselves."""
        self.roles = tuple(roles) if settings.open else ()
        self._writer = writer
        self._reader = reader
        self._passwords = passwords
        self._notices = notices
        self._chain = chain
        self._clock = clock
        self._settings = its = settings
        seconds = reactor.seconds
        self._addresses = Rates(its.per_address_hour / HOUR, max(1.0, its.per_address_hour / 10), seconds)
        self._days = Rates(its.per_address_day / DAY, its.per_address_day, seconds)
        self._mails = Rates(its.per_mail_hour / HOUR, its.per_mail_hour, seconds)
        self._confirming = Rates(
            its.confirmations_per_address_minute / 60, its.confirmations_per_address_minute, seconds
        )
        self._hashing = 0

    @property
    def first(self) -> str:
        """What a request waits for: its address to be proven, or an operator."""
        return UNPROVEN if self._notices.reach else PENDING

    def admit(self, peer: str) -> None:
        """Count a request of a network address. Raises Closed, TooOften."""
        if not self.roles:
            raise Closed("nobody registers himself at this gateway: ask its operator")
        wait = self._addresses.take(peer) or self._days.take(peer)
        if wait:
            metrics.ENROLMENTS.labels("limited").inc()
            raise TooOften(f"too many registrations from this address; wait {wait} seconds", wait)

    async def ask(self, asked: Asked, password: str) -> str:
        """File a request; what it waits for. Raises TooOften."""
        mail = normal(asked.mail)
        wait = self._mails.take(mail)
        if wait:
            metrics.ENROLMENTS.labels("limited").inc()
            raise TooOften(f"too many registrations of this e-mail address; wait {wait} seconds", wait)
        secret = await self._bounded(self._passwords.hash(password) if self._free() else None)
        token = "".join(secrets.choice(_ALPHABET) for _ in range(_GROUPS * _GROUP))
        await self._writer.run(self._file, asked, mail, secret, token)
        metrics.ENROLMENTS.labels("asked").inc()
        return self.first

    async def confirm(self, token: str, password: str, peer: str) -> Registration:
        """What became of the registration whose address is proven by this. Raises NotProven, TooOften."""
        wait = self._confirming.take(peer)
        if wait:
            raise TooOften(f"too many codes from this address; wait {wait} seconds", wait)
        plain = re.sub(r"[\s-]", "", token).lower()
        key = _hash(plain)
        found = await self._reader.run(registrations.of_token, key, self._clock())
        stored = found.secret if found and _TOKEN.fullmatch(plain) and found.state != KNOWN else None
        good = await self._bounded(self._passwords.check(stored, password) if self._free() else None)
        settled = await self._writer.run(self._confirm, key, str(stored)) if good else None
        if settled is None:
            metrics.ENROLMENTS.labels("refused").inc()
            log.info("a code was refused", peer=peer)
            raise NotProven("the code or the password is wrong, or the code is too old; register again")
        metrics.ENROLMENTS.labels("queued" if settled.state == PENDING else "confirmed").inc()
        return settled

    def purge(self) -> Deferred[int]:
        """Drop what has expired; call it every few minutes."""
        return self._writer.run(registrations.expire, self._clock())

    # -- inside a transaction

    def _file(self, conn: Connection, asked: Asked, mail: str, secret: str, token: str) -> None:
        now, its = self._clock(), self._settings
        whole, own = registrations.outstanding(conn, mail, now)
        if whole >= its.outstanding or self._notices.crowded(conn):
            raise TooOften("too many registrations wait; register again later", FULL, 503)
        if own >= its.outstanding_per_mail:
            raise TooOften("too many registrations of this e-mail address wait; use the newest code", FULL)
        known = registry.account_of_mail(conn, mail) is not None
        state = PENDING if not self._notices.reach else KNOWN if known else UNPROVEN
        left = timedelta(days=its.approval_days) if state == PENDING else timedelta(hours=its.token_hours)
        body = {
            "role": asked.role, "copCode": asked.cop_code, "name": asked.name, "contact": asked.contact,
            "telephone": asked.telephone,
        }  # fmt: skip
        number = registrations.ask(
            conn, body, mail=mail, secret=secret, token_hash=_hash(token), state=state, at=now,
            expires_at=now + left,
        )  # fmt: skip
        one = registrations.get(conn, number)
        assert one is not None
        admission.note(conn, self._chain, one, self.first, "", now)  # one word for known and unknown ones
        if self._notices.reach:
            subject, text = texts.known() if known else texts.proof(_shown(token), now + left)
            self._notices.write(conn, f"registration/{number}", "", mail, subject, text, now)

    def _confirm(self, conn: Connection, key: str, secret: str) -> Registration | None:
        approval = timedelta(days=self._settings.approval_days)
        return admission.confirm(conn, key, secret, self._chain, self._clock(), approval)

    # -- passwords cost memory and time, and whoever logs in wants them too

    def _free(self) -> bool:
        if self._hashing >= self._settings.at_once:
            return False
        self._hashing += 1
        return True

    async def _bounded(self, work: Deferred[T] | None) -> T:
        """What `work` brings; None: there was no room for it. Raises TooOften."""
        busy = TooOften("too many registrations at this moment; try again at once", BUSY, 503)
        if work is None:
            raise busy
        try:
            return await work
        except TooManyLogins:
            raise busy from None
        finally:
            self._hashing -= 1


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _shown(token: str) -> str:
    """In groups, to be typed."""
    return "-".join(token[at : at + _GROUP] for at in range(0, len(token), _GROUP))
