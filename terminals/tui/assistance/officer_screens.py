"""The foreign officer's screens of mutual assistance, for the menu.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.systems import OFFICER, Entry

_HERE = "terminals.tui.assistance"
_OWN = frozenset({OFFICER})

OFFICERS: tuple[Entry, ...] = (
    Entry(
        "assistance.request", Words("创建请求", "New request"), f"{_HERE}.request:RequestEntry", _OWN,
        "alt+1", codes=("CMA111",),
    ),
    Entry(
        "assistance.progress", Words("进度跟踪", "Progress"), f"{_HERE}.progress:RequestProgress", _OWN,
        "alt+2",
    ),
    Entry(
        "assistance.import", Words("导入请求", "Import requests"), f"{_HERE}.intake:RequestImport", _OWN,
        "alt+4",
    ),
    Entry(
        "assistance.asked", Words("中方海关协查", "Requests of China"), f"{_HERE}.chinese:ChineseRequests",
        _OWN, "alt+5",
    ),
    Entry("assistance.news", Words("新闻动态", "News"), f"{_HERE}.news:News", _OWN, "alt+6"),
    Entry(
        "assistance.material", Words("资料中心", "Material centre"), f"{_HERE}.news:Material", _OWN,
        "alt+7",
    ),
    Entry(
        "assistance.evaluation", Words("评价", "Evaluate"), f"{_HERE}.evaluation:RequestEvaluation", _OWN,
        single=False, codes=("CMA131",), listed=False,
    ),
    Entry(
        "assistance.feedback", Words("反馈", "Feedback"), f"{_HERE}.chinese:ForeignFeedback", _OWN,
        single=False, codes=("CMA151",), listed=False,
    ),
    Entry(
        "assistance.case", Words("查看", "Case"), f"{_HERE}.case:AssistanceCase", _OWN,
        single=False, listed=False,
    ),
    Entry(
        "assistance.said", Words("反馈信息", "Feedback"), f"{_HERE}.evaluation:SaidPage", _OWN,
        single=False, listed=False,
    ),
    Entry(
        "assistance.read", Words("阅读", "Read"), "terminals.tui.publications:NewsItem", _OWN,
        single=False, listed=False,
    ),
)  # fmt: skip
