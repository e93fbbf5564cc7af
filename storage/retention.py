"""Leaving the database (归档清除): which messages and receipts may go, what was sealed, what was taken out.

Knows that contents go and rows stay: the keys by which a repeated message is known, the digests that the
journal vouches for, the steps of a case and what statistics count. Refuses to know the archive's files; what
is purged here was sealed before, in a transaction of its own that the journal and a signed head are part of.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from storage import tables
from storage.archive import VOUCHED_FOR, Item
from storage.conflict import by_dialect
from storage.database import Database
from storage.heads import Head, Signer, sign_head
from storage.journal import MESSAGE, RECEIPT, Chain, Entry

CHAIN = "archive."
"""The chain of the journal with a row for each archive; no node can be called so."""

SEALED = "archive"
"""The kind of its rows: the reference is the archive's number, the digest that of its manifest."""

_LOCK = 0x617263686976  # "archiv": one at a time on PostgreSQL

Open = Mapping[str, Sequence[str]]
"""By system, the states of cases that are not decided: what was told about these stays."""


class ArchivingElsewhere(Exception):
    """Another process, or another gateway of this database, archives at the moment."""


class LockLost(Exception):
    """The connection that held the lock was lost: whoever archives must begin again."""


@dataclass(frozen=True, slots=True)
class Archived:
    """An archive as the database knows it; purged: nothing of it is in the database any more."""

    number: int
    kind: str
    file: str
    items: int
    digest: str
    made_by: str
    made_at: datetime
    purged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Kind:
    table: Table
    at: Column[datetime]
    party: Column[str]
    message: Column[int]  # the message whose open work holds an item back
    content: tuple[str, ...]
    row: tuple[str, ...]

    def held(self, undecided: Open) -> ColumnElement[bool]:
        """Whether something still needs the content."""
        item, case, pickup = tables.work.c, tables.cases.c, tables.pickups.c
        reasons = [select(item.id).where(item.message_id == self.message).exists()]
        if self.table is tables.receipts:
            place = and_(pickup.party == self.party, pickup.position == tables.receipts.c.position)
            reasons.append(select(pickup.position).where(place).exists())
            waits = [and_(case.system == name, case.state.in_(states)) for name, states in undecided.items()]
            if waits:
                about = case.number == tables.receipts.c.case_no
                reasons.append(select(case.number).where(about, or_(*waits)).exists())
        return or_(*reasons)


_message, _receipt = tables.messages.c, tables.receipts.c
_KINDS = {
    MESSAGE: _Kind(
        tables.messages, _message.accepted_at, _message.sender, _message.id, ("data", "reply"),
        ("cop_msg_id", "root_guid", "type", "receivers", "content_key", "certificate"),
    ),
    RECEIPT: _Kind(
        tables.receipts, _receipt.created_at, _receipt.party, _receipt.ori_message_id, ("document",),
        ("position", "type", "cop_msg_id", "ori_message_id", "ori_cop_msg_id", "status", "case_no"),
    ),
}  # fmt: skip
assert all(VOUCHED_FOR[kind] in each.content for kind, each in _KINDS.items())

Write = Callable[[], AbstractContextManager[Connection]]
"""A transaction of the one that archives."""


@contextmanager
def alone(database: Database, lock: Path) -> Iterator[Write]:
    """Be the only one that archives. Raises ArchivingElsewhere.

    On SQLite a lock on the file `lock`; on PostgreSQL an advisory lock of the very connection that writes, so
    that whoever has lost it writes nothing more. Use it from one thread.
    """
    if database.dialect == "sqlite":
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise ArchivingElsewhere("another process archives in this home: let it end") from None
            with database.write() as conn:
                # What leaves is in the archive: nobody is served by its old pages being overwritten as well.
                conn.exec_driver_sql("PRAGMA secure_delete=OFF")
                # Little goes back into the file at a time: those who accept wait for the same disk.
                conn.exec_driver_sql("PRAGMA wal_autocheckpoint=1000")
            yield database.write
        finally:
            os.close(descriptor)
        return
    with database.write() as conn:
        if not conn.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}).scalar_one():
            raise ArchivingElsewhere("another gateway of this database archives at the moment: let it end")
        holder = _backend(conn)

    @contextmanager
    def write() -> Iterator[Connection]:
        with database.write() as conn:
            if _backend(conn) != holder:
                raise LockLost("the database was away meanwhile: archive again, what was sealed is kept")
            yield conn

    try:
        yield write
    finally:
        with database.write() as conn:
            conn.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})


