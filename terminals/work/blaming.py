"""What the gateway and customs say against a form, shown at the fields that they mean.

Knows how a violation and a receipt name a field: by a path, by an element, by the number of a line. Refuses
to find anything itself. What is said counts for the value that it was said of: another one has no fault yet.
"""

from __future__ import annotations

import re

from messages.annotations import Words
from messages.faults import Violation
from terminals.work import keeping
from terminals.work.checks import called, lines_to
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
    words = said or Words(violation.text, violation.text)
    place.row.blamed[place.name] = (place.row.values.get(place.name, ""), words)
    return place


def violated(violation: Violation, place: Place | None) -> Words:
    """What a violation says to somebody who sees the form: the field by its label, a line by its number."""
    if place is None:
        return Words(violation.text, violation.text)
    said = place.row.blamed[place.name][1]
    label, whole = place.field.label, called(place)
    if said.zh.startswith(label.zh):  # a fault that is known here has its label already
        zh, en = whole.zh.removesuffix(label.zh), whole.en.removesuffix(label.en)
        return Words(f"{zh}{said.zh}", f"{en}{said.en}")
    return Words(f"{whole.zh}：{said.zh}", f"{whole.en}: {said.en}")


def blame_receipt(head: Row, info: str, of: Row | None = None) -> Place | None:
    """Show a receipt's words at the field that they name; None where they name none.

    `of`: the head of what they were said of, where that may be other than what is on the form now.
    """
    place = named(head, info)
    if place is not None and place.name not in place.row.plan.plans:
        there = named(of, info) if of is not None else place
        value = there.row.values.get(there.name, "") if there is not None else ""
        place.row.blamed[place.name] = (value, in_both(info))
    return place


def named(head: Row, info: str) -> Place | None:
    """The field that a receipt's words name, such as 盘库日期(stockDate), in the head or in the line that
    they number, such as 第 3 条商品编码(codeTs), or that their path leads to, such as
    净重(Bill[1]/Goods[2]/netWt).
    """
    for path in _PATH.findall(info):
        place = keeping.locate(head, f"{head.plan.name}/{path}")
        if place is not None:
            return place
    said = _LINE.search(info)
    rows = _numbered(head, int(said[1])) if said else [head]
    for name in _NAMED.findall(info):
        for row in rows:
            field = row.plan.fields.get(name)
            if name in row.plan.plans or (field is not None and field in row.plan.shown):
                return Place(row, name)
    return None


def forgive(head: Row) -> bool:
    """What was said is over; whether there was anything."""
    blamed = [row for row in head.walk() if row.blamed]
    for row in blamed:
        row.blamed.clear()
    return bool(blamed)


def _numbered(head: Row, number: int) -> list[Row]:
    """The head's lines of this number, of whatever group."""
    groups = head.lines.values()
    return [lines[number - 1] for lines in groups if 0 < number <= len(lines)]


def in_both(info: str) -> Words:
    """What a receipt says in both languages (中文(path) / English), each without the path; else as it is."""
    zh, between, en = info.partition(" / ")
    return Words(_WHERE.sub("", zh), en) if between and " / " not in en else Words(info, info)


def each_in_both(info: str) -> Words:
    """The same of several faults that a receipt tells together, one a line."""
    said = [in_both(each) for each in info.split("；")]
    return Words("\n".join(each.zh for each in said), "\n".join(each.en for each in said))


def receipt_words(head: Row, info: str) -> Words:
    """The same for somebody who does not see the form: before a fault within a line its number."""
    said = [_in_line(head, each) for each in info.split("；")]
    return Words("\n".join(each.zh for each in said), "\n".join(each.en for each in said))


def _in_line(head: Row, info: str) -> Words:
    words, place = in_both(info), named(head, info)
    if place is None or _LINE.search(info):
        return words
    where = lines_to(place.row)
    return Words(where.zh + words.zh, where.en + words.en)
