"""What two versions of a form differ in (变更对照), field by field and line by line, as something to read.

Knows forms, and that lines are the same where all that is in them is; refuses to know screens and systems.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from messages.annotations import Words
from messages.forms import Field
from terminals.work.dossier import Said, Section, value
from terminals.work.model import FormModel
from terminals.work.rows import Row

_NOTHING = Words("（空）", "(nothing)")
_SAME = Said(Words("变更", "Changes"), Words("没有差异", "none"))
_GONE, _NEW = Words("− 删除", "− removed"), Words("＋ 新增", "+ added")


def differences(before: FormModel, after: FormModel, heading: Words) -> Section:
    """All that differs, in document order: old → new for fields, what is removed and added for lines."""
    said = (*_fields(before, after), *_lines(before, after))
    return Section(heading, said or (_SAME,))


def _fields(before: FormModel, after: FormModel) -> Iterator[Said]:
    for field in after.fields:
        old, new = before.head.text(field.name), after.head.text(field.name)
        if old != new:
            was, now = _value(before, before.head, field), _value(after, after.head, field)
            yield Said(field.label, Words(f"{was.zh} → {now.zh}", f"{was.en} → {now.en}"))


def _lines(before: FormModel, after: FormModel) -> Iterator[Said]:
    for group in after.groups:
        old, new = before.rows(group.name), after.rows(group.name)
        yield from _beyond(before, old, new, group, _GONE)
        yield from _beyond(after, new, old, group, _NEW)


def _beyond(
    model: FormModel, rows: tuple[Row, ...], others: tuple[Row, ...], group: Field, what: Words
) -> Iterator[Said]:
    """The rows that are not among the others, as often as they are more."""
    there = Counter(map(_key, others))
    for row in rows:
        if there[_key(row)]:
            there[_key(row)] -= 1
            continue
        label = Words(f"{what.zh} {group.label.zh}", f"{what.en}: {group.label.en}")
        cells = [_value(model, row, field) for field in row.plan.shown if row.text(field.name)]
        yield Said(label, Words("；".join(each.zh for each in cells), "; ".join(each.en for each in cells)))


def _key(row: Row) -> tuple[tuple[str, str], ...]:
    """All that is in a row, what is not shown too, such as a file's digest."""
    return tuple(sorted((name, text) for name, text in row.values.items() if text))


def _value(model: FormModel, row: Row, field: Field) -> Words:
    return value(model, row, field) if row.text(field.name) else _NOTHING
