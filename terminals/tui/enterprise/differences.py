"""What a change of a registration changes (变更前后对比), for people: field by field, with what codes mean.

Knows the shape of a difference (messages.enterprise.changes) and the form it is on; refuses to know who reads
it, the enterprise before it declares or customs when it reviews.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from messages.annotations import Words
from messages.enterprise import changes, fields
from messages.enterprise.changes import ADDED, BASICS, CHANGED, MANAGERS, REMOVED
from messages.workflow import Body
from terminals.work.dossier import Said, Section
from terminals.work.found import CaseFound
from terminals.work.model import FormModel

Difference = Mapping[str, str]

MARKS = {ADDED: "+", REMOVED: "-", CHANGED: "~"}
"""How a difference is marked in a list, beside its colour."""
_HEADING = Words("变更对比（备案 → 申请）", "Changes (filed → applied for)")
_BASICS = Words("企业基本信息", "Basic information")
_WHAT = {ADDED: Words("新增", "added"), REMOVED: Words("删除", "removed"), CHANGED: Words()}
_EMPTY = Words("（空）", "(empty)")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference in words: whose it is, which field, what is filed and what is applied for."""

    whose: Words
    field: Words
    kind: str  # changed, added, removed
    old: Words
    new: Words
    now: Words | None = None  # what is filed now, where that is not what was filed then


def told(found: CaseFound, model: FormModel, filed: Body | None = None) -> list[Change]:
    """The differences of an application that was declared; `filed` is what customs holds now, if it is known.

    `model` is an empty form of its type.
    """
    return in_words(found.body.get("differences", ()), model, filed)


def in_words(against: Iterable[Difference], model: FormModel, filed: Body | None = None) -> list[Change]:
    """Differences in words, in their order."""
    every = [dict(one) for one in against]
    stale = changes.outdated(filed, every) if filed is not None else []
    return [_change(one, model, filed if one in stale else None) for one in every]


def section(shown: Sequence[Change]) -> Section:
    """The same to be read through: whose and which field, old → new."""
    return Section(_HEADING, tuple(Said(_label(one), _arrow(one)) for one in shown))


def _change(one: Difference, model: FormModel, filed: Body | None) -> Change:
    now = _meant(one, _now(one, filed), model) if filed is not None else None
    old, new = _meant(one, one["old"], model), _meant(one, one["new"], model)
    return Change(_whose(one), Words(one["zh"], one["en"]), one["what"], old, new, now)


def _whose(one: Difference) -> Words:
    """The table, or the person with what becomes of him."""
    if one["table"] == BASICS:
        return _BASICS
    zh, en = fields.LINES[one["path"].partition("/")[0]]
    what = _WHAT[one["what"]]
    return Words(f"{zh} {one['person']} {what.zh}".rstrip(), f"{en} {one['person']} {what.en}".rstrip())


def _now(one: Difference, filed: Body) -> str:
    """What is filed of the field now; '' where there is nobody of that number any more."""
    holder: Body | None = filed
    if one["table"] != BASICS:
        group, key = ("Manager", "managerNo") if one["table"] == MANAGERS else ("Broker", "staffNo")
        holder = changes.by_key(filed.get(group, ()), key).get(one["key"])
    return changes.plain(one["field"], (holder or {}).get(one["field"]))


def _meant(one: Difference, value: str, model: FormModel) -> Words:
    """A value, a code with what it means."""
    if not value:
        return _EMPTY
    group, _, name = one["path"].rpartition("/")
    model.load({group: [{name: value}]} if group else {name: value}, case="", state="")
    row = model.rows(group)[0] if group else model.head
    meaning = model.meaning(row, name)
    if meaning == Words():
        return Words(value, value)
    return Words(f"{value} {meaning.zh}", f"{value} {meaning.en}")


def _label(one: Change) -> Words:
    if one.whose == _BASICS:
        return one.field
    return Words(f"{one.whose.zh}：{one.field.zh}", f"{one.whose.en}: {one.field.en}")


def _arrow(one: Change) -> Words:
    return Words(f"{one.old.zh} → {one.new.zh}", f"{one.old.en} → {one.new.en}")
