"""The screens of customs–enterprise cooperation, for the menu: enterprises' own, those of both, the desk's.

Knows names and roles only, so that a terminal of another system imports nothing more; refuses to know what
is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.enterprise.desk_screens import DESK
from terminals.tui.enterprise.own_screens import OWN
from terminals.tui.enterprise.shared_screens import SHARED
from terminals.tui.systems import System

SYSTEM = System("enterprise", Words("关企合作", "Enterprise cooperation"), (*OWN, *SHARED, *DESK))
