"""Logging in (登录) and knowing a caller again: by a signed nonce or by a password, then by a bearer token.

Knows how a login is proven and for how long it holds; refuses to know HTTP. Whatever is wrong with a login,
its caller is told the same sentence after the same work, so that nobody learns which accounts exist.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from sqlalchemy import Connection
from twisted.internet.defer import Deferred

from gateway import metrics
from gateway.limits import Delays, Failures, Rates, Recent
from gateway.passwords import Passwords
from gateway.services import Clock, Directory, Holder, Jobs, Reactor
from gateway.settings import Sessions as Settings
from messages.faults import CertificateRefused
from messages.signature.profile import algorithm_for
from storage import registry, sessions
from storage.registry import Account
from storage.sessions import Session

REFUSED: Final = "the login is not accepted: check the account and password, or the card, and log in again"
MAX_DER: Final = 16 * 1024
CACHED: Final = 20_000
CACHE_SECONDS: Final = 2.0  # how long a session that another gateway has ended may still be believed
ALONE_SECONDS: Final = 300.0  # the same where there is no other: a change of the registry ends it earlier
TOUCH_SECONDS: Final = 60.0  # how exactly `last_used` is kept
PER_ADDRESS: Final = (5.0, 50)  # challenges, or logins of one way, of one address: a second, at once
FIRST_WAIT: Final = 2.0  # seconds, of an address that guessed at an account too often; then ever longer
FAMILIAR: Final = 50_000  # (account, address) pairs that logged in, and are not shut out by others' guesses

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_NONCE = re.compile(r"[0-9a-f]{64}")

log = structlog.get_logger("gateway.sessions")

Check = Callable[[x509.Certificate, datetime], None]


class LoginRefused(Exception):
    """The login is not accepted; the reason is in the log only."""


class TooManyAttempts(Exception):
    """Too many failed or hurried logins from this address: `seconds` says when to try again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many logins from this address; try again in {seconds} seconds")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened, and its token, which is nowhere else."""

    token: str
    session: Session
    ends: datetime | None = None  # of the certificate that it was opened with


