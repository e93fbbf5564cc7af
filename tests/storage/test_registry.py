"""Parties, certificates, accounts, sessions, registrations and bulletins, on both databases."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import asdict, replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from sqlalchemy import Connection, insert

from storage import bulletins, nodes, registrations, registry, sessions, tables
from storage.database import Database
from storage.registrations import APPROVED, PENDING, REFUSED, AlreadyDecided
from storage.registry import REVOKED, SUSPENDED, AlreadyRegistered, NotRegistered
from storage.sessions import Session
from tests.storage.builders import ENTERPRISE, NOW, OTHER, account, certificate, later, party
from tests.storage.older import go_back


def session(token: str, **changes: object) -> Session:
    """A session by certificate that lasts an hour."""
    made = Session(token, ENTERPRISE, "operator", "张三", None, "a" * 64, "operator", NOW, later(3600), NOW)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_what_was_registered_comes_back(database: Database) -> None:
    """A party, its certificate and its account are read as they were registered."""
    with database.write() as conn:
        registry.add_party(conn, party())
        registry.add_certificate(conn, certificate())
        registry.add_account(conn, account())
    with database.read() as conn:
        assert registry.party(conn, ENTERPRISE) == party()
        assert registry.parties(conn) == [party()]
        assert registry.certificate(conn, "a" * 64) == certificate()
        assert registry.account(conn, "zhang") == account()
        assert registry.accounts(conn) == [account()]
        assert registry.party(conn, OTHER) is None
        assert registry.certificate(conn, "b" * 64) is None
        assert registry.account(conn, "li") is None


def test_registering_twice_is_refused(database: Database) -> None:
    """A dxpId, a fingerprint and an account name belong to one; the transaction can go on."""
    with database.write() as conn:
        registry.add_party(conn, party())
        registry.add_certificate(conn, certificate())
        registry.add_account(conn, account())
        with pytest.raises(AlreadyRegistered, match=ENTERPRISE):
            registry.add_party(conn, party())
        with pytest.raises(AlreadyRegistered):
            registry.add_certificate(conn, certificate())
        with pytest.raises(AlreadyRegistered, match="zhang"):
            registry.add_account(conn, account())
        registry.add_party(conn, party(OTHER))


def test_nothing_is_registered_for_an_unknown_party(database: Database) -> None:
    """A certificate or account without a party is refused."""
    with database.write() as conn:
        with pytest.raises(NotRegistered, match=ENTERPRISE):
            registry.add_certificate(conn, certificate())
        with pytest.raises(NotRegistered, match=ENTERPRISE):
            registry.add_account(conn, account())


CHANGES: list[Callable[[Connection], object]] = [
    lambda conn: registry.add_party(conn, party(OTHER)),
    lambda conn: registry.add_certificate(conn, certificate("b" * 64)),
    lambda conn: registry.add_account(conn, account("li")),
    lambda conn: registry.change_party(conn, ENTERPRISE, state=SUSPENDED),
    lambda conn: registry.change_account(conn, "zhang", state=SUSPENDED),
    lambda conn: registry.revoke_certificate(conn, "a" * 64, NOW, "lost"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_raises_the_generation(
    database: Database, change: Callable[[Connection], object]
) -> None:
    """A cache that compares the generation notices any change to who may take part."""
    with database.write() as conn:
        assert registry.generation(conn) == 0
        registry.add_party(conn, party())
        registry.add_certificate(conn, certificate())
        registry.add_account(conn, account())
        before = registry.generation(conn)
        change(conn)
        assert registry.generation(conn) == before + 1


def test_changing_what_is_not_there_is_refused(database: Database) -> None:
    """A change to an unknown party, certificate or account is an error, not nothing."""
    with database.write() as conn:
        with pytest.raises(NotRegistered):
            registry.change_party(conn, OTHER, state=SUSPENDED)
        with pytest.raises(NotRegistered):
            registry.change_account(conn, "li", state=SUSPENDED)
        with pytest.raises(NotRegistered):
            registry.revoke_certificate(conn, "a" * 64, NOW, "lost")


def test_revoking_a_certificate_ends_its_sessions(database: Database) -> None:
    """Whoever logged in with a revoked certificate is out at once; others are not."""
    with database.write() as conn:
        registry.add_party(conn, party())
        registry.add_certificate(conn, certificate())
        sessions.create(conn, session("t1"))
        sessions.create(conn, session("t2", certificate="b" * 64))
        assert registry.revoke_certificate(conn, "a" * 64, later(5), "lost card") == 1
        assert sessions.find(conn, "t1", NOW) is None
        assert sessions.find(conn, "t2", NOW) is not None
        revoked = registry.certificate(conn, "a" * 64)
        assert revoked is not None
        assert (revoked.state, revoked.revoked_at, revoked.reason) == (REVOKED, later(5), "lost card")


def test_certificates_that_end_soon_are_listed(database: Database) -> None:
    """Expiry is seen coming: active certificates by their end, the revoked left out."""
    with database.write() as conn:
        registry.add_party(conn, party())
        for letter, end in (("a", 30), ("b", 10), ("c", 99), ("d", 5)):
            registry.add_certificate(conn, certificate(letter * 64, not_after=later(end)))
        registry.revoke_certificate(conn, "d" * 64, NOW, "lost")
        ending = registry.certificates(conn, ending_before=later(50))
        assert [one.fingerprint[0] for one in ending] == ["b", "a"]
        assert len(registry.certificates(conn, ENTERPRISE)) == 4
        assert registry.certificates(conn, OTHER) == []


def test_a_changed_password_ends_the_accounts_sessions(database: Database) -> None:
    """A session opened with an old password does not outlive it."""
    with database.write() as conn:
        registry.add_party(conn, party())
        registry.add_account(conn, account())
        sessions.create(conn, session("t1", account="zhang", certificate=None))
        registry.change_account(conn, "zhang", password_hash="new")
        assert sessions.find(conn, "t1", NOW) is None


def test_failed_logins_are_remembered(database: Database) -> None:
    """How many failed and until when the account is locked, across restarts."""
    with database.write() as conn:
        registry.add_party(conn, party())
        registry.add_account(conn, account())
        registry.note_login(conn, "zhang", failures=5, locked_until=later(60))
    with database.read() as conn:
        locked = registry.account(conn, "zhang")
    assert locked is not None
    assert (locked.failures, locked.locked_until) == (5, later(60))


def test_a_nonce_is_used_once(database: Database) -> None:
    """A challenge is answered once, before it expires, and an unknown one never."""
    with database.write() as conn:
        sessions.create_challenge(conn, "n1", later(60))
        sessions.create_challenge(conn, "n2", later(60))
        assert sessions.consume_challenge(conn, "n1", later(59))
        assert not sessions.consume_challenge(conn, "n1", later(59))
        assert not sessions.consume_challenge(conn, "n2", later(60))
        assert not sessions.consume_challenge(conn, "n3", NOW)


def test_a_session_ends(database: Database) -> None:
    """By its time, by logging out, or with its certificate, account or party."""
    with database.write() as conn:
        for token in ("by time", "by token", "by certificate", "by party", "stays"):
            sessions.create(conn, session(token, certificate=token, dxp_id=token))
        sessions.create(conn, session("by account", account="zhang"))
        assert sessions.find(conn, "by time", later(3600)) is None
        assert sessions.delete_token(conn, "by token")
        assert not sessions.delete_token(conn, "by token")
        assert sessions.delete_for_certificate(conn, "by certificate") == 1
        assert sessions.delete_for_account(conn, "zhang") == 1
        assert sessions.delete_for_party(conn, "by party") == 1
        sessions.touch(conn, "stays", later(9))
        found = sessions.find(conn, "stays", later(9))
        assert found == session("stays", certificate="stays", dxp_id="stays", last_used=later(9))


def test_what_expired_is_purged(database: Database) -> None:
    """Old sessions and challenges do not fill the database."""
    with database.write() as conn:
        sessions.create(conn, session("old", expires_at=later(1)))
        sessions.create(conn, session("new"))
        sessions.create_challenge(conn, "n1", later(1))
        assert sessions.purge(conn, later(2)) == 2
        assert sessions.find(conn, "new", later(2)) is not None


def test_a_registration_is_decided_once(database: Database) -> None:
    """What was asked for is approved or refused by one person, with a reason, and not again."""
    with database.write() as conn:
        first = registrations.add(conn, "party", {"name": "华联"}, NOW)
        second = registrations.add(conn, "certificate", {}, NOW)
        assert registrations.count(conn) == 2
        registrations.decide(conn, first, REFUSED, by="customs", at=later(5), reason="资料不全")
        with pytest.raises(AlreadyDecided, match=str(first)):
            registrations.decide(conn, first, APPROVED, by="customs", at=later(6))
        with pytest.raises(AlreadyDecided):
            registrations.decide(conn, 999, APPROVED, by="customs", at=later(6))
        decided = registrations.get(conn, first)
        assert decided is not None
        assert (decided.state, decided.reason, decided.body) == (REFUSED, "资料不全", {"name": "华联"})
        assert [one.id for one in registrations.listed(conn, PENDING)] == [second]
        assert len(registrations.listed(conn)) == 2
        assert registrations.get(conn, 999) is None


def test_bulletins_reach_their_audience(database: Database) -> None:
    """Each kind of party reads what is for it and for everyone, newest first, page by page."""
    with database.write() as conn:
        publish = [
            bulletins.publish(conn, "notice", f"title {number}", "…", "customs", later(number), audience)
            for number, audience in enumerate(["*", "enterprise", "agency", "*"])
        ]
        found = bulletins.listed(conn, ["enterprise"])
        assert [one.id for one in found] == [publish[3], publish[1], publish[0]]
        assert [one.id for one in bulletins.listed(conn, ["enterprise"], before=publish[3], limit=1)] == [
            publish[1]
        ]
        assert bulletins.withdraw(conn, publish[0], NOW)
        assert not bulletins.withdraw(conn, publish[0], NOW)


def test_each_gateway_has_a_number_of_its_own(database: Database) -> None:
    """A gateway keeps the number of its first start; another gets another."""
    with database.write() as conn:
        assert [nodes.number(conn, name) for name in ("a", "b", "a", "c", "b")] == [1, 2, 1, 3, 2]


def test_a_certificate_is_found_by_the_key_that_ssh_shows(database: Database) -> None:
    """The fingerprint is OpenSSH's; a revoked certificate is not found, nor one that is none at all."""
    line, der, renewed = ssh_key()
    with database.write() as conn:
        registry.add_party(conn, party())
        registry.add_certificate(conn, certificate("a" * 64, der=der))
        registry.add_certificate(conn, certificate("b" * 64, der=renewed, not_before=later(60)))
        registry.add_certificate(conn, certificate("c" * 64))
        assert registry.certificate(conn, "c" * 64) == certificate("c" * 64)
    with database.read() as conn:
        found = registry.certificates_of_key(conn, line)
        assert [each.fingerprint for each in found] == ["b" * 64, "a" * 64]
        assert registry.certificates_of_key(conn, line.lower()) == []
    with database.write() as conn:
        registry.revoke_certificate(conn, "a" * 64, NOW, "lost")
        assert [each.fingerprint for each in registry.certificates_of_key(conn, line)] == ["b" * 64]


