"""Which certificates are believed, under which CAs and revocation lists, and when."""

from __future__ import annotations

import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from messages.faults import CertificateRefused
from messages.signature.oids import GATEWAY_SIGNER, card_extension
from messages.signature.trust import Trust, card_kind, is_gateway
from tests.messages.signature.making import DAY, NOW, PLAIN, Pair, issue, key, make, usage
from tests.messages.signature.peers import JAVA, java_verifies

ROOT = issue("Root", key("p256", 1), None, ca=True)
SUB = issue("Sub", key("p256", 2), ROOT, ca=True)
HOLDER_KEY = key("p256", 3)
HOLDER = issue("Holder", HOLDER_KEY, ROOT).certificate
BELOW = issue("Holder", HOLDER_KEY, SUB).certificate


def crl(
    issuer: Pair,
    *revoked: x509.Certificate,
    next_update: datetime = NOW + DAY,
    extension: x509.ExtensionType | None = None,
    issuer_name: x509.Name | None = None,
) -> x509.CertificateRevocationList:
    """A list that revokes these."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer_name or issuer.certificate.subject)
        .last_update(min(NOW, next_update) - DAY)
        .next_update(next_update)
    )
    for certificate in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(NOW - DAY).build())
    if extension is not None:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(issuer.key, hashes.SHA256())


def believed(trust: Trust, certificate: x509.Certificate, at: datetime = NOW) -> bool:
    """Whether it passes; asked twice, so that what is remembered answers the same."""
    answers = []
    for _ in range(2):
        try:
            trust.check(certificate, at)
            answers.append(True)
        except CertificateRefused:
            answers.append(False)
    assert answers[0] == answers[1]
    return answers[0]


def test_a_certificate_of_a_configured_ca_is_believed() -> None:
    """Directly, through an intermediate, and under an intermediate that is configured alone."""
    assert believed(Trust([ROOT.certificate]), HOLDER)
    assert believed(Trust([ROOT.certificate, SUB.certificate]), BELOW)
    assert believed(Trust([SUB.certificate]), BELOW)


def test_a_certificate_of_no_configured_ca_is_refused() -> None:
    """Another CA, a missing intermediate, no CA at all, its own signature."""
    other = issue("Other", key("p256", 4), None, ca=True).certificate
    assert not believed(Trust([other]), HOLDER)
    assert not believed(Trust([ROOT.certificate]), BELOW)
    assert not believed(Trust([]), HOLDER)
    assert not believed(Trust([ROOT.certificate]), issue("Holder", HOLDER_KEY, None).certificate)


def test_the_issuers_name_alone_proves_nothing() -> None:
    """A CA of the same name with another key, and a holder that names the CA but was not signed by it."""
    namesake = issue("Root", key("p256", 4), None, ca=True)
    forged = issue("Holder", HOLDER_KEY, namesake).certificate
    assert forged.issuer == ROOT.certificate.subject
    assert not believed(Trust([ROOT.certificate]), forged)
    assert believed(Trust([ROOT.certificate, namesake.certificate]), forged)
    assert not believed(
        Trust([ROOT.certificate]), issue("Holder", HOLDER_KEY, None, issuer_name="Root").certificate
    )


@pytest.mark.parametrize(
    "middle",
    [
        issue("Middle", key("p256", 5), ROOT, ca=False),
        issue("Middle", key("p256", 5), ROOT),
        issue("Middle", key("p256", 5), ROOT, ca=True, extensions=[(usage("digital_signature"), True)]),
        issue("Middle", key("rsa1024"), ROOT, ca=True),
    ],
    ids=["CA:false", "no basicConstraints", "not for certificates", "RSA of 1024 bits"],
)
def test_only_a_ca_issues(middle: Pair) -> None:
    """A holder, or a CA that may not sign certificates or has a weak key, can lend its trust to nobody."""
    leaf = issue("Holder", HOLDER_KEY, middle).certificate
    try:
        trust = Trust([ROOT.certificate, middle.certificate])
    except ValueError:
        trust = Trust([ROOT.certificate])
    assert not believed(trust, leaf)


def test_a_holder_without_a_ca_flag_cannot_be_configured_as_ca() -> None:
    """The mistake is named when the CAs are loaded, not when the first message comes."""
    with pytest.raises(ValueError, match="CN=Holder is not a CA"):
        Trust([HOLDER])


def test_path_length_is_kept() -> None:
    """A root that allows no intermediate has none."""
    root = issue("Root", key("p256", 1), None, ca=True, path_length=0)
    assert believed(Trust([root.certificate]), HOLDER)
    assert not believed(Trust([root.certificate, SUB.certificate]), BELOW)


def test_dates_are_kept_even_for_a_certificate_seen_before() -> None:
    """Expired and not yet valid are refused, with the date, however often it was believed."""
    trust = Trust([ROOT.certificate])
    assert believed(trust, HOLDER)
    with pytest.raises(CertificateRefused, match="expired at"):
        trust.check(HOLDER, NOW + 31 * DAY)
    with pytest.raises(CertificateRefused, match="not valid before"):
        trust.check(HOLDER, NOW - 2 * DAY)
    assert believed(trust, HOLDER)


def test_an_expired_ca_ends_what_it_issued() -> None:
    """The chain is good only while all of it is in date."""
    short = issue("Root", key("p256", 1), None, ca=True, end=NOW + DAY)
    trust = Trust([short.certificate])
    assert believed(trust, HOLDER, NOW)
    assert not believed(trust, HOLDER, NOW + 2 * DAY)


def test_a_renewed_ca_takes_over() -> None:
    """Two certificates of one CA: the later one serves when the earlier has expired."""
    short = issue("Root", key("p256", 1), None, ca=True, end=NOW + DAY)
    trust = Trust([short.certificate, ROOT.certificate])
    assert believed(trust, HOLDER, NOW)
    assert believed(trust, HOLDER, NOW + 2 * DAY)


@pytest.mark.parametrize(
    ("extensions", "good"),
    [
        ([(usage("digital_signature"), True)], True),
        ([(usage("content_commitment"), True)], True),
        ([(usage("key_encipherment"), True)], False),
        ([(x509.BasicConstraints(ca=True, path_length=None), True)], False),
        ([(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0"), True)], False),
        ([(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0"), False)], True),
        ([(x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.2.3.5")]), False)], True),
    ],
)
def test_a_holder_must_be_allowed_to_sign(
    extensions: list[tuple[x509.ExtensionType, bool]], good: bool
) -> None:
    """Key usage, a CA's own certificate, and critical extensions that nobody understands."""
    leaf = issue("Holder", HOLDER_KEY, ROOT, extensions=extensions).certificate
    assert believed(Trust([ROOT.certificate]), leaf) is good


