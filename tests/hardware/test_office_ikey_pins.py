"""Ikeys at the card office, over a real SoftHSM2: PIN and SO PIN, unlocking, and which Ikey is meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hardware import office
from hardware.blank import (
    OfficePinWrong,
    State,
    Use,
)
from hardware.pin import PinLength, PinNeverSet
from hardware.signer import (
    PinCancelled,
    Several,
    SignerError,
    TokenMissing,
    WrongPin,
)
from tests.hardware.carding import Asked
from tests.hardware.certify import HOLDER, certify
from tests.hardware.ikeys import issue, opened, signs
from tests.hardware.softhsm import PIN, SO_PIN, SoftHsm
from tests.hardware.softhsm import softhsm as softhsm

NEW_PIN, NEW_SO_PIN = "271828", "31415926"


# -- PINs ----------------------------------------------------------------------------------------


def test_pins_are_asked_for_once_and_only_when_needed(softhsm: SoftHsm) -> None:
    """The SO PIN for a new PIN; the PIN not at all when it has just been set."""
    softhsm.token("eins")
    so_pin, pin = Asked(SO_PIN), Asked(PIN)
    with office.blank_ikey([softhsm.module], None, so_pin=so_pin, pin=pin) as blank:
        assert blank.state(Use.SIGN) is State.EMPTY
        assert (so_pin.times, pin.times) == (0, 0)
        blank.set_pin(NEW_PIN)
        blank.generate(Use.SIGN, "P-256")
        blank.write(Use.SIGN, certify(blank.request(Use.SIGN, HOLDER)))
        blank.set_puk(NEW_SO_PIN)
        blank.set_puk(SO_PIN)
    assert (so_pin.times, pin.times) == (1, 0)
    with office.blank_ikey([softhsm.module], None, so_pin=so_pin, pin=Asked(NEW_PIN)) as blank:
        issue(blank, replace=True)  # type: ignore[arg-type]


def test_an_ikey_is_unlocked_by_its_so_pin(softhsm: SoftHsm) -> None:
    """The new PIN signs with the keys that were there, and the old one is wrong."""
    softhsm.token("eins")
    with opened(softhsm) as blank:
        certificate = issue(blank)
    office.unlock_ikey([softhsm.module], "eins", SO_PIN, NEW_PIN)
    assert signs(softhsm, certificate, NEW_PIN)
    with opened(softhsm, pin=PIN) as blank, pytest.raises(WrongPin):
        blank.generate(Use.SIGN, "P-256", replace=True)


def test_a_wrong_so_pin_is_called_so(softhsm: SoftHsm) -> None:
    """And not a wrong PIN of the holder; it opens nothing."""
    softhsm.token("eins")
    with pytest.raises(OfficePinWrong):
        office.unlock_ikey([softhsm.module], "eins", NEW_SO_PIN, NEW_PIN)
    with opened(softhsm, so_pin=NEW_SO_PIN) as blank:
        with pytest.raises(OfficePinWrong):
            blank.set_pin(NEW_PIN)
        with pytest.raises(OfficePinWrong):
            blank.set_puk("87654321")
        blank.generate(Use.SIGN, "P-256")


def test_the_so_pin_is_changed(softhsm: SoftHsm) -> None:
    """The one that came with the Ikey ends."""
    softhsm.token("eins")
    with opened(softhsm) as blank:
        blank.set_puk(NEW_SO_PIN)
    with pytest.raises(OfficePinWrong):
        office.unlock_ikey([softhsm.module], None, SO_PIN, NEW_PIN)
    office.unlock_ikey([softhsm.module], None, NEW_SO_PIN, NEW_PIN)


def test_a_pin_that_the_ikey_does_not_take_is_called_so(softhsm: SoftHsm) -> None:
    """Too short for this one: by its own rule."""
    softhsm.token("eins")
    with pytest.raises(PinLength):
        office.unlock_ikey([softhsm.module], None, SO_PIN, "1")
    with opened(softhsm) as blank:
        with pytest.raises(PinLength):
            blank.set_puk("1")
        with pytest.raises(PinLength):
            blank.set_pin("1")


def test_an_ikey_without_a_pin_makes_no_keys(softhsm: SoftHsm) -> None:
    """The office sets one first."""
    softhsm.without_pin("eins")
    with opened(softhsm) as blank, pytest.raises(PinNeverSet):
        blank.generate(Use.SIGN, "P-256")


def test_a_pin_that_is_not_given_changes_nothing(softhsm: SoftHsm) -> None:
    """Cancelled."""
    softhsm.token("eins")
    with opened(softhsm, pin=None, so_pin=None) as blank:
        cancelled: tuple[Callable[[], object], ...] = (
            lambda: blank.generate(Use.SIGN, "P-256"),
            lambda: blank.set_pin(NEW_PIN),
            lambda: blank.set_puk(NEW_SO_PIN),
        )
        for attempt in cancelled:
            with pytest.raises(PinCancelled):
                attempt()
        assert blank.state(Use.SIGN) is State.EMPTY


# -- which Ikey ----------------------------------------------------------------------------------


def test_the_ikey_is_named_when_there_are_two(softhsm: SoftHsm) -> None:
    """By part of its label or its serial; without a name nothing is done to either."""
    softhsm.token("eins")
    softhsm.token("zwei")
    with pytest.raises(Several, match="zwei"):
        office.look_ikey([softhsm.module])
    look = office.look_ikey([softhsm.module], "ZWEI")
    assert (look.kind, look.label, look.tries) == ("ikey", "zwei", None)
    assert office.look_ikey([softhsm.module], look.serial) == look


def test_a_missing_ikey_is_called_so(softhsm: SoftHsm) -> None:
    """By the name that was given."""
    with pytest.raises(TokenMissing):
        office.look_ikey([softhsm.module])
    softhsm.token("eins")
    with pytest.raises(TokenMissing, match="drei"):
        office.look_ikey([softhsm.module], "drei")


def test_nothing_shows_a_secret(softhsm: SoftHsm, caplog: pytest.LogCaptureFixture) -> None:
    """No PIN and no SO PIN is in what is printed of an Ikey or of its errors, or logged."""
    softhsm.token("eins")
    shown = []
    with opened(softhsm, pin="918273", so_pin="83726151") as blank:
        attempts: tuple[Callable[[], object], ...] = (
            lambda: blank.generate(Use.SIGN, "P-256"),
            lambda: blank.set_pin("918274"),
            lambda: blank.set_puk("83726152"),
            lambda: office.unlock_ikey([softhsm.module], None, "83726151", "918273"),
        )
        for attempt in attempts:
            with pytest.raises(SignerError) as error:
                attempt()
            shown += [repr(error.value), str(error.value), error.value.told("zh")]
        shown.append(repr(blank))
    said = " ".join([*shown, caplog.text])
    for secret in ("918273", "91827", "83726151", "8372615"):
        assert secret not in said
