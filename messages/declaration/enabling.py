"""智能辅助申报启用: a party's legal person has read the notice (用户须知) and enabled it, once."""

from __future__ import annotations

from messages.declaration.cases import actor_of, check_time, enabled
from messages.declaration.names import SYSTEM_NAME
from messages.statuses import Status
from messages.workflow import Context, Effect, Event, Facts, Issue, Needs, PutRecord, Record


def needs(event: Event) -> Needs:
    """Whether it is enabled already."""
    known = enabled(actor_of(event).party)
    return Needs((known,), (), (f"{SYSTEM_NAME}/enabled/{known.key}",))


def enable(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """From now on; once more is no fault."""
    actor = actor_of(event)
    check_time(event, None, context)
    body = {
        "by": actor.holder,
        "notice": event.content["noticeVersion"],
        "time": event.content["appTime"],
    }
    known = facts[enabled(actor.party)]
    told = Issue(actor.party, "DEC132", Status.DRAFTED, "智能辅助申报已启用 / enabled", event.origin)
    if known is not None and known.body["notice"] == body["notice"]:
        return (told,)
    return PutRecord(Record(SYSTEM_NAME, "enabled", actor.party, body, context.now)), told
