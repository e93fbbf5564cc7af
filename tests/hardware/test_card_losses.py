"""Cards, readers and pcscd that go away, come back or are changed while an IC card is open.

Whatever happens, no PIN reaches another card than its own, and no signature comes from another one.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hardware.card import DEFAULT_MODULE, Card, inserted, tries_left
from hardware.pcsc import Connection
from hardware.presence import Event, Inserted, ReaderAdded, Removed, Watch
from hardware.signer import (
    AnotherDevice,
    CardMissing,
    CardRemoved,
    PinCancelled,
    ReaderGone,
    ReaderMissing,
    ServiceDown,
    SignerError,
)
from hardware.slots import Use, load
from hardware.virtual.stack import Stack
from messages.signature.profile import algorithm_for
from tests.hardware.asking import PIN, Holder, Patient, nobody
from tests.hardware.stack import foreign_card, make_card

OTHERS_PIN = "876543"
DATA = b"what is signed"
PATIENCE = 20.0
USES: list[Use] = ["sign", "auth"]


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A card of somebody else, under another PIN."""
    return make_card(tmp_path / "other.card", "p256", pin=OTHERS_PIN)


@pytest.fixture
def twin(tmp_path: Path) -> Path:
    """Another card with the same key and certificate."""
    return make_card(tmp_path / "twin.card", pin=OTHERS_PIN)


@pytest.fixture(params=USES)
def signer(request: pytest.FixtureRequest, stack: Stack, card: Path) -> Iterator[Card]:
    """The card in the first reader, open, by either key; it has signed."""
    stack.insert(card)
    [found] = inserted(key=request.param)
    with found.open(Patient()) as opened:
        assert isinstance(opened, Card)
        assert good(opened)
        yield opened


def good(signer: Card) -> bool:
    """Whether it signs, and its certificate verifies it."""
    public = signer.certificate.public_key()
    algorithm = algorithm_for(public)
    return algorithm.verify(public, algorithm.value(signer.sign(DATA)), DATA)


def swap(stack: Stack, card: Path) -> None:
    """Put `card` into the first reader in place of the one that is there."""
    stack.remove()
    stack.insert(card)


@contextmanager
def signing(stack: Stack, signer: Card) -> Iterator[Callable[[], SignerError]]:
    """While the card signs in another thread, slowly; then what came of it."""
    outcome: queue.Queue[SignerError | None] = queue.Queue()

    def run() -> None:
        try:
            signer.sign(DATA)
        except SignerError as error:
            outcome.put(error)
        else:
            outcome.put(None)

    stack.hold()
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert stack.await_held()

    def failed() -> SignerError:
        error = outcome.get(timeout=PATIENCE)
        assert error is not None
        return error

    yield failed
    thread.join(PATIENCE)
    assert not thread.is_alive()


# -- the card ------------------------------------------------------------------------------------


def test_a_card_that_is_taken_out_and_put_back(stack: Stack, signer: Card, card: Path) -> None:
    """It stays closed until it is opened again, with its PIN."""
    stack.remove()
    for _ in range(2):
        with pytest.raises(CardRemoved) as removed:
            signer.sign(DATA)
        assert removed.value.values["serial"] == signer.serial
    with pytest.raises(CardMissing):
        signer.reopen(nobody)
    stack.insert(card)
    with pytest.raises(CardRemoved):
        signer.sign(DATA)
    ask = Patient()
    signer.reopen(ask)
    assert [(request.tries, request.signature) for request in ask.asked] == [(3, False)]
    assert good(signer)


def test_a_card_that_was_out_unnoticed(stack: Stack, signer: Card, card: Path) -> None:
    """Also when it is in again before the next signature, its PIN must be given again."""
    swap(stack, card)
    with pytest.raises(CardRemoved):
        signer.sign(DATA)
    signer.reopen(Patient())
    assert good(signer)


def test_a_card_taken_out_while_it_signs(stack: Stack, signer: Card, card: Path) -> None:
    """The signature fails at once, not when some time is up."""
    with signing(stack, signer) as failed:
        stack.remove()
        assert isinstance(failed(), CardRemoved)
    stack.insert(card)
    signer.reopen(Patient())
    assert good(signer)


@pytest.mark.parametrize("signer", ["sign"], indirect=True)
def test_a_card_comes_back_in_another_reader(stack: Stack, signer: Card, card: Path) -> None:
    """Any reader will do: it is the card that counts."""
    stack.remove()
    stack.insert(card, 1)
    with pytest.raises(CardRemoved):
        signer.sign(DATA)
    signer.reopen(Patient())
    assert signer.reader == stack.readers[1]
    assert good(signer)


@pytest.mark.parametrize(("impostor", "reset"), [("other", False), ("other", True), ("twin", True)])
def test_another_card_does_not_go_on(
    request: pytest.FixtureRequest, stack: Stack, signer: Card, card: Path, impostor: str, reset: bool
) -> None:
    """Neither silently between two signatures nor when it is reopened; nobody is asked for its PIN.

    With a reset by another program, OpenSC would go on with the new card and send it the old one's PIN.
    """
    swap(stack, request.getfixturevalue(impostor))
    if reset:
        Connection(stack.readers[0], reset=True).close()
    signer._ask = nobody
    with pytest.raises(AnotherDevice) as another:
        signer.sign(DATA)
    assert another.value.values["serial"] == signer.serial
    with pytest.raises(AnotherDevice):
        signer.reopen(nobody)
    with pytest.raises(CardRemoved):
        signer.sign(DATA)
    assert tries_left(stack.readers[0]) == 3
    swap(stack, card)
    signer.reopen(Patient())
    assert good(signer)


