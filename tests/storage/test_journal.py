"""The journal: sealed rows, signed heads, and a verification that notices whatever was done to them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from sqlalchemy import text

from storage import heads, mailboxes, messages
from storage.database import Database
from storage.heads import Head, HeadUnreadable
from storage.journal import ORIGIN, Chain, Entry, last, row_hash
from storage.verification import Report, verify
from tests.storage.builders import ENTERPRISE, NOW, OTHER, later, message, receipt, vouch

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def self_signed(key: Key) -> x509.Certificate:
    """A certificate of the key, as a gateway's."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")])
    return (x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW + timedelta(days=1))).sign(
        key, SHA256()
    )


def signer(key: Key) -> Callable[[bytes], bytes]:
    """The function that a gateway hands to sign_head."""
    if isinstance(key, rsa.RSAPrivateKey):
        return lambda data: key.sign(data, padding.PKCS1v15(), SHA256())
    return lambda data: key.sign(data, ec.ECDSA(SHA256()))


GATEWAY = ec.generate_private_key(ec.SECP256R1())
CERTIFICATE = self_signed(GATEWAY)


@pytest.fixture
def kept(database: Database) -> Database:
    """A database with four messages, two receipts and their journal of six rows on node a, two rows on b."""
    chain = Chain("a")
    with database.write() as conn:
        batch = [message(number) for number in range(1, 5)]
        messages.insert(conn, batch)
        chain.append(conn, vouch(*batch))
    with database.write() as conn:
        answers = [receipt(11), receipt(12, OTHER)]
        mailboxes.deliver(conn, answers)
        chain.append(conn, vouch(*answers))
    with database.write() as conn:
        Chain("b").append(conn, [Entry("refusal", ENTERPRISE, "cop-9", "", later(n)) for n in range(2)])
    return database


def report(database: Database, exported: list[Head] | None = None) -> Report:
    """What verification finds."""
    with database.snapshot() as conn:
        return verify(conn, exported or [], [CERTIFICATE])


def change(database: Database, *statements: str) -> None:
    """What somebody with access to the database does past the gateway."""
    with database.write() as conn:
        for statement in statements:
            conn.execute(text(statement))


def sign(database: Database, node: str, key: Key = GATEWAY) -> Head | None:
    """Sign the head of a node."""
    with database.write() as conn:
        return heads.sign_head(conn, node, NOW, signer(key))


def test_an_untouched_journal_is_sound(kept: Database) -> None:
    """Nothing is found where nothing was done, and everything was looked at."""
    sign(kept, "a")
    sign(kept, "b")
    told: list[tuple[int, int]] = []
    with kept.snapshot() as conn:
        found = verify(conn, [], [CERTIFICATE], lambda done, total: told.append((done, total)))
    assert found.sound, found.findings
    assert (found.rows, found.nodes, found.messages, found.receipts, found.heads) == (8, 2, 4, 2, 2)
    assert told[-1] == (8, 8)


@pytest.mark.parametrize(
    ("tampering", "finding"),
    [
        ("UPDATE journal SET party = 'X' WHERE node = 'a' AND seq = 2", "a row 2: is not what its hash"),
        ("UPDATE journal SET at = at + 1 WHERE node = 'a' AND seq = 6", "a row 6: is not what its hash"),
        ("UPDATE journal SET kind = 'x' WHERE node = 'b' AND seq = 1", "b row 1: is not what its hash"),
        ("DELETE FROM journal WHERE node = 'a' AND seq = 3", "a row 4: follows row 2"),
        ("DELETE FROM journal WHERE node = 'a' AND seq = 1", "a row 2: follows row 0"),
        (
            "UPDATE messages SET data = 'other' WHERE id = 3",
            "a row 3: message 3 is stored with other content",
        ),
        ("UPDATE messages SET digest = 'x' WHERE id = 3", "a row 3: message 3 is stored with other content"),
        ("UPDATE messages SET sender = 'X' WHERE id = 3", "message 3 is stored for X"),
        ("UPDATE journal SET at = 9223372036854775807 WHERE seq = 2", "a row 2: is not what its hash"),
        ("UPDATE journal SET reference = '99999999999999999999' WHERE seq = 2", "a row 2: is not what its"),
        (
            "UPDATE journal SET reference = '²' WHERE node = 'a' AND seq = 2",
            "a row 2: message ² is not stored",
        ),
        ("DELETE FROM messages WHERE id = 1", "a row 1: message 1 is not stored any more"),
        ("UPDATE receipts SET document = 'x' WHERE id = 11", "receipt 11 is stored with other content"),
        ("DELETE FROM receipts WHERE id = 12", "a row 6: receipt 12 is not stored any more"),
    ],
)
def test_tampering_is_found_and_named(kept: Database, tampering: str, finding: str) -> None:
    """A row changed or removed, or stored data changed or removed, is named with node and row."""
    change(kept, tampering)
    assert any(finding in line for line in report(kept).findings), report(kept).findings


