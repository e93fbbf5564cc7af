"""Cards at the desk, for tests: the one that is in, open, changed for another, or slow at signing."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hardware.card import Card, inserted
from hardware.signer import Found, SignerError
from hardware.slots import Use
from hardware.virtual.stack import Stack
from tests.hardware.asking import Holder, Patient
from tests.hardware.checking import PATIENCE, good
from tests.hardware.stack import make_card

OTHERS_PIN = "876543"
USES: list[Use] = ["sign", "auth"]


def only(use: Use = "sign") -> Found:
    """The card that is in."""
    [found] = inserted(key=use)
    return found


@contextmanager
def opened(ask: Holder, use: Use = "sign") -> Iterator[Card]:
    """The card that is in, open."""
    with only(use).open(ask) as signer:
        assert isinstance(signer, Card)
        yield signer


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A card of somebody else, under another PIN."""
    return make_card(tmp_path / "other.card", "p256", pin=OTHERS_PIN)


@pytest.fixture
def twin(tmp_path: Path) -> Path:
    """Another card with the same key and certificate."""
    return make_card(tmp_path / "twin.card", pin=OTHERS_PIN)


@pytest.fixture
def patient() -> Patient:
    """The holder of `signer`."""
    return Patient()


@pytest.fixture(params=USES)
def signer(request: pytest.FixtureRequest, stack: Stack, card: Path, patient: Patient) -> Iterator[Card]:
    """The card in the first reader, open, by either key; it has signed."""
    stack.insert(card)
    with opened(patient, request.param) as one:
        assert signs(one)
        yield one


def signs(signer: Card) -> bool:
    """Whether it signs, and its certificate verifies it."""
    return good(signer.certificate, signer.sign(b"data"))


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
            signer.sign(b"data")
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
