"""What terminals ask: whether a party has enabled it and a run is under way, what a draft's taxes are, and
who a declaration's units are, by their customs codes.
"""

from __future__ import annotations

from collections.abc import Sequence

from messages.declaration import assessing, units
from messages.declaration.cases import enabled, form_now, objection
from messages.declaration.events import ENTERPRISES
from messages.declaration.filed import FILED
from messages.declaration.names import NOTICE_VERSION, SYSTEM_NAME
from messages.declaration.taxes import currencies
from messages.lookups import ASKER, CODE, Key, Lookup
from messages.workflow import (
    Body,
    Case,
    CaseByNumber,
    Fact,
    Facts,
    Party,
    PartyByCode,
    Record,
    RecordInForce,
)

_IMPORT_RATES = {name: name for name in ("dutyRate", "dutyAmount", "exciseRate", "exciseAmount", "vatRate")}
_EXPORT_RATES = {"dutyRate": "exportRate"}


def _running(key: Key) -> RecordInForce:
    return RecordInForce(SYSTEM_NAME, "running", key[ASKER])


def _standing(key: Key, facts: Facts) -> Body:
    known, running = facts[enabled(key[ASKER])], facts[_running(key)]
    told = {"enabled": "0", "noticeVersion": NOTICE_VERSION}
    if known is not None:
        told |= {"enabled": "1", "by": str(known.body["by"]), "time": str(known.body["time"])}
    if running is not None:
        told["runNo"] = str(running.body["case"])
    return told


def _to_declare(key: Key, facts: Facts) -> Case | None:
    """The asker's own declaration, if its taxes may still be confirmed."""
    case: Case | None = facts[CaseByNumber(key["caseNo"])]
    if case is None or case.system != SYSTEM_NAME or case.owner != key[ASKER]:
        return None
    return case if objection(case.state, case.body, "confirm-taxes") is None else None


def _then(key: Key, facts: Facts) -> tuple[Fact, ...]:
    case = _to_declare(key, facts)
    return assessing.facts(form_now(case)) if case else ()


def _taxes(key: Key, facts: Facts) -> Body | None:
    case = _to_declare(key, facts)
    if case is None or form_now(case)["selfTax"] != "1":
        return None
    form = form_now(case)
    taxes, holds = assessing.assessment(form, facts), assessing.unconfirmed(case, form, facts) is None
    told = {"draftDigest": case.body["draft"]["digest"], "confirmed": "1" if holds else "0"}
    if taxes.against:
        return {**told, "objection": "；".join(taxes.against)}
    return {**told, **taxes.plain(), **_gone_by(form, taxes.plain()["Line"], facts)}


def _gone_by(form: Body, lines: Sequence[Body], facts: Facts) -> Body:
    """What taxes are calculated by: each line's rates, in percent or yuan for a unit, and the currencies'."""
    names = _IMPORT_RATES if form["ieFlag"] == "I" else _EXPORT_RATES
    rated = []
    for line in lines:
        filed: Record | None = facts[assessing.tariff(line["codeTs"])]
        known = filed.body if filed is not None else {}
        rates = {told: known[name] for told, name in names.items() if known.get(name)}
        rated.append({**line, **rates})
    found = ((each, facts[assessing.rate(each)]) for each in currencies(form))
    exchange = [
        {"currency": each, "rate": record.body["rate"]} for each, record in found if record is not None
    ]
    return {"Line": rated, "Rate": exchange}


def _filed_unit(prefix: str, code: str, facts: Facts) -> Body:
    """What is known of a unit: as customs has registered it, else the name under which it takes part."""
    filed: Record | None = facts[units.registration(code)]
    if filed is not None:
        return {f"{prefix}Scc": filed.body["scc"], f"{prefix}Name": filed.body["cnName"]}
    party: Party | None = facts[PartyByCode(code)]
    return {f"{prefix}Name": party.name} if party is not None else {}


def _unit(prefix: str) -> Lookup:
    """A unit by its customs code (海关编码), told to enterprises that have proven their own."""
    by = f"{prefix}Code"

    def values(key: Key, facts: Facts) -> Body | None:
        return (_filed_unit(prefix, key[by], facts) or None) if key[CODE] else None

    return Lookup(
        by=(by,),
        facts=lambda key: (units.registration(key[by]), PartyByCode(key[by])),
        values=values,
        roles=ENTERPRISES,
        of_asker=True,
        proven=True,
    )


def _own(key: Key, facts: Facts) -> Body | None:
    """The own enterprise as a declaring unit."""
    code = key[CODE]
    return {"agentCode": code, **_filed_unit("agent", code, facts)} if code else None


LOOKUPS = {
    **FILED,
    "agent": _unit("agent"),
    "trade": _unit("trade"),
    "owner": _unit("owner"),
    "own": Lookup(
        by=(),
        facts=lambda key: (units.registration(key[CODE]), PartyByCode(key[CODE])),
        values=_own,
        roles=ENTERPRISES,
        of_asker=True,
        proven=True,
    ),
    "standing": Lookup(
        by=(),
        facts=lambda key: (enabled(key[ASKER]), _running(key)),
        values=_standing,
        roles=ENTERPRISES,
        of_asker=True,
    ),
    "taxes": Lookup(
        by=("caseNo",),
        facts=lambda key: (CaseByNumber(key["caseNo"]),),
        then=_then,
        values=_taxes,
        roles=ENTERPRISES,
        of_asker=True,
    ),
}
