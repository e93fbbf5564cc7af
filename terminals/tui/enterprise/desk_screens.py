"""The customs desk's screens of customs–enterprise cooperation, for the menu.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.systems import CUSTOMS, Entry

_HERE = "terminals.tui.enterprise"
_DESK = frozenset({CUSTOMS})

DESK: tuple[Entry, ...] = (
    Entry(
        "enterprise.queue", Words("申请审核", "Applications to review"), f"{_HERE}.desk:ApplicationQueue",
        _DESK, "alt+1",
    ),
    Entry(
        "enterprise.all", Words("申请查询", "All applications"), f"{_HERE}.desk:ApplicationQuery", _DESK,
        "alt+2",
    ),
    Entry(
        "enterprise.objections", Words("公示异议", "Objections"), f"{_HERE}.desk:ObjectionDesk", _DESK,
        "alt+9",
    ),
    Entry(
        "enterprise.filed", Words("注册信息备案", "Registrations"), f"{_HERE}.filing:RegistrationRegister",
        _DESK, "alt+4",
    ),
    Entry(
        "enterprise.questions", Words("业务咨询答复", "Questions to answer"),
        f"{_HERE}.consultations:QuestionQueue", _DESK, "alt+5",
    ),
    Entry(
        "enterprise.consulted", Words("业务咨询查询", "All consultations"),
        f"{_HERE}.consultations:ConsultationQuery", _DESK, "alt+6",
    ),
    Entry(
        "enterprise.published", Words("通知公告查询", "Notices"), f"{_HERE}.notices:PublishedNotices", _DESK,
        "alt+7",
    ),
    Entry(
        "enterprise.publish", Words("发布通知公告", "Publish a notice"), f"{_HERE}.notices:NoticeEntry",
        _DESK, "alt+8", codes=("ENT611",),
    ),
    Entry(
        "enterprise.review", Words("审核", "Review"), f"{_HERE}.review:ApplicationReview", _DESK,
        single=False, codes=("ENT411",), listed=False,
    ),
    Entry(
        "enterprise.register", Words("注册信息备案", "Registration"), f"{_HERE}.filing:RegistrationEntry",
        _DESK, single=False, codes=("ENT511",), listed=False,
    ),
    Entry(
        "enterprise.reply", Words("答复咨询", "Answer a question"), f"{_HERE}.consultations:Answer", _DESK,
        single=False, codes=("ENT721",), listed=False,
    ),
)  # fmt: skip
