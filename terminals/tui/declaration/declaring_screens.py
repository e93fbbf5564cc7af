"""An enterprise's screens about its declarations: typing them, marks, taxes, agreements, for the menu.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.systems import CUSTOMS, ENTERPRISE, OPERATOR, Entry

_HERE = "terminals.tui.declaration"
_OWN = frozenset({ENTERPRISE, OPERATOR})

DECLARING: tuple[Entry, ...] = (
    Entry(
        "declaration.entry", Words("报关单录入", "Declaration"), f"{_HERE}.declaring:DeclarationEntry", _OWN,
        "alt+1", codes=("DEC111",),
    ),
    Entry(
        "declaration.query", Words("报关单查询", "Declarations"), f"{_HERE}.declared:DeclarationQuery", _OWN,
        "alt+2",
    ),
    Entry("declaration.marks", Words("标记操作", "Marks"), f"{_HERE}.marking:MarkList", _OWN, "alt+4"),
    Entry("declaration.tax-list", Words("税费确认", "Taxes"), f"{_HERE}.taxes:TaxList", _OWN, "alt+5"),
    Entry(
        "declaration.agreements", Words("委托协议查询", "Agreements"), f"{_HERE}.agreements:AgreementList",
        _OWN,
    ),
    Entry(
        "declaration.case", Words("查看", "Case"), f"{_HERE}.case:DeclarationCase", _OWN | {CUSTOMS},
        single=False, listed=False,
    ),
    Entry(
        "declaration.taxes", Words("税费确认", "Taxes"), f"{_HERE}.taxes:TaxPage", _OWN, single=False,
        listed=False,
    ),
    Entry(
        "declaration.agreement", Words("委托协议", "Agreement"), f"{_HERE}.agreements:AgreementPage", _OWN,
        single=False, listed=False,
    ),
)  # fmt: skip
