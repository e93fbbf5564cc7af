"""What the steps of several systems do alike: who acts, what was typed, is its time right, what is told.

Knows the fields that every node has (guid, appType, appTime, appStatus, caseNo); refuses to know states and
rules.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import timedelta

from messages.faults import NodeFault
from messages.system import CUSTOMS
from messages.wire import app_time
from messages.workflow import Actor, Body, Case, CaseByNumber, Context, Event, Facts

AHEAD = timedelta(days=1)  # an appTime further ahead would shut out every later correction
CONTROL = ("guid", "appType", "appTime", "appStatus", "caseNo")  # of the message, not of the form
OLD = 14  # E-Port's fault: 旧报文
_MOST = 900  # characters of a receipt that tell faults

Pair = tuple[str, str]
"""The same said in Chinese and in English."""


def actor_of(event: Event) -> Actor:
    """Who signed it, where every event is a message."""
    assert event.actor is not None
    return event.actor


def form_of(node: Body) -> dict[str, object]:
    """What was typed."""
    return {name: value for name, value in node.items() if name not in CONTROL}


def check_time(event: Event, case: Case | None, context: Context, ahead: int) -> None:
    """An appTime is not far ahead (else fault `ahead`), and later than that of what is stored."""
    time = str(event.content["appTime"])
    if time > app_time(context.now + AHEAD):
        raise NodeFault(ahead, f"appTime {time} is in the future: set the clock")
    if case is not None and time <= str(case.body["appTime"]):
        raise NodeFault(OLD, f"appTime {time} 不晚于 {case.body['appTime']} / it is not later")


def named(event: Event, facts: Facts, system: str, private: Container[str], fault: int) -> Case:
    """The case that a message names, if its sender may know of it; else NodeFault `fault`.

    A case is known to its owner, to its partner, and to customs but while it is in a `private` state.
    """
    actor, number = actor_of(event), str(event.content.get("caseNo", ""))
    case: Case | None = facts[CaseByNumber(number)] if number else None
    if case is not None and case.system == system:
        own = actor.party in (case.owner, case.partner)
        if own or (actor.role == CUSTOMS and case.state not in private):
            return case
    raise NodeFault(fault, f"统一编号 {number} 不存在 / there is no case of that number for you")


def check_seen(event: Event, case: Case, fault: int, words: str) -> None:
    """Whoever decides has looked at what is there now, if the message says at what; else `fault`."""
    submitted = case.body.get("declTime")
    if event.content.get("declTime", submitted) != submitted:
        raise NodeFault(fault, words)


def not_in_state(label: tuple[str, str] | None, done: tuple[str, str]) -> str:
    """That an event cannot happen: what the state is called (None: there is no case), what would be done."""
    zh, en = label or ("无", "none")
    return f"数据状态为“{zh}”，不能{done[0]} / in state {en} it cannot be {done[1]}"


def apart(said: str) -> Pair:
    """One sentence in both languages (中文 / English); the same twice where it is in one of them."""
    zh, _, en = said.partition(" / ")
    return zh, en or zh


def joined(*parts: Pair, zh: str = "，", en: str = ", ") -> str:
    """Several parts as one sentence in both languages: whoever reads a receipt cuts it at its only ` / `."""
    return f"{zh.join(part for part, _ in parts)} / {en.join(part for _, part in parts)}"


def told(against: Sequence[object], most: int = _MOST) -> str:
    """The faults, as many as a receipt has room for, and how many more there are."""
    said = ""
    for place, fault in enumerate(against):
        text = f"；{fault}" if said else str(fault)
        if len(said) + len(text) > most:
            more = len(against) - place
            return f"{said}；另有 {more} 项 / and {more} more"
        said += text
    return said
