"""What a case of mutual assistance consists of (案卷): the request, the answer, what was thought of that.

Knows which form each part of a case's body is of, in both directions, and who said it when; refuses to know
screens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from messages.annotations import Words
from messages.assistance.table import (
    ASSESSED,
    OWN_DELETED,
    OWN_DRAFT,
    PUBLISHED,
    REPLIED,
    RETURNED,
    SENT,
    WITHDRAWN,
)
from terminals.work.found import CaseFound
from terminals.work.papers import Document, Papers

CHINESE = frozenset({OWN_DRAFT, SENT, REPLIED, ASSESSED, OWN_DELETED})
"""The states of China's requests; those of publications are two, all others are of foreign requests."""
_PUBLICATIONS = frozenset({PUBLISHED, WITHDRAWN})

_FOREIGN = {"request": "CMA111", "answer": "CMA121", "evaluation": "CMA131"}
_OWN = {"request": "CMA141", "answer": "CMA151", "evaluation": "CMA161"}

_HEADINGS = {
    "request": (Words("外方协查请求", "Foreign request"), Words("中方协查请求", "Chinese request")),
    "answer": (Words("中方反馈", "China's feedback"), Words("外方反馈", "Foreign feedback")),
    "evaluation": (Words("外方评价", "Foreign evaluation"), Words("中方评价", "China's evaluation")),
}
_RETURNED = Words("中方退回", "Returned by China")
_PUBLISHED = Words("发布内容", "Published")


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


def letter(found: CaseFound) -> str:
    """The number that people call a request by, or the title of what was published."""
    return found.line.text("letterNo") or found.line.text("title") or found.line.number


PAPERS = Papers(documents, letter)
