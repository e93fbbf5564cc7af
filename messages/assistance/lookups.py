"""What is looked up while a request is filled in: the own customs, and the agreements with its country.

A foreign officer is told of the own country only, and of the unions it asks in the name of; customs of all.
"""

from __future__ import annotations

from messages.assistance import registers
from messages.assistance.names import SYSTEM_NAME
from messages.lookups import ASKER, HOLDER, ROLE, TODAY, Key, Lookup
from messages.system import CUSTOMS
from messages.workflow import Body, Facts, Record, RecordsUnder

LISTED = ("agreementNo", "nameZh", "nameEn", "validFrom", "validTo")


def _office(key: Key, facts: Facts) -> Body | None:
    filed: Record | None = facts[registers.office(key[ASKER])]
    if filed is None:
        return {"reqSender": key[HOLDER]}
    return {
        "country": filed.body["country"],
        "reqDept": filed.body["reqDept"],
        "reqSender": key[HOLDER],
        "reqMail": filed.body["reqMail"],
    }


def _agreements(key: Key, facts: Facts) -> Body | None:
    """Those in force: the first in order of their numbers is suggested, `Agreement` lists them all."""
    own = registers.countries(facts[registers.office(key[ASKER])]) or ()
    if key[ROLE] != CUSTOMS and key["country"] not in own:
        return None
    filed = (record.body for record in facts[registers.agreements(key["country"])])
    found = [one for one in filed if registers.in_force(one, key[TODAY])]
    if not found:
        return None
    first = found[0]
    return {
        "agreementNo": first["agreementNo"],
        "agreementName": first["nameZh"],
        "Agreement": [{name: one[name] for name in LISTED if name in one} for one in found],
    }


def _register(name: str) -> Lookup:
    """All that is filed, as `name` lists it, in the order of its keys; for customs, who files it."""
    kind = {"Office": "country", "Agreement": "agreement"}[name]
    every = RecordsUnder(SYSTEM_NAME, kind, "")

    def values(key: Key, facts: Facts) -> Body | None:
        filed: list[Record] = sorted(facts[every], key=lambda record: record.key)
        shown = [{of: one for of, one in record.body.items() if of != "dxpId"} for record in filed]
        return {name: shown}

    return Lookup(by=(), facts=lambda key: (every,), values=values, roles=frozenset({CUSTOMS}))


LOOKUPS = {
    "offices": _register("Office"),
    "agreements": _register("Agreement"),
    "office": Lookup(
        by=(),
        facts=lambda key: (registers.office(key[ASKER]),),
        values=_office,
        of_asker=True,
    ),
    "agreement": Lookup(
        by=("country",),
        facts=lambda key: (registers.office(key[ASKER]), registers.agreements(key["country"])),
        values=_agreements,
        of_asker=True,
    ),
}
