"""Cards at the card office, over a real pcscd: issued, renewed, broken off, unlocked."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hardware import card as cards
from hardware import office, piv, slots
from hardware.blank import (
    Algorithm,
    CertificateForAnotherKey,
    KeyNotMade,
    ManagementKeyUnusable,
    ManagementKeyWrong,
    MediumNotEmpty,
    NotACardOfOurs,
    PukLocked,
    PukWrong,
    State,
    Use,
)
from hardware.choose import SeveralPlugged
from hardware.modules import located
from hardware.pcsc import Connection
from hardware.piv_office import BlankCard
from hardware.signer import (
    CardLocked,
    CardMissing,
    CardRemoved,
    CertificateMissing,
    KeyMissing,
    PinCancelled,
    PinUnusable,
    SignerError,
    WrongPin,
)
from hardware.virtual import medium
from hardware.virtual.medium import DEFAULT_MANAGEMENT_KEY
from hardware.virtual.stack import Stack
from tests.hardware.certify import HOLDER, certify
from tests.hardware.checking import good
from tests.hardware.stack import PIN, PUK, blank_card, foreign_card, make_card

NEW_PIN, NEW_PUK = "271828", "31415926"


class Asked:
    """Somebody who is asked for a PIN and gives what was agreed; counts how often."""

    def __init__(self, secret: str | None) -> None:
        self.secret = secret
        self.times = 0

    def __call__(self) -> str | None:
        """The secret."""
        self.times += 1
        return self.secret


def opened(
    *,
    pin: str | None = PIN,
    puk: str | None = PUK,
    key: bytes = DEFAULT_MANAGEMENT_KEY,
    reader: str | None = None,
) -> BlankCard:
    """The card in the reader, in the office's hands."""
    blank = office.blank_card(reader, key, pin=Asked(pin), puk=Asked(puk))
    assert isinstance(blank, BlankCard)
    return blank


def issue(
    blank: BlankCard, algorithm: Algorithm = "P-256", *, replace: bool = False
) -> dict[Use, x509.Certificate]:
    """All the keys and certificates of a card."""
    issued = {}
    for use in blank.uses:
        blank.generate(use, algorithm, replace=replace)
        issued[use] = certify(blank.request(use, HOLDER))
        blank.write(use, issued[use])
    return issued


def signs(certificate: x509.Certificate, key: slots.Use, pin: str) -> bool:
    """Whether the card in the reader signs as the desk has it sign, and it is by `certificate`."""
    (found,) = cards.inserted(key=key)
    assert found.certificate == certificate
    with found.open(lambda _: pin) as signer:
        made = signer.sign(b"data")
    return good(certificate, made)


