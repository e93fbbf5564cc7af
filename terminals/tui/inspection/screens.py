"""The screens of pre-shipment inspection, for the menu: agencies, enterprises, customs, and what is shared.

Knows names and roles only, so that a terminal of another system imports nothing more; refuses to know what
is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.inspection.agency_screens import AGENCIES
from terminals.tui.inspection.desk_screens import DESK
from terminals.tui.inspection.enterprise_screens import ENTERPRISES
from terminals.tui.inspection.shared_screens import SHARED
from terminals.tui.systems import System

SYSTEM = System(
    "inspection", Words("装运前检验", "Pre-shipment inspection"), (*AGENCIES, *ENTERPRISES, *DESK, *SHARED)
)