def test_the_revoked_are_refused() -> None:
    """A holder, and everybody below a revoked intermediate; others go on."""
    trust = Trust([ROOT.certificate, SUB.certificate], [crl(ROOT, HOLDER, SUB.certificate)])
    assert not believed(trust, HOLDER)
    assert not believed(trust, BELOW)
    assert believed(trust, issue("Another", HOLDER_KEY, ROOT).certificate)
    with pytest.raises(CertificateRefused, match="CN=Holder is revoked"):
        trust.check(HOLDER, NOW)


def test_a_list_revokes_only_what_its_signer_issued() -> None:
    """A namesake's list, and one in the CA's name signed by somebody else, revoke nothing of the CA's."""
    namesake = issue("Root", key("p256", 4), None, ca=True)
    both = Trust([ROOT.certificate, namesake.certificate], [crl(namesake, HOLDER)])
    assert believed(both, HOLDER)
    assert both.unusable_crls == ()
    forged = Trust([ROOT.certificate], [crl(namesake, HOLDER, issuer_name=ROOT.certificate.subject)])
    assert believed(forged, HOLDER)
    assert [found.reason for found in forged.unusable_crls] == ["no configured CA signed it"]


def test_an_outdated_list_still_revokes_and_halts_nothing() -> None:
    """It is named by stale_crls, so that somebody is warned; the others are believed as before."""
    old = crl(ROOT, HOLDER, next_update=NOW - DAY)
    trust = Trust([ROOT.certificate], [old, crl(ROOT)])
    assert not believed(trust, HOLDER)
    assert believed(trust, issue("Another", HOLDER_KEY, ROOT).certificate)
    assert trust.stale_crls(NOW) == (old,)
    assert len(trust.stale_crls(NOW + 2 * DAY)) == 2