def run(*command: str) -> str:
    """What one of OpenSC's own programs says."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def blank(tmp_path: Path, stack: Stack) -> Path:
    """A card as it comes from the factory, in the reader."""
    path = blank_card(tmp_path / "blank.card")
    stack.insert(path)
    return path


# -- issuing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["RSA-2048", "P-256"])
def test_an_issued_card_signs_at_the_desk(blank: Path, algorithm: Algorithm) -> None:
    """Keys made on the card, requests signed by them, certificates written: both sign with the new PIN."""
    with opened() as office_card:
        office_card.set_pin(NEW_PIN)
        office_card.set_puk(NEW_PUK)
        issued = issue(office_card, algorithm)
        assert not office_card.generated_here
        assert {use: office_card.certificate(use) for use in Use} == issued
        assert {office_card.state(use) for use in Use} == {State.ISSUED}
    kind = rsa.RSAPublicKey if algorithm == "RSA-2048" else ec.EllipticCurvePublicKey
    assert all(isinstance(each.public_key(), kind) for each in issued.values())
    assert signs(issued[Use.SIGN], "sign", NEW_PIN)
    assert signs(issued[Use.AUTH], "auth", NEW_PIN)


@pytest.mark.parametrize("algorithm", ["RSA-2048", "P-256"])
def test_a_request_is_the_holders_and_signed(blank: Path, algorithm: Algorithm) -> None:
    """It has the name that was given and the key that was made, and its signature verifies."""
    with opened() as office_card:
        for use in office_card.uses:
            public = office_card.generate(use, algorithm)
            request = office_card.request(use, HOLDER)
            assert request.is_signature_valid
            assert request.subject == HOLDER
            assert request.public_key() == public
            assert list(request.extensions) == []


def test_opensc_shows_what_was_issued(blank: Path) -> None:
    """Its own programs find both keys and both certificates, and the number that the office gave."""
    with opened() as office_card:
        issue(office_card)
        serial = office_card.serial
    module = located(cards.DEFAULT_MODULE)
    assert module is not None
    shown = run("pkcs11-tool", "--module", str(module), "--login", "--pin", PIN, "--list-objects")
    for name in (
        "PIV AUTH key",
        "SIGN key",
        "Certificate for PIV Authentication",
        "Certificate for Digital Signature",
    ):
        assert name in shown
    shown = run("pkcs15-tool", "--dump")
    assert f"Serial number  : {serial}" in shown
    assert shown.count("X.509 Certificate [") == 2


def test_a_card_without_a_number_is_given_one(tmp_path: Path, stack: Stack) -> None:
    """CHUID and CCC are made when they are absent, as OpenSC wants them, and stay what they are then."""
    made = medium.create(tmp_path / "bare.card", pin=PIN, puk=PUK)
    made.objects.clear()
    made.save()
    stack.insert(made.path)
    assert office.look_card().serial == ""
    with opened() as office_card:
        serial = office_card.serial
        assert len(bytes.fromhex(serial)) == 16
    held = medium.load(made.path).objects
    with opened() as office_card:
        assert office_card.serial == serial
    assert office.look_card().serial == serial
    assert medium.load(made.path).objects == held
    assert set(held) == {piv.CHUID, piv.CCC}


def test_a_number_that_is_there_is_kept(tmp_path: Path, stack: Stack) -> None:
    """The card's maker gave it."""
    stack.insert(make_card(tmp_path / "c.card", serial="00112233445566778899aabbccddeeff"))
    with opened() as office_card:
        assert office_card.serial == "00112233445566778899aabbccddeeff"
        assert office_card.label == stack.readers[0]


def test_a_card_in_use_is_not_overwritten(tmp_path: Path, stack: Stack) -> None:
    """The holder and the end of the certificate are named; key and certificate are still there."""
    path = make_card(tmp_path / "c.card")
    stack.insert(path)
    with opened() as office_card:
        before = office_card.certificate(Use.SIGN)
        with pytest.raises(MediumNotEmpty, match="holder rsa2048"):
            office_card.generate(Use.SIGN, "P-256")
    assert before is not None
    assert signs(before, "sign", PIN)


def test_renewal_takes_the_place_of_the_old_pair(tmp_path: Path, stack: Stack) -> None:
    """With `replace` there is a new key with its certificate; PIN and number stay the holder's."""
    path = make_card(tmp_path / "c.card")
    stack.insert(path)
    serial = office.look_card().serial
    with opened() as office_card:
        issued = issue(office_card, replace=True)
    assert office.look_card().serial == serial
    assert signs(issued[Use.SIGN], "sign", PIN)


