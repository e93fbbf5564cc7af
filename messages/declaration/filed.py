"""What customs and carriers have loaded, as they look it up: checks, tariff, rates, manifests and arrivals.

Knows whose each of them is, and that nobody is told what another carrier has sent; refuses to know what they
are used for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, product

from messages.declaration import checks
from messages.declaration.events import CARRIER
from messages.declaration.logistics import ARRIVAL, MANIFEST, own_of, record_of, said
from messages.declaration.names import SYSTEM_NAME
from messages.lookups import ASKER, TODAY, Key, Lookup
from messages.system import CUSTOMS
from messages.wire import wire_date
from messages.workflow import Body, Fact, Facts, Record, RecordInForce, RecordsCounted, RecordsUnder

MOST = 500
"""Lines of one answer."""
SIDES, MODES = "IE", "0123456789GHLWXYZ"
"""Every direction and mode of transport that a bill of lading may have."""
HEADING = 4
"""Digits of an HS code that are asked for at least."""
_DESK, _CARRIERS = frozenset({CUSTOMS}), frozenset({CARRIER})


def _listed(group: str, records: Sequence[Record]) -> Body:
    """The first of them, and how many there are."""
    told = [{**record.body, "since": wire_date(record.valid_from)} for record in records[:MOST]]
    return {group: told, "total": str(len(records))}


def _all(group: str, kind: RecordsUnder) -> Lookup:
    return Lookup(
        by=(),
        facts=lambda key: (kind,),
        values=lambda key, facts: _listed(group, facts[kind]),
        roles=_DESK,
    )


def _headed(key: Key) -> tuple[RecordsUnder, ...]:
    """Of a tariff of very many, the lines under a heading."""
    code = key["codeTs"]
    return (RecordsUnder(SYSTEM_NAME, "tariff", code),) if len(code) >= HEADING else ()


def _tariff(key: Key, facts: Facts) -> Body | None:
    found = _headed(key)
    return _listed("TariffLine", facts[found[0]]) if found else None


def _own(group: str, kind: str) -> Lookup:
    """What a carrier has sent for a bill of lading, whatever its direction and mode."""

    def facts(key: Key) -> tuple[RecordInForce, ...]:
        ways = ({"ieFlag": side, "trafMode": mode} for side, mode in product(SIDES, MODES))
        return tuple(record_of(kind, {**way, "billNo": key["billNo"]}) for way in ways)

    def values(key: Key, known: Facts) -> Body:
        found = (said(known[fact]).get(key[ASKER]) for fact in facts(key))
        own = [each for each in found if each is not None]
        return {group: own[:MOST], "total": str(len(own))}

    asked: Callable[[Key], tuple[Fact, ...]] = facts
    return Lookup(by=("billNo",), facts=asked, values=values, roles=_CARRIERS, of_asker=True)


def _latest(group: str, kind: str) -> Lookup:
    """What a carrier has sent this month and the one before, the newest first: of very many, the latest."""

    def months(key: Key) -> tuple[tuple[RecordsUnder, RecordsCounted], ...]:
        today = key[TODAY]
        year, month = int(today[:4]), int(today[4:6])
        before = f"{year - (month == 1)}{(month - 2) % 12 + 1:02}"
        return tuple(own_of(kind, key[ASKER], each, MOST) for each in (today[:6], before))

    def values(key: Key, known: Facts) -> Body:
        asked = months(key)
        found = [record.body for latest, _ in asked for record in known[latest]]
        found.sort(key=lambda body: str(body["appTime"]), reverse=True)
        return {group: found[:MOST], "total": str(sum(known[counted] for _, counted in asked))}

    def facts(key: Key) -> tuple[Fact, ...]:
        return tuple(chain.from_iterable(months(key)))

    return Lookup(by=(), facts=facts, values=values, roles=_CARRIERS, of_asker=True)


FILED = {
    "checks": _all("Check", checks.ALL),
    "rates": _all("Currency", RecordsUnder(SYSTEM_NAME, "rate", "")),
    "tariff": Lookup(by=("codeTs",), facts=_headed, values=_tariff, roles=_DESK),
    "manifests": _own("Manifest", MANIFEST),
    "arrivals": _own("Arrival", ARRIVAL),
    "latest-manifests": _latest("Manifest", MANIFEST),
    "latest-arrivals": _latest("Arrival", ARRIVAL),
}
