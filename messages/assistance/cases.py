"""What every step asks of a case: whether it is there for whoever acts, and whether its state allows it.

Knows the table and faults; refuses to know what is in a message.
"""

from __future__ import annotations

from messages import stepping
from messages.assistance.names import AHEAD_OF_TIME, NO_CASE, SYSTEM_NAME, WRONG_STATE
from messages.assistance.table import LABELS, PRIVATE, TRANSITIONS, WHAT
from messages.faults import NodeFault
from messages.stepping import actor_of, form_of, not_in_state
from messages.transitions import Row
from messages.workflow import Body, Case, Context, Event, Facts

__all__ = ["actor_of", "check_time", "form_of", "lock", "named", "objection", "row"]


def lock(number: object) -> str:
    """What is locked while a case is changed."""
    return f"{SYSTEM_NAME}/case/{number}"


def named(event: Event, facts: Facts) -> Case:
    """The case that a message names, if its sender may know of it. Raises NodeFault."""
    return stepping.named(event, facts, SYSTEM_NAME, PRIVATE, NO_CASE)


def row(case: Case | None, event: str) -> Row:
    """Where `event` leads. Raises NodeFault where it cannot happen."""
    state = case.state if case else None
    against = objection(state, {}, event)
    if against is not None:
        raise NodeFault(WRONG_STATE, against)
    return TRANSITIONS[state, event]


def objection(state: str | None, body: Body, event: str) -> str | None:
    """Why `event` cannot happen to a case in `state`, in words; None where it can."""
    if (state, event) in TRANSITIONS:
        return None
    return not_in_state(LABELS.get(state or ""), WHAT[event])


def check_time(event: Event, case: Case | None, context: Context) -> None:
    """An appTime is not far ahead, and later than that of what is stored. Raises NodeFault."""
    stepping.check_time(event, case, context, AHEAD_OF_TIME)
