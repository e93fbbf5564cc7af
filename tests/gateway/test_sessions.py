"""Logging in: what opens a session, what ends it, and what does neither."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from gateway import pki
from gateway.directory import Directory
from gateway.passwords import Passwords, hashed
from gateway.sessions import LoginRefused, Opened, Sessions, TooManyAttempts, statement
from gateway.settings import Sessions as Settings
from gateway.threads import Reader, Writer
from messages.signature.profile import algorithm_for
from messages.signature.trust import Trust
from storage import registry
from storage.database import Database
from tests.gateway.loop import Loop, reactor

PARTY = "DXPENT0000000001"
ORIGIN = "https://localhost:8443"
PASSWORD = "correct horse"


class Desk:
    """Sessions over a real database, with a clock that the test sets."""

    def __init__(self, loop: Loop, database: Database) -> None:
        self.loop, self.database = loop, database
        self.now = datetime.now(UTC)
        self.ca = pki.authority("test CA", self.now)
        trust = Trust([self.ca.certificate])

        def make() -> None:
            self.writer, self.reader = Writer(reactor, database), Reader(reactor, database)
            self.passwords = Passwords(reactor)
            self.directory = Directory(self.reader)
            self.sessions = Sessions(
                reactor=reactor, writer=self.writer, reader=self.reader, directory=self.directory,
                trusted=trust.check, passwords=self.passwords, origins=("https://127.0.0.1:8443", ORIGIN),
                settings=Settings(account_attempts=3, address_attempts=8, account_failures=12),
                clock=lambda: self.now,
            )  # fmt: skip

        loop.call(make)

    def close(self) -> None:
        """End the threads."""
        self.loop.call(self.writer.stop)
        self.loop.call(self.reader.stop)
        self.passwords.stop()

    def challenge(self) -> str:
        """A nonce."""
        nonce: str = self.loop.call(self.sessions.challenge, "192.0.2.1")
        return nonce

    def login(self, pair: pki.Pair, origin: str = ORIGIN, nonce: str = "", signed: str = "") -> Opened:
        """Log in with a key, as it should be done or with one thing wrong."""
        nonce = nonce or self.challenge()
        der = pair.certificate.public_bytes(Encoding.DER)
        signature = algorithm_for(pair.certificate.public_key()).sign(
            pair.key, statement(origin, signed or nonce)
        )
        opened: Opened = self.loop.call(self.sessions.by_certificate, nonce, der, signature, "192.0.2.1")
        return opened

    def password(self, account: str, password: str, peer: str = "192.0.2.1") -> Opened:
        """Log in with a password."""
        opened: Opened = self.loop.call(self.sessions.by_password, account, password, peer)
        return opened

    def find(self, token: str) -> Any:
        """The token's session, or None."""
        return self.loop.call(self.sessions.find, token)


@pytest.fixture
def desk(loop: Loop, database: Database) -> Iterator[Desk]:
    """A desk with one party and its account."""
    made = Desk(loop, database)
    with database.write() as connection:
        registry.add_party(connection, registry.Party(PARTY, "1234567890", "party", "enterprise", made.now))
        registry.add_account(
            connection, registry.Account("alice", PARTY, "enterprise", "Alice", hashed(PASSWORD), made.now)
        )
    yield made
    made.close()


Card = Callable[..., pki.Pair]


@pytest.fixture
def card(desk: Desk) -> Card:
    """Issues registered certificates."""

    def issue(kind: str = "P-256", register: bool = True, ca: pki.Pair | None = None) -> pki.Pair:
        key = pki.new_key(kind)
        certificate = pki.issue_signer(ca or desk.ca, key, pki.subject("Alice"), desk.now, card="legal")
        pair = pki.Pair(key, certificate)
        if register:
            with desk.database.write() as connection:
                registry.add_certificate(connection, _registered(pair.certificate))
        return pair

    return issue


def _registered(certificate: x509.Certificate) -> registry.Certificate:
    return registry.Certificate(
        certificate.fingerprint(hashes.SHA256()).hex(), PARTY, "1", "Alice", "Alice", "enterprise", "legal",
        certificate.not_valid_before_utc, certificate.not_valid_after_utc,
        certificate.public_bytes(Encoding.DER),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["P-256", "RSA-2048"])
def test_a_signed_nonce_opens_a_session_of_the_certificate_s_holder(
    desk: Desk, card: Card, kind: str
) -> None:
    """Whoever signs the nonce with a registered card is its holder from then on."""
    opened = desk.login(card(kind))
    session = desk.find(opened.token)
    assert (session.dxp_id, session.role, session.card) == (PARTY, "enterprise", "legal")
    with desk.database.read() as connection:
        assert opened.token not in str(connection.exec_driver_sql("SELECT * FROM sessions").all())


