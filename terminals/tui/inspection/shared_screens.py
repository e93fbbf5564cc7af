"""What agencies and enterprises both have of pre-shipment inspection, for the menu: notices, public queries.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.systems import AGENCY, CUSTOMS, ENTERPRISE, OPERATOR, Entry

_HERE = "terminals.tui.inspection"
_USERS = frozenset({AGENCY, ENTERPRISE, OPERATOR})
_ALL = _USERS | {CUSTOMS}

SHARED: tuple[Entry, ...] = (
    Entry(
        "inspection.notices", Words("公告消息", "Notices"), f"{_HERE}.notices:Notices", _USERS, "alt+7",
        greets=frozenset({AGENCY}),
    ),
    Entry("inspection.waiting", Words("待办事项", "To do"), f"{_HERE}.waiting:Waiting", _ALL, "alt+8"),
    Entry(
        "inspection.rules", Words("旧机电业务规则", "Rules"), f"{_HERE}.public:RuleQuery", _USERS, "alt+9",
    ),
    Entry(
        "inspection.agencies", Words("已备案检验机构", "Filed agencies"), f"{_HERE}.public:AgencyQuery", _ALL,
    ),
    Entry(
        "inspection.regulations", Words("法规及政策文件", "Laws, policies"), f"{_HERE}.notices:Regulations",
        _USERS,
    ),
    Entry(
        "inspection.read", Words("阅读", "Read"), "terminals.tui.publications:NewsItem", _USERS,
        single=False, listed=False,
    ),
    Entry(
        "inspection.known", Words("阅读", "Read"), f"{_HERE}.public:Known", _ALL, single=False, listed=False,
    ),
)  # fmt: skip
