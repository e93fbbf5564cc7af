"""What waits, and for how long: work items that fail, receipts nobody reads, requests nobody decides.

Knows how each is counted; refuses to know how long is too long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, func, or_, select, update

from storage import tables
from storage.notices import FAILED
from storage.registrations import PENDING

_item, _box, _receipt = tables.work.c, tables.mailboxes.c, tables.receipts.c
_notice, _head, _journal = tables.notices.c, tables.heads.c, tables.journal.c
_READ = (
    update(tables.mailboxes)
    .where(
        _box.party == bindparam("whose"), or_(_box.read_to.is_(None), _box.read_to < bindparam("position"))
    )
    .values(
        # Nobody may read receipts away that are still to come.
        read_to=case((bindparam("position") < _box.next, bindparam("position")), else_=_box.next - 1),
        read_at=bindparam("now"),
    )
)
_FAILING = (
    select(_item.id, _item.order_key, _item.kind, _item.attempts, _item.last_error, _item.due_at)
    .where(_item.attempts >= bindparam("least"))
    .order_by(_item.id)
    .limit(bindparam("most"))
)
_FAILING_COUNT = select(func.count()).select_from(tables.work).where(_item.attempts >= bindparam("least"))
_AT_ONCE = (
    update(tables.work)
    .where(_item.id == bindparam("number"), _item.attempts > 0)
    .values(due_at=bindparam("now"))
)
_OLDEST_UNREAD = (
    select(_receipt.created_at)
    .where(_receipt.party == _box.party, _receipt.position > func.coalesce(_box.read_to, 0))
    .order_by(_receipt.position)
    .limit(1)
    .correlate(tables.mailboxes)
    .scalar_subquery()
)
_UNREAD = (
    select(
        _box.party,
        (_box.next - 1 - func.coalesce(_box.read_to, 0)).label("count"),
        _OLDEST_UNREAD.label("at"),
    )
    .where(_box.next - 1 > func.coalesce(_box.read_to, 0))
    .subquery()
)
_UNREAD_SINCE = (
    select(_UNREAD.c.party, _UNREAD.c.count, _UNREAD.c.at)
    .where(_UNREAD.c.at < bindparam("before"))
    .order_by(_UNREAD.c.at)
    .limit(bindparam("most"))
)
_UNDECIDED = select(func.count(), func.min(tables.registrations.c.created_at)).where(
    tables.registrations.c.state == PENDING
)
_REFUSED = select(func.count(), func.max(_notice.ended_at)).where(
    _notice.state == FAILED, _notice.ended_at > bindparam("after")
)
_NEXT_NODE = select(func.min(_head.node)).where(_head.node > bindparam("after"))
_LAST_HEAD = select(_head.at).where(_head.node == bindparam("whose")).order_by(_head.seq.desc()).limit(1)
_LAST_ENTRY = (
    select(_journal.at).where(_journal.node == bindparam("whose")).order_by(_journal.seq.desc()).limit(1)
)


@dataclass(frozen=True, slots=True)
class Failing:
    """A work item whose step failed again and again."""

    id: int
    order_key: str
    kind: str
    attempts: int
    error: str
    due_at: datetime  # when it is tried again

    @property
    def reason(self) -> str:
        """The error's first line: the others may quote what was being stored."""
        return self.error.partition("\n")[0][:200]

    @property
    def party(self) -> str:
        """Whose it is."""
        return self.order_key.partition("/")[0]


def read(conn: Connection, positions: Mapping[str, int], now: datetime) -> None:
    """Note how far parties have read their mailboxes; a position never goes back."""
    for party, position in sorted(positions.items()):
        conn.execute(_READ, {"whose": party, "position": position, "now": now})


def failing(conn: Connection, least: int, most: int) -> tuple[int, list[Failing]]:
    """How many items failed `least` times or more, and the first `most` of them."""
    count: int = conn.execute(_FAILING_COUNT, {"least": least}).scalar_one()
    return count, [
        Failing(row.id, row.order_key, row.kind, row.attempts, row.last_error or "", row.due_at)
        for row in conn.execute(_FAILING, {"least": least, "most": most})
    ]


def at_once(conn: Connection, number: int, now: datetime) -> bool:
    """Try a work item that failed again now; False when there is none, or it has not failed."""
    return conn.execute(_AT_ONCE, {"number": number, "now": now}).rowcount == 1


def unread(conn: Connection, before: datetime, most: int) -> list[tuple[str, int, datetime]]:
    """Parties whose oldest unread receipt is from before `before`: (party, how many unread, that time)."""
    return [(row[0], row[1], row[2]) for row in conn.execute(_UNREAD_SINCE, {"before": before, "most": most})]


def undecided(conn: Connection) -> tuple[int, datetime | None]:
    """Requests of newcomers and holders that wait for a decision: how many, the oldest's time."""
    row = conn.execute(_UNDECIDED).one()
    return row[0], row[1]


def refused(conn: Connection, after: datetime) -> tuple[int, datetime | None]:
    """Notices to the outside that failed for good since `after`: how many, the latest's time."""
    row = conn.execute(_REFUSED, {"after": after}).one()
    return row[0], row[1]


def heads(conn: Connection) -> dict[str, datetime]:
    """When the journal's head of each node was signed last."""
    found: dict[str, datetime] = {}
    node: str | None = ""
    while (node := conn.execute(_NEXT_NODE, {"after": node}).scalar()) is not None:
        found[node] = conn.execute(_LAST_HEAD, {"whose": node}).scalar_one()  # seeks: there are years of them
    return found


def last_entry(conn: Connection, node: str) -> datetime | None:
    """When the journal of `node` was written last."""
    found: datetime | None = conn.execute(_LAST_ENTRY, {"whose": node}).scalar()
    return found
