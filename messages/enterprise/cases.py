"""What every step asks of a case: whether it is there for whoever acts, and whether its state allows it.

Knows the table and faults; refuses to know what is in a message.
"""

from __future__ import annotations

from messages import stepping
from messages.enterprise.events import application, verb
from messages.enterprise.names import AHEAD_OF_TIME, APPLICATIONS, NO_CASE, SYSTEM_NAME, WRONG_STATE
from messages.enterprise.table import LABELS, PRIVATE, TRANSITIONS, WHAT
from messages.faults import NodeFault
from messages.stepping import not_in_state
from messages.transitions import Row
from messages.workflow import Body, Case, Context, Event, Facts


def lock(number: object) -> str:
    """What is locked while a case is changed."""
    return f"{SYSTEM_NAME}/case/{number}"


def named(event: Event, facts: Facts) -> Case:
    """The case that a message names, if its sender may know of it. Raises NodeFault."""
    return stepping.named(event, facts, SYSTEM_NAME, PRIVATE, NO_CASE)


def row(case: Case | None, event: str) -> Row:
    """Where `event` leads. Raises NodeFault where it cannot happen."""
    against = objection(case.state if case else None, case.body if case else {}, event)
    if against is not None:
        raise NodeFault(WRONG_STATE, against)
    return TRANSITIONS[case.state if case else None, verb(event)]


def objection(state: str | None, body: Body, event: str) -> str | None:
    """Why `event` cannot happen to a case in `state` with that body, in words; None where it can."""
    what, code = verb(event), application(event)
    of = str(body.get("type", code))
    if code and of != code:
        zh, en = APPLICATIONS.get(of, (of, of))
        return f"该作业是{zh} / this is another application: {en}"
    if (state, what) in TRANSITIONS:
        return None
    return not_in_state(LABELS.get(state or ""), WHAT[what])


def check_time(event: Event, case: Case | None, context: Context) -> None:
    """An appTime is not far ahead, and later than that of what is stored. Raises NodeFault."""
    stepping.check_time(event, case, context, AHEAD_OF_TIME)
