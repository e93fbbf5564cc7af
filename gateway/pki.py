"""Keys, certificates, revocation lists and certificate requests, as files.

Knows X.509 and PEM: how the gateway's own key pairs are made and checked, and how a small CA issues for a
demo or a test. Refuses to know parties, settings and the database. Trust in senders is decided in
messages.signature.trust, not here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from messages.signature import oids

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

_BACKDATED = timedelta(minutes=5)  # so that a clock a little slow still finds a new certificate in date

_KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


class PkiError(Exception):
    """A key, certificate or list cannot be used; the text says which file, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A private key and the certificate of it."""

    key: PrivateKey
    certificate: x509.Certificate


class Revoked(NamedTuple):
    """One entry of a revocation list; no reason is what RFC 5280 calls unspecified."""

    serial: int
    at: datetime
    reason: x509.ReasonFlags | None = None


# -- making --------------------------------------------------------------------------------------


def new_key(kind: str = "P-256") -> PrivateKey:
    """A new private key: "P-256" or "RSA-2048"."""
    if kind == "RSA-2048":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def subject(common_name: str, organisation: str = "", unit: str = "", number: str = "") -> x509.Name:
    """A subject: the holder (CN), its party's name (O) and number (OU), a card or certificate number."""
    parts = [
        (NameOID.COUNTRY_NAME, "CN"),
        (NameOID.ORGANIZATION_NAME, organisation),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        (NameOID.COMMON_NAME, common_name),
        (NameOID.SERIAL_NUMBER, number),
    ]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts if value])


def authority(common_name: str, now: datetime, days: int = 3650) -> Pair:
    """A new self-signed CA (P-256) that issues end certificates only."""
    key = new_key()
    name = subject(common_name)
    usage = _key_usage(key_cert_sign=True, crl_sign=True)
    builder = (
        _builder(name, name, key.public_key(), now, days)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
    )
    return Pair(key, builder.sign(key, hashes.SHA256()))


def issue_signer(
    ca: Pair,
    key: PrivateKey | PublicKey,
    name: x509.Name,
    now: datetime,
    *,
    days: int = 1095,
    card: str = "",
    gateway: bool = False,
    commits: bool = True,
) -> x509.Certificate:
    """A certificate for signing messages, of a key or of one that only its holder has.

    `card` is the holder's card kind ('' no card, 'legal' 法人卡, 'operator' 操作员卡); `gateway` adds the
    extended key usage that only a gateway's receipts are signed with; `commits` says that what it signs binds
    its holder (nonRepudiation).
    """
    public = key if isinstance(key, PublicKey) else key.public_key()
    usage = _key_usage(digital_signature=True, content_commitment=commits)
    builder = _issued(ca, public, name, now, days).add_extension(usage, critical=True)
    if card:
        builder = builder.add_extension(oids.card_extension(card), critical=False)
    if gateway:
        builder = builder.add_extension(x509.ExtendedKeyUsage([oids.GATEWAY_SIGNER]), critical=False)
    return builder.sign(ca.key, hashes.SHA256())


def issue_server(
    ca: Pair, key: PrivateKey, hosts: Sequence[str], now: datetime, *, days: int = 397
) -> x509.Certificate:
    """A TLS server certificate for `hosts`, names or addresses."""
    builder = (
        _issued(ca, key.public_key(), subject(hosts[0]), now, days)
        .add_extension(_key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_alternative_names(hosts), critical=False)
    )
    return builder.sign(ca.key, hashes.SHA256())


def revocation_list(
    ca: Pair,
    revoked: Iterable[Revoked | tuple[int, datetime]],
    now: datetime,
    *,
    days: int = 30,
    number: int = 0,
) -> x509.CertificateRevocationList:
    """The CA's list of revoked certificates, the next edition due in `days`.

    Editions are numbered upwards (RFC 5280, 5.2.3): by `number`, or else by the seconds of `now`.
    """
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(ca.certificate.subject)
        .last_update(now)
        .next_update(now + timedelta(days=days))
        .add_extension(x509.CRLNumber(number or int(now.timestamp())), critical=False)
        .add_extension(_issuer_id(ca), critical=False)
    )
    for each in revoked:
        builder = builder.add_revoked_certificate(_entry(Revoked(*each)))
    return builder.sign(ca.key, hashes.SHA256())