def _backend(conn: Connection) -> int:
    return int(conn.execute(text("SELECT pg_backend_pid()")).scalar_one())


# -- what may go ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """How far a search has come: nothing at or before it is looked at again."""

    at: datetime
    id: int = 0


def waiting(
    conn: Connection, kind: str, after: Place, before: datetime, undecided: Open, limit: int
) -> list[Item]:
    """The next items that may be archived, behind `after` and older than `before`, oldest first."""
    one = _KINDS[kind]
    number = one.table.c.id
    columns = [number, one.party.label("party"), one.table.c.digest, one.at.label("at")]
    names = (*one.row, *one.content)
    statement: Select[Any] = (
        select(*columns, *(one.table.c[name].label(f"of_{name}") for name in names))
        .where(
            or_(one.at > after.at, and_(one.at == after.at, number > after.id)),
            one.at >= after.at,  # said again for the index
            *_ready(one, before),
            ~one.held(undecided),
        )
        .order_by(one.at, number)
        .limit(limit)
    )
    return [_item(one, row._mapping) for row in conn.execute(statement)]


def oldest(conn: Connection, kind: str, after: datetime, before: datetime) -> datetime | None:
    """When the oldest from `after` until before `before` was stored that is not archived; None: no such."""
    one = _KINDS[kind]
    found = select(one.at).where(one.at >= after, *_ready(one, before)).order_by(one.at).limit(1)
    at: datetime | None = conn.execute(found).scalar()
    return at


def _ready(one: _Kind, before: datetime) -> tuple[ColumnElement[bool], ...]:
    return one.at < before, one.table.c.archive.is_(None)


def _item(one: _Kind, row: Mapping[Any, Any]) -> Item:
    rest = {name: row[f"of_{name}"] for name in one.row}
    content = {name: bytes(row[f"of_{name}"]) for name in one.content}
    return Item(row["id"], row["party"], row["digest"], row["at"], rest, content)


_SINCE = select(tables.retained.c.since).where(tables.retained.c.kind == bindparam("of_kind"))
_MOVE = by_dialect(
    tables.retained,
    lambda statement: statement.on_conflict_do_update(
        index_elements=[tables.retained.c.kind], set_={"since": statement.excluded.since}
    ),
)


def since(conn: Connection, kind: str) -> datetime | None:
    """Before this instant all of the kind has been archived; None: nothing is known yet."""
    found: datetime | None = conn.execute(_SINCE, {"of_kind": kind}).scalar()
    return found


def move(conn: Connection, kind: str, instant: datetime) -> None:
    """Remember that all of the kind before this instant has been archived."""
    conn.execute(_MOVE[conn.dialect.name], {"kind": kind, "since": instant})


# -- what was sealed --------------------------------------------------------------------------------

_archive = tables.archives.c
_ALL = select(tables.archives).order_by(_archive.number)


def archives(conn: Connection) -> list[Archived]:
    """Every archive, by number."""
    return [Archived(**row._mapping) for row in conn.execute(_ALL)]


def seal(conn: Connection, new: Archived, at: datetime, key: Signer) -> Head | None:
    """From now on the archive counts: its row, the journal's, and a signed head over it, to be exported."""
    conn.execute(
        insert(tables.archives),
        {name: getattr(new, name) for name in Archived.__dataclass_fields__},
    )
    Chain(CHAIN).append(conn, [Entry(SEALED, "", str(new.number), new.digest, at)])
    return sign_head(conn, CHAIN, at, key)


