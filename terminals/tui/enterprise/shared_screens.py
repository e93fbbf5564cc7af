"""An enterprise's screens of customs' notices and its consultations, for the menu.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from terminals.tui.systems import Entry

SHARED: tuple[Entry, ...] = ()
