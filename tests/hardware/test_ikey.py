"""Ikeys over a real SoftHSM2: which are found, how they open, and what is said when they go and come back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree

from hardware.ikey import KIND, Ikey, SeveralCertificates, plugged, tokens
from hardware.pin import PinNeverSet
from hardware.signer import (
    AnotherDevice,
    CardRemoved,
    CertificateMissing,
    Found,
    KeyMissing,
    KeyUnsuitable,
    ModuleMissing,
    OpenSigner,
    PinCancelled,
    PinRequest,
    TokenMissing,
    WrongPin,
)
from hardware.virtual.stack import Stack
from messages.signature.certificates import CertificateCache
from messages.signature.sign import sign
from messages.signature.verify import verify
from messages.xml import parse
from tests.hardware.asking import Holder
from tests.hardware.checking import good
from tests.hardware.softhsm import PIN, SoftHsm
from tests.hardware.softhsm import softhsm as softhsm
from tests.messages.signature.making import (
    DAY,
    METHODS,
    NOW,
    PLAIN,
    Pair,
    authority,
    holder,
    issue,
    key,
    name,
    usage,
)

RSA, P256 = holder("rsa2048"), holder("p256")
WRONG = "99999999"


def only(softhsm: SoftHsm) -> Found:
    """The one that is plugged in."""
    [found] = plugged([softhsm.module])
    return found


@contextmanager
def opened(softhsm: SoftHsm, *pins: str) -> Iterator[Ikey]:
    """The one that is plugged in, open."""
    with only(softhsm).open(Holder(*(pins or (PIN,)))) as signer:
        assert isinstance(signer, Ikey)
        yield signer


def signs(signer: OpenSigner, data: bytes = b"data") -> bool:
    """Whether its certificate verifies what it signs."""
    return good(signer.certificate, signer.sign(data), data)


# -- finding -------------------------------------------------------------------------------------


def test_every_certificate_of_every_ikey_is_found(softhsm: SoftHsm) -> None:
    """Each with its Ikey's label and serial, and each opens as a signer of its own kind."""
    softhsm.token("eins", RSA, P256)
    softhsm.token("zwei", holder("p384"))
    found = plugged([softhsm.module])
    assert {(each.kind, each.label, each.reader) for each in found} == {
        (KIND, "eins", ""),
        (KIND, "zwei", ""),
    }
    assert len({each.serial for each in found}) == 2
    for each in found:
        with each.open(Holder(PIN)) as signer:
            assert (signer.kind, signer.serial, signer.certificate) == (KIND, each.serial, each.certificate)
            assert signs(signer)


def test_certificates_that_are_not_for_signing_are_not_offered(softhsm: SoftHsm) -> None:
    """Neither the authority's beside it, nor the one for encryption that many Ikeys carry."""
    encryption = issue(
        "holder", key("rsa2048", 3), authority(), extensions=[(usage("key_encipherment"), True)]
    )
    signing = issue(
        "holder", key("rsa2048", 4), authority(), extensions=[(usage("content_commitment"), True)]
    )
    softhsm.token("eins", encryption, signing)
    softhsm.certificate("eins", authority().certificate, 3)
    assert only(softhsm).certificate == signing.certificate


def test_nothing_plugged_in_is_called_so(softhsm: SoftHsm) -> None:
    """SoftHSM's slot for a new token is no Ikey."""
    with pytest.raises(TokenMissing):
        plugged([softhsm.module])
    assert tokens([softhsm.module]) == []


def test_a_module_that_was_named_must_be_there(softhsm: SoftHsm) -> None:
    """Also beside one that is."""
    softhsm.token("eins", RSA)
    with pytest.raises(ModuleMissing, match="absent"):
        plugged([softhsm.module, "/absent/libikey.so"])


def test_a_card_is_no_ikey(stack: Stack, card: Path) -> None:
    """OpenSC's module shows both; a PIV card is `hardware.card`'s."""
    stack.insert(card)
    [module] = Path("/usr/lib").glob("*/opensc-pkcs11.so")
    with pytest.raises(TokenMissing):
        plugged([str(module)])


def test_an_ikey_that_two_modules_show_is_found_once(softhsm: SoftHsm, tmp_path: Path) -> None:
    """The first module has it."""
    softhsm.token("eins", RSA)
    link = tmp_path / "other.so"
    link.symlink_to(softhsm.module)
    assert len(plugged([softhsm.module, str(link)])) == 1


# -- opening -------------------------------------------------------------------------------------


def test_the_pin_is_asked_once_for_many_signatures(softhsm: SoftHsm) -> None:
    """And the question names the Ikey."""
    softhsm.token("eins", RSA)
    holder = Holder(PIN)
    with only(softhsm).open(holder) as signer:
        assert all(signs(signer, b"%d" % number) for number in range(5))
        assert holder.asked == [PinRequest(KIND, "eins", signer.serial, None)]


