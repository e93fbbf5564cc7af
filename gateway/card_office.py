"""What the card office (制卡中心) decides: card numbers, whom a certificate names, and what it is good for.

Knows X.509 and what a card is; refuses to know devices, PINs and the database. A request that a medium's key
signed proves the key and nothing else: whatever else it asks for, a certificate says what the office says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from gateway import pki, requested
from gateway.settings import Settings
from messages.signature import oids
from storage.cards import Card

AUTH = "auth"  # the key that is opened by the PIN once: login, SSH agents
SIGN = "sign"  # the key that asks for the PIN before every signature; an Ikey has this one alone

NUMBER_LENGTH = 13
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


# -- numbers -------------------------------------------------------------------------------------


def number(office: str, count: int) -> str:
    """The office's `count`-th card number (卡号): 4 characters of the office, 8 digits, a check character."""
    if not 0 < count < 10**8:
        raise pki.PkiError(
            f"office {office} has used up its numbers: set another office code ([cards] office)"
        )
    body = f"{office}{count:08d}"
    return body + check_character(body)


def check_character(text: str) -> str:
    """The check character of digits and capital letters by ISO/IEC 7064, MOD 37,36.

    It shows every wrong character and every two that changed places.
    """
    rest = 36
    for letter in text:
        total = (rest + _ALPHABET.index(letter)) % 36 or 36
        rest = 2 * total % 37
    return _ALPHABET[(37 - rest) % 36]


# -- the CA --------------------------------------------------------------------------------------


def demo_files(settings: Settings) -> tuple[Path, Path] | None:
    """Key and certificate of the demo's CA, where the home has one."""
    key = settings.demo / "ca.key"
    return (key, settings.demo / "ca.pem") if key.is_file() else None


def authority(
    settings: Settings, key: Path, certificate: Path, passphrase: bytes | None, now: datetime
) -> pki.Pair:
    """A CA that the gateway believes, with its key. Raises PkiError."""
    pair = pki.Pair(pki.load_key(key, passphrase), pki.load_certificates(certificate)[0])
    who = pair.certificate.subject.rfc4514_string()
    if pair.key.public_key() != pair.certificate.public_key():
        raise pki.PkiError(f"{key} is not the key of {who}")
    if pair.certificate not in pki.load_folder(settings.ca_folder):
        raise pki.PkiError(f"{who} is none of the gateway's configured CAs (certs/ca/*.pem)")
    if not pki.is_authority(pair.certificate):
        raise pki.PkiError(f"{certificate}: {who} is no CA's certificate")
    if not pair.certificate.not_valid_before_utc <= now < pair.certificate.not_valid_after_utc:
        raise pki.PkiError(
            f"the CA {who} is valid to {pair.certificate.not_valid_after_utc:%Y-%m-%d}, not now"
        )
    return pair


# -- certificates --------------------------------------------------------------------------------


def subject(card: Card) -> x509.Name:
    """Whom the card's certificates name: holder, unit, its party's dxpId, and the card number."""
    return pki.subject(card.holder, card.unit, card.dxp_id, card.number)


def certify(
    ca: pki.Pair, card: Card, use: str, request: x509.CertificateSigningRequest, now: datetime, days: int
) -> x509.Certificate:
    """A certificate for the key that signed `request`, which says all that the office says and nothing else.

    It ends with its CA at the latest. Raises PkiError.
    """
    key = proven(request)
    most = (ca.certificate.not_valid_after_utc - now).days
    if most < 1:
        raise pki.PkiError("the CA itself ends within a day: it cannot issue any more")
    return pki.issue_signer(
        ca, key, subject(card), now, days=min(days, most), card=card.kind, commits=use == SIGN
    )


def proven(request: x509.CertificateSigningRequest) -> pki.PublicKey:
    """The key that signed a request. Raises PkiError: the signature is not its own, or the key too weak."""
    key = request.public_key()
    if not request.is_signature_valid:
        raise pki.PkiError("the request is not signed with its own key")
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048:
        return key
    raise pki.PkiError("the key of the request is neither P-256 nor RSA of 2048 bits or more")


def issued_for(card: Card, certificate: x509.Certificate, cas: Sequence[x509.Certificate]) -> bool:
    """Whether one of `cas` issued the certificate for this card number, registered or not."""
    return _numbers(certificate) == [card.number] and pki.issued_by(certificate, cas) is not None


def wanted_of_the_ca(card: Card, use: str) -> str:
    """What an outside CA must put into the certificate, as a section of extensions for openssl -extfile."""
    usage = "digitalSignature, nonRepudiation" if use == SIGN else "digitalSignature"
    return (
        "basicConstraints = critical, CA:FALSE\n"
        f"keyUsage = critical, {usage}\n"
        "subjectKeyIdentifier = hash\n"
        "authorityKeyIdentifier = keyid\n"
        f"# the kind of card\n{oids.CARD_KIND.dotted_string} = ASN1:UTF8String:{card.kind}\n"
    )


def answers(
    card: Card, requests: Mapping[str, str], found: Iterable[x509.Certificate]
) -> dict[str, x509.Certificate]:
    """Which of the certificates that an outside CA sent answers which request of the card, by use.

    CAs' certificates among them are passed over. Each must be for a requested key, and name this card number
    and kind. Raises PkiError; chain, dates and revocation are for whoever has the configured CAs.
    """
    keys = {use: pki.public_key(requested.load(pem)) for use, pem in requests.items()}
    answered: dict[str, x509.Certificate] = {}
    for certificate in found:
        if pki.is_authority(certificate):
            continue
        its = pki.public_key(certificate)
        use = next((use for use, key in keys.items() if key is not None and key == its), None)
        if use is None:
            who = certificate.subject.rfc4514_string()
            raise pki.PkiError(f"the certificate of {who} is for no key that card {card.number} waits for")
        _check_names(card, use, certificate)
        answered[use] = certificate
    missing = sorted(set(keys) - set(answered))
    if missing:
        raise pki.PkiError(f"card {card.number} still lacks the certificate for {', '.join(missing)}")
    return answered


def _check_names(card: Card, use: str, certificate: x509.Certificate) -> None:
    pki.check_holder(certificate)
    named = pki.common_name(certificate)
    if named != card.holder:
        raise pki.PkiError(
            f"the certificate for {use} is for the holder {named or 'none'}, not {card.holder}"
        )
    numbers = _numbers(certificate)
    if numbers != [card.number]:
        said = ", ".join(numbers) or "none"
        raise pki.PkiError(f"the certificate for {use} names the card number {said}, not {card.number}")
    kind = oids.card_kind(certificate)
    if kind != card.kind:
        raise pki.PkiError(
            f"the certificate for {use} is for the card kind {kind or 'none'}, not {card.kind}: the CA must "
            f"put in the extension {oids.CARD_KIND.dotted_string}, as the file beside the request says"
        )
    if oids.commits(certificate) != (use == SIGN):
        # Else a login's key, open once its PIN was given, would bind its holder like the one for signatures.
        said = "must have" if use == SIGN else "must not have"
        raise pki.PkiError(f"the certificate for {use} {said} the key usage nonRepudiation")


def _numbers(certificate: x509.Certificate) -> list[str]:
    """The card numbers that a certificate names; one, as a rule."""
    return [str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)]