# -- what is taken out ------------------------------------------------------------------------------


def purge(conn: Connection, kind: str, number: int, ids: Sequence[int]) -> int:
    """Take the contents of these items out, which are in the sealed archive; how many were still here."""
    one = _KINDS[kind]
    here = (one.table.c.id.in_(bindparam("ids", expanding=True)), one.table.c.archive.is_(None))
    emptied: dict[str, Any] = {"archive": number, **dict.fromkeys(one.content, b"")}
    if conn.dialect.name != "sqlite":
        return conn.execute(update(one.table).where(*here).values(emptied), {"ids": list(ids)}).rowcount
    # An UPDATE would leave each short row alone on the page that its content has filled: SQLite joins pages
    # only where rows are deleted.
    stay = [column for column in one.table.c if column.name not in emptied]
    rows = [
        {**row._mapping, **emptied} for row in conn.execute(select(*stay).where(*here), {"ids": list(ids)})
    ]
    if rows:
        conn.execute(delete(one.table).where(*here), {"ids": list(ids)})
        conn.execute(insert(one.table), rows)
    return len(rows)


def purged(conn: Connection, number: int, at: datetime) -> None:
    """Nothing of the archive is in the database any more."""
    conn.execute(update(tables.archives).where(_archive.number == number).values(purged_at=at))


def parties(conn: Connection, ids: Sequence[int]) -> set[str]:
    """Whose receipts these are."""
    return set(conn.execute(select(_receipt.party).where(_receipt.id.in_(ids)).distinct()).scalars())


_box = tables.mailboxes.c


def skip(conn: Connection, party: str) -> None:
    """Let readers of a mailbox begin behind what is archived at its beginning."""
    known = conn.execute(select(_box.archived).where(_box.party == party)).scalar() or 0
    mine = (_receipt.party == party, _receipt.position > known)
    first = conn.execute(
        select(func.min(_receipt.position)).where(*mine, _receipt.archive.is_(None))
    ).scalar()
    # Of the archived only: a receipt may have come since the first look, and is nobody's to step over.
    last = conn.execute(
        select(func.max(_receipt.position)).where(*mine, _receipt.archive.is_not(None))
    ).scalar()
    upto = first - 1 if first is not None else last
    if upto is not None and upto > known:
        conn.execute(update(tables.mailboxes).where(_box.party == party).values(archived=upto))


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an item's content is: in an archive by its number, or (None) in the database."""

    kind: str
    id: int
    archive: int | None


def places(conn: Connection, party: str, cop_msg_id: str) -> list[Whereabouts]:
    """Where a party's message of this CopMsgId is, and the receipts for it in the party's mailbox."""
    sent = select(_message.id, _message.archive).where(
        _message.sender == party, _message.cop_msg_id == cop_msg_id
    )
    answers = (
        select(_receipt.id, _receipt.archive)
        .where(_receipt.party == party, _receipt.ori_cop_msg_id == cop_msg_id)
        .order_by(_receipt.position)
    )
    found = [Whereabouts(MESSAGE, *row) for row in conn.execute(sent)]
    return found + [Whereabouts(RECEIPT, *row) for row in conn.execute(answers)]


def count(conn: Connection, kind: str) -> dict[int, int]:
    """How many rows name each archive."""
    one = _KINDS[kind].table.c.archive
    found = conn.execute(select(one, func.count()).where(one.is_not(None)).group_by(one))
    return {int(number): int(many) for number, many in found}


def rows(conn: Connection, kind: str, ids: Sequence[int]) -> dict[int, tuple[str, str, int | None]]:
    """(party, digest, archive) of these items, by id, as the database has them."""
    one = _KINDS[kind]
    statement = select(one.table.c.id, one.party, one.table.c.digest, one.table.c.archive).where(
        one.table.c.id.in_(ids)
    )
    return {number: (party, digest, archive) for number, party, digest, archive in conn.execute(statement)}
