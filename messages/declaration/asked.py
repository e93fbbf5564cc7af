"""What a terminal can ask about declarations and rules before it sends them: all that the form decides.

Knows check characters, weights and totals by the rules of the workflow, which refuses for the same reasons;
refuses to know what is filed of others: that the gateway says.
"""

from __future__ import annotations

from collections.abc import Iterator

from messages.annotations import Words
from messages.asked import Against, Asked
from messages.declaration import fields, presets
from messages.workflow import Body


def declaration(form: Body, today: str) -> Iterator[Against]:
    """What stands against a declaration, and what it lacks to be declared."""
    for path, zh, en in (*fields.wrong(form), *fields.missing(form)):
        yield Against(path, Words(zh, en))


def rule(form: Body, today: str) -> Iterator[Against]:
    """What stands against a rule."""
    for _, path, zh, en in presets.against(form):
        yield Against(path, Words(zh, en))


ASKED = {"DEC111": Asked(declaration), "DEC141": Asked(rule)}
"""By message type."""
