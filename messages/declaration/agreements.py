"""Agency agreements (代理报关委托协议): between the domestic consignee and the declaring unit, for a year.

Made by the engine, where a rule says so, or by hand; one for each pair, while it is in force. Its case
belongs to whoever declares, and the other is its partner: both can fetch it. The receipt that tells them
holds it as a document that the gateway has signed.

One side alone makes it: neither the manual nor the spec knows a confirmation by the other. The manual's words
are 勾选后则认定您委托本系统对代理报关委托协议进行自动生成，不勾选则由您进行手动生成: whoever sets the rule
entrusts the system with making it, and else makes it by hand himself. What protects the other is that it is
told of every one at once, by a signed receipt that names who declares, and that it takes a party's card.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from messages.declaration import units
from messages.declaration.cases import day, found_by, new_case
from messages.declaration.names import AGREEMENT, SYSTEM_NAME
from messages.declaration.table import AGREED
from messages.statuses import Status
from messages.wire import app_time, wire_date
from messages.workflow import (
    Context,
    Effect,
    Fact,
    Facts,
    Issue,
    Origin,
    Party,
    PartyByCode,
    Put,
    PutRecord,
    Record,
    RecordInForce,
)

LASTS = timedelta(days=365)
CLAIM = f"{SYSTEM_NAME}/agreement"
"""Claimed by whatever makes one: two that are made at once would both find none."""
_UNITS = (units.AGENT, units.TRADE)
_COPIED = ("tradeScc", "tradeCode", "tradeName", "agentScc", "agentCode", "agentName")


def needed(form: Mapping[str, Any]) -> bool:
    """Whoever declares for himself needs none."""
    return bool(form["agentCode"] != form["tradeCode"])


def record_of(form: Mapping[str, Any]) -> RecordInForce:
    """The agreement of a declaration's two parties, in force."""
    return RecordInForce(SYSTEM_NAME, "agreement", f"{form['agentCode']}/{form['tradeCode']}")


def facts(form: Mapping[str, Any]) -> tuple[Fact, ...]:
    """What one goes by: that in force, who the two are here, and as what customs has registered them."""
    return record_of(form), *_parties_of(form), *units.registrations(form)


def _parties_of(form: Mapping[str, Any]) -> tuple[PartyByCode, ...]:
    """The declaring unit and the consignee, if they take part here."""
    return tuple(PartyByCode(str(form[f"{unit}{units.CODE}"])) for unit in _UNITS)


def made(
    form: Mapping[str, Any], owner: str, known: Facts, origin: Origin, context: Context
) -> tuple[str, tuple[Effect, ...]]:
    """Its number, and the agreement: from now on, both parties are told. `known`: the facts of the form.

    What the gateway signs calls each unit as it is registered, whatever a declaration calls it.
    """
    case = new_case(owner, "A", context)
    until = context.now + LASTS
    both = {name: str(form[name]) for name in _COPIED}
    parties: list[Party] = []
    for unit, fact in zip(_UNITS, _parties_of(form), strict=True):
        party: Party | None = known[fact]
        filed: Record | None = known[units.registration(form[f"{unit}{units.CODE}"])]
        if party is not None:
            both[f"{unit}Name"] = party.name
            parties.append(party)
        if filed is not None:
            both |= {f"{unit}{units.SCC}": str(filed.body["scc"]), f"{unit}Name": str(filed.body["cnName"])}
    body = {
        **both,
        "kind": AGREEMENT,
        "since": day(context),
        "until": wire_date(until),
        "made": origin.plain(),
    }
    others = [party.dxp_id for party in parties if party.dxp_id != owner]
    case = dataclasses.replace(case, state=AGREED, body=body, partner=others[0] if others else None)
    case = found_by(case, kind=AGREEMENT, trade=f"{both['tradeScc']} {both['tradeCode']}", day=day(context))
    for_pair = record_of(form)
    document = {
        "agreementNo": case.number,
        **both,
        "validFrom": str(body["since"]),
        "validTo": str(body["until"]),
        "madeTime": app_time(context.now),
    }
    info = (
        f"代理报关委托协议 {case.number} 已生成，{both['tradeName']} 委托 {both['agentName']}，"
        f"有效期至 {body['until']} / agency agreement {case.number} made: {both['tradeName']} entrusts "
        f"{both['agentName']}, until {body['until']}"
    )
    return case.number, (
        Put(case),
        PutRecord(
            Record(SYSTEM_NAME, for_pair.kind, for_pair.key, {"case": case.number}, context.now, until)
        ),
        *(
            Issue(to, "DEC192", Status.STORED, info, origin, case.number, ("Agreement", document))
            for to in (owner, *others)
        ),
    )
