"""Cards, readers and pcscd that go away, come back or are changed while an IC card is open.

Whatever happens, no PIN reaches another card than its own, and no signature comes from another one.
"""

from __future__ import annotations

import queue
import threading
from pathlib import Path

import pytest

from hardware.card import Card, inserted, tries_left
from hardware.pcsc import Connection
from hardware.presence import Event, Inserted, ReaderAdded, Removed, Watch
from hardware.signer import (
    AnotherDevice,
    CardMissing,
    CardRemoved,
    PinCancelled,
    SignerError,
)
from hardware.virtual.stack import Stack
from tests.hardware.asking import PIN, Holder, Patient, nobody
from tests.hardware.checking import PATIENCE
from tests.hardware.inserting import (
    OTHERS_PIN,
    signing,
    signs,
    swap,
)
from tests.hardware.inserting import other as other
from tests.hardware.inserting import patient as patient
from tests.hardware.inserting import signer as signer
from tests.hardware.inserting import twin as twin
from tests.hardware.stack import foreign_card

# -- the card ------------------------------------------------------------------------------------


def test_a_card_that_is_taken_out_and_put_back(stack: Stack, signer: Card, card: Path) -> None:
    """It stays closed until it is opened again, with its PIN."""
    stack.remove()
    for _ in range(2):
        with pytest.raises(CardRemoved) as removed:
            signer.sign(b"data")
        assert removed.value.values["serial"] == signer.serial
    with pytest.raises(CardMissing):
        signer.reopen(nobody)
    stack.insert(card)
    with pytest.raises(CardRemoved):
        signer.sign(b"data")
    ask = Patient()
    signer.reopen(ask)
    assert [(request.tries, request.signature) for request in ask.asked] == [(3, False)]
    assert signs(signer)


def test_a_card_that_was_out_unnoticed(stack: Stack, signer: Card, card: Path) -> None:
    """Also when it is in again before the next signature, its PIN must be given again."""
    swap(stack, card)
    with pytest.raises(CardRemoved):
        signer.sign(b"data")
    signer.reopen(Patient())
    assert signs(signer)


def test_a_card_taken_out_while_it_signs(stack: Stack, signer: Card, card: Path) -> None:
    """The signature fails at once, not when some time is up."""
    with signing(stack, signer) as failed:
        stack.remove()
        assert isinstance(failed(), CardRemoved)
    stack.insert(card)
    signer.reopen(Patient())
    assert signs(signer)


@pytest.mark.parametrize("signer", ["sign"], indirect=True)
def test_a_card_comes_back_in_another_reader(stack: Stack, signer: Card, card: Path) -> None:
    """Any reader will do: it is the card that counts."""
    stack.remove()
    stack.insert(card, 1)
    with pytest.raises(CardRemoved):
        signer.sign(b"data")
    signer.reopen(Patient())
    assert signer.reader == stack.readers[1]
    assert signs(signer)


@pytest.mark.parametrize(("impostor", "reset"), [("other", False), ("other", True), ("twin", True)])
def test_another_card_does_not_go_on(
    request: pytest.FixtureRequest, stack: Stack, signer: Card, patient: Patient, impostor: str, reset: bool
) -> None:
    """Neither silently between two signatures nor when it is reopened; nobody is asked for its PIN.

    With a reset by another program, OpenSC would go on with the new card and send it the old one's PIN.
    """
    swap(stack, request.getfixturevalue(impostor))
    if reset:
        Connection(stack.readers[0], reset=True).close()
    patient.asked.clear()
    with pytest.raises(AnotherDevice) as another:
        signer.sign(b"data")
    assert another.value.values["serial"] == signer.serial
    with pytest.raises(AnotherDevice):
        signer.reopen(nobody)
    with pytest.raises(CardRemoved):
        signer.sign(b"data")
    assert patient.asked == []
    assert tries_left(stack.readers[0]) == 3
    swap(stack, request.getfixturevalue("card"))
    signer.reopen(Patient())
    assert signs(signer)


@pytest.mark.parametrize("signer", ["sign"], indirect=True)
def test_a_card_of_another_kind_does_not_go_on(stack: Stack, signer: Card, tmp_path: Path) -> None:
    """OpenSC knows nothing of it: it is named by its answer to reset."""
    swap(stack, foreign_card(tmp_path / "foreign.card"))
    with pytest.raises(AnotherDevice) as another:
        signer.sign(b"data")
    assert "ATR 3b" in another.value.told("zh")


