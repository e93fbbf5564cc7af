"""What a form fills in by itself: sums of fields and of columns, and what lookups find (调出).

Knows what is overtyped: a value that was filled in is replaced by the next one, or taken back with what it
came from; a value that somebody typed over it stays. Refuses to ask anybody: questions go out, answers come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from messages.annotations import Lookup
from messages.forms import Field
from messages.lookups import OBJECTION
from terminals.work.judging import Control, Judge
from terminals.work.kinds import bilingual
from terminals.work.rows import EVERYTHING, NOTHING, Changed, Key, Place, Row, cleaned


@dataclass(frozen=True, slots=True)
class Question:
    """A lookup that a row owes: ask `name` with `key`, and give the model the answer."""

    row: Row
    field: str
    name: str  # the lookup's, such as party
    key: Key


def put(row: Row, name: str, value: str) -> bool:
    """Write a value, '' for none; whether it is another one."""
    if row.values.get(name, "") == value:
        return False
    if value:
        row.values[name] = value
    else:
        row.values.pop(name, None)
    return True


# -- sums


def add_up(row: Row, part: str) -> Changed:
    """`part` is another value: fill the sums that it belongs to, in its row and in the one above."""
    changed = resum(row, part)
    if row.parent is not None and row.parent.plan.totals:
        for name in (part, *row.plan.summed(part)):
            changed |= retotal(row.parent, row.plan.name, name)
    return changed


def resum(row: Row, part: str) -> Changed:
    """Fill the sums that `part` belongs to, unless they are overtyped."""
    changed = NOTHING
    for name in row.plan.summed(part):
        value = total(row, row.plan.sums[name])
        untouched = row.values.get(name, "") in ("", row.given.get(name))
        if value is None or not untouched:
            continue
        row.given[name] = value
        if put(row, name, value):
            changed |= Changed(frozenset({Place(row, name)}))
    return changed


def total(row: Row, parts: tuple[str, ...]) -> str | None:
    """The sum of the parts that there are, '' for none; None while one of them is wrong."""
    return _added((row.plan.fields[name], row.values.get(name, "")) for name in parts)


def overtyped(row: Row, name: str) -> str:
    """What would stand in a field if nobody had typed over it: a sum, or what was suggested; '' else."""
    value = row.values.get(name, "")
    own = total(row, row.plan.sums[name]) if name in row.plan.sums else row.given.get(name)
    return own if value and own and not _same(own, value) else ""


def retotal(row: Row, group: str, part: str = "") -> Changed:
    """Fill what adds up the lines of `group`; while one of them is wrong, there is no such sum."""
    changed = NOTHING
    for name in row.plan.totalled(group, part):
        of = row.plan.totals[name][1]
        field = row.plan.plans[group].fields[of]
        value = _added((field, line.values.get(of, "")) for line in row.lines[group])
        if put(row, name, value or ""):
            changed |= Changed(frozenset({Place(row, name)}))
    return changed


def _added(parts: Iterable[tuple[Field, str]]) -> str | None:
    """Exactly, without zeros behind: 0.5 and 0.50 are 1; '' for nothing; None where one is no number."""
    found = [(field, value) for field, value in parts if value]
    if any(field.problem(value) is not None for field, value in found):
        return None
    try:
        text = format(sum((Decimal(value) for _, value in found), Decimal(0)), "f") if found else ""
        return text.rstrip("0").rstrip(".") if "." in text else text
    except InvalidOperation:  # parts that are no numbers by their schema
        return None


# -- lookups


def questions(root: Row, judge: Judge, control: Control) -> Iterator[Question]:
    """The lookups owed by `root` and the rows below it."""
    for row in root.walk():
        for name, lookup in row.plan.lookups:
            if judge.waits(row, row.plan.fields[name], control):
                key = judge.key(row, lookup)
                assert key is not None  # else nothing would be owed
                yield Question(row, name, lookup.name, key)


def apply(question: Question, found: Mapping[str, Any] | None, judge: Judge, control: Control) -> Changed:
    """What was found, or that nothing was; nothing for a key that has changed meanwhile."""
    row, lookup = question.row, question.row.plan.fields[question.field].hints.lookup
    if lookup is None or judge.key(row, lookup) != question.key:
        return NOTHING
    objection = str((found or {}).get(OBJECTION, ""))
    row.answers[question.field] = (question.key, found is not None and not objection)
    row.against.pop(question.field, None)
    if objection:
        row.against[question.field] = bilingual(objection)
        found = None
    places = {Place(row, name) for name in (question.field, *lookup.locks, *lookup.suggests)}
    for name in (*lookup.locks, *lookup.suggests) if found is not None else ():
        value = cleaned(str((found or {}).get(name) or ""))
        if name in lookup.suggests and not value:
            continue  # nothing to suggest is no reason to take away what was typed
        row.given[name] = value
        put(row, name, value)
    return Changed(frozenset(places))


def doubt(row: Row, name: str) -> Changed:
    """The same key is entered once more: what was not found is asked for again, it may be there now."""
    if row.answers.get(name, ((), True))[1]:
        return NOTHING
    del row.answers[name]
    return Changed(frozenset({Place(row, name)}))


def withdraw(row: Row, name: str) -> Changed:
    """`name` has changed: take back what lookups by it have filled in, here and in the lines below."""
    asked = list(row.plan.asked_by(name))
    if not asked:
        return NOTHING
    below = False
    for each in row.walk():
        for plan, key_field, lookup in asked:
            if plan is each.plan and each.answers.pop(key_field, None) is not None:
                _take_back(each, lookup)
                below |= each is not row
    if below:
        return EVERYTHING
    names = {
        field for _, key_field, lookup in asked for field in (key_field, *lookup.locks, *lookup.suggests)
    }
    return Changed(frozenset(Place(row, each) for each in names if each in row.plan.fields))


def _take_back(row: Row, lookup: Lookup) -> None:
    for name in (*lookup.locks, *lookup.suggests):
        if name in row.given and row.given.pop(name) == row.values.get(name, ""):
            put(row, name, "")


def trust(root: Row, judge: Judge, control: Control) -> None:
    """Take all of it for looked up and added up, as it is when it comes from the gateway."""
    for row in root.walk():
        for name, lookup in row.plan.lookups:
            key = judge.key(row, lookup)
            if key is not None and judge.asked(lookup, row, control):
                row.answers[name] = (key, True)
                row.given.update((each, row.values.get(each, "")) for each in lookup.locks)
        for name, parts in row.plan.sums.items():
            value = total(row, parts)
            if value is not None and _same(value, row.values.get(name, "")):
                row.given[name] = row.values.get(name, "")


def _same(one: str, other: str) -> bool:
    try:
        return one == other or Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False