def test_exchanged_rows_are_found(kept: Database) -> None:
    """Two rows that changed places are no chain, though each is genuine."""
    change(
        kept,
        "UPDATE journal SET seq = 100 WHERE node = 'a' AND seq = 2",
        "UPDATE journal SET seq = 2 WHERE node = 'a' AND seq = 3",
        "UPDATE journal SET seq = 3 WHERE node = 'a' AND seq = 100",
    )
    findings = report(kept).findings
    assert any("a row 2: does not continue row 1" in line for line in findings)


def test_a_message_put_in_past_the_gateway_is_found(kept: Database) -> None:
    """A stored message without a row in the journal was not accepted by any gateway."""
    with kept.write() as conn:
        messages.insert(conn, [message(5)])
    assert report(kept).findings == ["1 of 5 stored messages are not in the journal at all"]


def test_a_cut_off_end_is_found_by_the_stored_heads(kept: Database) -> None:
    """Rows and data removed from the end of a chain contradict the head that was signed over them."""
    sign(kept, "a")
    change(kept, "DELETE FROM journal WHERE node = 'a' AND seq > 4", "DELETE FROM receipts")
    assert report(kept).findings == [
        "a: the chain ends before row 6, which a stored head vouches for: its end was cut off"
    ]


def test_a_cut_off_end_is_found_by_an_exported_head(kept: Database, tmp_path: Path) -> None:
    """Even with every stored head removed, a head exported before shows that the end is missing."""
    file = tmp_path / "heads.jsonl"
    head = sign(kept, "a")
    assert head is not None
    heads.export([head], file)
    change(
        kept, "DELETE FROM journal WHERE node = 'a' AND seq > 4", "DELETE FROM receipts", "DELETE FROM heads"
    )
    assert report(kept).sound
    findings = report(kept, heads.read(file)).findings
    assert findings == [
        "a: the chain ends before row 6, which an exported head vouches for: its end was cut off"
    ]


def test_a_cut_off_end_is_found_by_another_nodes_head(kept: Database) -> None:
    """The head of one node vouches for the others' chains too."""
    sign(kept, "a")
    sign(kept, "b")
    change(
        kept,
        "DELETE FROM journal WHERE node = 'a' AND seq > 4",
        "DELETE FROM receipts",
        "DELETE FROM heads WHERE node = 'a'",
    )
    assert report(kept).findings == [
        "a: the chain ends before row 6, which a stored head of b vouches for: its end was cut off"
    ]


def test_a_chain_written_anew_is_found(kept: Database) -> None:
    """Whoever recomputes all hashes after a change still contradicts the signed heads."""
    head = sign(kept, "a")
    assert head is not None
    with kept.write() as conn:
        conn.execute(text("DELETE FROM journal WHERE node = 'a'"))
        conn.execute(text("DELETE FROM messages WHERE id = 4"))
        chain = Chain("a")
        chain.append(conn, vouch(*(message(number) for number in (1, 2, 3)), receipt(11), receipt(12, OTHER)))
        chain.append(conn, [Entry("refusal", OTHER, "x", "", NOW)])
    assert report(kept, [head]).findings == [
        "a row 6: is not the row that a stored head vouches for: the chain was rewritten",
        "a row 6: is not the row that an exported head vouches for: the chain was rewritten",
    ]


