"""A certificate file as a signer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from lxml import etree

from gateway import pki
from hardware.certificate_file import CertificateFile, CertificateFileError, open_certificate_file
from messages.signature.sign import sign
from messages.signature.verify import CertificateCache, verify

NOW = datetime.now(UTC)
CA = pki.authority("test CA", NOW)


def pair(key: pki.PrivateKey) -> pki.Pair:
    """A certificate of the test CA for `key`."""
    return pki.Pair(key, pki.issue_signer(CA, key, pki.subject("holder"), NOW))


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (pki.new_key("RSA-2048"), "rsa-sha256"),
        (pki.new_key("P-256"), "ecdsa-sha256"),
        (ec.generate_private_key(ec.SECP384R1()), "ecdsa-sha384"),
        (ec.generate_private_key(ec.SECP521R1()), "ecdsa-sha512"),
    ],
)
def test_every_key_of_the_profile_signs(key: pki.PrivateKey, algorithm: str, tmp_path: Path) -> None:
    """A document signed with the opened file verifies and names its certificate."""
    owner = pair(key)
    file = tmp_path / "a.p12"
    file.write_bytes(pki.p12(owner, "holder", "密码", [CA.certificate]))
    signer = open_certificate_file(file, "密码")
    assert (signer.algorithm, signer.kind) == (algorithm, "file")
    found = verify(sign(etree.fromstring("<a/>"), signer), CertificateCache())
    assert found.certificate == owner.certificate


def test_a_wrong_password_is_told_from_nothing_else_and_not_shown(tmp_path: Path) -> None:
    """A wrong password and a damaged file read alike, and neither message holds the password."""
    file = tmp_path / "a.p12"
    file.write_bytes(pki.p12(pair(pki.new_key()), "holder", "right", []))
    for content in (file.read_bytes(), b"not PKCS#12"):
        file.write_bytes(content)
        with pytest.raises(CertificateFileError, match="password is wrong") as failure:
            open_certificate_file(file, "sesam")
        assert "sesam" not in str(failure.value)


def test_a_missing_or_huge_file_is_refused_with_the_reason(tmp_path: Path) -> None:
    """No file, and a file that is no certificate file by its size, are told apart."""
    with pytest.raises(CertificateFileError, match="cannot be read"):
        open_certificate_file(tmp_path / "nowhere.p12", "x")
    huge = tmp_path / "huge.p12"
    huge.write_bytes(bytes(1024 * 1024 + 1))
    with pytest.raises(CertificateFileError, match="larger"):
        open_certificate_file(huge, "x")


def test_a_certificate_alone_cannot_sign(tmp_path: Path) -> None:
    """A file without the key is refused when it is opened, not when something is to be signed."""
    file = tmp_path / "a.p12"
    file.write_bytes(pkcs12.serialize_key_and_certificates(None, None, CA.certificate, None, NoEncryption()))
    with pytest.raises(CertificateFileError, match="does not hold"):
        open_certificate_file(file, "")


def test_the_key_does_not_show() -> None:
    """The repr names the holder only."""
    owner = pair(pki.new_key())
    assert repr(CertificateFile(owner.key, owner.certificate)) == "CertificateFile('CN=holder,C=CN')"
