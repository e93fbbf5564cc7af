"""A gateway for the tests of this folder that need one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.house import House


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway on SQLite that serves; one a module."""
    house = House(tmp_path_factory.mktemp("house") / "home")
    house.start()
    yield house
    house.close()
