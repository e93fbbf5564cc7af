"""The customs desk's screens of customs–enterprise cooperation, for the menu.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from terminals.tui.systems import Entry

DESK: tuple[Entry, ...] = ()
