"""What the gateway and customs say against a form, shown at the fields that they mean.

Knows how a violation and a receipt name a field: by a path, by an element, by the number of a line. Refuses
to find anything itself. What is said counts for the value that it was said of: another one has no fault yet.
"""

from __future__ import annotations

import re

from messages.annotations import Words
from messages.faults import Violation
from terminals.work import keeping
from terminals.work.judging import Control, Judge
from terminals.work.rows import Place, Row

_PATH = re.compile(r"\(((?:[A-Za-z0-9]+\[[0-9]+\]/)+[A-Za-z0-9]+)\)")
_WHERE = re.compile(r"\([A-Za-z0-9\[\]/]+\)")
_NAMED = re.compile(r"\(([A-Za-z0-9]+)\)")
_LINE = re.compile(r"第 ?([0-9]+) ?条")
_STRUCTURE = ("required", "order")  # rules of messages.violations about elements, not values


def blame(head: Row, judge: Judge, control: Control, violation: Violation) -> Place | None:
    """Show what the gateway found, at its field, until that is changed. None where it is no field's."""
    place = keeping.locate(head, violation.path)
    if place is None:
        return None
    found = judge.problems(place.row, control, below=False)
    own = [problem for problem in found if problem.place.row is place.row]
    if violation.rule in _STRUCTURE and own:  # named is what stands behind the gap
        place = own[0].place
    said = next((problem.words for problem in own if problem.place == place), None)
    _mark(place, said or Words(violation.text, violation.text))
    return place


def blame_receipt(head: Row, info: str) -> Place | None:
    """Show a receipt's words at the field that they name, such as 盘库日期(stockDate), in the head or in
    the line that they number, such as 第 3 条商品编码(codeTs), or that their path leads to, such as
    净重(Bill[1]/Goods[2]/netWt).
    """
    words = in_both(info)
    for path in _PATH.findall(info):
        place = keeping.locate(head, f"{head.plan.name}/{path}")
        if place is not None:
            _mark(place, words)
            return place
    said = _LINE.search(info)
    rows = _numbered(head, int(said[1])) if said else [head]
    for name in _NAMED.findall(info):
        for row in rows:
            field = row.plan.fields.get(name)
            if field is not None and field in row.plan.shown:
                _mark(Place(row, name), words)
                return Place(row, name)
            if name in row.plan.plans:
                return Place(row, name)
    return None


def _mark(place: Place, words: Words) -> None:
    place.row.blamed[place.name] = (place.row.values.get(place.name, ""), words)


def _numbered(head: Row, number: int) -> list[Row]:
    """The head's lines of this number, of whatever group."""
    groups = head.lines.values()
    return [lines[number - 1] for lines in groups if 0 < number <= len(lines)]


def in_both(info: str) -> Words:
    """What a receipt says in both languages (中文(path) / English), each without the path; else as it is."""
    zh, between, en = info.partition(" / ")
    return Words(_WHERE.sub("", zh), en) if between and " / " not in en else Words(info, info)
