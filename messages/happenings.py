"""Which event a node is (业务节点 → 事件), as systems say it: by appType and appStatus, or by one field.

Knows the fields that all nodes have; refuses to know any system's events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from messages.workflow import Body

NEW, CHANGE, DELETE = "1", "2", "3"  # appType
SAVE = "1"  # appStatus; any other declares

Happening = Callable[[Body], str]


def form(save: str, submit: str, delete: str) -> Happening:
    """A form is kept (暂存), submitted (申报) or deleted."""

    def event(node: Body) -> str:
        if node["appType"] == DELETE:
            return delete
        return save if node["appStatus"] == SAVE else submit

    return event


def by(field: str, events: Mapping[str, str]) -> Happening:
    """What the field's value stands for."""
    return lambda node: events[str(node[field])]


def always(event: str) -> Happening:
    """Only one thing."""
    return lambda node: event


def unless_deleted(event: Happening, delete: str) -> Happening:
    """`event`, but for a deletion."""
    return lambda node: delete if node["appType"] == DELETE else event(node)
