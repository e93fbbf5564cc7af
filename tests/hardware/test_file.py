"""Certificate files: which open, and what is said of those that don't."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from hardware.file import (
    CertificateFile,
    FileUnreadable,
    NotACertificateFile,
    WrongPassphrase,
    open_bytes,
    open_file,
)
from hardware.signer import CertificateMissing, KeyMissing, KeyUnsuitable, SignerError
from messages.signature.profile import algorithm_for
from messages.signature.sign import Signer
from tests.messages.signature.making import METHODS, Pair, authority, holder, issue, key

PASSPHRASE = "通关 pass-phrase"


def pfx(pair: Pair, passphrase: str = PASSPHRASE) -> bytes:
    """The pair as PKCS#12."""
    return pkcs12.serialize_key_and_certificates(
        b"name", pair.key, pair.certificate, [authority().certificate],
        BestAvailableEncryption(passphrase.encode()),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["rsa2048", "p256", "p384", "p521"])
def test_a_file_opens_and_signs(tmp_path: Path, kind: str) -> None:
    """With its passphrase, also one in Chinese, it is a signer whose signatures its certificate verifies."""
    path = tmp_path / "holder.p12"
    path.write_bytes(pfx(holder(kind)))
    signer: Signer = open_file(path, PASSPHRASE)
    assert signer.certificate == holder(kind).certificate
    assert (signer.algorithm, signer.kind) == (METHODS[kind], "file")
    assert signer.serial == f"{holder(kind).certificate.serial_number:X}"
    public = signer.certificate.public_key()
    algorithm = algorithm_for(public)
    assert algorithm.verify(public, algorithm.value(signer.sign(b"data")), b"data")


def test_a_wrong_passphrase_is_called_so() -> None:
    """And is told from a file that is none."""
    with pytest.raises(WrongPassphrase, match="passphrase"):
        open_bytes(pfx(holder("p256")), "wrong")


def test_a_missing_file_is_called_so(tmp_path: Path) -> None:
    """With its path and the system's reason."""
    with pytest.raises(FileUnreadable, match=r"absent\.p12.*No such file"):
        open_file(tmp_path / "absent.p12", PASSPHRASE)
    with pytest.raises(FileUnreadable):
        open_file(tmp_path, PASSPHRASE)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"0",
        b"hello",
        holder("p256").certificate.public_bytes(Encoding.DER),
        pfx(holder("p256"))[:-1],
        pfx(holder("p256")) + b"\n",
        b"\x30\x84\xff\xff\xff\xff\x02\x01\x03",
        b"0" * 2_000_000,
    ],
    ids=["empty", "one byte", "text", "certificate", "cut off", "longer", "lying length", "huge"],
)
def test_other_files_are_no_certificate_files(data: bytes) -> None:
    """Whatever the passphrase."""
    with pytest.raises(NotACertificateFile, match=r"PKCS#12"):
        open_bytes(data, PASSPHRASE)


def test_pem_is_told_how_to_become_a_certificate_file() -> None:
    """The commonest mistake has an answer of its own."""
    with pytest.raises(NotACertificateFile, match="openssl pkcs12 -export"):
        open_bytes(holder("p256").certificate.public_bytes(Encoding.PEM), PASSPHRASE)


def test_a_file_without_key_or_certificate_says_which() -> None:
    """A store of CA certificates, a key alone, and a key beside somebody else's certificate."""
    encryption = BestAvailableEncryption(b"x")
    store = pkcs12.serialize_java_truststore(
        [pkcs12.PKCS12Certificate(authority().certificate, b"ca")], encryption
    )
    with pytest.raises(KeyMissing, match="no private key"):
        open_bytes(store, "x")
    alone = pkcs12.serialize_key_and_certificates(b"n", key("p256"), None, None, encryption)
    with pytest.raises(CertificateMissing, match="no certificate"):
        open_bytes(alone, "x")


def test_a_key_that_signs_no_message_is_refused() -> None:
    """When the file is opened, not when the gateway refuses the message."""
    for kind in ("rsa1024", "k256"):
        with pytest.raises(KeyUnsuitable, match="no signature algorithm"):
            open_bytes(pfx(issue("weak", key(kind), authority())), PASSPHRASE)


def test_every_failure_is_a_signer_error() -> None:
    """A caller that only shows the text catches one class."""
    for kind in (FileUnreadable, NotACertificateFile, WrongPassphrase, KeyMissing, KeyUnsuitable):
        assert issubclass(kind, SignerError)


def test_neither_key_nor_passphrase_shows() -> None:
    """The representation that logs and tracebacks use names the certificate only."""
    pair = holder("p256")
    text = repr(CertificateFile(pair.key, pair.certificate)) + repr(vars(open_bytes(pfx(pair), PASSPHRASE)))
    assert PASSPHRASE not in text
    private = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    assert private.splitlines()[1] not in text