def _entry(revoked: Revoked) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(revoked.serial).revocation_date(revoked.at)
    if revoked.reason is not None:
        builder = builder.add_extension(x509.CRLReason(revoked.reason), critical=False)
    return builder.build()


def signing_request(
    key: PrivateKey, name: x509.Name, *, hosts: Sequence[str] = (), gateway: bool = False
) -> x509.CertificateSigningRequest:
    """A certificate request: for TLS with `hosts`, for the receipts' signer with `gateway`."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    usages = [ExtendedKeyUsageOID.SERVER_AUTH] if hosts else []
    if gateway:
        usages.append(oids.GATEWAY_SIGNER)
    if hosts:
        builder = builder.add_extension(_alternative_names(hosts), critical=False)
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    return builder.sign(key, hashes.SHA256())


def _builder(
    name: x509.Name, issuer: x509.Name, public: PublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _issued(
    ca: Pair, public: PublicKey, name: x509.Name, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        _builder(name, ca.certificate.subject, public, now, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_issuer_id(ca), critical=False)
    )


def _issuer_id(ca: Pair) -> x509.AuthorityKeyIdentifier:
    """The CA's own key identifier, or where it has none the usual one of its key (RFC 5280, 4.2.1.2)."""
    try:
        own = ca.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        own = x509.SubjectKeyIdentifier.from_public_key(ca.key.public_key())
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _key_usage(**granted: bool) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: granted.get(usage, False) for usage in _KEY_USAGES})


