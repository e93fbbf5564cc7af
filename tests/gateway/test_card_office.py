"""What the office decides: numbers, whom a certificate names, what it is good for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from gateway import card_office, pki
from gateway.card_office import AUTH, SIGN
from messages.signature import oids
from storage.cards import Card

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CARD = Card("3100000000012", "DXPENT0000000001", "李四", "浦东演示公司", "operator", "operator", "card", "A1")


@pytest.fixture(scope="module")
def ca() -> pki.Pair:
    """A small CA."""
    return pki.authority("Test CA", NOW)


def request(key: pki.PrivateKey, *extensions: x509.ExtensionType) -> x509.CertificateSigningRequest:
    """A request that names somebody else and asks for `extensions`."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(pki.subject("somebody else", number="0"))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key, SHA256())


def usage(certificate: x509.Certificate) -> tuple[bool, bool]:
    """(digitalSignature, nonRepudiation)."""
    found = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    return found.digital_signature, found.content_commitment


# -- numbers -------------------------------------------------------------------------------------


def test_the_check_character_is_that_of_the_standard() -> None:
    """The Global Release Identifier, whose standard prints this example, has the same check (MOD 37,36)."""
    assert card_office.check_character("A12425GABC1234002") == "M"


def test_a_number_has_13_characters_and_shows_a_slip() -> None:
    """No single wrong character and no two neighbours that changed places pass for another card."""
    good = card_office.number("31SH", 4711)
    assert len(good) == card_office.NUMBER_LENGTH
    assert good.startswith("31SH00004711")

    def passes(text: str) -> bool:
        return card_office.check_character(text[:-1]) == text[-1]

    assert passes(good)
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    slips = {
        good[:place] + letter + good[place + 1 :] for place in range(len(good)) for letter in letters
    } | {good[:place] + good[place + 1] + good[place] + good[place + 2 :] for place in range(len(good) - 1)}
    assert [slip for slip in slips - {good} if passes(slip)] == []


@pytest.mark.parametrize("count", [0, 10**8])
def test_an_office_that_used_up_its_numbers_says_so(count: int) -> None:
    """There is no number of 14 characters, and none below the first."""
    with pytest.raises(pki.PkiError, match="office code"):
        card_office.number("3100", count)


# -- certificates --------------------------------------------------------------------------------


def test_a_certificate_says_what_the_office_says_and_nothing_the_request_asks(ca: pki.Pair) -> None:
    """Holder, unit, party, number, kind and usage are the office's, whatever the medium's request claims."""
    key = pki.new_key()
    asked = request(
        key,
        oids.card_extension("legal"),
        x509.ExtendedKeyUsage([oids.GATEWAY_SIGNER]),
        x509.BasicConstraints(ca=True, path_length=None),
    )
    made = card_office.certify(ca, CARD, SIGN, asked, NOW, 365)
    assert made.public_key() == key.public_key()
    assert made.subject == pki.subject("李四", "浦东演示公司", "DXPENT0000000001", "3100000000012")
    assert oids.card_kind(made) == "operator"
    assert not oids.is_gateway(made)
    assert not pki.is_authority(made)
    assert made.not_valid_after_utc == NOW + timedelta(days=365)


def test_only_the_key_that_always_asks_for_the_pin_binds_its_holder(ca: pki.Pair) -> None:
    """9A gets digitalSignature alone, 9C and an Ikey's key nonRepudiation besides."""
    asked = request(pki.new_key("RSA-2048"))
    assert usage(card_office.certify(ca, CARD, AUTH, asked, NOW, 365)) == (True, False)
    assert usage(card_office.certify(ca, CARD, SIGN, asked, NOW, 365)) == (True, True)


def test_no_certificate_outlives_its_ca(ca: pki.Pair) -> None:
    """Near the CA's end what it issues ends with it; on its last day it issues nothing."""
    end = ca.certificate.not_valid_after_utc
    late = card_office.certify(ca, CARD, SIGN, request(pki.new_key()), end - timedelta(days=10), 365)
    assert late.not_valid_after_utc <= end
    with pytest.raises(pki.PkiError, match="CA itself ends"):
        card_office.certify(ca, CARD, SIGN, request(pki.new_key()), end - timedelta(hours=1), 365)


