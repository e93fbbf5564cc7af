"""Cases of pre-shipment inspection, as its steps ask for them; how parties are told, whose files are kept.

Refuses to know what is in a message.
"""

from __future__ import annotations

from datetime import UTC, datetime

from messages import stepping
from messages.cases import Cases
from messages.faults import NodeFault
from messages.inspection.names import AHEAD_OF_TIME, FILE, NO_CASE, SYSTEM_NAME, WRONG, WRONG_STATE
from messages.inspection.table import LABELS, PRIVATE, TRANSITIONS, WHAT
from messages.stepping import actor_of, form_of
from messages.wire import CST, wire_date
from messages.workflow import Case, Context, Event, File, Keep, Publish

__all__ = ["actor_of", "form_of"]

NOTICE = "notice"  # the kind of bulletin that tells somebody of a step

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
lock, about, named, row, objection = CASES.lock, CASES.about, CASES.named, CASES.row, CASES.objection
check_time, named_files, new_case = CASES.check_time, CASES.files, CASES.new


def check_seen(event: Event, case: Case) -> None:
    """Whoever decides has looked at what is there now, if the message says at what. Raises NodeFault."""
    since = f"{case.number} 在 {event.content.get('declTime')} 之后又有提交"
    words = f"{since} / something newer was sent since: look at it first"
    stepping.check_seen(event, case, stepping.OLD, words)


def kept(case: Case, what: str, party: str, files: tuple[File, ...] = (), *to: str) -> Keep:
    """The files of a draft or of what was sent; whoever sent them reads them in any case."""
    return Keep(f"{case.number}/{what}", party, tuple(file.digest for file in files), to)


def notice(case: Case, step: str, publisher: str, audience: str, title: str, body: str) -> Publish:
    """A notice (通知) for a party, once for each `step` of a case: a guid, say, is its sender's to choose."""
    return Publish(f"{case.number}/{publisher}/{step}", NOTICE, title, body, publisher, audience)


def day(context: Context) -> str:
    """Of the search column `day`."""
    return wire_date(context.now)


def moment(seconds: object, name: str) -> datetime:
    """The aware UTC moment of yyyyMMddHHmmss in China Standard Time. Raises NodeFault where it is none."""
    try:
        return datetime.strptime(str(seconds), "%Y%m%d%H%M%S").replace(tzinfo=CST).astimezone(UTC)
    except ValueError:
        raise NodeFault(WRONG, f"{name} {seconds} 不是存在的时间 / it is no time") from None
