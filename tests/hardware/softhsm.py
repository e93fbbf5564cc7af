"""A SoftHSM2 of one's own: tokens made and deleted by its own programs, in processes of their own.

It stands for an Ikey where there is none. The environment names its configuration for programs started here
and for the module in this process; the machine's own SoftHSM is not touched.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_public_key,
)
from pkcs11 import Attribute, CertificateType, ObjectClass

from hardware.pkcs11 import Module
from tests.messages.signature.making import Key, Pair

PIN, SO_PIN = "314159", "27182818"
PLACES = ("/usr/lib/softhsm", "/usr/lib/*/softhsm", "/usr/lib*/pkcs11", "/usr/local/lib/softhsm")


def module_path() -> str:
    """Where SoftHSM2's module is."""
    found = [each for place in PLACES for each in Path("/").glob(f"{place[1:]}/libsofthsm2.so")]
    assert found, "libsofthsm2.so is missing: tools/system-packages test installs it"
    return str(found[0])


class SoftHsm:
    """Its folder, and what is done to its tokens from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.module = module_path()
        self.configuration = folder / "softhsm2.conf"
        self.store = folder / "tokens"
        self.store.mkdir()
        self.configuration.write_text(
            f"directories.tokendir = {self.store}\nobjectstore.backend = file\nlog.level = ERROR\n"
        )
        self.environment = {**os.environ, "SOFTHSM2_CONF": str(self.configuration)}

    def token(self, label: str, *pairs: Pair) -> None:
        """Initialise a token and put `pairs` on it, with CKA_ID 01, 02 …"""
        self._run(
            "softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", SO_PIN
        )
        for number, pair in enumerate(pairs, 1):
            self.key(label, pair.key, number)
            self.certificate(label, pair.certificate, number)

    def key(self, label: str, key: Key, number: int) -> None:
        """Put a private key on a token."""
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        self._write(label, "privkey", der, number)

    def certificate(self, label: str, certificate: x509.Certificate, number: int) -> None:
        """Put a certificate on a token."""
        self._write(label, "cert", certificate.public_bytes(Encoding.DER), number)

    def hidden_certificate(self, label: str, certificate: x509.Certificate, number: int) -> None:
        """Put a certificate on a token that shows it after the PIN only."""
        [token] = [each for each in Module.load(self.module).tokens() if each.label == label]
        attributes = {
            Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
            Attribute.TOKEN: True, Attribute.PRIVATE: True, Attribute.ID: bytes([number]),
            Attribute.SUBJECT: certificate.subject.public_bytes(),
            Attribute.VALUE: certificate.public_bytes(Encoding.DER),
        }  # fmt: skip
        with token.module.open(token, write=True) as session:
            session.login(PIN)
            with session.use() as raw:
                raw.create_object(attributes)

    def renew(self, label: str, certificate: x509.Certificate, number: int) -> None:
        """Put a certificate in the place of another one."""
        self._tool(label, "--delete-object", "--type", "cert", "--id", f"{number:02x}")
        self.certificate(label, certificate, number)

    def generate(self, label: str, kind: str, number: int, *more: str) -> PublicKeyTypes:
        """Have a token make a key pair."""
        self._tool(label, "--keypairgen", "--key-type", kind, "--id", f"{number:02x}", *more)
        file = self.folder / "public.der"
        self._tool(label, "--read-object", "--type", "pubkey", "--id", f"{number:02x}", "-o", str(file))
        return load_der_public_key(file.read_bytes())

    def without_pin(self, label: str) -> None:
        """Initialise a token whose holder has no PIN yet."""
        self._run(
            "pkcs11-tool", "--module", self.module, "--init-token", "--slot-index", "0",
            "--label", label, "--so-pin", SO_PIN,
        )  # fmt: skip

    def change_pin(self, label: str, pin: str) -> None:
        """Give a token another PIN."""
        self._tool(label, "--change-pin", "--new-pin", pin)

    def delete(self, label: str) -> None:
        """Delete a token."""
        self._run("softhsm2-util", "--delete-token", "--token", label)

    def take_out(self) -> None:
        """Take all tokens out, as one takes out an Ikey."""
        self.store.rename(self.folder / "out")
        self.store.mkdir()

    def put_in(self) -> None:
        """Put back what was taken out, beside what is there."""
        for token in (self.folder / "out").iterdir():
            token.rename(self.store / token.name)
        (self.folder / "out").rmdir()

    def _write(self, label: str, kind: str, der: bytes, number: int) -> None:
        file = self.folder / "object.der"
        file.write_bytes(der)
        usage = ("--usage-sign",) if kind == "privkey" else ()
        self._tool(label, "--write-object", str(file), "--type", kind, "--id", f"{number:02x}", *usage)
        file.unlink()

    def _tool(self, label: str, *words: str) -> None:
        self._run(
            "pkcs11-tool", "--module", self.module, "--token-label", label, "--login", "--pin", PIN, *words
        )

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, f"{command[:2]}: {done.stderr}{done.stdout}"


@pytest.fixture
def softhsm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftHsm]:
    """An empty SoftHSM2, for this process too."""
    folder = tmp_path / "softhsm"
    folder.mkdir()
    made = SoftHsm(folder)
    monkeypatch.setenv("SOFTHSM2_CONF", str(made.configuration))
    yield made
    assert not Module.load(made.module).sessions, "the test left a session open"
