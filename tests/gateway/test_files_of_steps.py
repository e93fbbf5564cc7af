"""What a step says of files and bulletins is done in its own transaction, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from messages.bonded import SYSTEM
from messages.workflow import Context, Effect, Event, Facts, Keep, Publish, Withdraw
from storage import bulletins, owners
from storage.database import Database
from storage.owners import PINNED, Attachment
from tests.gateway.test_dispatch import NOW, OWNER, Office

Step = Callable[[Event], tuple[Effect, ...]]


@pytest.fixture
def office(database: Database) -> Office:
    """An office whose party has sent one file."""
    with database.write() as connection:
        owners.own(connection, Attachment(OWNER, "a", 5, "application/pdf", "a.pdf", NOW))
    return Office(database)


def will(monkeypatch: pytest.MonkeyPatch, decide: Step) -> None:
    """What every step of the system decides."""

    def step(self: Any, event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
        return decide(event)

    monkeypatch.setattr(type(SYSTEM.workflow), "step", step)


def test_a_step_keeps_its_files_and_says_who_reads_them(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the step is durable, the counterparty may fetch what it was shown."""
    will(monkeypatch, lambda event: (Keep("Z1", OWNER, ("a",), ("customs",)),))
    office.add(office.store("Z1"))
    office.dispatcher.start()
    assert office.left() == []
    with office.database.read() as connection:
        found = owners.readable(connection, "DXPOTHER", "customs", "a")
        assert owners.readable(connection, "DXPOTHER", "operator", "a") is None
    assert found is not None
    assert found.state == PINNED


def test_a_step_whose_file_is_gone_is_tried_again_and_changes_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was given up between the fact and the effect: the next try is told so."""
    told = Publish("N1", "news", "t", "b", OWNER)
    will(monkeypatch, lambda event: (told, Keep("Z1", OWNER, ("gone",))))
    office.add(office.store("Z1"))
    office.dispatcher.start()
    ((_, attempts, error),) = office.left()
    assert attempts == 1
    assert error is not None
    assert "gone" in error
    with office.database.read() as connection:
        assert bulletins.listed(connection, []) == []
    will(monkeypatch, lambda event: (told,))
    office.clock.pump([1] * 6)
    assert office.left() == []
    with office.database.read() as connection:
        assert [each.title for each in bulletins.listed(connection, [])] == ["t"]


def test_a_step_publishes_and_takes_back(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the steps."""
    with office.database.read() as connection:
        file = owners.owned(connection, OWNER, ["a"])["a"].plain
    told = Publish("N1", "news", "t", "b", OWNER, files=(file,))
    effects: tuple[tuple[Effect, bool], ...] = ((told, True), (Withdraw("N1", OWNER), False))
    for effect, there in effects:
        will(monkeypatch, lambda event, effect=effect: (effect,))  # type: ignore[misc]
        office.add(office.store("Z1"))
        office.dispatcher.start() if there else office.dispatcher.wake()
        office.clock.advance(1)
        assert office.left() == []
        with office.database.read() as connection:
            assert bool(bulletins.listed(connection, [])) is there
            assert bool(owners.readable(connection, "DXPOTHER", "officer", "a")) is there
