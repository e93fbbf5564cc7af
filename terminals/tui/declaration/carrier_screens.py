"""A carrier's screens: manifests and arrivals, for the menu.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.systems import CARRIER as SENDER
from terminals.tui.systems import Entry

_HERE = "terminals.tui.declaration.logistics"
_OWN = frozenset({SENDER})

CARRIER: tuple[Entry, ...] = (
    Entry(
        "declaration.manifest", Words("舱单报送", "Send a manifest"), f"{_HERE}:ManifestEntry", _OWN, "alt+1",
        codes=("DEC171",),
    ),
    Entry(
        "declaration.arrival", Words("运抵报告报送", "Send an arrival"), f"{_HERE}:ArrivalEntry", _OWN,
        "alt+2", codes=("DEC181",),
    ),
    Entry(
        "declaration.manifests", Words("舱单查询", "Manifests"), f"{_HERE}:ManifestRegister", _OWN, "alt+4",
    ),
    Entry("declaration.arrivals", Words("运抵查询", "Arrivals"), f"{_HERE}:ArrivalRegister", _OWN, "alt+5"),
)  # fmt: skip