def test_a_login_tells_when_the_certificate_ends(desk: Desk, card: Card) -> None:
    """A terminal can warn its holder in time; a password has no such end."""
    pair = card()
    assert desk.login(pair).ends == pair.certificate.not_valid_after_utc
    assert desk.password("alice", PASSWORD).ends is None


def test_a_nonce_is_good_once_and_for_a_minute(desk: Desk, card: Card) -> None:
    """A nonce used, expired, or never handed out opens nothing."""
    pair, nonce = card(), desk.challenge()
    desk.login(pair, nonce=nonce)
    with pytest.raises(LoginRefused):
        desk.login(pair, nonce=nonce)
    with pytest.raises(LoginRefused):
        desk.login(pair, nonce="0" * 64)
    late = desk.challenge()
    desk.now += timedelta(seconds=61)
    with pytest.raises(LoginRefused):
        desk.login(pair, nonce=late)


def test_only_this_gateway_s_origin_and_this_nonce_count(desk: Desk, card: Card) -> None:
    """What was signed for another gateway, or over another nonce, opens nothing here."""
    pair = card()
    with pytest.raises(LoginRefused):
        desk.login(pair, origin="https://evil.example:8443")
    with pytest.raises(LoginRefused):
        desk.login(pair, signed=desk.challenge())


def test_an_unregistered_foreign_or_revoked_certificate_opens_nothing(desk: Desk, card: Card) -> None:
    """The certificate must be of a configured CA, registered, and not revoked."""
    with pytest.raises(LoginRefused):
        desk.login(card(register=False))
    with pytest.raises(LoginRefused):
        desk.login(card(ca=pki.authority("another CA", desk.now)))
    pair = card()
    desk.login(pair)  # so that the directory has it cached
    with desk.database.write() as connection:
        fingerprint = pair.certificate.fingerprint(hashes.SHA256()).hex()
        registry.revoke_certificate(connection, fingerprint, desk.now, "lost")
    with pytest.raises(LoginRefused):
        desk.login(pair)


def test_revoking_a_certificate_ends_its_sessions(desk: Desk, card: Card) -> None:
    """A session goes with the certificate it was opened by."""
    pair = card()
    opened = desk.login(pair)
    assert desk.find(opened.token) is not None
    with desk.database.write() as connection:
        fingerprint = pair.certificate.fingerprint(hashes.SHA256()).hex()
        registry.revoke_certificate(connection, fingerprint, desk.now, "lost")
    desk.loop.call(desk.sessions.forget)
    assert desk.find(opened.token) is None


def test_suspending_a_party_ends_its_sessions_for_good(desk: Desk, card: Card) -> None:
    """Nobody acts for a party that is suspended, and a session does not come back with it."""
    opened = desk.login(card())
    with desk.database.write() as connection:
        registry.change_party(connection, PARTY, state=registry.SUSPENDED)
    desk.loop.call(desk.sessions.forget)
    assert desk.find(opened.token) is None
    assert desk.loop.call(desk.sessions.recheck) == 1
    with desk.database.write() as connection:
        registry.change_party(connection, PARTY, state=registry.ACTIVE)
    assert desk.find(opened.token) is None


def test_what_is_asked_afresh_is_not_answered_from_memory(desk: Desk, card: Card) -> None:
    """A revocation counts at once where it is asked for, whatever was remembered of the session."""
    pair = card()
    opened = desk.login(pair)
    assert desk.find(opened.token) is not None
    with desk.database.write() as connection:
        fingerprint = pair.certificate.fingerprint(hashes.SHA256()).hex()
        registry.revoke_certificate(connection, fingerprint, desk.now, "lost")
    with desk.database.read() as connection:
        assert not desk.sessions.still(connection, opened.session)


def test_a_revocation_list_ends_the_sessions_of_what_it_names(desk: Desk, card: Card) -> None:
    """When a list is read that names a certificate, its sessions end; those of others go on."""
    lost, kept = card(), card()
    first, second, third = desk.login(lost), desk.login(kept), desk.password("alice", PASSWORD)
    crl = pki.revocation_list(desk.ca, [(lost.certificate.serial_number, desk.now)], desk.now)
    now_trusted = Trust([desk.ca.certificate], [crl])
    assert desk.loop.call(desk.sessions.recheck, now_trusted.check) == 1
    assert desk.find(first.token) is None
    assert desk.find(second.token) is not None
    assert desk.find(third.token) is not None


