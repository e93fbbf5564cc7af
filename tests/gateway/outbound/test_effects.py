"""From a call of customs to a letter that waits: in the one transaction that opens the case."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.outbound.letter import valid
from gateway.outbound.notices import Notices
from storage import notices, work
from storage.database import Database
from tests.gateway.test_inspection import AGENCY, DESK, House, furnished


@pytest.fixture
def house(database: Database) -> House:
    """With a filed agency, and a channel."""
    made = furnished(database)
    made.performer._notices = Notices({"mail": valid}, "gate.example", "Gateway", 100)
    return made


def waiting(house: House) -> list[notices.Notice]:
    """The letters."""
    with house.database.read() as connection:
        return notices.listed(connection)


def test_a_call_leaves_one_letter_for_the_filed_address(house: House) -> None:
    """With the case's number in both languages."""
    assert house.send("PSI161-problem", DESK)[0] > 0
    (found,) = waiting(house)
    assert found.party == AGENCY
    assert house.newest() in found.subject
    assert found.body.count(house.newest()) == 2


def test_a_step_that_is_rolled_back_leaves_no_letter(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The letter is in the transaction of the case: when that fails and is done again, there is one."""
    real, fails = work.finish, iter([True, True])

    def finish(*given: Any) -> int:
        if next(fails, False):
            raise RuntimeError("the disk is full")
        return real(*given)

    monkeypatch.setattr(work, "finish", finish)
    house.accept("PSI161-problem", DESK)
    house.dispatcher.wake()
    assert waiting(house) == []
    house.clock.advance(10)
    assert len(waiting(house)) == 1


def test_without_a_channel_nothing_is_written(database: Database) -> None:
    """Where no mail server is set up, letters that nobody sends do not pile up."""
    house = furnished(database)
    house.send("PSI161-problem", DESK)
    assert waiting(house) == []
