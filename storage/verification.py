"""Verifying the journal (校验日志), offline: nothing was changed, removed, reordered, added or cut off.

Knows the chains, the signed heads, and the messages and receipts that the chains vouch for, in the database
or in the archive; changes nothing, and reads one state of the database throughout. What it finds it says in
a line each, with where it is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from cryptography import x509
from sqlalchemy import BigInteger, Column, Connection, Row, func, select, type_coerce

from storage import archived, tables
from storage import heads as heads_module
from storage.heads import Head, HeadUnreadable
from storage.journal import MESSAGE, ORIGIN, RECEIPT, row_hash
from storage.retention import CHAIN, SEALED, Archived

MAX_FINDINGS = 1_000
_BATCH = 500
_ID = re.compile(r"[1-9][0-9]{0,17}|[0-8][0-9]{18}")

# Whoever tampers may store what no gateway would: instants are read as the bare numbers, texts as they are.
_row = tables.journal.c
_ROWS = select(
    *(_row.node, _row.seq, type_coerce(_row.at, BigInteger).label("at"), _row.kind, _row.party),
    *(_row.reference, _row.digest, _row.previous, _row.hash),
).order_by(_row.node, _row.seq)

Progress = Callable[[int, int], None]
"""Called with (rows done, rows in all)."""


@dataclass(slots=True)
class Report:
    """What was looked at and what is wrong with it; nothing is wrong when `findings` is empty."""

    rows: int = 0
    nodes: int = 0
    messages: int = 0
    receipts: int = 0
    heads: int = 0
    archives: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def add(self, finding: str) -> None:
        """Note a finding; only the first ones are kept, there may be one for every row."""
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(finding)


def verify(
    conn: Connection,
    exported: Sequence[Head] = (),
    certificates: Sequence[x509.Certificate] = (),
    progress: Progress = lambda done, total: None,
    folders: Sequence[Path] = (),
    archive_progress: Progress = lambda done, total: None,
) -> Report:
    """Recompute every chain and compare all it vouches for; use it on `Database.snapshot()`.

    `exported` are heads kept outside the database: a chain that no longer reaches one of them was cut.
    `certificates` are the gateways' own, past and present, that signed the heads and the archive's manifests.
    `folders` are where the archive's files lie.
    """
    report = Report()
    known = archived.verify(conn, folders, certificates, report.add, archive_progress)
    report.archives = len(known)
    sealed_as: dict[str, str] = {}
    total = conn.execute(select(func.count()).select_from(tables.journal)).scalar_one()
    wanted = _wanted(conn, exported, certificates, report)
    rows = iter(conn.execute(_ROWS, execution_options={"yield_per": _BATCH}))
    reached: set[tuple[str, int]] = set()
    for node, chain in groupby(rows, key=lambda row: str(row.node)):
        report.nodes += 1
        sealed = _Chain(node, report, wanted, reached)
        while batch := list(islice(chain, _BATCH)):
            for row in batch:
                sealed.check(row)
                if (row.node, row.kind) == (CHAIN, SEALED):
                    sealed_as[str(row.reference)] = str(row.digest)
            report.messages += _contents(conn, batch, MESSAGE, report)
            report.receipts += _contents(conn, batch, RECEIPT, report)
            report.rows += len(batch)
            progress(report.rows, total)
    for (node, seq), claims in sorted(wanted.items()):
        if (node, seq) not in reached:
            where = claims[0][1]
            report.add(
                f"{node}: the chain ends before row {seq}, which {where} vouches for: its end was cut off"
            )
    _unvouched(conn, report)
    _archives_vouched(known, sealed_as, report)
    return report


Wanted = dict[tuple[str, int], list[tuple[str, str]]]
"""(node, seq) → the hashes that the row must have, each with who says so."""


def _wanted(
    conn: Connection, exported: Sequence[Head], certificates: Sequence[x509.Certificate], report: Report
) -> Wanted:
    wanted: Wanted = {}
    kept = (_readable(line, report) for line in heads_module.stored(conn))
    for where, source in (("a stored head", kept), ("an exported head", exported)):
        for head in source:
            report.heads += 1
            if head is None:
                continue
            if certificates and not head.signed_by(certificates):
                report.add(
                    f"{head.node}: {where} for row {head.seq} is not signed by a gateway's certificate"
                )
                continue
            wanted.setdefault((head.node, head.seq), []).append((head.hash, where))
            for node, (seq, value) in head.others.items():
                wanted.setdefault((node, seq), []).append((value, f"{where} of {head.node}"))
    return wanted


def _readable(line: str, report: Report) -> Head | None:
    try:
        return Head.from_line(line)
    except HeadUnreadable as unreadable:
        report.add(f"a stored head was changed: {unreadable}")
        return None


class _Chain:
    """One chain, checked row after row."""

    def __init__(self, node: str, report: Report, wanted: Wanted, reached: set[tuple[str, int]]) -> None:
        self.node, self.report, self.wanted, self.reached = node, report, wanted, reached
        self.seq, self.hash = 0, ORIGIN

    def check(self, row: Row[tuple[object, ...]]) -> None:
        """The next row must follow the last, be what its hash says, and be what the heads say."""
        where = f"{self.node} row {row.seq}"
        if row.seq != self.seq + 1:
            self.report.add(f"{where}: follows row {self.seq}: rows between them were removed")
        elif row.previous != self.hash:
            self.report.add(
                f"{where}: does not continue row {self.seq}: one of them was changed or exchanged"
            )
        computed = row_hash(
            *(str(row.previous), self.node, row.seq, row.at),
            *(str(row.kind), str(row.party), str(row.reference), str(row.digest)),
        )
        if computed != row.hash:
            self.report.add(f"{where}: is not what its hash was made of: it was changed")
        for value, who in self.wanted.get((self.node, row.seq), ()):
            if value != row.hash:
                self.report.add(f"{where}: is not the row that {who} vouches for: the chain was rewritten")
        if (self.node, row.seq) in self.wanted:
            self.reached.add((self.node, row.seq))
        self.seq, self.hash = (row.seq if isinstance(row.seq, int) else self.seq + 1), str(row.hash)


def _contents(conn: Connection, batch: Sequence[Row[tuple[object, ...]]], kind: str, report: Report) -> int:
    """Compare what is stored with what these rows vouch for; how many of the kind there were."""
    rows = [row for row in batch if row.kind == kind]
    stored = dict(
        _stored(conn, kind, [int(row.reference) for row in rows if _ID.fullmatch(str(row.reference))])
    )
    for row in rows:
        found = stored.get(str(row.reference))
        where = f"{row.node} row {row.seq}: {kind} {row.reference}"
        if found is None:
            report.add(f"{where} is not stored any more")
        elif found[1:] != (row.digest, row.digest):
            report.add(f"{where} is stored with other content than was journalled")
        elif found[0] != row.party:
            report.add(f"{where} is stored for {found[0]}, but was journalled for {row.party}")
    return len(rows)


def _stored(conn: Connection, kind: str, ids: Sequence[int]) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Reference → (party, digest as stored, digest of the stored bytes).

    Of what is in the archive the digest stands for the bytes: the archive's files were compared with it.
    """
    number, party, digest, blob, archive = _columns(kind)
    for start in range(0, len(ids), 50):  # few at a time: a message may be 5 MB
        statement = select(number, party, digest, blob, archive).where(number.in_(ids[start : start + 50]))
        for key, owner, said, data, gone in conn.execute(statement, execution_options={"yield_per": 10}):
            content = data if isinstance(data, bytes) else str(data).encode()
            purged = gone is not None and not content
            yield str(key), (owner, said, said if purged else hashlib.sha256(content).hexdigest())


