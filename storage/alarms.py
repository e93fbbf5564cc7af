"""Alarms (告警) for those who run the gateway: raised once, kept until what they tell of is over.

Knows which are open, and who looks after which; refuses to know when one is to be raised. One name and
subject has one open alarm, whichever gateway saw it first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from storage import tables
from storage.conflict import by_dialect

MAX_TOLD = 500  # characters


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be: what it is about, what there is to say, since when."""

    subject: str
    told: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    """A raised one."""

    id: int
    name: str
    subject: str
    told: str
    since: datetime
    raised_at: datetime
    raised_by: str  # the node that saw it
    cleared_at: datetime | None
    taken_at: datetime | None
    taken_by: str | None


_alarm = tables.alarms.c
_OPEN = select(*_alarm).where(_alarm.cleared_at.is_(None)).order_by(_alarm.id)
_RECENT = (
    select(*_alarm).where(_alarm.cleared_at.is_not(None)).order_by(_alarm.id.desc()).limit(bindparam("most"))
)
_RAISE = by_dialect(tables.alarms, lambda statement: statement.on_conflict_do_nothing().returning(_alarm.id))
_TELL = (
    update(tables.alarms)
    .where(
        _alarm.name == bindparam("which"), _alarm.subject == bindparam("about"), _alarm.cleared_at.is_(None)
    )
    .values(told=bindparam("words"))
)
_CLEAR = (
    update(tables.alarms)
    .where(_alarm.id == bindparam("number"), _alarm.cleared_at.is_(None))
    .values(cleared_at=bindparam("now"))
)
_TAKE = (
    update(tables.alarms)
    .where(_alarm.id == bindparam("number"), _alarm.cleared_at.is_(None), _alarm.taken_at.is_(None))
    .values(taken_at=bindparam("now"), taken_by=bindparam("who"))
)
_PURGE = delete(tables.alarms).where(_alarm.cleared_at < bindparam("before"))


def listed(conn: Connection) -> list[Alarm]:
    """The open ones, oldest first."""
    return [Alarm(*row) for row in conn.execute(_OPEN)]


def ended(conn: Connection, most: int) -> list[Alarm]:
    """Those that are over, the latest raised first."""
    return [Alarm(*row) for row in conn.execute(_RECENT, {"most": most})]


def weigh(
    conn: Connection,
    name: str,
    findings: Sequence[Finding],
    node: str,
    now: datetime,
    mine: str | None = None,
) -> tuple[list[Alarm], list[Alarm]]:
    """Bring the open alarms of one rule to what was found: those raised now, and those over now.

    `mine`: the rule is about each node by itself, and only alarms whose subject begins with this word are
    judged here.
    """
    there = {each.subject: each for each in listed(conn) if each.name == name}
    found = {each.subject: each for each in findings}
    raised = []
    for each in found.values():
        told = each.told[:MAX_TOLD]
        if each.subject in there:
            if there[each.subject].told != told:
                conn.execute(_TELL, {"which": name, "about": each.subject, "words": told})
            continue
        values = {
            "name": name, "subject": each.subject, "told": told, "since": each.since, "raised_at": now,
            "raised_by": node,
        }  # fmt: skip
        number = conn.execute(_RAISE[conn.dialect.name], values).scalar()
        if number is not None:  # else another gateway was first
            raised.append(Alarm(number, name, each.subject, told, each.since, now, node, None, None, None))
    over = [
        each
        for each in there.values()
        if each.subject not in found and mine in (None, each.subject.partition(" ")[0])
    ]
    gone = [each for each in over if conn.execute(_CLEAR, {"number": each.id, "now": now}).rowcount]
    return raised, gone


def drop(conn: Connection, known: Collection[str], now: datetime) -> None:
    """End those of rules that there are not any more."""
    for each in listed(conn):
        if each.name not in known:
            conn.execute(_CLEAR, {"number": each.id, "now": now})


def take(conn: Connection, number: int, who: str, now: datetime) -> bool:
    """Somebody looks after it; False when it is over, or somebody does already."""
    return conn.execute(_TAKE, {"number": number, "who": who, "now": now}).rowcount == 1


def purge(conn: Connection, before: datetime) -> None:
    """Forget those that were over before `before`."""
    conn.execute(_PURGE, {"before": before})
