"""Gateways for the scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.house import Desk, House


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway on SQLite that serves; one a module."""
    house = House(tmp_path_factory.mktemp("house") / "home")
    house.start()
    yield house
    house.close()


@pytest.fixture
def operator(house: House) -> Desk:
    """The first enterprise's operator, logged in, with a mailbox read to its end."""
    return _at_work(house, "operator")


@pytest.fixture
def customs(house: House) -> Desk:
    """The customs desk, logged in, with a mailbox read to its end."""
    return _at_work(house, "customs")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder."""
    return tmp_path


def _at_work(house: House, role: str) -> Desk:
    desk = Desk(house, house.person(role))
    while desk.poll():
        pass
    return desk
