"""What may stand against sending a form, and how the manual says it (录入、暂存及申报时逻辑校验).

Knows purposes, kinds of problems and the message made of them; refuses to know how they are found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from messages.annotations import Words
from terminals.work.rows import Place, Row

NAMED = 40  # missing fields, and other faults, that one message names


class Purpose(StrEnum):
    """What a form is sent for."""

    SAVE = "save"  # 暂存
    DECLARE = "declare"  # 申报
    DELETE = "delete"  # 删除


class Fault(StrEnum):
    """The kinds of problems."""

    FORMAT = "format"  # 字段格式不正确
    MISSING = "missing"  # 不能为空
    UNKNOWN = "unknown"  # looked up and not found
    UNCHECKED = "unchecked"  # to be looked up, and not answered yet
    RULE = "rule"  # against a rule of the system beyond the schema


SENTENCES = {
    Fault.FORMAT: Words("{label} 字段格式不正确，请修改", "{label} is not in its format, please correct it"),
    Fault.MISSING: Words("{label} 不能为空", "{label} must not be empty"),
    Fault.UNKNOWN: Words(
        "{label} 在备案数据中不存在，请修改", "{label} is not filed at customs, please correct it"
    ),
    Fault.UNCHECKED: Words("{label} 尚未与备案数据核对", "{label} has not been looked up at customs yet"),
}
_MORE = Words("另有 {count} 项", "and {count} more")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that stands against sending: where, of which kind, and what exactly."""

    place: Place
    fault: Fault
    words: Words  # the reason, as the help line shows it


@dataclass(frozen=True, slots=True)
class Verdict:
    """The message to show, and the field to put the cursor on."""

    words: Words
    place: Place


def verdict(problems: Sequence[Problem], purpose: Purpose) -> Verdict | None:
    """The manual's message (第三篇 2.4) about problems in document order; None where there are none.

    暂存 names the first that is missing, 申报 all of them together; what else is wrong stands below it, one a
    line.
    """
    if not problems:
        return None
    missing = [problem for problem in problems if problem.fault is Fault.MISSING]
    if purpose is not Purpose.DECLARE:
        missing = [problem for problem in problems[:1] if problem.fault is Fault.MISSING]
    wrong = [problem for problem in problems if problem.fault is not Fault.MISSING]
    said = [_all(missing)] if missing else []
    said += [_one(problem) for problem in wrong[:NAMED]]
    if len(wrong) > NAMED:
        more = str(len(wrong) - NAMED)
        said.append(Words(_MORE.zh.replace("{count}", more), _MORE.en.replace("{count}", more)))
    together = Words("\n".join(each.zh for each in said), "\n".join(each.en for each in said))
    return Verdict(together, problems[0].place)


def say(fault: Fault, label: Words) -> Words:
    """The sentence about something with this label."""
    sentence = SENTENCES[fault]
    return Words(sentence.zh.replace("{label}", label.zh), sentence.en.replace("{label}", label.en))


def called(place: Place) -> Words:
    """A field's label, in a body line with the line before it."""
    label, line = place.field.label, _line(place)
    return Words(f"{line.zh}{label.zh}", f"{line.en}{label.en}")


def lines_to(row: Row) -> Words:
    """The lines from the head down to this row, by their numbers; empty for the head itself."""
    if row.parent is None:
        return Words()
    above, here = lines_to(row.parent), _line_of(row)
    return Words(above.zh + here.zh, above.en + here.en)


def _line(place: Place) -> Words:
    return Words() if place.row.parent is None else _line_of(place.row)


def _line_of(row: Row) -> Words:
    group = row.field.label
    return Words(f"{group.zh}第 {row.number} 行 ", f"{group.en} {row.number}: ")


def _one(problem: Problem) -> Words:
    if problem.fault is Fault.RULE:
        return problem.words
    return say(problem.fault, called(problem.place))


def _all(missing: Sequence[Problem]) -> Words:
    named = list(_named(missing[:NAMED]))
    zh, en = "；".join(each.zh for each in named), "; ".join(each.en for each in named)
    if len(missing) > NAMED:
        zh, en = f"{zh} 等 {len(missing)} 项", f"{en} and others, {len(missing)} in all,"
    return say(Fault.MISSING, Words(zh, en))


def _named(missing: Sequence[Problem]) -> Iterator[Words]:
    """The labels, those of one row together."""
    for _, same in groupby(missing, lambda problem: id(problem.place.row)):
        places = [problem.place for problem in same]
        line = _line(places[0])
        labels = [place.field.label for place in places]
        yield Words(
            line.zh + "、".join(label.zh for label in labels),
            line.en + ", ".join(label.en for label in labels),
        )