def test_a_persons_accounts_are_those_of_party_name_and_role(database: Database) -> None:
    """Neither another role's account nor one that is suspended, nor the same name's in another party."""
    with database.write() as conn:
        for dxp_id in (ENTERPRISE, OTHER):
            registry.add_party(conn, party(dxp_id))
        mine = replace(account("zhang2"), created_at=NOW)
        for each in (
            mine,
            account("zhang1"),
            replace(account("zhang3"), role="enterprise"),
            replace(account("zhang4"), state=SUSPENDED),
            replace(account("zhang5"), dxp_id=OTHER),
            replace(account("li"), holder="李四"),
        ):
            registry.add_account(conn, each)
        found = registry.accounts_of(conn, ENTERPRISE, "张三", "operator")
    assert [each.name for each in found] == ["zhang1", "zhang2"]


def test_the_keys_of_certificates_registered_before_are_found_too(database: Database) -> None:
    """The migration fills in the fingerprints, of however many certificates."""
    line, der, _ = ssh_key()
    go_back(database, "0002")
    with database.write() as conn:
        for letter in "abc":
            before = asdict(certificate(letter * 64, der=der))
            del before["ssh_key"]
            conn.execute(insert(tables.certificates).values(before))
    database.upgrade()
    with database.read() as conn:
        assert len(registry.certificates_of_key(conn, line)) == 3


def ssh_key() -> tuple[str, bytes, bytes]:
    """A key as ssh-keygen names it, and two certificates for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    told = subprocess.run(["ssh-keygen", "-l", "-f", "-"], input=public, capture_output=True, check=True)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "张三")])
    builder = (
        x509.CertificateBuilder(name, name, key.public_key())
        .not_valid_before(NOW)
        .not_valid_after(later(86_400))
    )
    first, second = (builder.serial_number(number).sign(key, SHA256()) for number in (1, 2))
    return (
        told.stdout.split()[1].decode(),
        first.public_bytes(Encoding.DER),
        second.public_bytes(Encoding.DER),
    )
