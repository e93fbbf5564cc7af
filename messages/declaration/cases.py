"""What every step asks of a case: whether it is there for whoever acts, and if its state allows it.

Knows the table and the faults; refuses to know what is in a message.
"""

from __future__ import annotations

import dataclasses

from messages import stepping
from messages.declaration.names import AHEAD_OF_TIME, NO_CASE, NOT_ENABLED, STALE, SYSTEM_NAME, WRONG_STATE
from messages.declaration.table import LABELS, OF_NO_CASE, PRIVATE, TRANSITIONS, WHAT
from messages.faults import NodeFault
from messages.stepping import actor_of, form_of, not_in_state
from messages.transitions import Row
from messages.wire import wire_date
from messages.workflow import Body, Case, CaseByNumber, Context, Event, Fact, Facts, RecordInForce

__all__ = ["actor_of", "form_of"]

DIGITS = 13
"""Of a declaration's number behind I or E and the year."""


def lock(number: object) -> str:
    """What is locked while a case is changed."""
    return f"{SYSTEM_NAME}/case/{number}"


def about(event: Event) -> tuple[tuple[Fact, ...], tuple[str, ...]]:
    """The case that a message names, if any: the facts, and what to lock."""
    number = event.content.get("caseNo")
    if not number:
        return (), ()
    return (CaseByNumber(str(number)),), (lock(number),)


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
    if (state, event) in TRANSITIONS or (state is None and event in OF_NO_CASE):
        return None
    return not_in_state(LABELS.get(state or ""), WHAT[event])


def check_time(event: Event, case: Case | None, context: Context) -> None:
    """An appTime is not far ahead, and later than that of what is stored. Raises NodeFault."""
    stepping.check_time(event, case, context, AHEAD_OF_TIME)


def check_seen(event: Event, case: Case) -> None:
    """Whoever decides has looked at what is there now, if the message says at what. Raises NodeFault."""
    since = f"{case.number} 在 {event.content.get('declTime')} 之后又有提交"
    words = f"{since} / something newer was sent since: look at it first"
    stepping.check_seen(event, case, stepping.OLD, words)


def check_draft(event: Event, case: Case) -> None:
    """Whoever confirms has looked at the draft that is there now. Raises NodeFault."""
    if event.content["draftDigest"] != case.body["draft"]["digest"]:
        raise NodeFault(STALE, f"{case.number} 草稿已变化，请重新查看 / the draft has changed: look at it")


def form_now(case: Case) -> Body:
    """What a declaration says: what was typed last, else what customs has."""
    form: Body = case.body.get("entered") or case.body["stored"]
    return form


def new_case(owner: str, prefix: str, context: Context) -> Case:
    """One more, in no state yet; its number begins with `prefix`."""
    number = f"{prefix}{context.next_number()}"
    return Case(number, SYSTEM_NAME, owner, "", {}, context.now, context.now)


def new_declaration(owner: str, flag: str, context: Context) -> Case:
    """One more declaration, numbered I or E, the year, and what is counted."""
    year, counted = day(context)[:4], int(context.next_number())
    number = f"{flag}{year}{counted:0{DIGITS}d}"
    return Case(number, SYSTEM_NAME, owner, "", {}, context.now, context.now)


def day(context: Context) -> str:
    """Of the search column `day`."""
    return wire_date(context.now)


def found_by(case: Case, **changes: str) -> Case:
    """The case with some of its search columns changed; an empty one is taken away."""
    search = {name: value for name, value in {**case.search, **changes}.items() if value}
    return dataclasses.replace(case, search=search)


# -- 启用


def enabled(party: str) -> RecordInForce:
    """That a party has enabled smart-assisted declaration."""
    return RecordInForce(SYSTEM_NAME, "enabled", party)


def check_enabled(event: Event, facts: Facts) -> None:
    """Raises NodeFault where the party's legal person has not."""
    if facts[enabled(actor_of(event).party)] is None:
        raise NodeFault(
            NOT_ENABLED,
            "请先持法人卡启用智能辅助申报 / it has to be enabled first, with the legal person's card",
        )