def _columns(kind: str) -> tuple[Column[int], Column[str], Column[str], Column[Any], Column[int]]:
    if kind == MESSAGE:
        of = tables.messages.c
        return of.id, of.sender, of.digest, of.data, of.archive
    of = tables.receipts.c
    return of.id, of.party, of.digest, of.document, of.archive


def _archives_vouched(known: Sequence[Archived], sealed_as: dict[str, str], report: Report) -> None:
    """Every archive has its row in the journal, and every such row its archive."""
    for each in known:
        vouched_for = sealed_as.pop(str(each.number), None)
        if vouched_for is None:
            report.add(f"archive {each.number} is not in the journal at all")
        elif vouched_for != each.digest:
            report.add(f"archive {each.number} is another than was journalled")
    for number in sealed_as:
        report.add(f"archive {number} is in the journal, but not known any more")


def _unvouched(conn: Connection, report: Report) -> None:
    """Every message and receipt needs its row in the journal: what has none was put in past the gateway."""
    for kind, table in ((MESSAGE, tables.messages), (RECEIPT, tables.receipts)):
        stored = conn.execute(select(func.count()).select_from(table)).scalar_one()
        vouched = conn.execute(
            select(func.count(tables.journal.c.reference.distinct())).where(tables.journal.c.kind == kind)
        ).scalar_one()
        if stored > vouched:
            report.add(f"{stored - vouched} of {stored} stored {kind}s are not in the journal at all")
