"""What every step asks of a case: whether it is there for whoever acts, and whether its state allows it.

Knows the table and faults; refuses to know what is in a message.
"""

from __future__ import annotations

from messages import stepping
from messages.enterprise.events import application, verb
from messages.enterprise.names import AHEAD_OF_TIME, APPLICATIONS, NO_CASE, SYSTEM_NAME, WRONG_STATE
from messages.enterprise.table import LABELS, PRIVATE, TRANSITIONS, WHAT, Row
from messages.faults import NodeFault
from messages.stepping import actor_of, not_in_state
from messages.system import CUSTOMS
from messages.workflow import Actor, Body, Case, CaseByNumber, Context, Event, Facts


def lock(number: object) -> str:
    """What is locked while a case is changed."""
    return f"{SYSTEM_NAME}/case/{number}"


def named(event: Event, facts: Facts) -> Case:
    """The case that a message names, if its sender may know of it. Raises NodeFault."""
    actor, number = actor_of(event), str(event.content.get("caseNo", ""))
    case: Case | None = facts[CaseByNumber(number)] if number else None
    if case is None or case.system != SYSTEM_NAME or not _knows(actor, case):
        raise NodeFault(NO_CASE, f"统一编号 {number} 不存在 / there is no case of that number for you")
    return case


def _knows(actor: Actor, case: Case) -> bool:
    return case.owner == actor.party or (actor.role == CUSTOMS and case.state not in PRIVATE)


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
