"""The customs desk's screens of mutual assistance, for the menu.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.systems import CUSTOMS, Entry

_HERE = "terminals.tui.assistance"
_DESK = frozenset({CUSTOMS})

DESK: tuple[Entry, ...] = (
    Entry(
        "assistance.queue", Words("国际协查办理", "Foreign requests to answer"), f"{_HERE}.desk:RequestQueue",
        _DESK, "alt+4",
    ),
    Entry(
        "assistance.requests", Words("国际协查查询", "All foreign requests"), f"{_HERE}.desk:RequestQuery",
        _DESK, "alt+5",
    ),
    Entry(
        "assistance.chinese", Words("中方协查查询", "Chinese requests"),
        f"{_HERE}.chinese_desk:ChineseQuery", _DESK, "alt+6",
    ),
    Entry(
        "assistance.write", Words("中方协查请求", "Chinese request"), f"{_HERE}.chinese_desk:ChineseEntry",
        _DESK, "alt+7", codes=("CMA141",),
    ),
    Entry(
        "assistance.published", Words("发布查询", "Published"), f"{_HERE}.published:Publications", _DESK,
        "alt+8",
    ),
    Entry(
        "assistance.publish", Words("发布新闻资料", "Publish news, material"),
        f"{_HERE}.published:Publication", _DESK, codes=("CMA171",),
    ),
    Entry(
        "assistance.agreements", Words("互助协议备案", "Agreements"), f"{_HERE}.registers:AgreementRegister",
        _DESK,
    ),
    Entry(
        "assistance.offices", Words("外方海关备案", "Foreign customs"), f"{_HERE}.registers:OfficeRegister",
        _DESK,
    ),
    Entry(
        "assistance.pending", Words("协查待办图表", "Pending requests, drawn"),
        f"{_HERE}.desk_charts:DeskCharts", _DESK, "alt+9",
    ),
    Entry(
        "assistance.agreement", Words("互助协议备案", "Agreement"), f"{_HERE}.registers:AgreementEntry",
        _DESK, single=False, codes=("CMA181",), listed=False,
    ),
    Entry(
        "assistance.office", Words("外方海关备案", "Foreign customs"), f"{_HERE}.registers:OfficeEntry",
        _DESK, single=False, codes=("CMA191",), listed=False,
    ),
    Entry(
        "assistance.answer", Words("协查办理", "Answer a request"), f"{_HERE}.desk:RequestAnswer", _DESK,
        single=False, codes=("CMA121",), listed=False,
    ),
    Entry(
        "assistance.assess", Words("评价外方反馈", "Evaluate feedback"),
        f"{_HERE}.chinese_desk:FeedbackEvaluation", _DESK, single=False, codes=("CMA161",), listed=False,
    ),
    Entry(
        "assistance.case", Words("查看", "Case"), f"{_HERE}.case:AssistanceCase", _DESK,
        single=False, listed=False,
    ),
)  # fmt: skip
