"""An inspection agency's screens of pre-shipment inspection, for the menu.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.systems import AGENCY, Entry

_HERE = "terminals.tui.inspection"
_OWN = frozenset({AGENCY})

AGENCIES: tuple[Entry, ...] = (
    Entry(
        "inspection.filings", Words("备案管理", "Filing"), f"{_HERE}.agency_lists:FilingList", _OWN, "alt+1",
    ),
    Entry(
        "inspection.entrusted", Words("业务受理", "Entrustments"), f"{_HERE}.agency_lists:EntrustmentList",
        _OWN, "alt+2",
    ),
    Entry(
        "inspection.problems", Words("质量反馈", "Quality problems"), f"{_HERE}.agency_lists:ProblemList",
        _OWN, "alt+4",
    ),
    Entry(
        "inspection.checks", Words("监督检查", "Checks"), f"{_HERE}.agency_lists:CheckList", _OWN, "alt+5",
    ),
    Entry(
        "inspection.disposals", Words("处置反馈", "Disposals"), f"{_HERE}.agency_lists:DisposalList", _OWN,
        "alt+6",
    ),
    Entry(
        "inspection.reports", Words("年度报告", "Annual reports"), f"{_HERE}.agency_lists:ReportList", _OWN,
    ),
    Entry(
        "inspection.filing", Words("备案申请", "Application"), f"{_HERE}.filing:FilingEntry", _OWN,
        codes=("PSI111",), listed=False,
    ),
    Entry(
        "inspection.answer", Words("业务受理", "Entrustment"), f"{_HERE}.accepting:Acceptance", _OWN,
        single=False, codes=("PSI141",), listed=False,
    ),
    Entry(
        "inspection.result", Words("检验结果", "Result"), f"{_HERE}.accepting:InspectionResult", _OWN,
        single=False, codes=("PSI151",), listed=False,
    ),
    Entry(
        "inspection.reply", Words("反馈", "Answer"), f"{_HERE}.answering:AgencyReply", _OWN, single=False,
        codes=("PSI171",), listed=False,
    ),
    Entry(
        "inspection.report", Words("年度报告", "Annual report"), f"{_HERE}.answering:ReportEntry", _OWN,
        single=False, codes=("PSI211",), listed=False,
    ),
    Entry(
        "inspection.case", Words("查看", "Case"), f"{_HERE}.case:InspectionCase", _OWN, single=False,
        listed=False,
    ),
)  # fmt: skip
