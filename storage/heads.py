"""Signed heads of the journal (日志锚点): where a chain stood, signed by the gateway, kept outside too.

Knows what is signed and how it is exported, one JSON object a line; refuses to know keys: the caller hands a
function that signs bytes (ECDSA DER or RSA PKCS#1 v1.5, SHA-256). A head names the latest heads of the other
nodes, so that none of the chains can lose its end unless all do, and whoever kept an exported line notices.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import BigInteger, Connection, RowMapping, Text, and_, func, insert, select, type_coerce

from storage import tables
from storage.attachments import sync_folder
from storage.journal import last
from storage.types import compact, from_microseconds, microseconds

Signer = Callable[[bytes], bytes]


class HeadUnreadable(Exception):
    """A line of a heads file is not what `export` wrote."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain of `node` stood at an instant, and where the others' latest heads were."""

    node: str
    seq: int
    hash: str
    at: datetime
    others: Mapping[str, tuple[int, str]]
    signature: str  # base64

    def statement(self) -> bytes:
        """The bytes that are signed: compact JSON with sorted keys, UTF-8."""
        return compact({"purpose": "eport-journal-head-1", **self._fields()}).encode()

    def line(self) -> str:
        """The head as a line of a heads file."""
        return compact({**self._fields(), "signature": self.signature})

    def _fields(self) -> dict[str, object]:
        return {
            "node": self.node,
            "seq": self.seq,
            "hash": self.hash,
            "at": microseconds(self.at),
            "others": self.others,
        }

    @classmethod
    def from_line(cls, line: str) -> Head:
        """Read a line back. Raises HeadUnreadable."""
        try:
            read = json.loads(line)
            others = {str(node): (int(seq), str(value)) for node, (seq, value) in read["others"].items()}
            at = from_microseconds(int(read["at"]))
            return cls(
                str(read["node"]), int(read["seq"]), str(read["hash"]), at, others, str(read["signature"])
            )
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raise HeadUnreadable(f"not a journal head: {line[:80]!r}") from error

    def signed_by(self, certificates: Iterable[x509.Certificate]) -> bool:
        """Whether one of these certificates' keys made the signature."""
        return vouched(self.statement(), self.signature, certificates)


def vouched(statement: bytes, signature: str, certificates: Iterable[x509.Certificate]) -> bool:
    """Whether one of these certificates' keys signed the statement; `signature` in base64."""
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return any(_verifies(certificate, given, statement) for certificate in certificates)


def _verifies(certificate: x509.Certificate, signature: bytes, statement: bytes) -> bool:
    key = certificate.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, statement, ec.ECDSA(SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, statement, padding.PKCS1v15(), SHA256())
        else:
            return False
    except InvalidSignature:
        return False
    return True


_INSERT = insert(tables.heads)
_head = tables.heads.c
_newest = select(_head.node, func.max(_head.seq).label("seq")).group_by(_head.node).subquery()
_LATEST = select(tables.heads).join(_newest, and_(_head.node == _newest.c.node, _head.seq == _newest.c.seq))
_ALL = select(
    _head.node,
    _head.seq,
    _head.hash,
    type_coerce(_head.at, BigInteger).label("at"),
    type_coerce(_head.others, Text).label("others"),
    _head.signature,
).order_by(_head.node, _head.seq)


def sign_head(conn: Connection, node: str, at: datetime, sign: Signer) -> Head | None:
    """Sign where the node's chain stands and store it; None when nothing was appended since its last head."""
    position = last(conn, node)
    known = {head.node: head for head in latest(conn)}
    own = known.pop(node, None)
    if position.seq == (own.seq if own else 0):
        return None
    others = {head.node: (head.seq, head.hash) for head in known.values()}
    unsigned = Head(node, position.seq, position.hash, at, others, "")
    signature = base64.b64encode(sign(unsigned.statement())).decode()
    head = Head(node, position.seq, position.hash, at, others, signature)
    conn.execute(
        _INSERT,
        {
            "node": node,
            "seq": head.seq,
            "hash": head.hash,
            "at": at,
            "others": others,
            "signature": signature,
        },
    )
    return head


def latest(conn: Connection) -> list[Head]:
    """The newest head of each node."""
    return [_from_row(row._mapping) for row in conn.execute(_LATEST)]


def stored(conn: Connection) -> Iterator[str]:
    """All heads in the database, by node, oldest first, as lines: some may have been made unreadable."""
    for row in conn.execute(_ALL, execution_options={"yield_per": 500}):
        try:
            others = json.loads(row.others)
        except (ValueError, TypeError):
            others = None
        yield json.dumps({**row._mapping, "others": others}, default=str)


def _from_row(row: RowMapping) -> Head:
    values: dict[str, Any] = {**row}
    others = values.pop("others")
    pairs = {node: (int(seq), str(value)) for node, (seq, value) in others.items()}
    return Head(**values, others=pairs)


def export(heads: Sequence[Head], file: Path) -> None:
    """Append heads to a heads file, durably; call it after the commit that stored them."""
    fresh = not file.exists()
    with file.open("a", encoding="utf-8") as lines:
        lines.writelines(head.line() + "\n" for head in heads)
        lines.flush()
        os.fsync(lines.fileno())
    if fresh:
        sync_folder(file.parent)


def read(file: Path) -> list[Head]:
    """The heads in a heads file; a last line cut short by a power loss is left out. Raises HeadUnreadable."""
    text = file.read_text(encoding="utf-8")
    return [Head.from_line(line) for line in text[: text.rfind("\n") + 1].splitlines()]