@pytest.mark.parametrize("signer", ["sign"], indirect=True)
def test_a_card_of_another_kind_does_not_go_on(stack: Stack, signer: Card, tmp_path: Path) -> None:
    """OpenSC knows nothing of it: it is named by its answer to reset."""
    swap(stack, foreign_card(tmp_path / "foreign.card"))
    with pytest.raises(AnotherDevice) as another:
        signer.sign(DATA)
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


# -- readers and pcscd ---------------------------------------------------------------------------


def test_a_reader_unplugged_while_signing(stack: Stack, signer: Card, card: Path) -> None:
    """First it is pcscd that is gone or the reader, as pcscd is; then surely the reader."""
    with signing(stack, signer) as failed:
        stack.start_service(0)
        assert isinstance(failed(), ReaderGone | ServiceDown)
    with pytest.raises(ReaderMissing):
        signer.reopen(nobody)
    stack.start_service()
    with pytest.raises(CardMissing):
        signer.reopen(nobody)
    stack.insert(card)
    signer.reopen(Patient())
    assert good(signer)


@pytest.mark.parametrize("signer", ["auth"], indirect=True)
def test_a_reader_unplugged_in_between(stack: Stack, signer: Card) -> None:
    """It is the reader that is missing, not the card."""
    stack.start_service(0)
    with pytest.raises(ReaderGone) as gone:
        signer.sign(DATA)
    assert gone.value.values["reader"] == signer.reader


@pytest.mark.parametrize("signer", ["sign"], indirect=True)
def test_pcscd_stops_and_starts(stack: Stack, signer: Card, card: Path) -> None:
    """It is told while it is down; afterwards the same process goes on, with the PIN."""
    stack.stop_service()
    with pytest.raises(ServiceDown):
        signer.sign(DATA)
    with pytest.raises(ServiceDown):
        signer.reopen(nobody)
    stack.start_service()
    stack.insert(card)
    signer.reopen(Patient())
    assert good(signer)


def test_pcscd_stops_while_signing(stack: Stack, signer: Card, card: Path) -> None:
    """The signature fails at once, and the next one after it was opened again works."""
    with signing(stack, signer) as failed:
        stack.stop_service()
        assert isinstance(failed(), ServiceDown)
    stack.start_service()
    stack.release()
    stack.insert(card)
    signer.reopen(Patient())
    assert good(signer)


@pytest.mark.parametrize("back", ["card", "other", "twin"])
def test_pcscd_was_restarted_unnoticed(
    request: pytest.FixtureRequest, stack: Stack, signer: Card, back: str
) -> None:
    """Its count of cards began anew, so nothing says which card this is: it is read again before any PIN.

    OpenSC goes on with what it knew of the card before, and would send its PIN to whichever is there now.
    """
    stack.stop_service()
    stack.start_service()
    stack.insert(request.getfixturevalue(back))
    signer._ask = nobody
    with pytest.raises(CardRemoved if back == "card" else AnotherDevice):
        signer.sign(DATA)
    assert tries_left(stack.readers[0]) == 3
    if back == "card":
        signer.reopen(Patient())
        assert good(signer)
    else:
        with pytest.raises(AnotherDevice):
            signer.reopen(nobody)


@pytest.mark.parametrize("signer", ["auth"], indirect=True)
def test_a_listing_after_a_restart_does_not_revive_the_old_session(
    stack: Stack, signer: Card, other: Path
) -> None:
    """Looking for cards makes OpenSC connect again, with which its old sessions would go on."""
    stack.stop_service()
    stack.start_service()
    stack.insert(other)
    [found] = inserted()
    assert found.serial != signer.serial
    signer._ask = nobody
    with pytest.raises(CardRemoved):
        signer.sign(DATA)
    assert tries_left(stack.readers[0]) == 3


def test_other_sessions_do_not_keep_a_new_card_from_being_seen(stack: Stack, card: Path, other: Path) -> None:
    """With any session open, OpenSC would show after a restart what it knew before."""
    stack.insert(card)
    [before] = inserted()
    module = load(DEFAULT_MODULE)
    [token] = module.tokens()
    with module.open(token) as session:
        stack.stop_service()
        stack.start_service()
        stack.insert(other)
        [after] = inserted()
        assert after.serial != before.serial
        assert session.lost


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
        assert good(ours)
        assert good(theirs)
        stack.remove(0)
        with pytest.raises(CardRemoved):
            ours.sign(DATA)
        assert good(theirs)
        stack.insert(card, 0)
        ours.reopen(Patient())
        assert good(ours)
        assert good(theirs)
    assert len(others.asked) == 1


def test_a_lost_session_lends_its_login_to_nobody(stack: Stack, card: Path, other: Path) -> None:
    """Whoever opens the next card in the same reader is asked for its PIN, even if nobody saw the change."""
    stack.insert(card)
    with inserted(key="auth")[0].open(Patient()):
        swap(stack, other)
        ask = Holder(OTHERS_PIN)
        with inserted(key="auth")[0].open(ask) as theirs:
            assert isinstance(theirs, Card)
            assert good(theirs)
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
