"""The screens of smart-assisted declaration, for the menu: declarations, what is unattended, desk, carriers.

Knows names and roles only, so that a terminal of another system imports nothing more; refuses to know what
is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.declaration.carrier_screens import CARRIER
from terminals.tui.declaration.declaring_screens import DECLARING
from terminals.tui.declaration.desk_screens import DESK
from terminals.tui.declaration.smart_screens import SMART
from terminals.tui.systems import System

SYSTEM = System(
    "declaration", Words("智能辅助申报", "Smart-assisted declaration"), (*DECLARING, *SMART, *DESK, *CARRIER)
)