def _alternative_names(hosts: Sequence[str]) -> x509.SubjectAlternativeName:
    names: list[x509.GeneralName] = []
    for host in hosts:
        try:
            names.append(x509.IPAddress(ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    return x509.SubjectAlternativeName(names)


# -- files ---------------------------------------------------------------------------------------


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` durably for its owner alone; who reads meanwhile sees the old file or the new, whole."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def key_pem(key: PrivateKey) -> bytes:
    """The key as PKCS#8 PEM, not encrypted: a server starts unattended, its folder is the protection."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def pem(*things: x509.Certificate | x509.CertificateRevocationList | x509.CertificateSigningRequest) -> bytes:
    """Certificates, lists or requests as PEM, one after the other."""
    return b"".join(thing.public_bytes(serialization.Encoding.PEM) for thing in things)


def p12(pair: Pair, name: str, password: str, cas: Sequence[x509.Certificate]) -> bytes:
    """A PKCS#12 file under `password` (PBES2, AES-256: what OpenSSL 3 and Java 17 read and write)."""
    encryption = (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(50_000)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(password.encode())
    )
    return pkcs12.serialize_key_and_certificates(name.encode(), pair.key, pair.certificate, cas, encryption)


def sign(key: PrivateKey, data: bytes) -> bytes:
    """A signature with SHA-256: PKCS#1 v1.5, or ECDSA in DER."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def load_key(path: Path, passphrase: bytes | None = None) -> PrivateKey:
    """The private key in `path`, PEM, P-256 or RSA of at least 2048 bits. Raises PkiError."""
    try:
        key = serialization.load_pem_private_key(_read(path), password=passphrase)
    except (ValueError, TypeError) as error:
        how = "with this passphrase" if passphrase else "without a password"
        raise PkiError(f"{path} holds no private key in PEM {how}: {error}") from error
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
        return key
    raise PkiError(f"the key in {path} is neither P-256 nor RSA of 2048 bits or more")


def load_certificates(path: Path) -> list[x509.Certificate]:
    """The certificates in `path`: PEM, one or more, or one in DER. Raises PkiError."""
    data = _read(path)
    try:
        if b"-----BEGIN" not in data:
            return [x509.load_der_x509_certificate(data)]
        found = x509.load_pem_x509_certificates(data)
        if len(found) != data.count(b"-----BEGIN"):
            raise ValueError("one of several is cut off")
        return found
    except (ValueError, x509.InvalidVersion) as error:
        raise PkiError(f"{path} holds no certificate (PEM or DER): {error}") from error


def load_revocation_list(path: Path) -> x509.CertificateRevocationList:
    """The revocation list in `path`, PEM or DER. Raises PkiError."""
    data = _read(path)
    try:
        return x509.load_pem_x509_crl(data) if b"-----BEGIN" in data else x509.load_der_x509_crl(data)
    except (ValueError, x509.InvalidVersion) as error:
        raise PkiError(f"{path} holds no certificate revocation list (PEM or DER): {error}") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PkiError(f"{path} cannot be read: {error.strerror}") from error


def load_folder(folder: Path) -> list[x509.Certificate]:
    """All certificates of the *.pem files of `folder`, by file name; PEM or DER. Raises PkiError."""
    return [each for path in sorted(folder.glob("*.pem")) for each in load_certificates(path)]


def load_revocation_lists(folder: Path) -> list[x509.CertificateRevocationList]:
    """All revocation lists of `folder`, one in each *.pem, by file name; PEM or DER. Raises PkiError."""
    return [load_revocation_list(path) for path in sorted(folder.glob("*.pem"))]


# -- checking ------------------------------------------------------------------------------------


def check_holder(certificate: x509.Certificate) -> None:
    """Refuse to register a certificate that says it is a gateway's or a CA's. Raises PkiError."""
    if oids.is_gateway(certificate):
        raise PkiError("this is a gateway's certificate: whoever holds its key could forge receipts")
    if is_authority(certificate):
        raise PkiError("this is a CA's certificate: whoever holds its key could issue others")


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate's DER, hex: its name in the registry."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def common_name(certificate: x509.Certificate) -> str:
    """The holder's name (CN); empty when the subject has none."""
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether the certificate may issue others. Raises PkiError when it cannot be read."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
    except (ValueError, x509.DuplicateExtension) as error:
        raise PkiError(f"the extensions of a certificate cannot be read: {error}") from error


def public_key(holder: x509.Certificate | x509.CertificateSigningRequest) -> PublicKey | None:
    """The key of a certificate or request; None for a kind that nothing here is signed with, such as SM2."""
    try:
        key = holder.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, PublicKey) else None


def issued_by(certificate: x509.Certificate, cas: Sequence[x509.Certificate]) -> x509.Certificate | None:
    """The CA among `cas` that signed the certificate."""
    for ca in cas:
        try:
            certificate.verify_directly_issued_by(ca)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return ca
    return None


def issued_list(crl: x509.CertificateRevocationList, cas: Sequence[x509.Certificate]) -> bool:
    """Whether one of `cas` signed the revocation list."""
    for ca in cas:
        key = ca.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
            continue
        if ca.subject == crl.issuer and crl.is_signature_valid(key):
            return True
    return False


def check_own(
    purpose: str,
    key: PrivateKey,
    chain: Sequence[x509.Certificate],
    cas: Sequence[x509.Certificate],
    at: datetime,
) -> None:
    """Check a certificate that the gateway is to use itself, `purpose` "gateway" or "tls", first of `chain`.

    It must be of `key`, in date at `at`, issued through the rest of `chain` by one of `cas` (the TLS
    certificate may come from a public CA that is not configured) and carry the purpose's extended key usage.
    Raises PkiError.
    """
    certificate = chain[0]
    who = certificate.subject.rfc4514_string()
    if certificate.public_key() != key.public_key():
        raise PkiError(
            f"the certificate of {who} is not for the gateway's {purpose} key; "
            f"have the request in certs/{purpose}.csr signed and install what comes back"
        )
    if not certificate.not_valid_before_utc <= at < certificate.not_valid_after_utc:
        raise PkiError(
            f"the certificate of {who} is valid from {certificate.not_valid_before_utc:%Y-%m-%d} "
            f"to {certificate.not_valid_after_utc:%Y-%m-%d}, not now"
        )
    wanted = oids.GATEWAY_SIGNER if purpose == "gateway" else ExtendedKeyUsageOID.SERVER_AUTH
    try:
        usages = list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        usages = []
    if wanted not in usages:
        raise PkiError(
            f"the certificate of {who} lacks the extended key usage {wanted.dotted_string}, "
            f"which the request asked for; the CA must keep it"
        )
    for lower, upper in pairwise(chain):
        if issued_by(lower, [upper]) is None:
            raise PkiError(f"a broken chain: {lower.subject.rfc4514_string()} is not issued by the next one")
    if purpose == "gateway" and issued_by(chain[-1], cas) is None and chain[-1] not in cas:
        raise PkiError(f"the certificate of {who} is not issued by a configured CA (certs/ca/*.pem)")
