"""An Ikey on the card office's table and at the desk, for tests."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509

from hardware import office
from hardware.blank import (
    Algorithm,
    Use,
)
from hardware.choose import Wish, choose
from hardware.ikey_office import BlankIkey
from tests.hardware.carding import Asked
from tests.hardware.certify import HOLDER, certify
from tests.hardware.checking import good
from tests.hardware.softhsm import PIN, SO_PIN, SoftHsm
from tests.hardware.softhsm import softhsm as softhsm
from tests.messages.signature.making import DAY, NOW


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
