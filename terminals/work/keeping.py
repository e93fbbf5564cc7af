"""A form's rows as plain data and as XML, and back: drafts, cases, business nodes (业务节点), paths.

Knows those shapes; refuses to judge what is in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from messages.forms import Form
from terminals.work.judging import Judge
from terminals.work.plan import SYSTEM, TERMINAL, Plan
from terminals.work.rows import Place, Row, cleaned

_STEP = re.compile(r"([^\[/]+)(?:\[([0-9]+)\])?")


def read(plan: Plan, content: Mapping[str, Any], parent: Row | None = None, index: int = 0) -> Row:
    """A row from a case's content: names to text, groups to a mapping or a list of them."""
    row = Row(plan, parent, index)
    for name, value in content.items():
        field = plan.fields.get(name)
        if field is not None and field.hints.fill != TERMINAL and value is not None:
            text = cleaned(str(value))
            if text:
                row.values[name] = text
        elif name in plan.plans:
            lines = [value] if isinstance(value, Mapping) else value
            if isinstance(lines, Sequence) and not isinstance(lines, str):
                row.lines[name] = [
                    read(plan.plans[name], line if isinstance(line, Mapping) else {}, row, place)
                    for place, line in enumerate(lines)  # a line with nothing in it is no mapping
                ]
    return row


def dump(row: Row) -> dict[str, Any]:
    """A row for JSON; what is empty is left out."""
    found: dict[str, Any] = {"v": dict(row.values)}
    if row.given:
        found["g"] = dict(row.given)
    if row.answers:
        found["a"] = {
            name: [list(map(list, key)), known]
            for name, (key, known) in row.answers.items()
            if name not in row.against  # asked for again: it may be used by then
        }
    lines = {name: [dump(line) for line in lines] for name, lines in row.lines.items() if lines}
    if lines:
        found["r"] = lines
    return found


def restore(plan: Plan, dumped: Mapping[str, Any], parent: Row | None = None, index: int = 0) -> Row:
    """What `dump` gave, without what the form has no more."""
    row = Row(plan, parent, index)
    row.values = {name: str(value) for name, value in dumped.get("v", {}).items() if name in plan.fields}
    row.given = {name: str(value) for name, value in dumped.get("g", {}).items() if name in plan.fields}
    row.answers = {
        name: (tuple((str(part), str(value)) for part, value in key), bool(known))
        for name, (key, known) in dumped.get("a", {}).items()
        if name in plan.fields
    }
    for name, lines in dumped.get("r", {}).items():
        if name in plan.plans:
            row.lines[name] = [
                restore(plan.plans[name], line, row, place) for place, line in enumerate(lines)
            ]
    return row


def node(form: Form, head: Row, judge: Judge, control: Mapping[str, str]) -> etree._Element:
    """The business node: what is empty, absent or filled by the gateway is left out."""
    prefix = f"{{{form.namespace}}}"
    root = etree.Element(prefix + form.node.name, nsmap={None: form.namespace})  # type: ignore[dict-item]  # lxml-stubs know no default
    _write(root, prefix, head, judge, control)
    return root


def _write(element: etree._Element, prefix: str, row: Row, judge: Judge, control: Mapping[str, str]) -> None:
    for field in row.plan.group.children:
        if judge.absent(row, field, control):
            continue
        if field.is_group:
            for line in row.lines[field.name]:
                _write(etree.SubElement(element, prefix + field.name), prefix, line, judge, control)
            continue
        ours = field.hints.fill in (TERMINAL, SYSTEM)
        value = control.get(field.name, "") if ours else row.values.get(field.name, "")
        if not value and field.hints.counts and field.required:
            value = str(row.number)
        if value:
            etree.SubElement(element, prefix + field.name).text = value


def locate(head: Row, path: str) -> Place | None:
    """The place that a path below the root means, such as /BVS111Message/Stocktake[2]/Line[3]/unit.

    A path that ends at a line, or at something in it that is not shown, means the line's first field, and
    the form itself its first; one that leads to no line means the group. None for what is not on the form.
    """
    steps = [(found[1] or "", found[2]) for found in map(_STEP.fullmatch, path.split("/")) if found]
    while steps and steps[0][0] != head.plan.name:
        steps.pop(0)
    if not steps:
        return None
    row = head
    for name, number in steps[1:]:
        if name in row.plan.plans:
            lines, place = row.lines[name], int(number or 1) - 1
            if place >= len(lines):
                return Place(row, name)
            row = lines[place]
        elif (field := row.plan.fields.get(name)) is not None and field in row.plan.shown:
            return Place(row, name)
        else:
            break
    if row is head and len(steps) > 1:
        return None
    return Place(row, next(field.name for field in row.plan.shown if field.hints.fill != SYSTEM))