def test_after_a_wrong_pin_it_is_asked_again(softhsm: SoftHsm) -> None:
    """Once, and the question says so."""
    softhsm.token("eins", RSA)
    holder = Holder(WRONG, PIN)
    with only(softhsm).open(holder) as signer:
        assert signs(signer)
    assert [each.again for each in holder.asked] == [False, True]


def test_after_two_wrong_pins_it_is_left(softhsm: SoftHsm) -> None:
    """As the manual advises, before a third one would lock it."""
    softhsm.token("eins", RSA)
    holder = Holder(WRONG, WRONG, PIN)
    with pytest.raises(WrongPin):
        only(softhsm).open(holder)
    assert len(holder.asked) == 2


def test_no_pin_is_called_so(softhsm: SoftHsm) -> None:
    """Cancelled; but after a wrong one, which is all that a PIN file gives, the wrong one counts."""
    softhsm.token("eins", RSA)
    with pytest.raises(PinCancelled):
        only(softhsm).open(Holder(None))
    with pytest.raises(WrongPin):
        only(softhsm).open(Holder(WRONG, None))


def test_a_second_opening_does_not_ask(softhsm: SoftHsm) -> None:
    """The module would not look at the PIN; and each of the two may be closed first."""
    softhsm.token("eins", RSA)
    with opened(softhsm) as first:
        holder = Holder()
        second = only(softhsm).open(holder)
        assert signs(second)
        second.close()
        assert signs(first)


def test_an_ikey_without_a_pin_is_called_so(softhsm: SoftHsm) -> None:
    """Nobody is asked for what was never set."""
    softhsm.without_pin("eins")
    with pytest.raises(PinNeverSet):
        only(softhsm).open(Holder())


def test_a_weak_key_is_refused_before_the_pin_is_asked_for(softhsm: SoftHsm) -> None:
    """RSA of 1024 bits signs no message."""
    softhsm.token("eins", holder("rsa1024"))
    with pytest.raises(KeyUnsuitable, match="1024"):
        only(softhsm).open(Holder())


def test_an_empty_ikey_says_what_it_lacks(softhsm: SoftHsm) -> None:
    """First a key, then a certificate."""
    softhsm.token("eins")
    assert only(softhsm).certificate is None
    with pytest.raises(KeyMissing, match="eins"):
        only(softhsm).open(Holder(PIN))
    softhsm.key("eins", RSA.key, 1)
    with pytest.raises(CertificateMissing, match="eins"):
        only(softhsm).open(Holder(PIN))
    softhsm.certificate("eins", RSA.certificate, 1)
    with opened(softhsm) as signer:
        assert signs(signer)


def test_a_certificate_without_a_key_is_called_so(softhsm: SoftHsm) -> None:
    """It is seen only once the PIN was given."""
    softhsm.token("eins")
    softhsm.certificate("eins", RSA.certificate, 1)
    with pytest.raises(KeyMissing, match="eins"):
        only(softhsm).open(Holder(PIN))


def test_a_certificate_that_shows_after_the_pin_is_found_then(softhsm: SoftHsm) -> None:
    """With two of them, one has to be named."""
    softhsm.token("eins")
    softhsm.key("eins", RSA.key, 1)
    softhsm.hidden_certificate("eins", RSA.certificate, 1)
    assert only(softhsm).certificate is None
    with opened(softhsm) as signer:
        assert signer.certificate == RSA.certificate
        assert signs(signer)
    softhsm.key("eins", P256.key, 2)
    softhsm.hidden_certificate("eins", P256.certificate, 2)
    with pytest.raises(SeveralCertificates, match="holder p256"):
        only(softhsm).open(Holder(PIN))


# -- signing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rsa2048", "p256", "p384", "p521"])
def test_messages_are_signed_and_verify(softhsm: SoftHsm, kind: str) -> None:
    """Through the same signing as every other signer's."""
    softhsm.token("eins", holder(kind))
    with opened(softhsm) as signer:
        assert signer.algorithm == METHODS[kind]
        signed = sign(etree.fromstring(PLAIN.encode()), signer)
    assert verify(parse(etree.tostring(signed)), CertificateCache()).certificate == holder(kind).certificate