def test_a_head_of_another_key_is_found(kept: Database) -> None:
    """A head that no certificate of a gateway signed vouches for nothing."""
    sign(kept, "a", ec.generate_private_key(ec.SECP256R1()))
    assert report(kept).findings == ["a: a stored head for row 6 is not signed by a gateway's certificate"]


@pytest.mark.parametrize(
    "nonsense", ["others = 'x'", "others = '[]'", "at = 9223372036854775807", "hash = 'x'"]
)
def test_a_changed_head_is_found(kept: Database, nonsense: str) -> None:
    """A stored head that was changed, into whatever, is a finding and never an error."""
    sign(kept, "a")
    change(kept, f"UPDATE heads SET {nonsense}")
    assert any("stored head" in line for line in report(kept).findings)


def test_heads_are_signed_by_rsa_too() -> None:
    """A gateway with an RSA key signs heads that its certificate verifies, and a changed head does not."""
    key = rsa.generate_private_key(65537, 2048)
    unsigned = Head("a", 1, "f" * 64, NOW, {"b": (2, "e" * 64)}, "")

    signed = Head(
        "a",
        1,
        "f" * 64,
        NOW,
        {"b": (2, "e" * 64)},
        base64.b64encode(signer(key)(unsigned.statement())).decode(),
    )
    assert signed.signed_by([CERTIFICATE, self_signed(key)])
    changed = Head("a", 1, "f" * 64, NOW, {"b": (3, "e" * 64)}, signed.signature)
    assert not changed.signed_by([self_signed(key)])
    assert not unsigned.signed_by([self_signed(key)])


def test_a_head_without_news_is_not_signed(kept: Database) -> None:
    """A quiet minute leaves no second head of the same row, and an empty chain leaves none."""
    assert sign(kept, "a") is not None
    assert sign(kept, "a") is None
    assert sign(kept, "empty") is None


def test_exported_heads_are_read_back_but_for_a_torn_line(kept: Database, tmp_path: Path) -> None:
    """What power loss left of a last line is no head; every whole line is."""
    file = tmp_path / "heads.jsonl"
    written = [head for head in (sign(kept, "a"), sign(kept, "b")) if head is not None]
    heads.export(written[:1], file)
    heads.export(written[1:], file)
    assert heads.read(file) == written
    assert written[1].others == {"a": (6, written[0].hash)}
    with file.open("a") as torn:
        torn.write('{"node": "a", "se')
    assert heads.read(file) == written


@pytest.mark.parametrize("line", ["", "{}", "[]", "nonsense", '{"others": 5}', '{"others": {"a": 1}}'])
def test_an_unreadable_head_is_refused(line: str) -> None:
    """A heads file that is none is refused by name, never passed over."""
    with pytest.raises(HeadUnreadable, match="not a journal head"):
        Head.from_line(line)


def test_a_chain_goes_on_where_it_stands(kept: Database) -> None:
    """A restarted gateway continues its chain, and one that rolled back takes its rows back too."""
    chain = Chain("a")
    with kept.write() as conn:
        savepoint = conn.begin_nested()
        assert chain.append(conn, [Entry("refusal", ENTERPRISE, "1", "", NOW)]).seq == 7
        savepoint.rollback()
        chain.forget()
        assert chain.append(conn, [Entry("refusal", ENTERPRISE, "2", "", NOW)]).seq == 7
        assert last(conn, "a").seq == 7
    assert report(kept).sound


def test_the_hash_is_what_the_documentation_says() -> None:
    """An auditor who follows the description by hand gets the same hash."""
    values = ["eport-journal-1", ORIGIN, "a", "1", "1772353800123456", "message", ENTERPRISE, "7", "d" * 64]
    by_hand = b"".join(len(value.encode()).to_bytes(4, "big") + value.encode() for value in values)
    computed = row_hash(ORIGIN, "a", 1, 1772353800123456, "message", ENTERPRISE, "7", "d" * 64)
    assert computed == hashlib.sha256(by_hand).hexdigest()


def test_no_two_rows_have_one_encoding() -> None:
    """Moving a letter from one field to the next changes the hash."""
    one = row_hash(ORIGIN, "a", 1, 1, "message", "AB", "C", "")
    assert one != row_hash(ORIGIN, "a", 1, 1, "message", "A", "BC", "")
