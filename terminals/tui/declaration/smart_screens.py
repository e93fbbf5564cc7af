"""An enterprise's screens about what is declared unattended: rules, runs, queries, for the menu.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.systems import ENTERPRISE, OPERATOR, Entry

_HERE = "terminals.tui.declaration"
_OWN = frozenset({ENTERPRISE, OPERATOR})

SMART: tuple[Entry, ...] = (
    Entry("declaration.run", Words("智能辅助申报执行", "Run"), f"{_HERE}.running:RunPage", _OWN, "alt+6"),
    Entry(
        "declaration.smart-query", Words("智能辅助申报查询", "Smart query"),
        f"{_HERE}.smart_query:SmartQuery", _OWN, "alt+7",
    ),
    Entry(
        "declaration.rules", Words("智能辅助申报预配置", "Rules"), f"{_HERE}.rules:RuleList", _OWN, "alt+8",
    ),
    Entry(
        "declaration.enable", Words("智能辅助申报启用", "Enable"), f"{_HERE}.enabling:EnablingPage", _OWN,
        "alt+9",
    ),
    Entry(
        "declaration.smart-desk", Words("智能辅助申报台", "Batches"), f"{_HERE}.smart_desk:SmartDesk", _OWN,
    ),
    Entry(
        "declaration.batch", Words("申报明细", "Batch"), f"{_HERE}.smart_query:BatchPage", _OWN,
        single=False, listed=False,
    ),
    Entry(
        "declaration.rule", Words("预配置", "Rule"), f"{_HERE}.rules:RuleEntry", _OWN, single=False,
        codes=("DEC141",), listed=False,
    ),
    Entry(
        "declaration.record", Words("申报记录", "Record"), f"{_HERE}.records:RecordPage", _OWN, single=False,
        listed=False,
    ),
)  # fmt: skip
