"""Cases (一票) and records, as any system keeps them: facts read and changes saved in bulk, locks, numbers.

Knows revisions, the uniqueness of an inner number (企业内部编号) and the validity of records; refuses to know
a state, a field or a rule. `columns` maps a system to the names of its search columns, in their fixed order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError

from messages.workflow import (
    ActiveParty,
    Case,
    CaseByInner,
    CaseByNumber,
    CasesAlike,
    CasesCounted,
    Fact,
    FileOf,
    PartyByCode,
    Record,
    RecordInForce,
    RecordsCounted,
    RecordsUnder,
)
from storage import owners, registry, tables
from storage.bulk import BulkInsert, BulkUpdate
from storage.conflict import by_dialect

Columns = Mapping[str, tuple[str, ...]]
"""System → names of its search columns; the first is kept in k1, the second in k2 …"""

KEPT = 64
"""Characters of a search column's value that are kept, so that an index can hold all of them."""


class StaleCase(Exception):
    """A case was changed since it was read: roll back, read again and repeat the step.

    It names all the cases that were saved together.
    """

    def __init__(self, numbers: Iterable[str]) -> None:
        self.numbers = tuple(numbers)
        super().__init__(f"one of these was changed meanwhile: {', '.join(self.numbers)}")


class InnerNumberUsed(Exception):
    """Another case of an owner has the same inner number, or a case's own number is taken.

    It names all the cases that were saved together; roll back to where you were before them. After an update
    that met one, PostgreSQL takes nothing else until you did.
    """

    def __init__(self, numbers: Iterable[str]) -> None:
        self.numbers = tuple(numbers)
        super().__init__(f"the inner number, or the number, is in use: {', '.join(self.numbers)}")


_case = tables.cases.c
_record = tables.records.c
SELECT_CASE = select(tables.cases)
_BY_NUMBER = SELECT_CASE.where(_case.number.in_(bindparam("keys", expanding=True)))
# One owner's at a time: SQLite reads the whole table for an IN over tuples, and an index for this.
_BY_INNER = SELECT_CASE.where(
    _case.system == bindparam("of_system"),
    _case.owner == bindparam("of_owner"),
    _case.inner.in_(bindparam("keys", expanding=True)),
)
_of_kind = (_record.system == bindparam("of_system"), _record.kind == bindparam("of_kind"))
_now_in_force = (
    _record.valid_from <= bindparam("now"),
    or_(_record.valid_to.is_(None), _record.valid_to > bindparam("now")),
)
_IN_FORCE = (
    select(tables.records)
    .where(*_of_kind, _record.key.in_(bindparam("keys", expanding=True)), *_now_in_force)
    .order_by(_record.valid_from)
)
_begin_alike = (
    *_of_kind,
    _record.key >= bindparam("first"),
    _record.key < bindparam("behind"),
    *_now_in_force,
)
_UNDER = select(tables.records).where(*_begin_alike).order_by(_record.key, _record.valid_from)
_LAST_UNDER = (
    select(tables.records)
    .where(*_begin_alike)
    .order_by(_record.key.desc(), _record.valid_from.desc())
    .limit(bindparam("most"))
)
_COUNTED_UNDER = select(func.count(_record.key.distinct())).where(*_begin_alike)
_ALIKE = {
    name: SELECT_CASE.where(
        _case.system == bindparam("of_system"),
        _case[name] == bindparam("value"),
        _case.number > bindparam("after"),
    )
    .order_by(_case.number)
    .limit(bindparam("most"))
    for name in tables.FOUND_ALONE
}
"""By an index of their own (system, column, number); a column of the others is not found alone."""
_COUNTED = {
    name: select(func.count())
    .select_from(tables.cases)
    .where(_case.system == bindparam("of_system"), _case[name] == bindparam("value"))
    for name in tables.FOUND_ALONE
}
_BEHIND = "\U0010ffff"  # behind every key that begins alike
_NAMES = tuple(column.name for column in tables.cases.c)
_INSERT = BulkInsert(tables.cases, _NAMES, unless_taken=True)
_CHANGED = tuple(name for name in _NAMES if name != "number")
_UPDATE = BulkUpdate(tables.cases, ("number", "revision"), _CHANGED)
_same_key = and_(
    _record.system == bindparam("of_system"),
    _record.kind == bindparam("of_kind"),
    _record.key == bindparam("of_key"),
)
_END_RECORDS = (
    update(tables.records)
    .where(
        _same_key,
        _record.valid_from < bindparam("then"),
        or_(_record.valid_to.is_(None), _record.valid_to > bindparam("then")),
    )
    .values(valid_to=bindparam("then"))
)
_REPLACE_RECORDS = delete(tables.records).where(_same_key, _record.valid_from == bindparam("then"))
_INSERT_RECORDS = insert(tables.records)
_TAKE = by_dialect(
    tables.counters,
    lambda statement: statement.on_conflict_do_update(
        index_elements=[tables.counters.c.name],
        set_={"next": tables.counters.c.next + statement.excluded.next - 1},
    ).returning(tables.counters.c.next),
)
_keys = func.unnest(bindparam("keys", type_=ARRAY(BigInteger))).table_valued("key").render_derived()
_LOCK = select(func.count(func.pg_advisory_xact_lock(_keys.c.key))).select_from(_keys)


