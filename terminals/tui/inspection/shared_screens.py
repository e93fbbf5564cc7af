"""What agencies and enterprises both have of pre-shipment inspection, for the menu: notices, public queries.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from terminals.tui.systems import Entry

SHARED: tuple[Entry, ...] = ()
