"""What every step asks of a case: whether it is there for whoever acts, if its state allows it, its files.

Knows the table, faults, and how a notice is told; refuses to know what is in a message.
"""

from __future__ import annotations

from datetime import UTC, datetime

from messages import stepping
from messages.faults import NodeFault
from messages.inspection.names import AHEAD_OF_TIME, FILE, NO_CASE, SYSTEM_NAME, WRONG, WRONG_STATE
from messages.inspection.table import LABELS, PRIVATE, TRANSITIONS, WHAT
from messages.naming import described, digests, files_of, wrong_files
from messages.stepping import actor_of, form_of, not_in_state
from messages.transitions import Row
from messages.wire import CST, wire_date
from messages.workflow import (
    Body,
    Case,
    CaseByNumber,
    Context,
    Event,
    Fact,
    Facts,
    File,
    FileOf,
    Keep,
    Publish,
)

__all__ = ["actor_of", "form_of"]

NOTICE = "notice"  # the kind of bulletin that tells somebody of a step


def lock(number: object) -> str:
    """What is locked while a case is changed."""
    return f"{SYSTEM_NAME}/case/{number}"


def about(event: Event) -> tuple[tuple[Fact, ...], tuple[str, ...]]:
    """The case that a message names, if any, and the files: the facts, and what to lock."""
    node, party = event.content, actor_of(event).party
    files = tuple(FileOf(party, digest) for digest in digests(node))
    if not node.get("caseNo"):
        return files, ()
    return (CaseByNumber(str(node["caseNo"])), *files), (lock(node["caseNo"]),)


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


def check_seen(event: Event, case: Case) -> None:
    """Whoever decides has looked at what is there now, if the message says at what. Raises NodeFault."""
    since = f"{case.number} 在 {event.content.get('declTime')} 之后又有提交"
    words = f"{since} / something newer was sent since: look at it first"
    stepping.check_seen(event, case, stepping.OLD, words)


def named_files(event: Event, facts: Facts) -> tuple[File, ...]:
    """The files that a message names, by its names for them. Raises NodeFault where one is not as named."""
    files = files_of(actor_of(event).party, facts, event.content)
    against = [f"{zh}({path}) / {en}" for path, zh, en in wrong_files(event.content, files)]
    if against:
        raise NodeFault(FILE, stepping.told(against))
    return described(event.content, files)


def kept(case: Case, what: str, party: str, files: tuple[File, ...] = (), *to: str) -> Keep:
    """The files of a draft or of what was sent; whoever sent them reads them in any case."""
    return Keep(f"{case.number}/{what}", party, tuple(file.digest for file in files), to)


def notice(case: Case, step: str, publisher: str, audience: str, title: str, body: str) -> Publish:
    """A notice (通知) for a party, once for each `step` of a case."""
    return Publish(f"{case.number}/{step}", NOTICE, title, body, publisher, audience)


def new_case(owner: str, context: Context) -> Case:
    """One more, in no state yet."""
    return Case(context.next_number(), SYSTEM_NAME, owner, "", {}, context.now, context.now)


def day(context: Context) -> str:
    """Of the search column `day`."""
    return wire_date(context.now)


def moment(seconds: object, name: str) -> datetime:
    """The aware UTC moment of yyyyMMddHHmmss in China Standard Time. Raises NodeFault where it is none."""
    try:
        return datetime.strptime(str(seconds), "%Y%m%d%H%M%S").replace(tzinfo=CST).astimezone(UTC)
    except ValueError:
        raise NodeFault(WRONG, f"{name} {seconds} 不是存在的时间 / it is no time") from None
