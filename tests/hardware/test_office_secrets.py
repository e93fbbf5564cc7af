"""Cards at the card office, over a real pcscd: its keys and PINs, unlocking, and which card is meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hardware import office, piv
from hardware.blank import (
    ManagementKeyUnusable,
    ManagementKeyWrong,
    NotACardOfOurs,
    PukLocked,
    PukWrong,
    State,
    Use,
)
from hardware.pcsc import Connection
from hardware.signer import (
    CardLocked,
    CardMissing,
    PinCancelled,
    PinUnusable,
    Several,
    SignerError,
    WrongPin,
)
from hardware.virtual import medium
from hardware.virtual.medium import DEFAULT_MANAGEMENT_KEY
from hardware.virtual.stack import Stack
from tests.hardware.carding import NEW_PIN, NEW_PUK, Asked, issue, opened, signs
from tests.hardware.carding import blank as blank
from tests.hardware.certify import HOLDER, certify
from tests.hardware.stack import PIN, PUK, foreign_card, make_card

# -- the management key --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("algorithm", "size"),
    [(medium.TRIPLE_DES, 24), (medium.AES128, 16), (medium.AES192, 24), (medium.AES256, 32)],
)
def test_the_algorithm_of_the_management_key_is_found(
    tmp_path: Path, stack: Stack, algorithm: int, size: int
) -> None:
    """3DES and AES of each size: a key of 24 bytes may be for either."""
    secret = bytes(range(1, size + 1))
    made = medium.create(
        tmp_path / "c.card", pin=PIN, puk=PUK, management_key=secret, management_algorithm=algorithm
    )
    stack.insert(made.path)
    with opened(key=secret) as office_card:
        office_card.generate(Use.AUTH, "P-256")
    with pytest.raises(ManagementKeyWrong):
        opened(key=secret[::-1])


def test_a_wrong_management_key_changes_nothing(blank: Path) -> None:
    """It is called wrong, and neither PIN tries nor objects are touched."""
    before = blank.read_bytes()
    with pytest.raises(ManagementKeyWrong):
        opened(key=bytes(24))
    assert blank.read_bytes() == before
    assert office.look_card().tries == 3


def test_a_management_key_that_cannot_be_is_called_so(blank: Path) -> None:
    """No algorithm has keys of that length, or the card does not have that algorithm."""
    for size in (0, 8, 16, 32, 33):
        with pytest.raises(ManagementKeyUnusable):
            opened(key=bytes(size))


# -- PIN and PUK ---------------------------------------------------------------------------------


def test_pins_are_asked_for_once_and_only_when_needed(blank: Path) -> None:
    """The present PIN opens the way to two requests and a new PIN; the PUK is asked for its own change."""
    pin, puk = Asked(PIN), Asked(PUK)
    with office.blank_card(None, DEFAULT_MANAGEMENT_KEY, pin=pin, puk=puk) as office_card:
        assert (pin.times, puk.times) == (0, 0)
        for use in office_card.uses:
            office_card.generate(use, "P-256")
            office_card.write(use, certify(office_card.request(use, HOLDER)))
        office_card.set_pin(NEW_PIN)
        assert (pin.times, puk.times) == (1, 0)
        office_card.set_puk(NEW_PUK)
        office_card.set_puk(PUK)
    assert (pin.times, puk.times) == (1, 1)


def test_the_factorys_pin_and_puk_end(blank: Path) -> None:
    """After they were changed the old ones are wrong and the new ones right."""
    with opened() as office_card:
        office_card.set_pin(NEW_PIN)
        office_card.set_puk(NEW_PUK)
    with opened(pin=PIN) as office_card, pytest.raises(WrongPin):
        office_card.set_pin("000000")
    with pytest.raises(PukWrong):
        office.unlock_card(None, PUK, "000000")
    office.unlock_card(None, NEW_PUK, PIN)
    with opened() as office_card:
        office_card.set_pin(NEW_PIN)


def test_a_wrong_pin_is_tried_once_each_time(blank: Path) -> None:
    """The tries left are told, and at the third the card is locked: then nothing is requested any more."""
    with opened(pin="999999") as office_card:
        office_card.generate(Use.SIGN, "P-256")
        for left in (2, 1):
            with pytest.raises(WrongPin) as told:
                office_card.request(Use.SIGN, HOLDER)
            assert told.value.values["tries"] == left
        with pytest.raises(CardLocked):
            office_card.request(Use.SIGN, HOLDER)
    assert office.look_card().tries == 0


def test_a_pin_that_is_not_given_is_no_try(blank: Path) -> None:
    """Cancelled, and all tries are there."""
    with opened(pin=None, puk=None) as office_card:
        office_card.generate(Use.SIGN, "P-256")
        for cancelled in (
            lambda: office_card.request(Use.SIGN, HOLDER),
            lambda: office_card.set_pin(NEW_PIN),
            lambda: office_card.set_puk(NEW_PUK),
        ):
            with pytest.raises(PinCancelled):
                cancelled()
    assert office.look_card().tries == 3


def test_a_pin_that_no_card_takes_costs_no_try(blank: Path) -> None:
    """6 to 8 digits, for the new one and for the present one."""
    for pin in ("", "12345", "123456789", "abcdef", "１２３４５６", "12 456"):
        with opened() as office_card, pytest.raises(PinUnusable):
            office_card.set_pin(pin)
        with opened(pin=pin) as office_card, pytest.raises(PinUnusable):
            office_card.set_pin(NEW_PIN)
        with pytest.raises(PinUnusable):
            office.unlock_card(None, PUK, pin)
    assert office.look_card().tries == 3


def test_a_puk_that_no_card_takes_costs_no_try(blank: Path) -> None:
    """6 to 8 characters; after all these the right one has its three tries."""
    for puk in ("", "12345", "123456789", "密码密码密码", "12345\n78"):
        with opened() as office_card, pytest.raises(PinUnusable):
            office_card.set_puk(puk)
        with pytest.raises(PinUnusable):
            office.unlock_card(None, puk, NEW_PIN)
    with pytest.raises(PukWrong) as told:
        office.unlock_card(None, NEW_PUK, NEW_PIN)
    assert told.value.values["tries"] == 2


def test_a_locked_card_is_unlocked_by_its_puk(tmp_path: Path, stack: Stack) -> None:
    """It has its tries again, the new PIN signs, and the old one doesn't."""
    stack.insert(make_card(tmp_path / "c.card"))
    lock()
    assert office.look_card().tries == 0
    office.unlock_card(stack.readers[0], PUK, NEW_PIN)
    look = office.look_card()
    assert look.tries == 3
    assert signs(look.certificates[Use.SIGN], "sign", NEW_PIN)
    with opened(pin=PIN) as office_card, pytest.raises(WrongPin):
        office_card.set_pin(NEW_PIN)


