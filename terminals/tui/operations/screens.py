"""The screens of those who run the gateway, for the menu.

Knows names only, so that a terminal of others imports nothing more; refuses to know what is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.systems import OPERATIONS, Entry, System

_HERE = "terminals.tui.operations"
_WATCH = frozenset({OPERATIONS})

SYSTEM = System(
    "operations",
    Words("运行管理", "Operations"),
    (
        Entry(
            "operations.overview", Words("运行概况", "Overview"), f"{_HERE}.overview:Overview", _WATCH,
            "alt+1", greets=_WATCH,
        ),
        Entry("operations.alarms", Words("告警", "Alarms"), f"{_HERE}.alarms:Alarms", _WATCH, "alt+2"),
        Entry(
            "operations.work", Words("处理失败", "Failed work"), f"{_HERE}.work:FailedWork", _WATCH, "alt+4",
        ),
        Entry(
            "operations.registrations", Words("注册审核", "Registrations"),
            f"{_HERE}.registrations:Registrations", _WATCH, "alt+5",
        ),
    ),
)  # fmt: skip
