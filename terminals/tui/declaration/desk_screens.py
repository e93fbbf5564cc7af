"""The customs desk's screens of smart-assisted declaration, for the menu.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from terminals.tui.systems import Entry

DESK: tuple[Entry, ...] = ()