def test_a_password_opens_a_session_and_a_wrong_one_does_not(desk: Desk) -> None:
    """Account and password do as well; of the two ways to be wrong nobody learns which it was."""
    assert desk.find(desk.password("alice", PASSWORD).token).account == "alice"
    refusals = []
    for account, password in (("alice", "wrong"), ("nobody", PASSWORD)):
        with pytest.raises(LoginRefused) as refused:
            desk.password(account, password)
        refusals.append(str(refused.value))
    assert refusals[0] == refusals[1]


def test_whoever_guesses_at_an_account_shuts_out_himself_alone(desk: Desk, card: Card) -> None:
    """After some failures the address has to wait, with the right password too; the account's owner has not.

    Nor do the guesses hold up challenges and certificates, from the same address even.
    """
    for _ in range(3):
        with pytest.raises(LoginRefused):
            desk.password("alice", "wrong", peer="192.0.2.66")
    with pytest.raises(TooManyAttempts) as shut:
        desk.password("alice", PASSWORD, peer="192.0.2.66")
    assert 0 < shut.value.seconds <= 2
    assert desk.password("alice", PASSWORD).session.account == "alice"
    for _ in range(3):
        with pytest.raises(LoginRefused):
            desk.password("alice", "wrong")
    assert desk.login(card()).session.dxp_id == PARTY


def test_an_account_nobody_has_is_treated_like_any_other(desk: Desk) -> None:
    """The wait after guesses does not tell which accounts there are."""
    for _ in range(3):
        with pytest.raises(LoginRefused):
            desk.password("nobody", "wrong")
    with pytest.raises(TooManyAttempts):
        desk.password("nobody", "wrong")


def test_guesses_from_many_addresses_lock_an_account_but_not_to_its_holders_address(desk: Desk) -> None:
    """What a whole network of strangers may try is limited as well; who logged in before is let in still."""
    home = "198.51.100.1"
    desk.password("alice", PASSWORD, peer=home)
    for number in range(12):
        with pytest.raises(LoginRefused):
            desk.password("alice", "wrong", peer=f"203.0.113.{number}")
    with pytest.raises(LoginRefused):
        desk.password("alice", PASSWORD, peer="192.0.2.9")
    assert desk.password("alice", PASSWORD, peer=home).session.account == "alice"
    desk.now += timedelta(minutes=16)
    assert desk.password("alice", PASSWORD, peer="192.0.2.9").session.account == "alice"


def test_an_address_that_fails_too_often_is_shut_out(desk: Desk) -> None:
    """Guessing over many accounts ends at the address; other addresses are not concerned."""
    for number in range(8):
        with pytest.raises(LoginRefused):
            desk.password(f"guess{number}", "wrong")
    with pytest.raises(TooManyAttempts) as shut:
        desk.password("alice", PASSWORD)
    assert 0 < shut.value.seconds <= 60
    assert desk.password("alice", PASSWORD, peer="192.0.2.2")


def test_a_session_ends_by_itself_and_by_logging_out(desk: Desk) -> None:
    """Half an hour unused, twelve hours in all, or a word from its owner."""
    idle, long, left = (desk.password("alice", PASSWORD).token for _ in range(3))
    assert desk.loop.call(desk.sessions.end, left)
    assert desk.find(left) is None
    assert desk.find("x" * 43) is None
    desk.now += timedelta(minutes=29)
    assert desk.find(long) is not None
    desk.now += timedelta(minutes=2)
    assert desk.find(idle) is None
    desk.now += timedelta(hours=12)
    assert desk.find(long) is None
    assert desk.loop.call(desk.sessions.purge) >= 2


def test_keys_of_every_curve_of_the_profile_log_in(desk: Desk, card: Card) -> None:
    """A login takes the same keys as a message."""
    for key in (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)):
        certificate = (
            x509.CertificateBuilder()
            .subject_name(pki.subject("Bob"))
            .issuer_name(desk.ca.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(desk.now - timedelta(hours=1))
            .not_valid_after(desk.now + timedelta(days=1))
            .sign(desk.ca.key, hashes.SHA256())  # type: ignore[arg-type]
        )
        with desk.database.write() as connection:
            registry.add_certificate(connection, _registered(certificate))
        assert desk.login(pki.Pair(key, certificate)).session.dxp_id == PARTY


def test_the_words_that_are_signed() -> None:
    """Three lines, so that nothing else can be taken for a login."""
    assert statement(ORIGIN, "ab") == b"eport-gateway login v1\nhttps://localhost:8443\nab"
