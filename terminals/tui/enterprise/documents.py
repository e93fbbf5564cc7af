"""What a case of customs–enterprise cooperation consists of (案卷): an application, a consultation, a notice.

Knows which form each part of a case's body is of, and that of an application is read first what it changes;
refuses to know screens, and who looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from messages.annotations import Words
from messages.enterprise.names import APPLICATIONS, CONSULTATION, NOTICE, REPLY, REVIEW
from messages.enterprise.table import REFUSED
from messages.publishing import PUBLISHED, WITHDRAWN
from messages.system import CUSTOMS
from messages.workflow import File
from terminals.tui.enterprise import differences
from terminals.work.dossier import Said, Section, sized
from terminals.work.found import CaseFound
from terminals.work.kinds import bilingual
from terminals.work.papers import Document, Fresh, Papers

_CHANGES = Words("变更对比（备案 → 申请）", "Changes (filed → applied for)")
_NOTICES = Words("变更提示", "What follows from them")
_REVIEW = Words("海关审核", "Customs' review")
_ENTERED = Words("正在更正的内容（未申报）", "Being corrected, not declared")
_ASKED = Words("企业咨询", "Question")
_REPLIED = Words("海关答复", "Customs' answer")
_NOTICE = Words("通知公告", "Notice")


def documents(found: CaseFound) -> Iterator[Document]:
    """The parts of a case, in the order in which they were said."""
    body = found.body
    if found.line.state in (PUBLISHED, WITHDRAWN):
        yield Document(NOTICE, _NOTICE, body.get("stored") or {})
    elif "thread" in body:
        yield from map(_said, body["thread"])
    elif body.get("type") in APPLICATIONS:
        yield from _application(found, str(body["type"]))


def _application(found: CaseFound, code: str) -> Iterator[Document]:
    """As it was declared, or as a draft; behind it the review, and what is being corrected since."""
    body = found.body
    typed: Mapping[str, Any] = body.get("stored") or body.get("entered") or {}
    time = str(body.get("declTime") or body.get("appTime", ""))
    yield Document(code, Words(*APPLICATIONS[code]), typed, time=time)
    review: Mapping[str, Any] = body.get("review") or {}
    if review:
        said = {"reviewResult": review["result"], "reviewInfo": review["info"]}
        said |= {"validTo": review["validTo"]} if "validTo" in review else {}
        yield Document(REVIEW, _REVIEW, said, str(review["by"]), str(review["time"]))
    if found.line.state == REFUSED and body.get("entered"):
        yield Document(code, _ENTERED, body["entered"], time=str(body.get("appTime", "")))


def _said(said: Mapping[str, Any]) -> Document:
    ours = said["role"] == CUSTOMS
    code, heading = (REPLY, _REPLIED) if ours else (CONSULTATION, _ASKED)
    return Document(code, heading, said, str(said["by"]), str(said["time"]))


def name(found: CaseFound) -> str:
    """The title of what has one, else the enterprise, else the number."""
    return found.line.text("title") or found.line.text("cnName") or found.line.number


@dataclass(frozen=True, slots=True)
class CooperationPapers(Papers):
    """With the differences and notices of what was declared before all of it."""

    def sections(self, found: CaseFound, fresh: Fresh) -> list[Section]:
        """All of the case, to be read through."""
        return [*_changes(found, fresh), *Papers.sections(self, found, fresh)]


def _changes(found: CaseFound, fresh: Fresh) -> list[Section]:
    body = found.body
    against: Sequence[Mapping[str, str]] = body.get("differences") or ()
    if not against:
        return []
    read = [Section(_CHANGES), *differences.sections(against, lambda: fresh(str(body["type"])))]
    told = [bilingual(str(each)) for each in body.get("notices") or ()]
    numbered = (Said(Words(str(at), str(at)), words) for at, words in enumerate(told, 1))
    return [*read, Section(_NOTICES, tuple(numbered), 1)] if told else read


def attached(files: Sequence[File]) -> list[Section]:
    """The documents of a change, to be read behind its differences: how many, their names and sizes."""
    if not files:
        return []
    heading = Words(f"随附单证 {len(files)}", f"Attached documents {len(files)}")
    said = (
        Said(Words(str(at), str(at)), Words(*[f"{file.name} ({sized(file.size)})"] * 2))
        for at, file in enumerate(files, 1)
    )
    return [Section(heading, tuple(said), 1)]


PAPERS = CooperationPapers(documents, name)
