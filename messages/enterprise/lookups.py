"""What is asked before and while a form is filled in: may it be opened, what is filed, which penalty.

An enterprise is told of its own registration only, once its number is proven; customs of all.
"""

from __future__ import annotations

from collections.abc import Callable

from messages.enterprise import filings
from messages.enterprise.names import APPLICATIONS, CHANGES, OBJECT
from messages.enterprise.preconditions import Standing, refusal
from messages.lookups import CODE, OPENING, TODAY, Key, Lookup
from messages.system import CUSTOMS
from messages.workflow import Body, Fact, Facts, Record

BRIEF = (
    "regCode", "scc", "cnName", "entType", "regStatus", "validFrom", "validTo", "contactName",
    "contactMobile",
)  # fmt: skip
"""What an application without tables begins with."""


def _own(key: Key) -> tuple[Fact, ...]:
    return (filings.registration(key[CODE]),)


def _pending(key: Key, facts: Facts) -> tuple[Fact, ...]:
    filed: Record | None = facts[filings.registration(key[CODE])]
    return (filings.pending(str(filed.body["scc"])),) if filed else ()


def _opening(key: Key, facts: Facts) -> Body | None:
    """Whether an application of this type may be made now, and what its form begins with."""
    code = key["type"]
    if code not in APPLICATIONS:
        return None
    filed: Record | None = facts[filings.registration(key[CODE])]
    open_ = filings.under_way(facts[filings.pending(str(filed.body["scc"]))]) if filed else ()
    against = refusal(code, Standing(filed.body if filed else None, open_, key[TODAY]))
    if against is not None:
        return {"objection": str(against)}
    assert filed is not None  # refusal
    tables = filings.tables(filed.body, key[TODAY])
    if code in CHANGES:
        return {"content": tables}
    brief = {name: tables[name] for name in BRIEF if name in tables}
    if code == OBJECT:
        brief["Penalty"] = list(filed.body.get("Penalty", ()))
    return {"content": brief}


def _registration(key: Key, facts: Facts) -> Body | None:
    """The own registration as it is filed, with what follows from it, and what is under way."""
    filed: Record | None = facts[filings.registration(key[CODE])]
    if filed is None:
        return None
    open_ = [
        {"caseNo": one["case"], "type": one["type"]}
        for one in filings.under_way(facts[filings.pending(str(filed.body["scc"]))])
        if one["regCode"] == key[CODE]
    ]
    penalties = filed.body.get("Penalty", ())
    return {**filings.tables(filed.body, key[TODAY]), "Penalty": list(penalties), "Pending": open_}


def _penalty(key: Key, facts: Facts) -> Body | None:
    filed: Record | None = facts[filings.registration(key[CODE])]
    known = filed.body.get("Penalty", ()) if filed else ()
    return next((one for one in known if one["penaltyNo"] == key["penaltyNo"]), None)


def _filed(key: Key, facts: Facts) -> Body | None:
    filed: Record | None = facts[filings.registration(key["regCode"])]
    return filed.body if filed else None


def _nothing(key: Key, facts: Facts) -> tuple[Fact, ...]:
    return ()


def _of_own(
    by: tuple[str, ...],
    values: Callable[[Key, Facts], Body | None],
    then: Callable[[Key, Facts], tuple[Fact, ...]] = _nothing,
) -> Lookup:
    """What an enterprise is told of its own: there are people's identity numbers in it."""
    return Lookup(by=by, facts=_own, then=then, values=values, of_asker=True, proven=True)


LOOKUPS = {
    OPENING: _of_own(("type",), _opening, _pending),
    "registration": _of_own((), _registration, _pending),
    "penalty": _of_own(("penaltyNo",), _penalty),
    "filed-registration": Lookup(  # as it stands, to be changed
        by=("regCode",),
        facts=lambda key: (filings.registration(key["regCode"]),),
        values=_filed,
        roles=frozenset({CUSTOMS}),
    ),
}
