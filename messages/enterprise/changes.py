"""What a change of a registration changes (变更前后对比): field by field, between what is filed and the form.

A difference is plain data, kept in the case for the reviewing officer: `table` (basics, managers, brokers),
`path` of the form's field, `key` and `person` of whom it is about, `what` (changed, added, removed), the
field's names, `old` and `new` as codes; '' is empty. Nothing but differences is applied when it is approved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from messages.enterprise import fields, filings
from messages.enterprise.fields import Names
from messages.workflow import Body

Difference = dict[str, str]
BASICS, MANAGERS, BROKERS = "basics", "managers", "brokers"
CHANGED, ADDED, REMOVED = "changed", "added", "removed"


def differences(filed: Body, form: Body) -> list[Difference]:
    """All that approving `form` would change in what is `filed`, in the order of the tables."""
    return [*_basics(filed, form), *_managers(filed, form), *_brokers(filed, form)]


def _basics(filed: Body, form: Body) -> Iterator[Difference]:
    names = {**fields.OPEN, **(fields.PARENT if filed["entType"] in fields.WITH_PARENT else {})}
    yield from _fields(BASICS, "", CHANGED, names, filed, form)


def _managers(filed: Body, form: Body) -> Iterator[Difference]:
    before = by_key(filed.get("Manager", ()), "managerNo")
    there = {str(one["managerNo"]) for one in form.get("Manager", ()) if one.get("managerNo")}
    for place, one in enumerate(form.get("Manager", ()), 1):
        known = before.get(str(one.get("managerNo", "")))
        key, what = (str(one["managerNo"]), CHANGED) if known else (f"+{place}", ADDED)
        yield from _fields(MANAGERS, key, what, fields.MANAGER, known or {}, one)
    for key, known in before.items():
        if key not in there:
            yield from _fields(MANAGERS, key, REMOVED, fields.MANAGER, known, {})


def _brokers(filed: Body, form: Body) -> Iterator[Difference]:
    before = by_key(filed.get("Broker", ()), "staffNo")
    for one in form.get("Broker", ()):  # one that is left out is as it is filed
        known = before.get(str(one["staffNo"]))
        if known is not None:
            yield from _fields(BROKERS, str(one["staffNo"]), CHANGED, fields.STAFF_OPEN, known, one)


def _fields(table: str, key: str, what: str, names: Names, before: Body, after: Body) -> Iterator[Difference]:
    group = {MANAGERS: "Manager/", BROKERS: "Broker/"}.get(table, "")
    for name, (zh, en) in names.items():
        old, new = plain(name, before.get(name)), plain(name, after.get(name))
        if old != new:
            yield {
                "table": table, "path": f"{group}{name}", "key": key,
                "person": str(before.get("name") or after.get("name") or ""),
                "what": what, "field": name, "zh": zh, "en": en, "old": old, "new": new,
            }  # fmt: skip


def plain(name: str, value: object) -> str:
    """A value as it is compared: several codes in any order, 注销标志 否 as none."""
    text = str(value or "")
    if name == "cancelled":
        return "" if text == fields.NO else text
    return " ".join(sorted(text.split(" "))) if name in ("crossTypes", "qualifications") else text


def by_key(lines: Iterable[Body], key: str) -> dict[str, Body]:
    """Lines by their number."""
    return {str(one[key]): one for one in lines}


# -- what an approval makes of it


def outdated(filed: Body, against: Sequence[Difference]) -> list[Difference]:
    """The differences that are not any more between what is filed now and the form: customs changed it."""
    now = filed_now(filed, against)
    return [one for one, value in zip(against, now, strict=True) if value != one["old"]]


def filed_now(filed: Body, against: Sequence[Difference]) -> list[str | None]:
    """What is filed now in the field of each difference; None where its line is gone."""
    managers = by_key(filed.get("Manager", ()), "managerNo")
    brokers = by_key(filed.get("Broker", ()), "staffNo")
    found: list[str | None] = []
    for one in against:
        holder: Body | None = filed
        if one["table"] == MANAGERS:
            holder = {} if one["what"] == ADDED else managers.get(one["key"])
        elif one["table"] == BROKERS:
            holder = brokers.get(one["key"])
        found.append(None if holder is None else plain(one["field"], holder.get(one["field"])))
    return found


def applied(filed: Body, against: Sequence[Difference]) -> dict[str, Any]:
    """The registration with these differences carried out, and nothing else."""
    body = _with(filed, [one for one in against if one["table"] == BASICS])
    managers = [one for one in against if one["table"] == MANAGERS]
    if managers:
        body["Manager"] = _managed(filed.get("Manager", ()), managers)
    brokers = _of(one for one in against if one["table"] == BROKERS)
    if brokers:
        body["Broker"] = [_with(one, brokers.get(str(one["staffNo"]), ())) for one in filed["Broker"]]
    return body


def _managed(before: Sequence[Body], against: Sequence[Difference]) -> list[dict[str, Any]]:
    told = _of(against)
    gone = {one["key"] for one in against if one["what"] == REMOVED}
    kept = [
        _with(one, told.get(str(one["managerNo"]), ())) for one in before if str(one["managerNo"]) not in gone
    ]
    added = dict.fromkeys(one["key"] for one in against if one["what"] == ADDED)
    return filings.numbered([*kept, *(_with({}, told[key]) for key in added)], before)


def _of(against: Iterable[Difference]) -> dict[str, list[Difference]]:
    found: dict[str, list[Difference]] = {}
    for one in against:
        found.setdefault(one["key"], []).append(one)
    return found


def _with(before: Mapping[str, Any], against: Iterable[Difference]) -> dict[str, Any]:
    body = dict(before)
    for one in against:
        if one["new"]:
            body[one["field"]] = one["new"]
        else:
            body.pop(one["field"], None)
    return body
