"""What anybody may look up: rules by HS code or name, filed agencies, and those that may be entrusted now.

The public queries (公共查询) answer with lists; what is imposed on an agency is told to the second.
"""

from __future__ import annotations

from collections.abc import Callable

from messages.faults import NodeFault
from messages.inspection import standing
from messages.inspection.events import AGENCIES
from messages.inspection.publications import RULES
from messages.lookups import CODE, OBJECTION, OPENING, Key, Lookup
from messages.workflow import Body, Facts, Party, PartyByCode

MOST = 200  # of one answer
_OPEN = ("agencyCode", "agencyName", "certNo", "country")


def _agencies(matches: Callable[[Key, Body], bool]) -> Lookup:
    return Lookup(
        by=(),
        facts=lambda key: standing.EVERY,
        values=lambda key, facts: _listed(
            "Agency", [each for each in standing.everyone(facts) if matches(key, each)]
        ),
    )


def _listed(name: str, found: list[dict[str, object]]) -> Body:
    return {name: found[:MOST], "total": len(found)}


def _open(key: Key, facts: Facts) -> Body | None:
    """The one of this code, if it may be entrusted now; else why one that is filed may not be."""
    code = key["agencyCode"]
    if standing.standing(code, facts) is None:
        return None
    try:
        agency = standing.check_entrusting(code, facts)
    except NodeFault as fault:
        return {OBJECTION: fault.info}
    return {"agencyCode": code, **{name: agency.body[name] for name in _OPEN if name != "agencyCode"}}


def _all_open(key: Key, facts: Facts) -> Body:
    found = [each for each in standing.everyone(facts) if each["open"]]
    return _listed("Agency", [{name: each[name] for name in _OPEN} for each in found])


def _rules(matches: Callable[[Key, str, Body], bool]) -> Callable[[Key, Facts], Body]:
    def values(key: Key, facts: Facts) -> Body:
        found = [
            {name: value for name, value in rule.body.items() if name != "appTime"}
            for rule in facts[RULES]
            if matches(key, rule.key, rule.body)
        ]
        return _listed("Rule", found)

    return values


def _own(key: Key, facts: Facts) -> Body | None:
    """What an agency begins its filing with: what is filed of it, or its account's name."""
    agency, party = standing.standing(key[CODE], facts), facts[PartyByCode(key[CODE])]
    if agency is not None:
        return {name: value for name, value in agency.body.items() if name not in ("dxpId", "case")}
    known: Party | None = party
    return None if known is None else {"agencyName": known.name}


def _opening(key: Key, facts: Facts) -> Body | None:
    """Whether an agency may be filed anew now, and its account's name."""
    if key["type"] != "PSI111":
        return None
    try:
        standing.check_filing(key[CODE], facts)
    except NodeFault as fault:
        return {OBJECTION: fault.info}
    return {"content": _own(key, facts) or {}}


LOOKUPS = {
    OPENING: Lookup(
        by=("type",),
        facts=lambda key: (*standing.facts(key[CODE]), PartyByCode(key[CODE])),
        values=_opening,
        roles=AGENCIES.roles,
        of_asker=True,
    ),
    "agencies": _agencies(lambda key, agency: True),
    "agencies-by-name": Lookup(
        by=("agencyName",),
        facts=lambda key: standing.EVERY,
        values=_agencies(
            lambda key, agency: key["agencyName"].casefold() in str(agency["agencyName"]).casefold()
        ).values,
    ),
    "agencies-by-number": Lookup(
        by=("certNo",),
        facts=lambda key: standing.EVERY,
        values=_agencies(lambda key, agency: key["certNo"] in str(agency["certNo"])).values,
    ),
    "agency": Lookup(  # what an entrustment may name now
        by=("agencyCode",),
        facts=lambda key: standing.facts(key["agencyCode"]),
        values=_open,
    ),
    "open-agencies": Lookup(
        by=(),
        facts=lambda key: standing.EVERY,
        values=_all_open,
    ),
    "rules": Lookup(by=(), facts=lambda key: (RULES,), values=_rules(lambda key, code, rule: True)),
    "rules-by-code": Lookup(  # for a longer or a shorter code
        by=("codeTs",),
        facts=lambda key: (RULES,),
        values=_rules(
            lambda key, code, rule: code.startswith(key["codeTs"]) or key["codeTs"].startswith(code)
        ),
    ),
    "rules-by-name": Lookup(
        by=("gName",),
        facts=lambda key: (RULES,),
        values=_rules(lambda key, code, rule: key["gName"].casefold() in str(rule["gName"]).casefold()),
    ),
    "filing": Lookup(
        by=(),
        facts=lambda key: (*standing.facts(key[CODE]), PartyByCode(key[CODE])),
        values=_own,
        of_asker=True,
    ),
}
