"""Ikeys at the card office, over a real SoftHSM2: issued, renewed, broken off, unlocked."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import datetime

import pytest
from cryptography import x509
from pkcs11 import Attribute, ObjectClass

from hardware import office
from hardware.blank import (
    Algorithm,
    CertificateForAnotherKey,
    MediumNotEmpty,
    OfficePinWrong,
    State,
    Use,
)
from hardware.choose import SeveralPlugged, Wish, choose
from hardware.ikey import plugged
from hardware.ikey_office import BlankIkey
from hardware.pin import PinLength, PinNeverSet
from hardware.pkcs11 import Module
from hardware.pkcs11.pairs import Pairs
from hardware.signer import (
    CardRemoved,
    CertificateMissing,
    KeyMissing,
    PinCancelled,
    SignerError,
    TokenMissing,
    WrongPin,
)
from tests.hardware.certify import HOLDER, certify
from tests.hardware.checking import good
from tests.hardware.softhsm import PIN, SO_PIN, SoftHsm
from tests.hardware.softhsm import softhsm as softhsm
from tests.messages.signature.making import DAY, NOW, holder, key

NEW_PIN, NEW_SO_PIN = "271828", "31415926"


class Asked:
    """Somebody who is asked for a PIN and gives what was agreed; counts how often."""

    def __init__(self, secret: str | None) -> None:
        self.secret = secret
        self.times = 0

    def __call__(self) -> str | None:
        """The secret."""
        self.times += 1
        return self.secret


def opened(softhsm: SoftHsm, *, pin: str | None = PIN, so_pin: str | None = SO_PIN) -> BlankIkey:
    """The Ikey that is plugged in, in the office's hands."""
    blank = office.blank_ikey([softhsm.module], None, so_pin=Asked(so_pin), pin=Asked(pin))
    assert isinstance(blank, BlankIkey)
    return blank


def issue(
    blank: BlankIkey, algorithm: Algorithm = "P-256", *, replace: bool = False, begin: datetime = NOW - DAY
) -> x509.Certificate:
    """The key and certificate of an Ikey."""
    blank.generate(Use.SIGN, algorithm, replace=replace)
    certificate = certify(blank.request(Use.SIGN, HOLDER), begin)
    blank.write(Use.SIGN, certificate)
    return certificate


def signs(softhsm: SoftHsm, certificate: x509.Certificate, pin: str = PIN) -> bool:
    """Whether the Ikey that is chosen at the desk is this one, and signs."""
    found = choose(Wish(kind="ikey", modules=(softhsm.module,)))
    assert found.certificate == certificate
    with found.open(lambda _: pin) as signer:
        return good(certificate, signer.sign(b"data"))


def private_keys(softhsm: SoftHsm) -> list[dict[Attribute, bool]]:
    """What the token says of the private keys that it holds."""
    asked = [
        Attribute.PRIVATE, Attribute.SENSITIVE, Attribute.EXTRACTABLE, Attribute.LOCAL, Attribute.SIGN,
        Attribute.DECRYPT, Attribute.UNWRAP, Attribute.DERIVE,
    ]  # fmt: skip
    [token] = [each for each in Module.load(softhsm.module).tokens() if each.initialised]
    with token.module.open(token) as session:
        session.login(PIN)
        with session.use() as raw:
            found = raw.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})
            return [{name: bool(each[name]) for name in asked} for each in list(found)]


SEALED = {
    Attribute.PRIVATE: True, Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.SIGN: True,
    Attribute.DECRYPT: False, Attribute.UNWRAP: False, Attribute.DERIVE: False,
}  # fmt: skip


# -- issuing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["RSA-2048", "P-256"])
def test_an_issued_ikey_signs_at_the_desk(softhsm: SoftHsm, algorithm: Algorithm) -> None:
    """The key is made on it, signs and does nothing else, and never leaves it."""
    softhsm.without_pin("eins")
    with opened(softhsm) as blank:
        assert blank.state(Use.SIGN) is State.EMPTY
        blank.set_pin(PIN)
        certificate = issue(blank, algorithm)
        assert not blank.generated_here
        assert blank.state(Use.SIGN) is State.ISSUED
        assert blank.certificate(Use.SIGN) == certificate
    assert private_keys(softhsm) == [{**SEALED, Attribute.LOCAL: True}]
    assert signs(softhsm, certificate)


