"""What a form keeps as it was filed (备案内容), brought up to date when a form that was begun is taken up.

Knows which fields nobody may type, and that lines are known by what they keep, such as the number of a person
on file; refuses to touch what was typed. Without it, whoever goes on with a draft would be refused for grey
fields that customs has changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from terminals.work import filling, keeping
from terminals.work.model import FormModel
from terminals.work.plan import KEPT
from terminals.work.rows import EVERYTHING, NOTHING, Changed, Row


def renew(model: FormModel, filed: Mapping[str, Any]) -> Changed:
    """Take over from `filed`, as a new form would be opened with it, what `model` keeps.

    Lines that are filed no more are taken away; of lines that may not come and go, those that are missing are
    put in. A form that is as it was filed stays clean.
    """
    changed = _row(model, model.head, keeping.read(model.plan, filed))
    if changed:
        model.revision += 1
    return EVERYTHING if changed else NOTHING


def _row(model: FormModel, row: Row, filed: Row) -> bool:
    changed = False
    for name, field in row.plan.fields.items():
        kept = field.hints.fill == KEPT
        if kept or (field.hints.locked_when is not None and model.standing(row, name).locked):
            changed |= filling.put(row, name, filed.text(name))
    for group in row.plan.plans:
        changed |= _lines(model, row, filed, group)
    return changed


def _lines(model: FormModel, row: Row, filed: Row, group: str) -> bool:
    plan = row.plan.plans[group]
    if not plan.kept:
        return False
    key, before = plan.kept[0], row.rows(group)
    known = {line.text(key): line for line in filed.rows(group)}
    lines = [line for line in before if not line.text(key) or line.text(key) in known]
    changed = len(lines) < len(before)
    for line in lines:
        if line.text(key):
            changed |= _row(model, line, known[line.text(key)])
    fixed = plan.group.hints.fixed
    if fixed is not None and fixed.when is None:
        there = {line.text(key): line for line in lines}
        changed |= any(number not in there for number in known)
        lines = [there.get(number) or _moved(one, row) for number, one in known.items()]
    row.lines[group] = lines
    row.renumber(group)
    return changed


def _moved(line: Row, parent: Row) -> Row:
    line.parent = parent
    return line