class Sessions:
    """All logins of one gateway."""

    def __init__(
        self,
        *,
        reactor: Reactor,
        writer: Jobs,
        reader: Jobs,
        directory: Directory,
        trusted: Check,
        passwords: Passwords,
        origins: Sequence[str],
        settings: Settings,
        clock: Clock,
        alone: bool = False,
    ) -> None:
        """`alone`: no other gateway ends sessions of this database (SQLite).

        `trusted` raises CertificateRefused for a certificate that is not believed at an instant.
        """
        self._reactor = reactor
        self._writer = writer
        self._reader = reader
        self._directory = directory
        self._trusted = trusted
        self._passwords = passwords
        self._origins = tuple(origins)
        self._settings = settings
        self._clock = clock
        self._believed = ALONE_SECONDS if alone else CACHE_SECONDS
        self._rate = Rates(*PER_ADDRESS, reactor.seconds)
        self._failures = Failures(settings.address_attempts, 60, reactor.seconds)
        longest = settings.lock_minutes * 60
        self._guesses = Delays(settings.account_attempts, FIRST_WAIT, longest, reactor.seconds)
        self._familiar = Recent(FAMILIAR)
        self._known: OrderedDict[str, tuple[Session, float]] = OrderedDict()
        self._touched: dict[str, float] = {}

    # -- logging in ------------------------------------------------------------------------------

    async def challenge(self, peer: str) -> str:
        """A nonce (64 hex digits) to sign, good once. Raises TooManyAttempts."""
        self._admit("challenge", peer)
        nonce = secrets.token_hex(32)
        expires = self._clock() + timedelta(seconds=self._settings.nonce_seconds)
        await self._writer.run(sessions.create_challenge, _hash(nonce), expires)
        return nonce

    async def by_certificate(self, nonce: str, der: bytes, signature: bytes, peer: str) -> Opened:
        """Open a session for the certificate's holder. Raises LoginRefused, TooManyAttempts.

        `signature` is PKCS#1 v1.5 or ECDSA DER over the three lines of `statement`.
        """
        self._admit("certificate", peer)
        now = self._clock()
        if not _NONCE.fullmatch(nonce) or not await self._writer.run(
            sessions.consume_challenge, _hash(nonce), now
        ):
            raise self._refused("certificate", peer, "the nonce is unknown, expired or used")
        try:
            certificate = self._proven(nonce, der, signature)
            self._trusted(certificate, now)
        except (ValueError, CertificateRefused) as error:
            raise self._refused("certificate", peer, str(error)) from None
        fingerprint = hashlib.sha256(der).hexdigest()
        holder = await self._directory.certificate(fingerprint)
        if holder is None:
            raise self._refused(
                "certificate", peer, f"certificate {fingerprint} is not registered, or revoked"
            )
        opened = self._new(holder.dxp_id, holder.role, holder.holder, now, holder=holder)
        if not await self._writer.run(_open_by_certificate, opened.session, fingerprint):
            raise self._refused("certificate", peer, f"certificate {fingerprint} was revoked meanwhile")
        metrics.LOGINS.labels("certificate", "opened").inc()
        return replace(opened, ends=certificate.not_valid_after_utc)

    async def by_password(self, name: str, password: str, peer: str) -> Opened:
        """Open a session for an account. Raises LoginRefused, TooManyAttempts, TooManyLogins.

        Whoever guesses shuts himself out, at his address and ever longer. Only many guesses from many
        addresses lock the account, and not to an address from which its holder has logged in before.
        """
        self._admit("password", peer)
        pair = (name, peer)
        wait = self._guesses.wait(pair)
        if wait:
            raise TooManyAttempts(wait)
        now = self._clock()
        account = await self._reader.run(registry.account, name)
        usable = (
            account is not None
            and account.state == registry.ACTIVE
            and (account.locked_until is None or account.locked_until <= now or pair in self._familiar)
        )
        good = await self._passwords.check(account.password_hash if account and usable else None, password)
        if account is None or not usable or not good:
            self._guesses.failed(pair)
            if account is not None and usable:
                await self._writer.run(
                    _failed_login,
                    account.name,
                    self._settings.account_failures,
                    self._settings.lock_minutes,
                    now,
                )
            raise self._refused("password", peer, "unknown, locked or wrong", account=name[:64])
        opened = self._new(account.dxp_id, account.role, account.holder, now, account=account)
        if not await self._writer.run(_open_by_account, opened.session, account.password_hash):
            raise self._refused("password", peer, "the account or its party is not active", account=name)
        self._guesses.succeeded(pair)
        self._familiar.add(pair)
        metrics.LOGINS.labels("password", "opened").inc()
        return opened

    def _admit(self, way: str, peer: str) -> None:
        """Each way to log in is counted apart: guessed passwords hold up no certificate."""
        key = f"{way} {peer}"
        wait = self._rate.take(key) or self._failures.blocked(key)
        if wait:
            raise TooManyAttempts(wait)

    def _refused(self, way: str, peer: str, reason: str, **fields: str) -> LoginRefused:
        self._failures.failed(f"{way} {peer}")
        metrics.LOGINS.labels(way, "refused").inc()
        log.info("login refused", way=way, peer=peer, reason=reason, **fields)
        return LoginRefused(REFUSED)

    def _proven(self, nonce: str, der: bytes, signature: bytes) -> x509.Certificate:
        """The certificate, if its key signed the nonce for one of this gateway's origins. ValueError."""
        if len(der) > MAX_DER:
            raise ValueError("the certificate is too long")
        try:
            certificate = x509.load_der_x509_certificate(der)
            key = certificate.public_key()
            algorithm = algorithm_for(key)
            value = algorithm.value(signature)
        except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
            raise ValueError(f"the certificate or the signature cannot be read: {error}") from None
        if not any(algorithm.verify(key, value, statement(origin, nonce)) for origin in self._origins):
            raise ValueError("the signature is not of this nonce for an origin of this gateway")
        return certificate

    def _new(
        self,
        dxp_id: str,
        role: str,
        name: str,
        now: datetime,
        *,
        holder: Holder | None = None,
        account: Account | None = None,
    ) -> Opened:
        token = secrets.token_urlsafe(32)
        session = Session(
            token_hash=_hash(token),
            dxp_id=dxp_id,
            role=role,
            holder=name,
            account=account.name if account else None,
            certificate=holder.fingerprint if holder else None,
            card=holder.card if holder else "",
            created_at=now,
            expires_at=now + timedelta(hours=self._settings.hours),
            last_used=now,
        )
        return Opened(token, session)

    # -- knowing again ---------------------------------------------------------------------------

    async def find(self, token: str) -> Session | None:
        """The session of a token; None when there is none, it has expired or was left idle too long.

        None too when its party is not active.
        """
        if not _TOKEN.fullmatch(token):
            return None
        key, tick, now = _hash(token), self._reactor.seconds(), self._clock()
        session, until = self._known.get(key, (None, 0.0))
        if session is None or until <= tick:
            self._known.pop(key, None)
            session = await self._reader.run(_find, key, now)
            if session is None:
                return None
            self._known[key] = (session, tick + self._believed)
            if len(self._known) > CACHED:
                self._known.popitem(last=False)
        if session.expires_at <= now:
            return None
        # Its own note is newer than the database's while the latter is only kept to the minute.
        idle = min((now - session.last_used).total_seconds(), tick - self._touched.get(key, float("-inf")))
        if idle > self._settings.idle_minutes * 60:
            return None
        if idle > TOUCH_SECONDS:
            self._touch(key, now, tick)
        return session

    def still(self, conn: Connection, session: Session) -> bool:
        """Whether a session is there still, whatever is remembered of it; for a reader's thread."""
        return _find(conn, session.token_hash, self._clock()) is not None

    def _touch(self, key: str, now: datetime, tick: float) -> None:
        self._touched[key] = tick
        if len(self._touched) > CACHED:
            self._touched.clear()
        noted: Deferred[None] = self._writer.run(sessions.touch, key, now)
        noted.addErrback(
            lambda failure: log.warning("a session's use was not noted", error=str(failure.value))
        )

    async def end(self, token: str) -> bool:
        """Log out; whether there was such a session."""
        key = _hash(token)
        self._known.pop(key, None)
        return await self._writer.run(sessions.delete_token, key)

    def forget(self) -> None:
        """Believe no cached session any more: a certificate, an account or a party has changed."""
        self._known.clear()

    async def recheck(self, trusted: Check | None = None) -> int:
        """End the sessions of certificates that are believed no longer, and of parties that are not active.

        Call it when certificates or revocation lists were read again, `trusted` being what is believed now.
        How many sessions were ended.
        """
        now = self._clock()
        lost = await self._reader.run(_unbelieved, trusted or self._trusted, now)
        ended = await self._writer.run(_end_all, lost) if any(lost) else 0
        self.forget()
        if ended:
            log.info("sessions ended", sessions=ended, certificates=len(lost[0]), parties=len(lost[1]))
        return ended

    def purge(self) -> Deferred[int]:
        """Drop what has expired or is believed no longer from the database; call it every few minutes."""
        return Deferred.fromCoroutine(self._purge())

    async def _purge(self) -> int:
        return await self._writer.run(sessions.purge, self._clock()) + await self.recheck()


