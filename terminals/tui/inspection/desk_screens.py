"""The customs desk's screens of pre-shipment inspection, for the menu.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.systems import CUSTOMS, Entry

_HERE = "terminals.tui.inspection"
_DESK = frozenset({CUSTOMS})

DESK: tuple[Entry, ...] = (
    Entry(
        "inspection.filings-to-review", Words("备案审核", "Filings to review"),
        f"{_HERE}.desk_lists:FilingQueue", _DESK, "alt+1",
    ),
    Entry(
        "inspection.filings", Words("备案查询", "All filings"), f"{_HERE}.desk_lists:FilingQuery", _DESK,
        "alt+2",
    ),
    Entry(
        "inspection.entrustments", Words("业务委托查询", "Entrustments"),
        f"{_HERE}.desk_lists:EntrustmentQuery", _DESK, "alt+4",
    ),
    Entry(
        "inspection.problems", Words("质量问题", "Quality problems"), f"{_HERE}.desk_lists:ProblemQuery",
        _DESK, "alt+5",
    ),
    Entry(
        "inspection.checks", Words("监督检查", "Checks"), f"{_HERE}.desk_lists:CheckQuery", _DESK, "alt+6",
    ),
    Entry(
        "inspection.disposals", Words("处置", "Disposals"), f"{_HERE}.desk_lists:DisposalQuery", _DESK,
        "alt+7",
    ),
    Entry(
        "inspection.reports", Words("年度报告", "Annual reports"), f"{_HERE}.desk_reports:ReportsOfYear",
        _DESK, "alt+9",
    ),
    Entry(
        "inspection.published", Words("发布查询", "Published"), f"{_HERE}.desk_published:PublishedList",
        _DESK,
    ),
    Entry(
        "inspection.publish", Words("发布公告、法规", "Publish"), f"{_HERE}.desk_published:PublishEntry",
        _DESK, codes=("PSI221",),
    ),
    Entry(
        "inspection.rule-register", Words("业务规则", "Rules"), f"{_HERE}.desk_published:RuleRegister", _DESK,
    ),
    Entry(
        "inspection.rule", Words("业务规则", "Rule"), f"{_HERE}.desk_published:RuleEntry", _DESK,
        single=False, codes=("PSI231",), listed=False,
    ),
    Entry(
        "inspection.filing-review", Words("备案审核", "Review a filing"),
        f"{_HERE}.desk_reviews:FilingReview", _DESK, single=False, codes=("PSI121",), listed=False,
    ),
    Entry(
        "inspection.reply-review", Words("审核", "Review"), f"{_HERE}.desk_reviews:ReplyReview", _DESK,
        single=False, codes=("PSI181",), listed=False,
    ),
    Entry(
        "inspection.call", Words("质量问题、监督检查", "Problem or check"), f"{_HERE}.desk_calls:CallEntry",
        _DESK, single=False, codes=("PSI161",), listed=False,
    ),
    Entry(
        "inspection.impose", Words("处置", "Disposal"), f"{_HERE}.desk_disposals:DisposalEntry", _DESK,
        single=False, codes=("PSI191",), listed=False,
    ),
    Entry(
        "inspection.call-report", Words("通知填报", "Call for a report"),
        f"{_HERE}.desk_report_calls:ReportCallEntry", _DESK, single=False, codes=("PSI201",), listed=False,
    ),
    Entry(
        "inspection.case", Words("查看", "Case"), f"{_HERE}.case:InspectionCase", _DESK, single=False,
        listed=False,
    ),
)  # fmt: skip
