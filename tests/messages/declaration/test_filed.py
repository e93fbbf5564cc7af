"""What customs and carriers look up of what they have loaded (messages.declaration.filed)."""

from __future__ import annotations

from typing import Any

from messages.declaration import SYSTEM
from messages.declaration.filed import MODES, MOST, SIDES
from messages.forms import own_forms
from messages.lookups import ASKER, TODAY
from tests.messages.declaration.world import CARRIER, CARRIER_2, DESK, World


def looked_up(world: World, name: str, **key: str) -> Any:
    """What a lookup answers."""
    lookup = SYSTEM.lookups[name]
    facts = lookup.facts(key)
    return lookup.values(key, {fact: world.fact(fact) for fact in facts})


def test_checks_in_force_are_listed_and_withdrawn_ones_are_not() -> None:
    """By their codes, with the day since when."""
    world = World()
    assert world.check(checkCode="C1") == [120]
    assert world.check(checkCode="C2") == [120]
    assert world.send("DEC221", {"appType": "3", "checkCode": "C1"}, DESK) == [120]
    (found,) = looked_up(world, "checks")["Check"]
    assert (found["checkCode"], found["element"], found["since"]) == ("C2", "Goods/codeTs", "20261120")


def test_a_tariff_is_looked_up_by_the_beginning_of_a_code() -> None:
    """From four digits on, since there are very many."""
    world = World()
    assert world.tariff() == [120]
    (found,) = looked_up(world, "tariff", codeTs="8471")["TariffLine"]
    assert (found["codeTs"], found["dutyRate"], found["since"]) == ("8471300000", "10", "20261101")
    assert looked_up(world, "tariff", codeTs="8472") == {"TariffLine": [], "total": "0"}
    assert looked_up(world, "tariff", codeTs="847") is None


def test_exchange_rates_in_force_are_listed() -> None:
    """By currency."""
    world = World()
    assert world.rate("712.34") == [120]
    (found,) = looked_up(world, "rates")["Currency"]
    assert (found["currency"], found["rate"]) == ("USD", "712.34")


def test_a_carrier_finds_its_own_manifest_and_arrival_and_nobody_elses() -> None:
    """By the bill of lading, whatever its direction and mode."""
    world = World()
    assert world.manifest() == [120]
    assert world.arrival() == [120]
    for name, group in (("manifests", "Manifest"), ("arrivals", "Arrival")):
        own = {"billNo": "BL20261101", ASKER: CARRIER.party}
        (found,) = looked_up(world, name, **own)[group]
        assert (found["ieFlag"], found["trafMode"]) == ("I", "2")
        assert found["since"] == "20261120"
        assert looked_up(world, name, **{**own, ASKER: CARRIER_2.party})[group] == []
        assert looked_up(world, name, **{**own, "billNo": "BL2"})[group] == []


def test_what_a_carrier_has_sent_lately_is_listed_until_it_is_taken_back() -> None:
    """Changed, it is listed once, under the day on which it came first; nobody else's; not of long ago."""
    world = World()
    own = {ASKER: CARRIER.party, TODAY: "20261130"}
    assert world.manifest() == [120]
    assert world.manifest(packNo="11") == [120]
    assert world.manifest(billNo="BL9") == [120]
    assert world.arrival() == [120]
    found = looked_up(world, "latest-manifests", **own)
    assert [(each["billNo"], each["packNo"]) for each in found["Manifest"]] == [
        ("BL9", "10"), ("BL20261101", "11"),
    ]  # fmt: skip
    assert found["total"] == "2"
    assert len(looked_up(world, "latest-arrivals", **own)["Arrival"]) == 1
    assert looked_up(world, "latest-manifests", **{**own, ASKER: CARRIER_2.party})["Manifest"] == []
    assert len(looked_up(world, "latest-manifests", **{**own, TODAY: "20261231"})["Manifest"]) == 2
    assert looked_up(world, "latest-manifests", **{**own, TODAY: "20270115"})["Manifest"] == []
    assert world.manifest(billNo="BL9", appType="3") == [120]
    assert [each["billNo"] for each in looked_up(world, "latest-manifests", **own)["Manifest"]] == [
        "BL20261101"
    ]


def test_of_a_carriers_very_many_only_what_is_listed_is_read() -> None:
    """However many it has sent: the latest by day, and how many there are in all."""
    world = World()
    for place in range(MOST + 2):
        assert world.manifest(billNo=f"B{place:04}") == [120]
    lookup, key = SYSTEM.lookups["latest-manifests"], {ASKER: CARRIER.party, TODAY: "20261120"}
    known = {fact: world.fact(fact) for fact in lookup.facts(key)}
    assert sum(len(found) for found in known.values() if isinstance(found, tuple)) == MOST
    values = lookup.values(key, known)
    assert values is not None
    assert (len(values["Manifest"]), values["total"]) == (MOST, str(MOST + 2))


def test_every_direction_and_mode_of_the_schema_is_looked_under() -> None:
    """What a carrier may send, it finds."""
    fields = {field.name: field for field in own_forms().form("DEC171").node.children}
    assert {choice.value for choice in fields["ieFlag"].choices} == set(SIDES)
    assert {choice.value for choice in fields["trafMode"].choices} == set(MODES)


def test_each_is_told_to_those_whose_it_is() -> None:
    """Customs' to customs, carriers' to carriers."""
    roles = {name: SYSTEM.lookups[name].roles for name in ("checks", "tariff", "rates")}
    assert set(roles.values()) == {frozenset({"customs"})}
    assert SYSTEM.lookups["manifests"].roles == SYSTEM.lookups["arrivals"].roles == {"carrier"}
