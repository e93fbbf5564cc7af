"""Declarations for the tests of their screens: an enterprise's and customs' software, terminals at work."""

from __future__ import annotations

from tests.scenarios.declaring import Office, numbered
from tests.scenarios.house import House
from tests.scenarios.offices import statuses


def office(house: House, role: str, place: int = 0) -> Office:
    """Somebody's software."""
    found = Office(house, house.person(role, place))
    found.drain()
    return found


def enabled(house: House) -> None:
    """Smart-assisted declaration is enabled for the first enterprise."""
    legal = office(house, "enterprise")
    if legal.get("/v1/lookups/declaration/standing")["values"]["enabled"] != "1":
        assert statuses(legal.submit("DEC131")) == [1]


def rated(house: House) -> None:
    """Customs has loaded a tariff and exchange rates."""
    desk = office(house, "customs")
    assert statuses(desk.submit("DEC201")) == [120]
    assert statuses(desk.submit("DEC211")) == [120]


def drafted(house: House, sample: str = "DEC111-draft", **changes: str) -> str:
    """A draft of the first enterprise; its number."""
    return numbered(office(house, "enterprise").submit(sample, **changes))
