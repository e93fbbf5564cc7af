"""One gateway and one host for most tests, and hosts with settings of their own for the others."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.scenarios.house import House, Person
from tests.terminals.host.house import Guest, HostProcess

Hosts = Callable[..., HostProcess]
Guests = Callable[..., Guest]

_numbers = itertools.count(1)
_people: dict[Path, list[Person]] = {}  # of a house: opening their files takes a while


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway that serves, with room for tests that log in again and again."""
    attempts = {"EPORT_SESSIONS__ADDRESS_ATTEMPTS": "10000", "EPORT_SESSIONS__ACCOUNT_FAILURES": "10000"}
    house = House(tmp_path_factory.mktemp("gateway") / "home", **attempts)
    house.start()
    yield house
    house.close()


@pytest.fixture(scope="session")
def host(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    """A host with its default settings, but for what would make tests slow."""
    folder = tmp_path_factory.mktemp("host") / "state"
    with HostProcess(house, folder, password_delay=0.01, end_seconds=2) as one:
        yield one


@pytest.fixture
def open_host(house: House, tmp_path: Path) -> Iterator[Hosts]:
    """`open_host(sessions=2)`: a host of the test's own."""
    opened: list[HostProcess] = []

    def start(**settings: object) -> HostProcess:
        own = {"password_delay": 0.01, "end_seconds": 2, **settings}
        one = HostProcess(house, tmp_path / f"state{next(_numbers)}", **own)  # type: ignore[arg-type]
        opened.append(one)
        one.start()
        return one

    yield start
    for one in opened:
        one.close()


@pytest.fixture
def guest_of(tmp_path: Path) -> Guests:
    """`guest_of(host, "operator")`: somebody of a role who comes to a host."""

    def come(host: HostProcess, role: str = "operator", place: int = 0) -> Guest:
        if host.house.home not in _people:
            _people[host.house.home] = host.house.people()
        person = [one for one in _people[host.house.home] if one.role == role][place]
        return Guest(tmp_path / f"guest{next(_numbers)}", host, person)

    return come


@pytest.fixture
def guest(host: HostProcess, guest_of: Guests) -> Guest:
    """The first operator, who comes to the common host."""
    return guest_of(host)
