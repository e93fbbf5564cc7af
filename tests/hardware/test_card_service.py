"""Readers that are unplugged and a pcscd that stops, restarts or is another one while an IC card is open."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardware.card import DEFAULT_MODULE, Card, inserted, tries_left
from hardware.signer import (
    AnotherDevice,
    CardMissing,
    CardRemoved,
    ReaderGone,
    ReaderMissing,
    ServiceDown,
)
from hardware.slots import load
from hardware.virtual.stack import Stack
from tests.hardware.asking import Patient, nobody
from tests.hardware.inserting import other as other
from tests.hardware.inserting import patient as patient
from tests.hardware.inserting import signer as signer
from tests.hardware.inserting import (
    signing,
    signs,
)
from tests.hardware.inserting import twin as twin


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
    assert signs(signer)


@pytest.mark.parametrize("signer", ["auth"], indirect=True)
def test_a_reader_unplugged_in_between(stack: Stack, signer: Card) -> None:
    """It is the reader that is missing, not the card."""
    stack.start_service(0)
    with pytest.raises(ReaderGone) as gone:
        signer.sign(b"data")
    assert gone.value.values["reader"] == signer.reader


@pytest.mark.parametrize("signer", ["sign"], indirect=True)
def test_pcscd_stops_and_starts(stack: Stack, signer: Card, card: Path) -> None:
    """It is told while it is down; afterwards the same process goes on, with the PIN."""
    stack.stop_service()
    with pytest.raises(ServiceDown):
        signer.sign(b"data")
    with pytest.raises(ServiceDown):
        signer.reopen(nobody)
    stack.start_service()
    stack.insert(card)
    signer.reopen(Patient())
    assert signs(signer)


def test_pcscd_stops_while_signing(stack: Stack, signer: Card, card: Path) -> None:
    """The signature fails at once, and the next one after it was opened again works."""
    with signing(stack, signer) as failed:
        stack.stop_service()
        assert isinstance(failed(), ServiceDown)
    stack.start_service()
    stack.release()
    stack.insert(card)
    signer.reopen(Patient())
    assert signs(signer)


@pytest.mark.parametrize("back", ["card", "other", "twin"])
def test_pcscd_was_restarted_unnoticed(
    request: pytest.FixtureRequest, stack: Stack, signer: Card, patient: Patient, back: str
) -> None:
    """Its count of cards began anew, so nothing says which card this is: it is read again before any PIN.

    OpenSC goes on with what it knew of the card before, and would send its PIN to whichever is there now.
    """
    stack.stop_service()
    stack.start_service()
    stack.insert(request.getfixturevalue(back))
    patient.asked.clear()
    with pytest.raises(CardRemoved if back == "card" else AnotherDevice):
        signer.sign(b"data")
    assert patient.asked == []
    assert tries_left(stack.readers[0]) == 3
    if back == "card":
        signer.reopen(Patient())
        assert signs(signer)
    else:
        with pytest.raises(AnotherDevice):
            signer.reopen(nobody)


@pytest.mark.parametrize("signer", ["auth"], indirect=True)
def test_a_listing_after_a_restart_does_not_revive_the_old_session(
    stack: Stack, signer: Card, patient: Patient, other: Path
) -> None:
    """Looking for cards makes OpenSC connect again, with which its old sessions would go on."""
    stack.stop_service()
    stack.start_service()
    stack.insert(other)
    [found] = inserted()
    assert found.serial != signer.serial
    patient.asked.clear()
    with pytest.raises(CardRemoved):
        signer.sign(b"data")
    assert patient.asked == []
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