def test_the_tries_of_the_puk_are_told_and_end(tmp_path: Path, stack: Stack) -> None:
    """Two, one, and then the PUK is blocked, for the right one too: this card is to be replaced."""
    stack.insert(make_card(tmp_path / "c.card"))
    lock()
    for left in (2, 1):
        with pytest.raises(PukWrong) as told:
            office.unlock_card(None, NEW_PUK, NEW_PIN)
        assert told.value.values["tries"] == left
    for puk in (NEW_PUK, PUK):
        with pytest.raises(PukLocked):
            office.unlock_card(None, puk, NEW_PIN)
    with opened() as office_card, pytest.raises(PukLocked):
        office_card.set_puk(NEW_PUK)
    assert office.look_card().tries == 0


def lock() -> None:
    """Give the card three wrong PINs."""
    with opened(pin="999999") as office_card:
        for _ in range(3):
            with pytest.raises((WrongPin, CardLocked)):
                office_card.set_pin(NEW_PIN)


def test_nobody_finds_the_card_verified(blank: Path, stack: Stack) -> None:
    """When the office lets go, PIN and management key must be given anew."""
    with opened() as office_card:
        issue(office_card)
    with Connection(stack.readers[0]) as connection:
        assert piv.exchange(connection.transmit, piv.select())[1] == piv.OK
        assert piv.exchange(connection.transmit, piv.verify(None))[1] == 0x63C3
        assert piv.exchange(connection.transmit, piv.put(piv.CHUID, b""))[1] == piv.CONDITION_NOT_SATISFIED


# -- which card ----------------------------------------------------------------------------------


def test_a_look_needs_no_secret(tmp_path: Path, stack: Stack) -> None:
    """Number, tries and certificates of whatever card is brought."""
    path = make_card(tmp_path / "c.card", "p256")
    stack.insert(path, 1)
    look = office.look_card()
    assert (look.kind, look.label, look.tries) == ("card", stack.readers[1], 3)
    assert look.serial == medium.load(path).serial
    assert set(look.certificates) == {Use.AUTH, Use.SIGN}
    assert set(look.states.values()) == {State.ISSUED}


def test_the_reader_is_named_when_there_are_two_cards(tmp_path: Path, stack: Stack) -> None:
    """Without a name nothing is done to either."""
    for number in (0, 1):
        stack.insert(make_card(tmp_path / f"{number}.card"), number)
    with pytest.raises(Several, match=stack.readers[1]):
        office.look_card()
    assert office.look_card(stack.readers[1]).label == stack.readers[1]


def test_a_missing_card_is_called_so(stack: Stack) -> None:
    """By the readers in which there is none."""
    with pytest.raises(CardMissing, match=stack.readers[1]):
        office.look_card()
    with pytest.raises(CardMissing):
        office.look_card("no such reader")


def test_a_card_of_another_kind_is_called_so(tmp_path: Path, stack: Stack) -> None:
    """Nothing is sent to it but the question whether it is a PIV card."""
    stack.insert(foreign_card(tmp_path / "foreign.card"))
    for attempt in (office.look_card, opened, lambda: office.unlock_card(None, PUK, PIN)):
        with pytest.raises(NotACardOfOurs, match=stack.readers[0]):
            attempt()


def test_nothing_shows_a_secret(blank: Path, caplog: pytest.LogCaptureFixture) -> None:
    """No PIN, PUK or management key is in what is printed of a card or of its errors, or logged."""
    shown = []
    secrets = ("918273", "83726151", bytes(range(24)))
    attempts: tuple[Callable[[], object], ...] = (
        lambda: opened(key=secrets[2]),
        lambda: opened(pin="918273").set_pin("918274"),
        lambda: opened(puk="83726151").set_puk("83726152"),
        lambda: office.unlock_card(None, "83726151", "918273"),
        lambda: office.unlock_card(None, "83726151", "91827"),
    )
    for attempt in attempts:
        with pytest.raises(SignerError) as error:
            attempt()
        shown += [repr(error.value), str(error.value), error.value.told("zh"), repr(error.value.__dict__)]
    with opened() as office_card:
        shown.append(repr(office_card))
    said = " ".join([*shown, caplog.text])
    for secret in ("918273", "83726151", "91827", bytes(range(24)).hex(), repr(bytes(range(24)))):
        assert secret not in said