def statement(origin: str, nonce: str) -> bytes:
    """What is signed to log in: three lines, the origin that was dialled in the second."""
    return f"eport-gateway login v1\n{origin}\n{nonce}".encode()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _find(conn: Connection, key: str, now: datetime) -> Session | None:
    """The session, if its party may still take part."""
    found = sessions.find(conn, key, now)
    if found is None:
        return None
    party = registry.party(conn, found.dxp_id)
    return found if party is not None and party.state == registry.ACTIVE else None


def _unbelieved(conn: Connection, trusted: Check, now: datetime) -> tuple[list[str], list[str]]:
    """(certificates, parties) that have sessions and should have none."""
    lost = []
    for fingerprint in sessions.certificates(conn):
        found = registry.certificate(conn, fingerprint)
        try:
            if found is None or found.state != registry.ACTIVE:
                raise CertificateRefused("it is not registered any more")
            trusted(x509.load_der_x509_certificate(found.der), now)
        except CertificateRefused as fault:
            log.info("a certificate is believed no longer", certificate=fingerprint, reason=fault.info)
            lost.append(fingerprint)
    active = {each.dxp_id for each in registry.parties(conn) if each.state == registry.ACTIVE}
    return lost, [dxp_id for dxp_id in sessions.parties(conn) if dxp_id not in active]


def _end_all(conn: Connection, lost: tuple[list[str], list[str]]) -> int:
    certificates, parties = lost
    ended = sum(sessions.delete_for_certificate(conn, fingerprint) for fingerprint in certificates)
    return ended + sum(sessions.delete_for_party(conn, dxp_id) for dxp_id in parties)


def _open_by_certificate(conn: Connection, session: Session, fingerprint: str) -> bool:
    """Open it unless the certificate was revoked since it was looked up; in one transaction."""
    found = registry.certificate(conn, fingerprint)
    if found is None or found.state != registry.ACTIVE:
        return False
    return _open(conn, session)


def _open_by_account(conn: Connection, session: Session, password_hash: str) -> bool:
    """Open it unless the account has changed since its password was checked; in one transaction."""
    account = registry.account(conn, session.account or "")
    if account is None or account.state != registry.ACTIVE or account.password_hash != password_hash:
        return False
    if account.failures:
        registry.note_login(conn, account.name, failures=0)
    return _open(conn, session)


def _open(conn: Connection, session: Session) -> bool:
    party = registry.party(conn, session.dxp_id)
    if party is None or party.state != registry.ACTIVE:
        return False
    sessions.create(conn, session)
    return True


def _failed_login(conn: Connection, name: str, attempts: int, lock_minutes: float, now: datetime) -> None:
    account = registry.account(conn, name)
    if account is None:
        return
    failures = account.failures + 1
    if failures >= attempts:
        registry.note_login(conn, name, failures=0, locked_until=now + timedelta(minutes=lock_minutes))
        log.warning("account locked to addresses that it did not log in from", account=name)
    else:
        registry.note_login(conn, name, failures=failures)
