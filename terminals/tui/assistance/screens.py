"""The screens of mutual assistance, for the menu: foreign officers' and the customs desk's.

Knows names and roles only, so that a terminal of another system imports nothing more; refuses to know what
is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.assistance.desk_screens import DESK
from terminals.tui.assistance.officer_screens import OFFICERS
from terminals.tui.systems import System

SYSTEM = System("assistance", Words("行政互助协查", "Mutual assistance"), (*OFFICERS, *DESK))
