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

from messages.declaration.cases import day, found_by, new_case
from messages.declaration.names import AGREEMENT, SYSTEM_NAME
from messages.declaration.table import AGREED
from messages.statuses import Status
from messages.wire import app_time, wire_date
from messages.workflow import (
    Context,
    Effect,
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
_UNITS = ("agent", "trade")  # as `parties_of` has them
_COPIED = ("tradeScc", "tradeCode", "tradeName", "agentScc", "agentCode", "agentName")


def needed(form: Mapping[str, Any]) -> bool:
    """Whoever declares for himself needs none."""
    return bool(form["agentCode"] != form["tradeCode"])


def record_of(form: Mapping[str, Any]) -> RecordInForce:
    """The agreement of a declaration's two parties, in force."""
    return RecordInForce(SYSTEM_NAME, "agreement", f"{form['agentCode']}/{form['tradeCode']}")


def parties_of(form: Mapping[str, Any]) -> tuple[PartyByCode, PartyByCode]:
    """The declaring unit and the consignee, if they take part here."""
    return PartyByCode(str(form["agentCode"])), PartyByCode(str(form["tradeCode"]))


def made(
    form: Mapping[str, Any],
    owner: str,
    parties: tuple[Party | None, Party | None],
    origin: Origin,
    context: Context,
) -> tuple[str, tuple[Effect, ...]]:
    """Its number, and the agreement: from now on, both parties are told."""
    case = new_case(owner, "A", context)
    until = context.now + LASTS
    called = {f"{unit}Name": party.name for unit, party in zip(_UNITS, parties, strict=True) if party}
    both = {**{name: str(form[name]) for name in _COPIED}, **called}  # by the names they are registered with
    body = {
        **both,
        "kind": AGREEMENT,
        "since": day(context),
        "until": wire_date(until),
        "made": origin.plain(),
    }
    others = [party.dxp_id for party in parties if party is not None and party.dxp_id != owner]
    case = dataclasses.replace(case, state=AGREED, body=body, partner=others[0] if others else None)
    case = found_by(case, kind=AGREEMENT, trade=f"{form['tradeScc']} {form['tradeCode']}", day=day(context))
    known = record_of(form)
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
        PutRecord(Record(SYSTEM_NAME, known.kind, known.key, {"case": case.number}, context.now, until)),
        *(
            Issue(to, "DEC192", Status.STORED, info, origin, case.number, ("Agreement", document))
            for to in (owner, *others)
        ),
    )
