"""What a case of pre-shipment inspection consists of (案卷): what was filed or called for, and what was said.

Knows which form each part of a case's body is of, for each of the seven kinds of cases; refuses to know
screens, and who looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from messages.annotations import Words
from messages.inspection.names import (
    CHECK,
    DISPOSAL,
    ENTRUSTMENT,
    FILING,
    PROBLEM,
    PUBLICATION,
    REPORT,
)
from terminals.work.found import CaseFound
from terminals.work.papers import Document, Papers

_TIMES = ("beginTime", "endTime")
_DRAFT = Words("暂存内容（未提交）", "Draft, not submitted")
_ANSWER = Words("海关审核意见", "Customs' decision")
ENTERPRISE = Words("委托企业", "Entrusting enterprise")
_PARTS: dict[str, tuple[tuple[str, str, Words], ...]] = {
    FILING: (
        ("stored", "PSI111", Words("备案内容", "Filing")),
        ("changed", "PSI111", Words("变更内容", "Change asked for")),
        ("answer", "PSI121", _ANSWER),
        ("entered", "PSI111", _DRAFT),
    ),
    ENTRUSTMENT: (
        ("stored", "PSI131", Words("业务委托", "Entrustment")),
        ("answer", "PSI141", Words("受理结果", "Agency's answer")),
        ("result", "PSI151", Words("检验结果", "Result of the inspection")),
        ("entered", "PSI131", _DRAFT),
    ),
    PROBLEM: (
        ("stored", "PSI161", Words("质量问题", "Quality problem")),
        ("reply", "PSI171", Words("机构反馈", "Agency's answer")),
    ),
    CHECK: (
        ("stored", "PSI161", Words("监督检查", "Check")),
        ("reply", "PSI171", Words("机构反馈", "Agency's answer")),
        ("review", "PSI181", _ANSWER),
    ),
    DISPOSAL: (
        ("stored", "PSI191", Words("处置", "Disposal")),
        ("reply", "PSI171", Words("整改材料", "What was put right")),
        ("review", "PSI181", _ANSWER),
    ),
    REPORT: (
        ("stored", "PSI201", Words("年度报告通知", "Call for an annual report")),
        ("reply", "PSI211", Words("年度报告", "Annual report")),
        ("entered", "PSI211", _DRAFT),
    ),
    PUBLICATION: (("stored", "PSI221", Words("发布内容", "Published")),),
}
"""Of each kind of case: the parts of its body in the order in which they were said, their forms and names."""


def documents(found: CaseFound) -> Iterator[Document]:
    """The parts of a case that there are."""
    body = found.body
    for name, code, heading in _PARTS[str(body["kind"])]:
        said: Mapping[str, Any] = body.get(name) or {}
        if not said:
            continue
        if name == "stored" and "certNo" in body:
            said = {"certNo": body["certNo"], **said}
        if name == "stored" and body["kind"] == DISPOSAL:
            said = {**said, **{each: _moment(str(said[each])) for each in _TIMES if each in said}}
        by = found.line.text("subject") if code == "PSI131" else ""
        time = str(body.get("declTime", "")) if name == "stored" else ""
        yield Document(code, heading, said, by, time, ENTERPRISE)


def _moment(text: str) -> str:
    """YyyyMMddHHmmss as people read it."""
    parts = [text[at : at + 2] for at in range(4, 14, 2)]
    return f"{text[:4]}-{parts[0]}-{parts[1]} {':'.join(parts[2:])}"


PAPERS = Papers(documents)
"""How cases of pre-shipment inspection are read."""