def test_a_list_that_is_not_understood_is_named() -> None:
    """A critical extension (a delta, a partial list) or a signer that may not sign lists."""
    delta = Trust([ROOT.certificate], [crl(ROOT, HOLDER, extension=x509.DeltaCRLIndicator(1))])
    assert "critical extension" in delta.unusable_crls[0].reason
    issuing = [(usage("key_cert_sign"), True)]
    mute = issue("Mute", key("p256", 6), None, ca=True, extensions=issuing)
    assert "key usage" in Trust([mute.certificate], [crl(mute)]).unusable_crls[0].reason


def test_card_kind_and_gateway_come_from_the_certificate() -> None:
    """The two extensions are read back; a certificate without them is no card's and no gateway's."""
    legal = issue("L", HOLDER_KEY, ROOT, extensions=[(card_extension("legal"), False)]).certificate
    operator = issue("O", HOLDER_KEY, ROOT, extensions=[(card_extension("operator"), False)]).certificate
    gateway_usage = x509.ExtendedKeyUsage([GATEWAY_SIGNER])
    gateway = issue("G", HOLDER_KEY, ROOT, extensions=[(gateway_usage, False)]).certificate
    assert (card_kind(legal), card_kind(operator), card_kind(gateway)) == ("legal", "operator", "")
    assert [is_gateway(one) for one in (legal, operator, gateway)] == [False, False, True]
    with pytest.raises(ValueError, match="no kind of card"):
        card_extension("customs")


def test_an_unknown_card_kind_opens_nothing() -> None:
    """A value that no kind has, or that is no string at all, is no card."""
    oid = card_extension("legal").oid
    for value in (b"\x0c\x05other", b"\x05\x00", b"", b"\x0c\x05legalx"):
        odd = x509.UnrecognizedExtension(oid, value)
        assert card_kind(issue("X", HOLDER_KEY, ROOT, extensions=[(odd, False)]).certificate) == ""


def test_other_software_reads_the_long_identifiers(tmp_path: Path) -> None:
    """OpenSSL verifies and prints, and the JDK verifies with, a certificate that has both extensions."""
    extensions = [(card_extension("legal"), False), (x509.ExtendedKeyUsage([GATEWAY_SIGNER]), False)]
    pair = issue("L", HOLDER_KEY, ROOT, extensions=extensions)
    ca, leaf = tmp_path / "ca.pem", tmp_path / "leaf.pem"
    ca.write_bytes(ROOT.certificate.public_bytes(Encoding.PEM))
    leaf.write_bytes(pair.certificate.public_bytes(Encoding.PEM))
    subprocess.run(["openssl", "verify", "-CAfile", ca, leaf], check=True, capture_output=True)
    shown = subprocess.run(
        ["openssl", "x509", "-noout", "-text", "-in", leaf], check=True, capture_output=True
    )
    assert GATEWAY_SIGNER.dotted_string in shown.stdout.decode()
    if JAVA:
        assert java_verifies(tmp_path, [make(PLAIN, pair)]) == ["OK"]


def test_who_issued_a_certificate_is_known_whatever_became_of_it() -> None:
    """Expired or revoked, it is still one of the configured CA's; a foreign one never was."""
    expired = issue("Holder", HOLDER_KEY, ROOT, begin=NOW - 40 * DAY, end=NOW - DAY / 2).certificate
    foreign = issue("Holder", HOLDER_KEY, issue("Root", key("p256", 5), None, ca=True)).certificate
    trust = Trust([ROOT.certificate], [crl(ROOT, HOLDER)])
    for certificate in (HOLDER, expired):
        assert not believed(trust, certificate)
        assert trust.issued(certificate)
    assert not trust.issued(foreign)
    assert not Trust([]).issued(HOLDER)