def load(conn: Connection, facts: Iterable[Fact], now: datetime, columns: Columns) -> dict[Fact, Any]:
    """Each fact with what it asks for, or None where there is no such thing; one query a kind of fact."""
    found: dict[Fact, Any] = dict.fromkeys(facts)
    numbers = [fact.number for fact in found if isinstance(fact, CaseByNumber)]
    if numbers:
        for row in conn.execute(_BY_NUMBER, {"keys": numbers}):
            found[CaseByNumber(row.number)] = case(row, columns)
    inners: dict[tuple[str, str], list[str]] = {}
    records: dict[tuple[str, str], list[str]] = {}
    for fact in found:
        if isinstance(fact, CaseByInner):
            inners.setdefault((fact.system, fact.owner), []).append(fact.inner)
        elif isinstance(fact, RecordInForce):
            records.setdefault((fact.system, fact.kind), []).append(fact.key)
        elif isinstance(fact, _OneByOne):
            found[fact] = _one(conn, fact, now, columns)
    for (system, owner), keys in inners.items():
        for row in conn.execute(_BY_INNER, {"of_system": system, "of_owner": owner, "keys": keys}):
            found[CaseByInner(row.system, row.owner, row.inner)] = case(row, columns)
    for (system, kind), keys in records.items():
        wanted = {"of_system": system, "of_kind": kind, "keys": keys, "now": now}
        for row in conn.execute(_IN_FORCE, wanted):  # the newest comes last and stays
            found[RecordInForce(row.system, row.kind, row.key)] = _as_record(row)
    found.update(_parties(conn, [fact.cop_code for fact in found if isinstance(fact, PartyByCode)]))
    found.update(owners.files(conn, [fact for fact in found if isinstance(fact, FileOf)]))
    return found


_OneByOne = ActiveParty | RecordsUnder | RecordsCounted | CasesAlike | CasesCounted


def _one(conn: Connection, fact: _OneByOne, now: datetime, columns: Columns) -> Any:
    """What is asked for by a query of its own."""
    match fact:
        case ActiveParty():
            return registry.active_party(conn, fact.dxp_id)
        case RecordsUnder():
            return _under(conn, fact, now)
        case RecordsCounted():
            return int(conn.execute(_COUNTED_UNDER, _beginning(fact, now)).scalar_one())
        case CasesAlike():
            return _alike(conn, fact, columns)
        case CasesCounted():
            return _counted(conn, fact, columns)


def _parties(conn: Connection, codes: list[str]) -> dict[Fact, Any]:
    if not codes:
        return {}
    return {PartyByCode(one.cop_code): one for one in registry.parties_of_codes(conn, codes)}


def _under(conn: Connection, fact: RecordsUnder, now: datetime) -> tuple[Record, ...]:
    wanted = _beginning(fact, now)
    if fact.last is None:
        rows = conn.execute(_UNDER, wanted).all()
    else:
        rows = conn.execute(_LAST_UNDER, {**wanted, "most": fact.last}).all()[::-1]
    return tuple({row.key: _as_record(row) for row in rows}.values())


def _beginning(fact: RecordsUnder | RecordsCounted, now: datetime) -> dict[str, Any]:
    keys = {"first": fact.prefix, "behind": fact.prefix + _BEHIND}
    return {"of_system": fact.system, "of_kind": fact.kind, "now": now, **keys}


def _alike(conn: Connection, fact: CasesAlike, columns: Columns) -> tuple[Case, ...]:
    wanted = {"of_system": fact.system, "value": fact.value, "after": fact.after, "most": fact.limit}
    rows = conn.execute(_ALIKE[_place(fact, columns)], wanted)
    return tuple(case(row, columns) for row in rows)


