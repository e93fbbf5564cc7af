"""Cases of customs–enterprise cooperation, as its steps ask for them.

Knows that an event names the application that it is about; refuses to know what is in a message.
"""

from __future__ import annotations

from messages.cases import Cases
from messages.enterprise.events import application, verb
from messages.enterprise.names import AHEAD_OF_TIME, APPLICATIONS, FILE, NO_CASE, SYSTEM_NAME, WRONG_STATE
from messages.enterprise.table import LABELS, PRIVATE, TRANSITIONS, WHAT
from messages.faults import NodeFault
from messages.transitions import Row
from messages.workflow import Body, Case

CASES = Cases(
    SYSTEM_NAME,
    TRANSITIONS,
    LABELS,
    WHAT,
    PRIVATE,
    no_case=NO_CASE,
    wrong_state=WRONG_STATE,
    ahead_of_time=AHEAD_OF_TIME,
    wrong_file=FILE,
)


def row(case: Case | None, event: str) -> Row:
    """Where `event` leads. Raises NodeFault where it cannot happen."""
    against = objection(case.state if case else None, case.body if case else {}, event)
    if against is not None:
        raise NodeFault(WRONG_STATE, against)
    return CASES.row(case, verb(event))


def objection(state: str | None, body: Body, event: str) -> str | None:
    """Why `event` cannot happen to a case in `state` with that body, in words; None where it can."""
    code = application(event)
    of = str(body.get("type", code))
    if code and of != code:
        zh, en = APPLICATIONS.get(of, (of, of))
        return f"该作业是{zh} / this is another application: {en}"
    return CASES.objection(state, body, verb(event))
