"""Every system's part of the menu, in the order of the menu. A further system is one more line here.

Knows the systems that have screens; refuses to know any screen.
"""

from __future__ import annotations

from terminals.tui.assistance.screens import SYSTEM as ASSISTANCE
from terminals.tui.bonded.screens import SYSTEM as BONDED
from terminals.tui.declaration.screens import SYSTEM as DECLARATION
from terminals.tui.enterprise.screens import SYSTEM as ENTERPRISE
from terminals.tui.inspection.screens import SYSTEM as INSPECTION
from terminals.tui.operations.screens import SYSTEM as OPERATIONS
from terminals.tui.systems import GENERAL, System

TABLE: tuple[System, ...] = (BONDED, ASSISTANCE, ENTERPRISE, INSPECTION, DECLARATION, OPERATIONS, GENERAL)
