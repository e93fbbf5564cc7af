"""Whether a certificate may be believed (证书信任): its chain to a configured CA, its dates, its revocation.

Knows the configured CAs and revocation lists, which it is given; refuses to know registrations and to fetch
anything. The chain is built by cryptography's own path validation, which refuses weak keys and hashes,
expired issuers and too long paths by itself. The extension rules are given to it, for certificates that are
not the web's: basicConstraints must say CA for every issuer, critical or not; nothing is asked of names.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from messages.faults import CertificateRefused
from messages.signature.oids import card_kind, is_gateway, subject_of

__all__ = ["Trust", "UnusableCrl", "card_kind", "is_gateway"]

MAX_REMEMBERED = 8192  # certificates whose chain was found good

Issuer = tuple[bytes, bytes]  # subject and public key, both DER: what signs, whichever certificate says so


@dataclass(frozen=True, slots=True)
class UnusableCrl:
    """A revocation list that revokes nothing here, and why: somebody should look at it."""

    crl: x509.CertificateRevocationList
    reason: str


@dataclass(frozen=True, slots=True)
class _Path:
    """A good chain: the time in which all of its certificates are in date."""

    begin: datetime
    end: datetime


class Trust:
    """The CAs and revocation lists of one moment; make another when they change. Threads may share it.

    Of the CAs, one that another of them issued is an intermediate and as good as its issuer; every other one
    is an anchor. An outdated revocation list still revokes, and halts nothing: `stale_crls` names it.
    """

    def __init__(
        self, cas: Sequence[x509.Certificate], crls: Sequence[x509.CertificateRevocationList] = ()
    ) -> None:
        """ValueError when one of `cas` is not a CA's certificate or all of them want another issuer."""
        for ca in cas:
            if not _is_ca(ca):
                raise ValueError(f"{_name(ca)} is not a CA's certificate (basicConstraints does not say so)")
        anchors = [ca for ca in cas if _is_anchor(ca, cas)]
        if cas and not anchors:
            raise ValueError("each of the CAs was issued by another of them: add a root")
        self._store = Store(anchors) if anchors else None
        self._intermediates = [ca for ca in cas if ca not in anchors]
        self._revoked: dict[Issuer, set[int]] = {}
        self._crls: list[x509.CertificateRevocationList] = []
        unusable = []
        for crl in crls:
            reason = self._take(crl, cas)
            if reason:
                unusable.append(UnusableCrl(crl, reason))
        self.unusable_crls = tuple(unusable)
        self._good: OrderedDict[str, _Path] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, certificate: x509.Certificate, at: datetime, known_as: str = "") -> None:
        """Return when `certificate` may be believed at `at` (aware).

        `known_as` is its SHA-256 fingerprint in hex, if the caller has it already.

        Raises CertificateRefused: expired, not yet valid, not of a configured CA, revoked, not for signing.
        """
        fingerprint = known_as or certificate.fingerprint(SHA256()).hex()
        with self._lock:
            path = self._good.get(fingerprint)
            if path is not None and path.begin <= at <= path.end:
                self._good.move_to_end(fingerprint)
                return
        path = self._path(certificate, at.astimezone(UTC))
        with self._lock:
            self._good[fingerprint] = path
            if len(self._good) > MAX_REMEMBERED:
                self._good.popitem(last=False)

    def issued(self, certificate: x509.Certificate) -> bool:
        """Whether one of the CAs issued `certificate`, be it expired or revoked by now.

        Its CA has to be in date at its beginning or, when the CA's certificate was renewed since, at its end.
        """
        for at in ("not_valid_before_utc", "not_valid_after_utc"):
            try:
                self._chain(certificate, getattr(certificate, at))
            except (CertificateRefused, ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
                continue
            return True
        return False

    def stale_crls(self, at: datetime) -> tuple[x509.CertificateRevocationList, ...]:
        """The lists in use whose next edition was due before `at` (aware)."""
        return tuple(
            crl
            for crl in self._crls
            if crl.next_update_utc is not None and crl.next_update_utc < at.astimezone(UTC)
        )

    def _path(self, certificate: x509.Certificate, at: datetime) -> _Path:
        try:
            chain = self._chain(certificate, at)
            for issued, issuer in pairwise(chain):
                if issued.serial_number in self._revoked.get(_issuer(issuer), ()):
                    raise CertificateRefused(f"the certificate of {_name(issued)} is revoked")
            return _Path(
                max(found.not_valid_before_utc for found in chain),
                min(found.not_valid_after_utc for found in chain),
            )
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
            raise CertificateRefused(f"the certificate is malformed: {error}") from None

    def _chain(self, certificate: x509.Certificate, at: datetime) -> Sequence[x509.Certificate]:
        if at > certificate.not_valid_after_utc:
            end = certificate.not_valid_after_utc
            raise CertificateRefused(f"the certificate expired at {end:%F %T} UTC")
        if at < certificate.not_valid_before_utc:
            begin = certificate.not_valid_before_utc
            raise CertificateRefused(f"the certificate is not valid before {begin:%F %T} UTC")
        if self._store is None:
            raise CertificateRefused("no CA is configured, so no certificate is believed")
        verifier = (
            PolicyBuilder()
            .store(self._store)
            .time(at)
            .extension_policies(ee_policy=_HOLDER, ca_policy=_CA)
            .build_client_verifier()
        )
        try:
            return verifier.verify(certificate, self._intermediates).chain
        except VerificationError as error:
            issuer = certificate.issuer.rfc4514_string()
            raise CertificateRefused(
                f"the certificate, which names {issuer} as its issuer, "
                f"is not believed under the configured CAs: {_reason(error)}"
            ) from None

    def _take(self, crl: x509.CertificateRevocationList, cas: Sequence[x509.Certificate]) -> str:
        """Put `crl` to use; else the reason why not. Its issuer is whose key signed it, not who is named."""
        signers = [ca for ca in cas if ca.subject == crl.issuer and _signed(crl, ca)]
        if not signers:
            return "no configured CA signed it"
        if not any(_may_sign_crls(ca) for ca in signers):
            return "its signer's key usage does not allow revocation lists"
        for extension in crl.extensions:
            if extension.critical:
                return f"it has a critical extension that is not understood ({extension.oid.dotted_string})"
        serials = {entry.serial_number for entry in crl}
        self._revoked.setdefault(_issuer(signers[0]), set()).update(serials)
        self._crls.append(crl)
        return ""


def _issuer_must_be_ca(policy: Policy, certificate: x509.Certificate, found: x509.BasicConstraints) -> None:
    if not found.ca:
        raise ValueError("an issuer in the chain is not a CA")


def _issuer_must_sign(policy: Policy, certificate: x509.Certificate, found: x509.KeyUsage | None) -> None:
    if found is not None and not found.key_cert_sign:
        raise ValueError("an issuer's key usage does not allow certificates")


def _holder_no_ca(policy: Policy, certificate: x509.Certificate, found: x509.BasicConstraints | None) -> None:
    if found is not None and found.ca:
        raise ValueError("a CA's certificate signs no messages")


def _holder_must_sign(policy: Policy, certificate: x509.Certificate, found: x509.KeyUsage | None) -> None:
    if found is not None and not (found.digital_signature or found.content_commitment):
        raise ValueError("its key usage does not allow signatures")


_CA = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _issuer_must_be_ca)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _issuer_must_sign)
)
_HOLDER = (
    ExtensionPolicy.permit_all()
    .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, _holder_no_ca)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _holder_must_sign)
)


def _reason(error: VerificationError) -> str:
    """The last cause that the path validation names, without its own framing."""
    text = str(error).partition(" (encountered")[0].removeprefix("validation failed: ")
    return text.rpartition("ValueError: ")[2]


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _is_anchor(ca: x509.Certificate, cas: Sequence[x509.Certificate]) -> bool:
    """Self-signed, or issued by none of the others."""
    return _issued(ca, ca) or not any(_issued(ca, other) for other in cas)


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # noqa: BLE001 — several classes, all of which mean no
        return False
    return True


def _signed(crl: x509.CertificateRevocationList, ca: x509.Certificate) -> bool:
    try:
        return crl.is_signature_valid(ca.public_key())  # type: ignore[arg-type]
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return False


def _may_sign_crls(ca: x509.Certificate) -> bool:
    try:
        return ca.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


def _issuer(ca: x509.Certificate) -> Issuer:
    spki = ca.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return ca.subject.public_bytes(), spki


def _name(certificate: x509.Certificate) -> str:
    return subject_of(certificate)
