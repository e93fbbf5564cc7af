"""Who owns which attachment (附件), what names it, and who may therefore read it.

Knows three rules: a file is owned by every party that has sent it whole, apart from all others; it is kept
for as long as something names it, and else given up in time; it is read by its owner and by those for whom
the namer says so. Refuses to know what names files, where they lie and what is in them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from messages.workflow import EVERYONE, Fact, File, FileOf, Keep
from storage import tables
from storage.conflict import insert_free, unless_taken

LOOSE = "loose"
PINNED = "pinned"
"""A loose file waits for a message that names it; a pinned one is named by something."""

KEPT_LOOSE = timedelta(days=7)
"""How long a file waits for a message that names it before it is given up."""

PER_FILE = 64 * 1024  # bytes that every file counts for beside its own


class Gone(Exception):
    """A file that is to be kept is not its owner's, or not any more: judge again what names it."""


class OverQuota(Exception):
    """The party holds so much that another file is too much for it."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """That a party owns a file."""

    party: str
    digest: str
    size: int  # bytes
    media_type: str
    name: str
    created_at: datetime
    state: str = LOOSE

    @property
    def plain(self) -> File:
        """As a workflow is told of it."""
        return File(self.digest, self.size, self.media_type, self.name)

    @property
    def until(self) -> datetime | None:
        """How long it is kept if nothing names it; None: something does."""
        return None if self.state == PINNED else self.created_at + KEPT_LOOSE


_file = tables.attachments.c
_use = tables.attachment_uses.c
_ADD = unless_taken(tables.attachments)
_SENT_AGAIN = (
    update(tables.attachments)
    .where(_file.party == bindparam("of_party"), _file.digest == bindparam("of_digest"))
    .values(created_at=bindparam("then"))
)
_these = (
    _file.party == bindparam("of_party"),
    _file.digest.in_(bindparam("digests", expanding=True)),
)
_GET = select(tables.attachments).where(*_these)
_PIN = update(tables.attachments).where(*_these).values(state=PINNED)
_LOOSEN = update(tables.attachments).where(*_these).values(state=LOOSE, created_at=bindparam("then"))
_LOCK = select(_file.digest).where(*_these).order_by(_file.digest).with_for_update()
_GIVE_UP = delete(tables.attachments).where(
    _file.party == bindparam("of_party"),
    _file.digest == bindparam("of_digest"),
    _file.state == LOOSE,
)
_KEPT = select(_file.digest).where(_file.digest.in_(bindparam("digests", expanding=True)))
_HELD = select(func.coalesce(func.sum(_file.size + PER_FILE), 0)).where(
    _file.party == bindparam("of_party"), _file.digest != bindparam("besides")
)
_UNPINNED = (
    select(_file.party, _file.digest)
    .where(_file.state == LOOSE, _file.created_at < bindparam("before"))
    .limit(bindparam("limit"))
)
_held_by = (_use.holder == bindparam("of_holder"), _use.owner == bindparam("of_party"))
_NAMED = select(_use.digest).where(*_held_by).distinct()
_UNNAME = delete(tables.attachment_uses).where(*_held_by)
_NAME = insert(tables.attachment_uses)
_USED = (
    select(_use.digest)
    .where(_use.owner == bindparam("of_party"), _use.digest.in_(bindparam("digests", expanding=True)))
    .distinct()
)
_SHOWN = (
    select(tables.attachments)
    .join(tables.attachment_uses, (_use.owner == _file.party) & (_use.digest == _file.digest))
    .where(_use.reader.in_(bindparam("readers", expanding=True)), _use.digest == bindparam("of_digest"))
    .limit(1)
)


def own(conn: Connection, new: Attachment, most: int | None = None) -> bool:
    """The party owns the file from now on; False when it did before: then it is kept as long as a new one.

    Raises OverQuota where all its files come to more than `most` bytes with it.
    """
    if most is not None and held(conn, new.party, new.digest) + new.size + PER_FILE > most:
        raise OverQuota
    if insert_free(conn, _ADD, [asdict(new)]):
        return True
    again = {"of_party": new.party, "of_digest": new.digest, "then": new.created_at}
    conn.execute(_SENT_AGAIN, again)
    return False


def held(conn: Connection, party: str, besides: str = "") -> int:
    """The bytes of all files that the party owns, `besides` this digest, and PER_FILE for each."""
    return int(conn.execute(_HELD, {"of_party": party, "besides": besides}).scalar_one())


def owned(conn: Connection, party: str, digests: Collection[str]) -> dict[str, Attachment]:
    """Of these files, those the party owns."""
    return {row.digest: Attachment(**row._mapping) for row in conn.execute(_GET, _keys(party, digests))}


def files(conn: Connection, facts: Collection[FileOf]) -> dict[Fact, File]:
    """What a workflow's step is told of these files: those that their party has sent."""
    asked: dict[str, list[str]] = {}
    for fact in facts:
        asked.setdefault(fact.party, []).append(fact.digest)
    return {
        FileOf(party, digest): one.plain
        for party, digests in asked.items()
        for digest, one in owned(conn, party, digests).items()
    }


def readable(conn: Connection, party: str, role: str, digest: str) -> Attachment | None:
    """The file, where this party's people in this role may read it: as its owner has it."""
    mine = owned(conn, party, (digest,)).get(digest)
    if mine is not None:
        return mine
    asked = {"readers": [party, role, EVERYONE], "of_digest": digest}
    row = conn.execute(_SHOWN, asked).first()
    return None if row is None else Attachment(**row._mapping)


def keep(conn: Connection, what: Keep, now: datetime) -> None:
    """From now on `what.holder` names exactly these files of their owner. Raises Gone: nothing is durable.

    A file that nothing names any more waits as a new one does. The caller has locked the holder.
    """
    digests = sorted(set(what.digests))
    holder = {"of_holder": what.holder, "of_party": what.owner}
    before = set(conn.execute(_NAMED, holder).scalars())
    conn.execute(_UNNAME, holder)
    if digests:
        keys = _keys(what.owner, digests)
        there = conn.execute(_LOCK, keys).scalars().all()
        if len(there) != len(digests):
            raise Gone(f"{what.owner} has not sent {', '.join(sorted(set(digests).difference(there)))}")
        conn.execute(_PIN, keys)
        conn.execute(
            _NAME,
            [
                {"reader": reader, "digest": digest, "owner": what.owner, "holder": what.holder}
                for digest in digests
                for reader in sorted({what.owner, *what.to})
            ],
        )
    left = sorted(before.difference(digests))
    if left:
        conn.execute(_LOCK, _keys(what.owner, left)).all()  # whoever names one of them now has to wait
        used = set(conn.execute(_USED, _keys(what.owner, left)).scalars())
        conn.execute(_LOOSEN, {**_keys(what.owner, set(left) - used), "then": now})


def abandon(conn: Connection, before: datetime, strays: Collection[str] = (), limit: int = 500) -> list[str]:
    """Give up loose files older than `before`; the digests nobody owns now: remove them after commit.

    Of `strays`, files that were found in the store, those without an owner are among them.
    """
    rows = conn.execute(_UNPINNED, {"before": before, "limit": limit})
    loose = [{"of_party": row.party, "of_digest": row.digest} for row in rows]
    if loose:
        conn.execute(_GIVE_UP, loose)
    digests = {row["of_digest"] for row in loose}.union(strays)
    if not digests:
        return []
    kept = conn.execute(_KEPT, {"digests": list(digests)}).scalars()
    return sorted(digests.difference(kept))


def _keys(party: str, digests: Collection[str]) -> dict[str, Any]:
    return {"of_party": party, "digests": list(digests)}