def test_a_key_that_always_authenticates_is_asked_for_each_signature(softhsm: SoftHsm) -> None:
    """A wrong PIN there costs that signature only."""
    softhsm.token("eins")
    public = softhsm.generate("eins", "EC:prime256v1", 1, "--always-auth")
    assert isinstance(public, ec.EllipticCurvePublicKey | rsa.RSAPublicKey)
    builder = x509.CertificateBuilder().subject_name(name("always")).issuer_name(name("Test CA"))
    builder = builder.public_key(public).serial_number(7).not_valid_before(NOW).not_valid_after(NOW + DAY)
    softhsm.certificate("eins", builder.sign(authority().key, hashes.SHA256()), 1)
    holder = Holder(PIN, PIN, WRONG, PIN, WRONG, None, PIN)
    with only(softhsm).open(holder) as signer:
        assert signs(signer)
        assert signs(signer)
        with pytest.raises(WrongPin):
            signer.sign(b"data")
        assert signs(signer)
    assert [each.signature for each in holder.asked] == [False] + [True] * 6
    assert [each.again for each in holder.asked] == [False, False, False, True, False, True, False]


# -- out and in ----------------------------------------------------------------------------------


def test_an_ikey_says_whether_it_is_there(softhsm: SoftHsm) -> None:
    """Open or lost, and without being asked to sign."""
    softhsm.token("eins", RSA)
    with opened(softhsm) as signer:
        seen = [signer.there()]
        softhsm.take_out()
        with pytest.raises(CardRemoved):
            signer.sign(b"data")
        seen.append(signer.there())
        softhsm.put_in()
        seen.append(signer.there())
    assert seen == [True, False, True]


def test_the_same_ikey_goes_on_when_it_is_back(softhsm: SoftHsm) -> None:
    """Out, it is called so; in again, nothing is signed before its PIN was given."""
    softhsm.token("eins", RSA)
    with opened(softhsm) as signer:
        softhsm.take_out()
        with pytest.raises(CardRemoved, match=signer.serial):
            signer.sign(b"data")
        with pytest.raises(TokenMissing, match="eins"):
            signer.reopen(Holder())
        softhsm.put_in()
        with pytest.raises(CardRemoved):
            signer.sign(b"data")
        with pytest.raises(WrongPin):
            signer.reopen(Holder(WRONG, WRONG))
        with pytest.raises(CardRemoved):
            signer.sign(b"data")
        signer.reopen(Holder(PIN))
        assert signs(signer)


def test_another_ikey_does_not_go_on(softhsm: SoftHsm) -> None:
    """Nor is its holder asked for a PIN."""
    softhsm.token("eins", RSA)
    with opened(softhsm) as signer:
        softhsm.take_out()
        softhsm.token("zwei", P256)
        with pytest.raises(AnotherDevice, match=signer.serial):
            signer.reopen(Holder())
        softhsm.put_in()
        signer.reopen(Holder(PIN))
        assert signer.certificate == RSA.certificate
        assert signs(signer)


def test_an_ikey_that_was_beside_it_is_not_another_one(softhsm: SoftHsm) -> None:
    """Of two, the one that is out is missed; the other one was there all the time."""
    softhsm.token("eins", RSA)
    softhsm.token("zwei", P256)
    [found] = [each for each in plugged([softhsm.module]) if each.label == "eins"]
    with found.open(Holder(PIN)) as signer:
        assert isinstance(signer, Ikey)
        softhsm.delete("eins")
        with pytest.raises(CardRemoved):
            signer.sign(b"data")
        with pytest.raises(TokenMissing):
            signer.reopen(Holder())


def test_an_ikey_with_another_certificate_is_another_one(softhsm: SoftHsm) -> None:
    """What was begun under one certificate does not go on under the next."""
    softhsm.token("eins", RSA)
    with opened(softhsm) as signer:
        signer.close()
        renewed: Pair = issue("renewed", RSA.key, authority())
        softhsm.renew("eins", renewed.certificate, 1)
        with pytest.raises(AnotherDevice):
            signer.reopen(Holder())  # nobody is asked


def test_no_pin_goes_to_an_ikey_that_shows_another_certificate(softhsm: SoftHsm) -> None:
    """Some makers number all their Ikeys alike: between a look and the PIN it may be somebody else's."""
    softhsm.token("eins", RSA)
    found = only(softhsm)
    softhsm.renew("eins", P256.certificate, 1)
    with pytest.raises(AnotherDevice):
        found.open(Holder())


def test_a_pin_changed_meanwhile_counts(softhsm: SoftHsm) -> None:
    """The old one does not reopen it."""
    softhsm.token("eins", RSA)
    with opened(softhsm) as signer:
        signer.close()
        softhsm.change_pin("eins", "271828")
        with pytest.raises(WrongPin):
            signer.reopen(Holder(PIN, None))
        signer.reopen(Holder("271828"))
        assert signs(signer)


def test_nothing_shows_the_pin(softhsm: SoftHsm) -> None:
    """Neither the signer nor what it has in it, said or listed."""
    softhsm.token("eins", RSA)
    with opened(softhsm) as signer:
        assert PIN not in repr(signer)
        assert PIN not in repr(vars(signer))
        assert PIN not in repr(vars(signer._session))