# -- while a PIN is asked for ----------------------------------------------------------------------


@pytest.mark.parametrize("signer", ["auth"], indirect=True)
def test_a_card_changed_while_its_pin_is_typed(stack: Stack, signer: Card, card: Path, other: Path) -> None:
    """The PIN that was typed for the one is not sent to the other."""

    def slowly() -> str:
        swap(stack, other)
        return PIN

    ask = Holder(slowly)
    swap(stack, card)
    with pytest.raises(AnotherDevice):
        signer.reopen(ask)
    assert ask.answers == []
    assert tries_left(stack.readers[0]) == 3


@pytest.mark.parametrize("signer", ["sign"], indirect=True)
def test_a_card_out_and_in_while_its_pin_is_typed(stack: Stack, signer: Card, card: Path) -> None:
    """Also the same card: it was out, and something else might have been in."""

    def slowly() -> str:
        swap(stack, card)
        return PIN

    signer.close()
    with pytest.raises(CardRemoved):
        signer.reopen(Holder(slowly))
    assert tries_left(stack.readers[0]) == 3


@pytest.mark.parametrize("signer", ["sign"], indirect=True)
def test_a_question_that_is_never_answered(stack: Stack, signer: Card, card: Path) -> None:
    """The watch tells that the card is out, the signer can be closed, others see their cards meanwhile."""
    told: queue.Queue[Event] = queue.Queue()
    asked, answer = threading.Event(), threading.Event()
    outcome: queue.Queue[SignerError] = queue.Queue()

    def never(_: object) -> str | None:
        asked.set()
        answer.wait(PATIENCE)
        return None

    def reopen() -> None:
        try:
            signer.reopen(never)
        except SignerError as error:
            outcome.put(error)

    with Watch(told.put):
        asking = threading.Thread(target=reopen, daemon=True)
        asking.start()
        assert asked.wait(PATIENCE)
        stack.remove()
        events = [told.get(timeout=PATIENCE) for _ in range(4)]
    first, second = stack.readers
    assert events == [ReaderAdded(first), Inserted(first), ReaderAdded(second), Removed(first)]
    stack.insert(card, 1)
    assert [found.reader for found in inserted()] == [second]
    signer.close()
    answer.set()
    assert isinstance(outcome.get(timeout=PATIENCE), PinCancelled)
    asking.join(PATIENCE)


# -- two cards -----------------------------------------------------------------------------------


def test_two_cards_in_two_readers_do_not_mind_each_other(stack: Stack, card: Path, other: Path) -> None:
    """One is lost and comes back while the other one signs on."""
    stack.insert(card, 0)
    stack.insert(other, 1)
    first, second = inserted(key="auth")
    others = Holder(lambda: OTHERS_PIN)
    with first.open(Patient()) as ours, second.open(others) as theirs:
        assert isinstance(ours, Card)
        assert isinstance(theirs, Card)
        assert signs(ours)
        assert signs(theirs)
        stack.remove(0)
        with pytest.raises(CardRemoved):
            ours.sign(b"data")
        assert signs(theirs)
        stack.insert(card, 0)
        ours.reopen(Patient())
        assert signs(ours)
        assert signs(theirs)
    assert len(others.asked) == 1


def test_a_lost_session_lends_its_login_to_nobody(stack: Stack, card: Path, other: Path) -> None:
    """Whoever opens the next card in the same reader is asked for its PIN, even if nobody saw the change."""
    stack.insert(card)
    with inserted(key="auth")[0].open(Patient()):
        swap(stack, other)
        ask = Holder(OTHERS_PIN)
        with inserted(key="auth")[0].open(ask) as theirs:
            assert isinstance(theirs, Card)
            assert signs(theirs)
        assert len(ask.asked) == 1


@pytest.mark.parametrize("signer", ["sign"], indirect=True)
def test_the_watch_runs_on_while_a_card_signs(stack: Stack, signer: Card, other: Path) -> None:
    """A slow signature holds up no event from another reader."""
    told: queue.Queue[Event] = queue.Queue()
    with signing(stack, signer), Watch(told.put):
        for _ in range(3):
            told.get(timeout=PATIENCE)
        stack.insert(other, 1)
        assert told.get(timeout=PATIENCE) == Inserted(stack.readers[1])
        stack.release()
