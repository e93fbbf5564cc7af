"""What a change of a registration changes (变更前后对比), for people: field by field, with what codes mean.

Knows the shape of a difference (messages.enterprise.changes) and the form it is on; refuses to know who reads
it, the enterprise before it declares or customs when it reviews.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from messages.annotations import Words
from messages.enterprise import fields
from messages.enterprise.changes import ADDED, BASICS, REMOVED
from terminals.work.dossier import Said, Section
from terminals.work.model import FormModel

Difference = Mapping[str, str]
Fresh = Callable[[], FormModel]
"""A new model of the application's form."""

_BASICS = Words("企业基本信息", "Basic information")
_WHAT = {ADDED: Words("新增", "added"), REMOVED: Words("删除", "removed")}
_NONE = Words("（空）", "(empty)")
_ARROW = " → "


@dataclass(frozen=True, slots=True)
class Changed:
    """One difference in words: whom it is about, which field, what is filed and what is applied for."""

    where: Words
    label: Words
    old: Words
    new: Words


def changed(against: Sequence[Difference], fresh: Fresh) -> list[Changed]:
    """The differences in words, in their order."""
    blank = fresh()
    return [
        Changed(
            _where(one),
            Words(one["zh"], one["en"]),
            _meant(one, one["old"], blank),
            _meant(one, one["new"], blank),
        )
        for one in against
    ]


def sections(against: Sequence[Difference], fresh: Fresh) -> list[Section]:
    """The same to be read through: a section a table or person, old → new at each field."""
    found = []
    for where, each in groupby(changed(against, fresh), key=lambda one: one.where):
        found.append(Section(where, tuple(Said(one.label, _joined(one)) for one in each), 1))
    return found


def _where(one: Difference) -> Words:
    if one["table"] == BASICS:
        return _BASICS
    zh, en = fields.LINES[one["path"].partition("/")[0]]
    what = _WHAT.get(one["what"], Words())
    return Words(f"{zh} {one['person']} {what.zh}".rstrip(), f"{en} {one['person']} {what.en}".rstrip())


def _meant(one: Difference, value: str, blank: FormModel) -> Words:
    """A value, a code with what it means."""
    if not value:
        return _NONE
    group, _, name = one["path"].rpartition("/")
    blank.load({group: [{name: value}]} if group else {name: value}, case="", state="")
    row = blank.rows(group)[0] if group else blank.head
    meaning = blank.meaning(row, name)
    if meaning == Words():
        return Words(value, value)
    return Words(f"{value} {meaning.zh}", f"{value} {meaning.en}")


def _joined(one: Changed) -> Words:
    return Words(f"{one.old.zh}{_ARROW}{one.new.zh}", f"{one.old.en}{_ARROW}{one.new.en}")