def _counted(conn: Connection, fact: CasesCounted, columns: Columns) -> int:
    wanted = {"of_system": fact.system, "value": fact.value}
    return int(conn.execute(_COUNTED[_place(fact, columns)], wanted).scalar_one())


def _place(fact: CasesAlike | CasesCounted, columns: Columns) -> str:
    return tables.SEARCH[columns[fact.system].index(fact.column)]


def _as_record(row: Row[Any]) -> Record:
    return Record(row.system, row.kind, row.key, row.body, row.valid_from, row.valid_to)


def case(row: Row[Any], columns: Columns) -> Case:
    """The case in a row of `cases`; its body is empty where the row has none."""
    kept = zip(columns.get(row.system, ()), tables.SEARCH, strict=False)
    values = row._mapping
    return Case(
        number=row.number,
        system=row.system,
        owner=row.owner,
        partner=row.partner,
        state=row.state,
        body=values.get("body", {}),
        created=row.created,
        changed=row.changed,
        inner=row.inner,
        search={name: values[column] for name, column in kept if values[column]},
        revision=row.revision,
    )


def save(conn: Connection, changed: Sequence[Case], columns: Columns) -> None:
    """Store the cases: revision 0 is new, any other must be the stored one.

    Raises StaleCase, InnerNumberUsed.
    """
    new = [one for one in changed if one.revision == 0]
    if _INSERT(conn, [[*map(_row(one, columns).__getitem__, _NAMES)] for one in new]) != len(new):
        raise InnerNumberUsed(one.number for one in new)
    # In one order whoever saves them: two transactions do not wait for each other in a circle.
    old = sorted((one for one in changed if one.revision != 0), key=lambda one: one.number)
    try:
        rows = [[one.number, one.revision, *map(_row(one, columns).__getitem__, _CHANGED)] for one in old]
        updated = _UPDATE(conn, rows)
    except IntegrityError as error:
        raise InnerNumberUsed(one.number for one in old) from error
    if updated != len(old):
        raise StaleCase(one.number for one in old)


def _row(one: Case, columns: Columns) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(tables.SEARCH)
    names = columns.get(one.system, ())
    unknown = set(one.search) - set(names)
    if unknown or len(names) > len(tables.SEARCH):
        raise ValueError(f"system {one.system} declares search columns {names}, not {sorted(unknown)}")
    for name, column in zip(names, tables.SEARCH, strict=False):
        row[column] = one.search.get(name, "")[:KEPT]  # never NULL: databases disagree where NULL stands
    row.update(
        number=one.number,
        system=one.system,
        owner=one.owner,
        partner=one.partner,
        inner=one.inner,
        state=one.state,
        body=one.body,
        revision=one.revision + 1,
        created=one.created,
        changed=one.changed,
    )
    return row


def put_records(conn: Connection, records: Sequence[Record]) -> None:
    """Store records; of the same key, one that began earlier ends where the new one begins.

    A record whose `valid_to` is its `valid_from` is never in force: so a key is taken out of force.
    """
    if not records:
        return
    latest = {(one.system, one.kind, one.key): one for one in records}
    spans = [
        {"of_system": one.system, "of_kind": one.kind, "of_key": one.key, "then": one.valid_from}
        for one in latest.values()
    ]
    conn.execute(_REPLACE_RECORDS, spans)
    conn.execute(_END_RECORDS, spans)
    conn.execute(
        _INSERT_RECORDS,
        [
            {
                "system": one.system,
                "kind": one.kind,
                "key": one.key,
                "body": one.body,
                "valid_from": one.valid_from,
                "valid_to": one.valid_to,
            }
            for one in latest.values()
        ],
    )


def take_numbers(conn: Connection, name: str, count: int) -> int:
    """The first of `count` numbers that nobody else gets; counters begin at 1. A rollback gives them back."""
    following: int = conn.execute(_TAKE[conn.dialect.name], {"name": name, "next": count + 1}).scalar_one()
    return following - count


def lock(conn: Connection, keys: Iterable[str]) -> None:
    """Hold these keys until the transaction ends; whoever wants one of them meanwhile waits.

    On SQLite the transaction itself is the lock. Call it once a transaction: keys are taken in sorted order.
    """
    hashes = sorted(
        {int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True) for key in keys}
    )
    if hashes and conn.dialect.name == "postgresql":
        conn.execute(_LOCK, {"keys": hashes})
