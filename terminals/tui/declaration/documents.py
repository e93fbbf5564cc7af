"""What a declaration consists of (案卷): what customs has, what it decided, and the draft behind it.

Knows which form each part of a case's body is of; refuses to know screens, marks and what the engine did.
"""

from __future__ import annotations

from collections.abc import Iterator

from messages.annotations import Words
from messages.declaration.table import CONCLUDED, RETURNED
from messages.workflow import Body
from terminals.work.found import CaseFound
from terminals.work.papers import Document, Papers

_PARTS = (
    ("stored", "DEC111", Words("报关单", "Declaration")),
    ("answer", "DEC121", Words("海关处理", "Customs' decision")),
    ("entered", "DEC111", Words("暂存内容（未申报）", "Draft, not declared")),
)
_DECIDED = (RETURNED, CONCLUDED)  # an answer to what was declared before is none to what is declared now


def content(found: CaseFound) -> Body:
    """What a declaration says: what was typed last, else what customs has."""
    return found.body.get("entered") or found.body.get("stored") or {}


def documents(found: CaseFound) -> Iterator[Document]:
    """The parts of a declaration that there are."""
    for name, code, heading in _PARTS:
        said = found.body.get(name)
        if said and (name != "answer" or found.line.state in _DECIDED):
            time = str(found.body.get("declTime", "")) if name == "stored" else ""
            yield Document(code, heading, said, time=time)


PAPERS = Papers(documents)
"""How declarations are read."""
