"""What customs loads for taxes, from a day on: tariff (税则税率) and exchange rates (计征汇率)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from messages.declaration.assessing import rate, tariff
from messages.declaration.cases import actor_of, check_time
from messages.declaration.names import SYSTEM_NAME, WRONG
from messages.faults import NodeFault
from messages.statuses import Status
from messages.wire import CST
from messages.workflow import Context, Effect, Event, Facts, Issue, Needs, PutRecord, Record


def needs(event: Event) -> Needs:
    """Nothing is asked; nobody else loads the same meanwhile."""
    return Needs(claims=(f"{SYSTEM_NAME}/{event.name}",))


def step(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Each line from the day given on; a later line for the same code ends it. Raises NodeFault."""
    check_time(event, None, context)
    since = _day(str(event.content["validFrom"]))
    group, key, known, receipt = _LOADED[event.name]
    lines = event.content[group]
    records = [Record(SYSTEM_NAME, known("").kind, str(line[key]), dict(line), since) for line in lines]
    if len({record.key for record in records}) != len(records):
        raise NodeFault(WRONG, f"{group} 中有重复的 {key} / the same {key} twice")
    nought = [record.key for record in records if event.name == "rates" and not Decimal(record.body["rate"])]
    if nought:
        raise NodeFault(WRONG, f"{'、'.join(nought)} 汇率为零(rate) / a rate of nought would levy no taxes")
    info = f"已装载 {len(records)} 条，自 {event.content['validFrom']} 起 / {len(records)} loaded"
    return (
        *(PutRecord(record) for record in records),
        Issue(actor_of(event).party, receipt, Status.STORED, info, event.origin),
    )


def _day(value: str) -> datetime:
    try:
        return datetime.strptime(value, "%Y%m%d").replace(tzinfo=CST)
    except ValueError:
        raise NodeFault(WRONG, f"{value} 不是存在的日期(validFrom) / it is no day") from None


_LOADED = {
    "tariff": ("TariffLine", "codeTs", tariff, "DEC202"),
    "rates": ("Currency", "currency", rate, "DEC212"),
}
