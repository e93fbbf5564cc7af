"""A carrier's screens: manifests and arrivals, for the menu.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from terminals.tui.systems import Entry

CARRIER: tuple[Entry, ...] = ()
