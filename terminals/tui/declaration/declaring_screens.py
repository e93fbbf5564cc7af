"""An enterprise's screens about its declarations: typing them, marks, taxes, agreements, for the menu.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from terminals.tui.systems import Entry

DECLARING: tuple[Entry, ...] = ()