def test_a_key_that_the_card_does_not_make_takes_nothing_away(
    tmp_path: Path, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The office is told; what was on the card signs as before, and an empty place stays empty."""
    path = make_card(tmp_path / "c.card")
    stack.insert(path)
    monkeypatch.setitem(piv.KEY, "P-256", 0xE0)  # an algorithm that no card knows
    with opened() as office_card:
        before = office_card.certificate(Use.SIGN)
        with pytest.raises(KeyNotMade):
            office_card.generate(Use.SIGN, "P-256", replace=True)
    assert before is not None
    assert signs(before, "sign", PIN)
    stack.remove()
    stack.insert(blank_card(tmp_path / "blank.card"))
    with opened() as office_card:
        with pytest.raises(KeyNotMade):
            office_card.generate(Use.SIGN, "P-256")
        assert office_card.state(Use.SIGN) is State.EMPTY


def test_a_certificate_of_another_key_is_not_written(blank: Path) -> None:
    """Also when the key was made in another session, by what the card signs."""
    with opened() as office_card:
        for use in office_card.uses:
            office_card.generate(use, "P-256")
        right = certify(office_card.request(Use.SIGN, HOLDER))
        wrong = certify(office_card.request(Use.AUTH, HOLDER))
        with pytest.raises(CertificateForAnotherKey):
            office_card.write(Use.SIGN, wrong)
    with opened() as office_card:
        with pytest.raises(CertificateForAnotherKey):
            office_card.write(Use.SIGN, wrong)
        assert office_card.state(Use.SIGN) is State.BEGUN
        office_card.write(Use.SIGN, right)
        assert office_card.state(Use.SIGN) is State.ISSUED


def test_a_certificate_for_a_key_that_was_never_made_is_not_written(
    tmp_path: Path, stack: Stack, blank: Path
) -> None:
    """An empty card, and a certificate for another kind of key."""
    with opened() as office_card:
        office_card.generate(Use.SIGN, "RSA-2048")
        certificate = certify(office_card.request(Use.SIGN, HOLDER))
    stack.remove()
    stack.insert(blank_card(tmp_path / "other.card"))
    with opened() as office_card:
        with pytest.raises(CertificateForAnotherKey):
            office_card.write(Use.SIGN, certificate)
        office_card.generate(Use.SIGN, "P-256")
    with opened() as office_card, pytest.raises(CertificateForAnotherKey):
        office_card.write(Use.SIGN, certificate)


def test_nothing_is_requested_for_a_key_of_another_session(blank: Path) -> None:
    """A card does not tell the public half of a key: the office makes it again."""
    with opened() as office_card:
        office_card.generate(Use.SIGN, "P-256")
    with opened() as office_card, pytest.raises(KeyMissing):
        office_card.request(Use.SIGN, HOLDER)


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


# -- broken off ----------------------------------------------------------------------------------


def test_a_card_taken_out_before_its_certificate_was_written_signs_nothing(blank: Path, stack: Stack) -> None:
    """It is recognised as begun, there is nothing at the desk to sign with, and the office begins again."""
    with opened() as office_card:
        office_card.generate(Use.SIGN, "P-256")
        certificate = certify(office_card.request(Use.SIGN, HOLDER))
        stack.remove()
        with pytest.raises(CardRemoved):
            office_card.write(Use.SIGN, certificate)
    stack.insert(blank)
    assert office.look_card().states == {Use.AUTH: State.EMPTY, Use.SIGN: State.BEGUN}
    with pytest.raises((CertificateMissing, KeyMissing)):
        cards.inserted()[0].open(lambda _: PIN)
    with opened() as office_card:
        issued = issue(office_card)
    assert signs(issued[Use.SIGN], "sign", PIN)


def test_a_renewal_broken_off_leaves_no_certificate_beside_another_key(tmp_path: Path, stack: Stack) -> None:
    """The old certificate went before the old key did: the other key still signs, this one does not."""
    path = make_card(tmp_path / "c.card")
    stack.insert(path)
    with opened() as office_card:
        office_card.generate(Use.SIGN, "RSA-2048", replace=True)
        stack.remove()
    stack.insert(path)
    look = office.look_card()
    assert look.states == {Use.AUTH: State.ISSUED, Use.SIGN: State.BEGUN}
    assert signs(look.certificates[Use.AUTH], "auth", PIN)
    with pytest.raises((CertificateMissing, KeyMissing)):
        cards.inserted()[0].open(lambda _: PIN)
    with opened() as office_card:
        issued = issue(office_card, replace=True)
    assert signs(issued[Use.SIGN], "sign", PIN)


def test_a_card_taken_out_while_it_signs_its_request_is_noticed(blank: Path, stack: Stack) -> None:
    """The office is told that the card is gone; back in, the issue begins again."""
    failed: list[Exception] = []
    with opened() as office_card:
        office_card.generate(Use.AUTH, "P-256")
        stack.hold()

        def ask() -> None:
            try:
                office_card.request(Use.AUTH, HOLDER)
            except SignerError as error:
                failed.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        assert stack.await_held()
        stack.remove()
        asking.join(20)
        assert not asking.is_alive()
    assert [type(error) for error in failed] == [CardRemoved]
    stack.insert(blank)
    assert office.look_card().states[Use.AUTH] is State.BEGUN
    with opened() as office_card:
        issue(office_card)


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
    with pytest.raises(SeveralPlugged, match=stack.readers[1]):
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
