"""The office's revocation list: numbered upwards, forgetting nobody, as OpenSSL reads it."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from sqlalchemy import Connection

from gateway import pki, revocations
from gateway.cli.certificates import entry
from storage import registry
from storage.database import Database
from tests.storage.builders import ENTERPRISE, party

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def ca() -> pki.Pair:
    """A small CA."""
    return pki.authority("Test CA", NOW)


@pytest.fixture
def database(sqlite_database_url: str) -> Iterator[Database]:
    """A database with one party."""
    opened = Database(sqlite_database_url)
    with opened.write() as connection:
        registry.add_party(connection, party())
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the lists lie."""
    made = tmp_path / "crl"
    made.mkdir()
    return made


def revoke(connection: Connection, ca: pki.Pair, at: datetime, reason: str | None) -> x509.Certificate:
    """A certificate of the CA's, registered and revoked."""
    made = pki.issue_signer(ca, pki.new_key(), pki.subject("A"), NOW)
    registry.add_certificate(connection, entry(made, ENTERPRISE, "operator"))
    registry.revoke_certificate(connection, pki.fingerprint(made), at, "lost", reason)
    return made


def number(crl: x509.CertificateRevocationList) -> int:
    """The edition's number."""
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def reason(crl: x509.CertificateRevocationList, serial: int) -> str | None:
    """Why a certificate is on it."""
    found = crl.get_revoked_certificate_by_serial_number(serial)
    assert found is not None
    try:
        return found.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except x509.ExtensionNotFound:
        return None


def test_each_edition_names_all_before_it_under_a_higher_number(
    database: Database, ca: pki.Pair, folder: Path
) -> None:
    """Also those that only the former list knew, with time and reason; within one second too."""
    elsewhere = pki.Revoked(17, NOW, x509.ReasonFlags.ca_compromise)
    target = revocations.place(folder, ca.certificate)
    target.write_bytes(pki.pem(pki.revocation_list(ca, [elsewhere], NOW)))
    editions = [pki.load_revocation_list(target)]
    made = []
    for why in ("keyCompromise", None):
        with database.write() as connection:
            made.append(revoke(connection, ca, NOW + timedelta(hours=1), why))
            assert revocations.publish(connection, folder, ca, NOW, 30) == target
        editions.append(pki.load_revocation_list(target))
    assert number(editions[0]) < number(editions[1]) < number(editions[2])
    last = editions[-1]
    assert {each.serial_number for each in last} == {17, *(one.serial_number for one in made)}
    assert [reason(last, 17), *(reason(last, one.serial_number) for one in made)] == [
        "cACompromise",
        "keyCompromise",
        None,
    ]
    assert last.next_update_utc == NOW + timedelta(days=30)
    assert pki.issued_list(last, [ca.certificate])


def test_the_count_goes_on_upwards_after_an_edition_was_lost(
    database: Database, ca: pki.Pair, folder: Path
) -> None:
    """Neither a deleted file nor a restored database gives a number twice, since the clock is the count."""
    with database.write() as connection:
        first = number(pki.load_revocation_list(revocations.publish(connection, folder, ca, NOW, 30)))
        revocations.place(folder, ca.certificate).unlink()
        later = NOW + timedelta(seconds=1)
        assert (
            number(pki.load_revocation_list(revocations.publish(connection, folder, ca, later, 30))) > first
        )


def test_another_cas_certificates_are_not_on_the_list(database: Database, ca: pki.Pair, folder: Path) -> None:
    """A serial number means a certificate of one CA only."""
    other = pki.authority("Other CA", NOW)
    with database.write() as connection:
        revoke(connection, other, NOW, "keyCompromise")
        assert not list(pki.load_revocation_list(revocations.publish(connection, folder, ca, NOW, 30)))


def test_a_list_in_place_that_is_not_whole_is_not_written_over(
    database: Database, ca: pki.Pair, folder: Path
) -> None:
    """What only that edition names would come into force again: it has to be put right first."""
    target = revocations.place(folder, ca.certificate)
    target.write_bytes(pki.pem(pki.revocation_list(ca, [(17, NOW)], NOW))[:-40])
    with database.write() as connection, pytest.raises(pki.PkiError, match=target.name):
        revocations.publish(connection, folder, ca, NOW, 30)


def test_editions_made_at_once_lose_nobody(database: Database, ca: pki.Pair, folder: Path) -> None:
    """Two officers revoke at the same moment: the last edition names both, under the highest number."""
    with database.write() as connection:
        gone = {revoke(connection, ca, NOW, None).serial_number for _ in range(2)}
    start = threading.Barrier(4)

    def publish() -> None:
        with database.read() as connection:
            start.wait(20)
            revocations.publish(connection, folder, ca, NOW, 30)

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    last = pki.load_revocation_list(revocations.place(folder, ca.certificate))
    assert {each.serial_number for each in last} == gone
    assert number(last) == int(NOW.timestamp()) + 3
    assert [path.suffix for path in folder.iterdir()] == [".pem"]


def test_openssl_verifies_the_list_and_reads_its_reasons(
    database: Database, ca: pki.Pair, folder: Path, tmp_path: Path
) -> None:
    """Number, reason and next update stand where everybody else looks for them."""
    with database.write() as connection:
        made = revoke(connection, ca, NOW, "superseded")
        target = revocations.publish(connection, folder, ca, NOW, 30)
    (tmp_path / "ca.pem").write_bytes(pki.pem(ca.certificate))
    done = subprocess.run(
        ["openssl", "crl", "-in", target, "-CAfile", tmp_path / "ca.pem", "-verify", "-text", "-noout"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert "verify OK" in done.stderr
    assert f"{made.serial_number:X}" in done.stdout
    for said in ("X509v3 CRL Number", "X509v3 CRL Reason Code", "Superseded", "Next Update: Mar 31"):
        assert said in done.stdout, said
