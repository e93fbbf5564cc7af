"""Cards at the card office, over a real pcscd: issued, renewed, broken off."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hardware import card as cards
from hardware import office, piv
from hardware.blank import (
    Algorithm,
    CertificateForAnotherKey,
    KeyNotMade,
    MediumNotEmpty,
    State,
    Use,
)
from hardware.modules import located
from hardware.signer import (
    CardRemoved,
    CertificateMissing,
    DeviceFailed,
    KeyMissing,
    SignerError,
)
from hardware.virtual import medium
from hardware.virtual.stack import Stack
from tests.hardware.carding import NEW_PIN, NEW_PUK, issue, opened, run, signs
from tests.hardware.carding import blank as blank
from tests.hardware.certify import HOLDER, certify
from tests.hardware.stack import PIN, PUK, blank_card, make_card

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


def test_nothing_but_one_block_is_decrypted_for_a_card(blank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hostile card would have the office's management key work for it on whatever it likes."""
    proofs: list[bytes] = []
    monkeypatch.setattr(piv, "witness", lambda _: bytes(64))
    monkeypatch.setattr(piv, "prove", lambda _algorithm, witness, _challenge: proofs.append(witness))
    with pytest.raises(DeviceFailed, match="witness of another size"):
        opened()
    assert proofs == []
