"""Cards pulled out in the middle, and a register that is away: nothing half done is in force."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cryptography import x509

from gateway import card_office
from hardware.blank import Use
from hardware.office import look_card
from hardware.piv_office import BlankCard
from hardware.virtual.stack import Stack
from tests.scenarios.counter import OPERATOR, Counter
from tests.scenarios.house import House


@pytest.fixture
def counter(house: House, stack: Stack, tmp_path: Path) -> Counter:
    """A counter of the serving gateway."""
    return Counter(house, stack, tmp_path)


class Pulled:
    """Pulls the card out when the office comes to a step for the `times`-th time."""

    def __init__(self, counter: Counter, monkeypatch: pytest.MonkeyPatch, step: str, times: int) -> None:
        self.counter, self.left, self.real = counter, times, getattr(BlankCard, step)
        reached = self.reached
        monkeypatch.setattr(BlankCard, step, lambda card, *some, **more: reached(card, *some, **more))

    def reached(self, card: BlankCard, *arguments: object, **options: object) -> object:
        """The step itself, on a card that may be out by now."""
        self.left -= 1
        if self.left == 0:
            self.counter.stack.remove()
        return self.real(card, *arguments, **options)


@pytest.mark.parametrize(
    ("step", "times"),
    [
        ("set_pin", 1),
        ("set_puk", 1),
        ("generate", 1),
        ("request", 1),
        ("write", 1),
        ("generate", 2),
        ("write", 2),
    ],
)
def test_a_card_pulled_out_in_the_middle_leaves_nothing_registered(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, step: str, times: int
) -> None:
    """It is said how far it had come and how to go on; going on as it is said gives a card that signs."""
    card = counter.blank()
    before = counter.registered()
    Pulled(counter, monkeypatch, step, times)
    said = counter.run("card", "issue", *OPERATOR, *counter.new, code=1)
    monkeypatch.undo()
    assert counter.registered() == before
    counter.stack.insert(card)
    present = {
        option: (option, counter.folder / name)
        for option, name in (("--present-pin-file", "pin"), ("--present-puk-file", "puk"))
        if option in said
    }
    assert set(present) == {"set_pin": set(), "set_puk": {"--present-pin-file"}}.get(
        step, {"--present-pin-file", "--present-puk-file"}
    )
    again = ("--overwrite",) if "--overwrite" in said else ()
    counter.issue(*again, *(word for pair in present.values() for word in pair))
    with counter.holder() as person:
        assert counter.send(person) == "0000"


@pytest.mark.parametrize(("step", "times"), [("holds", 1), ("generate", 1), ("request", 2), ("write", 2)])
def test_a_renewal_that_was_broken_off_is_given_again(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, step: str, times: int
) -> None:
    """The former certificates stay registered until the new ones are; the same command goes on."""
    card = counter.blank()
    number = counter.issue()
    Pulled(counter, monkeypatch, step, times)
    said = counter.run("card", "renew", number, *counter.pin, code=1)
    monkeypatch.undo()
    assert ("Nothing was changed." in said) == (step == "holds")
    assert [each.state for each in counter.card(number)[1]] == ["active"] * 2
    counter.stack.insert(card)
    counter.run("card", "renew", number, *counter.pin)
    with counter.holder() as person:
        assert counter.send(person) == "0000"


@pytest.mark.parametrize("times", [1, 2])
def test_a_loading_that_was_broken_off_is_given_again(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """Before the first certificate or between the two: nothing is registered, the same command goes on."""
    card = counter.blank()
    number = counter.issue("--requests", counter.folder)
    answers = counter.outside_ca(number)
    before = counter.registered()
    Pulled(counter, monkeypatch, "write", times)
    assert "give the same command again" in counter.run(
        "card", "load", number, *answers, *counter.pin, code=1
    )
    monkeypatch.undo()
    assert counter.registered() == before
    counter.stack.insert(card)
    counter.run("card", "load", number, *answers, *counter.pin)
    with counter.holder() as person:
        assert counter.send(person) == "0000"


def execute(database: Path, statement: str) -> None:
    """Change the register behind everybody's back."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(statement)


def test_a_register_that_is_away_at_the_end_is_said_with_how_to_go_on(counter: Counter) -> None:
    """The medium is written, nothing registered; the same command with the present PIN and PUK mends it."""
    counter.blank()
    before = counter.registered()
    database = counter.house.home / "gateway.db"
    trigger = "CREATE TRIGGER away BEFORE INSERT ON cards BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    execute(database, trigger)
    try:
        said = counter.run("card", "issue", *OPERATOR, *counter.new, code=3)
    finally:
        execute(database, "DROP TRIGGER away")
    assert "disk full" in said
    assert "not registered, so withdrawn" in said
    assert {each.serial_number for each in look_card().certificates.values()} <= counter.listed()
    assert "The card has its new PIN and PUK already" in said
    assert "--present-pin-file" in said
    assert counter.registered() == before
    with counter.holder() as person:
        assert counter.send(person) == "1002"
    present = ("--present-pin-file", counter.folder / "pin", "--present-puk-file", counter.folder / "puk")
    counter.issue("--overwrite", *present)
    with counter.holder() as person:
        assert counter.send(person) == "0000"
    assert set(look_card().certificates) == set(Use)
    assert not {each.serial_number for each in look_card().certificates.values()} & counter.listed()


def test_a_card_that_is_revoked_while_it_is_renewed_gets_nothing(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was issued meanwhile is on the list, since the medium is in somebody's hands with its keys."""
    counter.blank()
    number = counter.issue()
    real = BlankCard.request

    def revoked(card: BlankCard, use: Use, name: x509.Name) -> x509.CertificateSigningRequest:
        """The request, and before the last one somebody at another desk revokes the card."""
        if use is Use.SIGN:
            counter.run("card", "revoke", number, "--reason", "stolen", "--why", "lost")
        return real(card, use, name)

    monkeypatch.setattr(BlankCard, "request", revoked)
    said = counter.run("card", "renew", number, *counter.pin, code=1)
    assert "stolen" in said
    assert [each.state for each in counter.card(number)[1]] == ["revoked"] * 2
    held = {each.serial_number for each in look_card().certificates.values()}
    assert len(held) == 2
    assert held <= counter.listed()


def test_a_number_given_by_hand_does_not_stop_the_count(counter: Counter) -> None:
    """The office's next number was given to another card: the one after it is taken, now and later."""
    counter.blank()
    number = counter.issue()
    after = card_office.number(number[:4], int(number[4:12]) + 1)
    counter.stack.remove()
    counter.blank("second")
    assert counter.issue("--number", after) == after
    counter.stack.remove()
    counter.blank("third")
    assert int(counter.issue()[4:12]) == int(number[4:12]) + 2
