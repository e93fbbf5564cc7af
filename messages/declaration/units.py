"""Units (申报单位、境内收发货人): by which codes they are named, and whether two of them may be one.

A unit has a social credit code and a customs code, and is named by either or both. Which belong together is
known of an enterprise whose registration customs holds, a record of the system for enterprises. Of another,
named here by one code and there by the other, nobody can say that it is not one and the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from messages.workflow import Facts, Record, RecordInForce

AGENT, TRADE = "agent", "trade"
SCC, CODE = "Scc", "Code"
IDS = (SCC, CODE)  # as the fields' names end: agentScc, agentCode


def registration(code: object) -> RecordInForce:
    """What customs holds of the enterprise of this customs code; its element `scc` is the other code."""
    return RecordInForce("enterprise", "registration", str(code))


def registrations(form: Mapping[str, Any]) -> Iterator[RecordInForce]:
    """What is known of the units that a form names."""
    for unit in (AGENT, TRADE):
        if form.get(f"{unit}{CODE}"):
            yield registration(form[f"{unit}{CODE}"])


def named(form: Mapping[str, Any], unit: str, known: Facts) -> dict[str, str]:
    """The codes of a unit: those that the form gives, and the one that is registered with them."""
    found = {each: str(form[f"{unit}{each}"]) for each in IDS if form.get(f"{unit}{each}")}
    if CODE in found and SCC not in found:
        filed: Record | None = known[registration(found[CODE])]
        if filed is not None:
            found[SCC] = str(filed.body["scc"])
    return found


def same(one: Mapping[str, str], other: Mapping[str, str]) -> bool | None:
    """Whether two units are one; None where they have no code of the same kind, so that they may be."""
    shared = one.keys() & other.keys()
    return all(one[each] == other[each] for each in shared) if shared else None
