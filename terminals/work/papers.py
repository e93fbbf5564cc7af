"""What a case consists of (案卷): documents on several forms, said by several people, to be read as one.

Knows how documents become sections and files; a system says which there are in a case, and what people call
it. Refuses to know screens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from messages.annotations import Words
from messages.registry import BY_NAME
from messages.wire import CST, parse_wire_time
from messages.workflow import Body, File
from terminals.work import dossier
from terminals.work.dossier import Said, Section
from terminals.work.found import CaseFound
from terminals.work.model import FormModel

_CASE = Words("统一编号", "Case number")
_STATE = Words("状态", "State")
_CHANGED = Words("最后变动", "Last changed")
_BY = Words("经办人", "By")
_TIME = Words("时间", "On")

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
    by_words: Words = _BY


@dataclass(frozen=True, slots=True)
class Papers:
    """How a system's cases are read."""

    documents: Callable[[CaseFound], Iterable[Document]]
    """The parts of a case, in the order in which they were said."""
    name: Callable[[CaseFound], str] = lambda found: found.line.inner or found.line.number
    """What people call it by."""

    def sections(self, found: CaseFound, fresh: Fresh) -> list[Section]:
        """All of a case, to be read through."""
        line = found.line
        label = Words(*BY_NAME[line.system].labels.get(line.state, (line.state, line.state)))
        read: list[Section] = []
        for each in self.documents(found):
            before = [] if read else [Said(_CASE, _same(line.number)), Said(_STATE, label)]
            before += [] if read else [Said(_CHANGED, _same(moment(line.changed)))]
            if each.by:
                before.append(Said(each.by_words, _same(each.by)))
            if each.time and read:
                before.append(Said(_TIME, _same(_app_time(each.time))))
            read += dossier.sections(_loaded(each, fresh), each.heading, before)
        return read

    def files(self, found: CaseFound, fresh: Fresh) -> tuple[File, ...]:
        """The files of all of a case, each once."""
        every = (file for each in self.documents(found) for file in dossier.files(_loaded(each, fresh)))
        return tuple({file.digest: file for file in every}.values())


def moment(wire: str) -> str:
    """A wire time as people in China read it."""
    return parse_wire_time(wire).astimezone(CST).strftime("%Y-%m-%d %H:%M")


def _loaded(document: Document, fresh: Fresh) -> FormModel:
    """A document on its form."""
    model = fresh(document.code)
    model.load(document.content, case="", state="")
    return model


def _app_time(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:8]} {text[8:10]}:{text[10:12]}" if len(text) >= 12 else text


def _same(text: str) -> Words:
    return Words(text, text)
