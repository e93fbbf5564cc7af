"""An enterprise's screens about what is declared unattended: rules, runs, queries, for the menu.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from terminals.tui.systems import Entry

SMART: tuple[Entry, ...] = ()
