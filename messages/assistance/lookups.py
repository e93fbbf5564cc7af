"""What is looked up while a request is filled in: the own customs, and the agreements with its country.

A foreign officer is told of the own country only, and of the unions it asks in the name of; customs of all.
"""

from __future__ import annotations

from functools import cache

from messages.assistance import registers
from messages.assistance.names import SYSTEM_NAME
from messages.codes import CodeLists
from messages.lookups import ASKER, HOLDER, ROLE, TODAY, Key, Lookup
from messages.system import CUSTOMS
from messages.workflow import Body, Facts, Record, RecordsUnder

_FILED = RecordsUnder(SYSTEM_NAME, "country", "")
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
        "agreementName": _called(first),
        "Agreement": [
            {"agreementName": _called(one), **{name: one[name] for name in LISTED if name in one}}
            for one in found
        ],
    }


def _countries(key: Key, facts: Facts) -> Body:
    """In whose name an officer may ask; for customs, whom it may ask: countries whose customs is filed.

    A country's name is in both languages, since a lookup knows one.
    """
    if key[ROLE] == CUSTOMS:
        codes = {record.key for record in facts[_FILED]}
    else:
        codes = set(registers.countries(facts[registers.office(key[ASKER])]) or ())
    return {"Country": [{"country": code, "name": _country(code)} for code in sorted(codes)]}


@cache
def _country(code: str) -> str:
    known = CodeLists().get("assist_country")
    return f"{known.label(code, 'zh')} {known.label(code, 'en')}"


def _called(agreement: Body) -> str:
    """An agreement's name, in English too where that is filed."""
    return " / ".join(str(agreement[name]) for name in ("nameZh", "nameEn") if agreement.get(name))


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
    "countries": Lookup(
        by=(),
        facts=lambda key: (registers.office(key[ASKER]), *([_FILED] if key[ROLE] == CUSTOMS else [])),
        values=_countries,
        of_asker=True,
    ),
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
