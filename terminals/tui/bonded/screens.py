"""The screens of bonded verification, for the menu: who has which, and by which key.

Knows names and roles only, so that a terminal of another system imports nothing more; refuses to know what
is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.systems import CUSTOMS, ENTERPRISE, OPERATOR, Entry, System

_HERE = "terminals.tui.bonded"
_DECLARANTS = frozenset({ENTERPRISE, OPERATOR})

SYSTEM = System(
    "bonded",
    Words("保税核查", "Bonded verification"),
    (
        Entry(
            "bonded.entry", Words("保税核查录入", "Stocktake entry"), f"{_HERE}.stocktake:StocktakeEntry",
            _DECLARANTS, "alt+1", codes=("BVS111",),
        ),
        Entry(
            "bonded.query",
            Words("保税核查查询", "Stocktake query"),
            f"{_HERE}.search:StocktakeQuery",
            _DECLARANTS,
            "alt+2",
        ),
        Entry(
            "bonded.queue",
            Words("保税核查审核", "Stocktake review"),
            f"{_HERE}.desk:StocktakeQueue",
            frozenset({CUSTOMS}),
            "alt+1",
        ),
        Entry(
            "bonded.book",
            Words("账册备案", "Filed books"),
            f"{_HERE}.book:BookEntry",
            frozenset({CUSTOMS}),
            "alt+2",
            codes=("BVS131",),
        ),
        Entry(
            "bonded.review",
            Words("保税核查审核", "Stocktake review"),
            f"{_HERE}.desk:StocktakeReview",
            frozenset({CUSTOMS}),
            single=False,
            codes=("BVS121",),
            listed=False,
        ),
        Entry(
            "bonded.detail", Words("保税核查查看明细", "Stocktake details"),
            f"{_HERE}.stocktake:StocktakeDetail", _DECLARANTS | {CUSTOMS}, single=False, listed=False,
        ),
    ),
)  # fmt: skip