@pytest.mark.parametrize("algorithm", ["RSA-2048", "P-256"])
def test_a_key_is_made_here_for_an_ikey_that_makes_none(softhsm: SoftHsm, algorithm: Algorithm) -> None:
    """It says so; on the Ikey the key is as sealed as one of its own, but for its origin."""
    softhsm.token("eins")
    # SoftHSM 2.6.1 overlooks the first name behind the minus.
    with softhsm.configuration.open("a") as file:
        file.write("slots.mechanisms = -CKM_MD5,CKM_RSA_PKCS_KEY_PAIR_GEN,CKM_EC_KEY_PAIR_GEN\n")
    with opened(softhsm) as blank:
        certificate = issue(blank, algorithm)
        assert blank.generated_here
    assert private_keys(softhsm) == [{**SEALED, Attribute.LOCAL: False}]
    assert signs(softhsm, certificate)


@pytest.mark.parametrize("algorithm", ["RSA-2048", "P-256"])
def test_a_request_is_the_holders_and_signed(softhsm: SoftHsm, algorithm: Algorithm) -> None:
    """It has the name that was given and the key that was made, and its signature verifies."""
    softhsm.token("eins")
    with opened(softhsm) as blank:
        public = blank.generate(Use.SIGN, algorithm)
        request = blank.request(Use.SIGN, HOLDER)
    assert request.is_signature_valid
    assert (request.subject, request.public_key()) == (HOLDER, public)


def test_opensc_shows_what_was_issued(softhsm: SoftHsm) -> None:
    """Key pair and certificate have one number, and the certificate is seen without a PIN."""
    softhsm.token("eins")
    with opened(softhsm) as blank:
        issue(blank)
    tool = ["pkcs11-tool", "--module", softhsm.module, "--token-label", "eins", "--list-objects"]
    public = run(softhsm, *tool)
    assert "Certificate Object" in public
    assert "Private Key Object" not in public
    everything = run(softhsm, *tool, "--login", "--pin", PIN)
    numbers = {line.split()[1] for line in everything.splitlines() if line.strip().startswith("ID:")}
    assert len(numbers) == 1
    assert everything.count("Object") == 3
    assert "sensitive, always sensitive, never extractable, local" in everything


