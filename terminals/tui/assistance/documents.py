"""What a case of mutual assistance consists of (案卷): the request, the answer, what was thought of that.

Knows which form each part of a case's body is of, in both directions, and who said it when; refuses to know
screens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from messages.annotations import Words
from messages.assistance.table import (
    ASSESSED,
    LABELS,
    OWN_DELETED,
    OWN_DRAFT,
    PUBLISHED,
    REPLIED,
    RETURNED,
    SENT,
    WITHDRAWN,
)
from messages.wire import CST, parse_wire_time
from messages.workflow import Body, File
from terminals.work import dossier
from terminals.work.dossier import Said, Section
from terminals.work.found import CaseFound
from terminals.work.model import FormModel

CHINESE = frozenset({OWN_DRAFT, SENT, REPLIED, ASSESSED, OWN_DELETED})
"""The states of China's requests; those of publications are two, all others are of foreign requests."""
_PUBLICATIONS = frozenset({PUBLISHED, WITHDRAWN})

_FOREIGN = {"request": "CMA111", "answer": "CMA121", "evaluation": "CMA131"}
_OWN = {"request": "CMA141", "answer": "CMA151", "evaluation": "CMA161"}

_CASE = Words("统一编号", "Case number")
_STATE = Words("状态", "State")
_CHANGED = Words("最后变动", "Last changed")
_BY = Words("经办人", "By")
_TIME = Words("时间", "On")
_HEADINGS = {
    "request": (Words("外方协查请求", "Foreign request"), Words("中方协查请求", "Chinese request")),
    "answer": (Words("中方反馈", "China's feedback"), Words("外方反馈", "Foreign feedback")),
    "evaluation": (Words("外方评价", "Foreign evaluation"), Words("中方评价", "China's evaluation")),
}
_RETURNED = Words("中方退回", "Returned by China")
_PUBLISHED = Words("发布内容", "Published")

Fresh = Callable[[str], FormModel]
"""A new model of a form, by the message type's code."""


@dataclass(frozen=True, slots=True)
class Document:
    """One part of a case: the form it is on, its heading, what is on it, who said it and when."""

    code: str
    heading: Words
    content: Body
    by: str = ""
    time: str = ""  # appTime


def documents(found: CaseFound) -> Iterator[Document]:
    """The parts of a case, in the order in which they were said."""
    state, body = found.line.state, found.body
    if state in _PUBLICATIONS:
        yield Document("CMA171", _PUBLISHED, body.get("stored") or {}, time=str(body.get("appTime", "")))
        return
    chinese = state in CHINESE
    forms = _OWN if chinese else _FOREIGN
    typed: Any = body.get("stored") or body.get("entered") or {}
    yield Document(forms["request"], _HEADINGS["request"][chinese], typed, time=str(body.get("appTime", "")))
    for name in ("answer", "evaluation"):
        said: Mapping[str, Any] = body.get(name) or {}
        if said:
            heading = _RETURNED if state == RETURNED and name == "answer" else _HEADINGS[name][chinese]
            yield Document(forms[name], heading, said, str(said.get("by", "")), str(said.get("time", "")))


def loaded(document: Document, fresh: Fresh) -> FormModel:
    """A document on its form."""
    model = fresh(document.code)
    model.load(document.content, case="", state="")
    return model


def sections(found: CaseFound, fresh: Fresh) -> list[Section]:
    """All of a case, to be read through."""
    line = found.line
    label = Words(*LABELS.get(line.state, (line.state, line.state)))
    read: list[Section] = []
    for each in documents(found):
        before = [] if read else [Said(_CASE, _same(line.number)), Said(_STATE, label)]
        before += [] if read else [Said(_CHANGED, _same(moment(line.changed)))]
        if each.by:
            before.append(Said(_BY, _same(each.by)))
        if each.time and read:
            before.append(Said(_TIME, _same(_app_time(each.time))))
        read += dossier.sections(loaded(each, fresh), each.heading, before)
    return read


def files(found: CaseFound, fresh: Fresh) -> tuple[File, ...]:
    """The files of all of a case, each once."""
    every = (file for each in documents(found) for file in dossier.files(loaded(each, fresh)))
    return tuple({file.digest: file for file in every}.values())


def moment(wire: str) -> str:
    """A wire time as people in China read it."""
    return parse_wire_time(wire).astimezone(CST).strftime("%Y-%m-%d %H:%M")


def _app_time(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:8]} {text[8:10]}:{text[10:12]}" if len(text) >= 12 else text


def _same(text: str) -> Words:
    return Words(text, text)
