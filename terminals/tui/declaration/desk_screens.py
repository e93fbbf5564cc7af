"""The customs desk's screens of smart-assisted declaration, for the menu.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.systems import CUSTOMS, Entry

_HERE = "terminals.tui.declaration"
_DESK = frozenset({CUSTOMS})

DESK: tuple[Entry, ...] = (
    Entry(
        "declaration.to-decide", Words("报关单处理", "To decide"), f"{_HERE}.desk:DecisionQueue", _DESK,
        "alt+1",
    ),
    Entry(
        "declaration.all", Words("报关单查询", "All declarations"), f"{_HERE}.desk:DeskQuery", _DESK, "alt+2",
    ),
    Entry(
        "declaration.load-tariff", Words("税则装载", "Load a tariff"), f"{_HERE}.loading:TariffEntry", _DESK,
        "alt+4", codes=("DEC201",),
    ),
    Entry(
        "declaration.load-rates", Words("汇率装载", "Load exchange rates"), f"{_HERE}.loading:RatesEntry",
        _DESK, "alt+5", codes=("DEC211",),
    ),
    Entry(
        "declaration.tariff", Words("税则查询", "Tariff"), f"{_HERE}.loading:TariffRegister", _DESK, "alt+6",
    ),
    Entry(
        "declaration.rates", Words("汇率查询", "Exchange rates"), f"{_HERE}.loading:RateRegister", _DESK,
        "alt+7",
    ),
    Entry(
        "declaration.checks", Words("申报前校验", "Checks"), f"{_HERE}.loading:CheckRegister", _DESK, "alt+8",
    ),
    Entry(
        "declaration.check", Words("申报前校验", "Check"), f"{_HERE}.loading:CheckEntry", _DESK,
        single=False, codes=("DEC221",), listed=False,
    ),
    Entry(
        "declaration.decide", Words("报关单处理", "Decide"), f"{_HERE}.desk:DeclarationDecision", _DESK,
        single=False, codes=("DEC121",), listed=False,
    ),
)  # fmt: skip
