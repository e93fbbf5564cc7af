"""智能辅助申报启用: a party's legal person has read the notice (用户须知) and enabled it, once."""

from __future__ import annotations

from messages.declaration.cases import actor_of, check_time, enabled
from messages.declaration.names import NOTICE_VERSION, SYSTEM_NAME, WRONG
from messages.faults import NodeFault
from messages.statuses import Status
from messages.workflow import Context, Effect, Event, Facts, Issue, Needs, PutRecord, Record


def needs(event: Event) -> Needs:
    """Whether it is enabled already."""
    known = enabled(actor_of(event).party)
    return Needs((known,), (), (f"{SYSTEM_NAME}/enabled/{known.key}",))


def enable(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """From now on, by whoever has read the notice as it is now; once more is no fault. Raises NodeFault."""
    actor, notice = actor_of(event), event.content["noticeVersion"]
    check_time(event, None, context)
    if notice != NOTICE_VERSION:
        raise NodeFault(
            WRONG,
            f"用户须知现行版本为 {NOTICE_VERSION}，不是 {notice}(noticeVersion)，请阅读后再启用 / "
            f"the user notice is version {NOTICE_VERSION} now, not {notice}: read it first",
        )
    body = {
        "by": actor.holder,
        "notice": notice,
        "time": event.content["appTime"],
    }
    known = facts[enabled(actor.party)]
    told = Issue(actor.party, "DEC132", Status.DRAFTED, "智能辅助申报已启用 / enabled", event.origin)
    if known is not None and known.body["notice"] == body["notice"]:
        return (told,)
    return PutRecord(Record(SYSTEM_NAME, "enabled", actor.party, body, context.now)), told