def test_a_request_that_proves_nothing_gets_nothing(ca: pki.Pair) -> None:
    """A request with a broken signature, and one of a weak key, is refused."""
    good = bytearray(request(pki.new_key()).public_bytes(Encoding.DER))
    good[-1] ^= 1
    with pytest.raises(pki.PkiError, match="own key"):
        card_office.certify(ca, CARD, SIGN, x509.load_der_x509_csr(bytes(good)), NOW, 365)
    weak = request(rsa.generate_private_key(65537, 1024))
    with pytest.raises(pki.PkiError, match="neither P-256 nor RSA"):
        card_office.certify(ca, CARD, SIGN, weak, NOW, 365)


# -- what an outside CA sends --------------------------------------------------------------------


def answered(ca: pki.Pair, card: Card = CARD) -> tuple[dict[str, str], dict[str, x509.Certificate]]:
    """The requests of a card's two keys, and what a CA that follows the office issues for them."""
    asked = {use: request(pki.new_key()) for use in (AUTH, SIGN)}
    made = {use: card_office.certify(ca, card, use, each, NOW, 365) for use, each in asked.items()}
    return {use: pki.pem(each).decode() for use, each in asked.items()}, made


def test_an_answer_is_matched_to_its_request_by_the_key(ca: pki.Pair) -> None:
    """In whatever order the files come, with the CA's own certificates among them."""
    asked, made = answered(ca)
    assert card_office.answers(CARD, asked, [ca.certificate, made[SIGN], made[AUTH]]) == made


def test_an_answer_that_does_not_fit_is_refused_with_what_is_wrong(ca: pki.Pair) -> None:
    """A missing one, another key's, another number's, another kind's, one without kind, a gateway's."""
    asked, made = answered(ca)
    with pytest.raises(pki.PkiError, match="still lacks the certificate for sign"):
        card_office.answers(CARD, asked, [made[AUTH]])
    _other, strange = answered(ca)
    with pytest.raises(pki.PkiError, match="for no key that card 3100000000012 waits for"):
        card_office.answers(CARD, asked, [made[AUTH], strange[SIGN]])
    for changed, said in (
        ({"number": "3100000000099"}, "names the card number 3100000000099, not 3100000000012"),
        ({"kind": "legal"}, "card kind legal, not operator"),
        ({"holder": "王五"}, "for the holder 王五, not 李四"),
    ):
        asked, wrong = answered(ca, replace(CARD, **changed))  # type: ignore[arg-type]
        with pytest.raises(pki.PkiError, match=said):
            card_office.answers(CARD, asked, wrong.values())
    key = pki.new_key()
    asked = {SIGN: pki.pem(request(key)).decode()}
    plain = pki.issue_signer(ca, key, card_office.subject(CARD), NOW)
    with pytest.raises(pki.PkiError, match=oids.CARD_KIND.dotted_string):
        card_office.answers(CARD, asked, [plain])
    forged = pki.issue_signer(ca, key, card_office.subject(CARD), NOW, card="operator", gateway=True)
    with pytest.raises(pki.PkiError, match="forge receipts"):
        card_office.answers(CARD, asked, [forged])


@pytest.mark.parametrize("use", [AUTH, SIGN])
def test_only_the_key_for_signatures_may_bind_its_holder(ca: pki.Pair, use: str) -> None:
    """With nonRepudiation for 9A a login would count as a signature; without it 9C binds nobody."""
    key = pki.new_key()
    named = card_office.subject(CARD)
    wrong = pki.issue_signer(ca, key, named, NOW, card="operator", commits=use == AUTH)
    with pytest.raises(pki.PkiError, match="nonRepudiation"):
        card_office.answers(CARD, {use: pki.pem(request(key)).decode()}, [wrong])


def test_a_certificate_that_names_no_number_is_told_so(ca: pki.Pair) -> None:
    """The subject's serialNumber is what the card is known by."""
    key = pki.new_key()
    made = pki.issue_signer(ca, key, pki.subject("李四"), NOW, card="operator")
    assert not made.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    with pytest.raises(pki.PkiError, match="card number none"):
        card_office.answers(CARD, {SIGN: pki.pem(request(key)).decode()}, [made])
