"""Screens of customs' notices and of consultations that enterprises have, and of cases that both read.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.systems import AGENCY, CUSTOMS, ENTERPRISE, OPERATOR, Entry

_HERE = "terminals.tui.enterprise"
_OWN = frozenset({ENTERPRISE, OPERATOR, AGENCY})

SHARED: tuple[Entry, ...] = (
    Entry("enterprise.notices", Words("通知公告", "Notices"), f"{_HERE}.notices:NoticeList", _OWN),
    Entry(
        "enterprise.consultations", Words("业务咨询", "Consultations"),
        f"{_HERE}.consultations:OwnConsultations", _OWN,
    ),
    Entry(
        "enterprise.ask", Words("提出咨询", "Ask customs"), f"{_HERE}.consultations:Consultation", _OWN,
        single=False, codes=("ENT711",), listed=False,
    ),
    Entry(
        "enterprise.notice", Words("通知公告", "Notice"), "terminals.tui.publications:NewsItem", _OWN,
        single=False, listed=False,
    ),
    Entry(
        "enterprise.case", Words("查看", "Case"), f"{_HERE}.case:EnterpriseCase", _OWN | {CUSTOMS},
        single=False, listed=False,
    ),
)  # fmt: skip