def run(softhsm: SoftHsm, *command: str) -> str:
    """What one of OpenSC's own programs says."""
    done = subprocess.run(
        command, env=softhsm.environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
    return done.stdout


def test_an_ikey_in_use_is_not_overwritten(softhsm: SoftHsm) -> None:
    """The holder is named, and the pair is there as before."""
    softhsm.token("eins")
    with opened(softhsm) as blank:
        certificate = issue(blank)
    with opened(softhsm) as blank, pytest.raises(MediumNotEmpty, match="张三"):
        blank.generate(Use.SIGN, "P-256")
    assert signs(softhsm, certificate)


def test_renewal_needs_no_so_pin_and_the_new_pair_takes_over_when_it_is_whole(softhsm: SoftHsm) -> None:
    """Until its certificate is written the old one signs; then the old pair is gone."""
    softhsm.token("eins")
    with opened(softhsm) as blank:
        old = issue(blank)
    so_pin = Asked(None)
    with office.blank_ikey([softhsm.module], None, so_pin=so_pin, pin=Asked(PIN)) as blank:
        blank.generate(Use.SIGN, "RSA-2048", replace=True)
        request = blank.request(Use.SIGN, HOLDER)
    assert signs(softhsm, old)
    new = certify(request)
    with office.blank_ikey([softhsm.module], None, so_pin=so_pin, pin=Asked(PIN)) as blank:
        blank.write(Use.SIGN, new)
    assert so_pin.times == 0
    assert [found.certificate for found in plugged([softhsm.module])] == [new]
    assert len(private_keys(softhsm)) == 1
    assert signs(softhsm, new)


def test_what_others_put_on_an_ikey_is_left_alone(softhsm: SoftHsm) -> None:
    """Another program's pair is there after issue and renewal; the newer one is chosen at the desk."""
    other = holder("p256")
    softhsm.token("eins", other)
    with opened(softhsm) as blank:
        assert blank.state(Use.SIGN) is State.EMPTY
        issue(blank)
        new = issue(blank, replace=True)
    certificates = [found.certificate for found in plugged([softhsm.module])]
    assert sorted(certificates, key=str) == sorted([other.certificate, new], key=str)
    assert len(private_keys(softhsm)) == 2


def test_a_certificate_of_another_key_is_not_written(softhsm: SoftHsm) -> None:
    """What is begun stays begun; the right certificate is then taken, in another session too."""
    softhsm.token("eins")
    with opened(softhsm) as blank:
        blank.generate(Use.SIGN, "P-256")
        right = certify(blank.request(Use.SIGN, HOLDER))
        with pytest.raises(CertificateForAnotherKey):
            blank.write(Use.SIGN, holder("p256").certificate)
        assert blank.state(Use.SIGN) is State.BEGUN
    with opened(softhsm) as blank:
        with pytest.raises(KeyMissing):
            blank.request(Use.SIGN, HOLDER)
        blank.write(Use.SIGN, right)
    assert signs(softhsm, right)


# -- broken off ----------------------------------------------------------------------------------


def test_an_ikey_pulled_before_its_certificate_was_written_signs_nothing(softhsm: SoftHsm) -> None:
    """It is recognised as begun without a PIN; the office begins again, and nothing of before is left."""
    softhsm.token("eins")
    with opened(softhsm) as blank:
        blank.generate(Use.SIGN, "P-256")
        certificate = certify(blank.request(Use.SIGN, HOLDER))
        softhsm.take_out()
        with pytest.raises(CardRemoved):
            blank.write(Use.SIGN, certificate)
    softhsm.put_in()
    assert office.look_ikey([softhsm.module]).states == {Use.SIGN: State.BEGUN}
    [found] = plugged([softhsm.module])
    with pytest.raises(CertificateMissing):
        found.open(lambda _: PIN)
    with opened(softhsm) as blank:
        certificate = issue(blank)
    assert len(private_keys(softhsm)) == 1
    assert signs(softhsm, certificate)


def test_half_an_import_is_recognised_and_goes(softhsm: SoftHsm) -> None:
    """Only the public half had arrived: begun, no certificate of it is written, the next issue removes it."""
    softhsm.token("eins")
    [token] = [each for each in Module.load(softhsm.module).tokens() if each.initialised]
    with token.module.open(token, write=True) as session:
        session.login(PIN)
        pairs = Pairs(session, "E-Port SIGN")
        pairs.load(key("p256"), b"\7")
        with session.use() as raw:
            for each in list(raw.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})):
                each.destroy()
    with opened(softhsm) as blank:
        assert blank.state(Use.SIGN) is State.BEGUN
        with pytest.raises(CertificateForAnotherKey):
            blank.write(Use.SIGN, holder("p256").certificate)
        certificate = issue(blank)
    assert signs(softhsm, certificate)


def test_a_renewal_broken_off_at_its_very_end_is_cleaned_up_by_the_next(softhsm: SoftHsm) -> None:
    """Both certificates were there: the newest is shown as in force, and one pair remains in the end."""
    softhsm.token("eins")
    with opened(softhsm) as blank:
        issue(blank)
    [token] = [each for each in Module.load(softhsm.module).tokens() if each.initialised]
    with opened(softhsm) as blank:
        blank.generate(Use.SIGN, "P-256", replace=True)
        newer = certify(blank.request(Use.SIGN, HOLDER), NOW)
    with token.module.open(token, write=True) as session:
        session.login(PIN)
        pairs = Pairs(session, "E-Port SIGN")
        [made] = [each for each in pairs.made() if each.public == newer.public_key()]
        pairs.complete(made, newer)
    assert office.look_ikey([softhsm.module]).certificates == {Use.SIGN: newer}
    assert signs(softhsm, newer)
    with opened(softhsm) as blank:
        newest = issue(blank, replace=True)
    assert [found.certificate for found in plugged([softhsm.module])] == [newest]
    assert len(private_keys(softhsm)) == 1


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
    with pytest.raises(SeveralPlugged, match="zwei"):
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
