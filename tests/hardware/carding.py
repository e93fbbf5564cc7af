"""A PIV card on the card office's table and at the desk, for tests; and whoever is asked for its PINs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography import x509

from hardware import card as cards
from hardware import office, slots
from hardware.blank import (
    Algorithm,
    Use,
)
from hardware.piv_office import BlankCard
from hardware.virtual.medium import DEFAULT_MANAGEMENT_KEY
from hardware.virtual.stack import Stack
from tests.hardware.certify import HOLDER, certify
from tests.hardware.checking import good
from tests.hardware.stack import PIN, PUK, blank_card

NEW_PIN, NEW_PUK = "271828", "31415926"


class Asked:
    """Somebody who is asked for a PIN and gives what was agreed; counts how often."""

    def __init__(self, secret: str | None) -> None:
        self.secret = secret
        self.times = 0

    def __call__(self) -> str | None:
        """The secret."""
        self.times += 1
        return self.secret


def opened(
    *,
    pin: str | None = PIN,
    puk: str | None = PUK,
    key: bytes = DEFAULT_MANAGEMENT_KEY,
    reader: str | None = None,
) -> BlankCard:
    """The card in the reader, in the office's hands."""
    blank = office.blank_card(reader, key, pin=Asked(pin), puk=Asked(puk))
    assert isinstance(blank, BlankCard)
    return blank


def issue(
    blank: BlankCard, algorithm: Algorithm = "P-256", *, replace: bool = False
) -> dict[Use, x509.Certificate]:
    """All the keys and certificates of a card."""
    issued = {}
    for use in blank.uses:
        blank.generate(use, algorithm, replace=replace)
        issued[use] = certify(blank.request(use, HOLDER))
        blank.write(use, issued[use])
    return issued


def signs(certificate: x509.Certificate, key: slots.Use, pin: str) -> bool:
    """Whether the card in the reader signs as the desk has it sign, and it is by `certificate`."""
    (found,) = cards.inserted(key=key)
    assert found.certificate == certificate
    with found.open(lambda _: pin) as signer:
        made = signer.sign(b"data")
    return good(certificate, made)


def run(*command: str) -> str:
    """What one of OpenSC's own programs says."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def blank(tmp_path: Path, stack: Stack) -> Path:
    """A card as it comes from the factory, in the reader."""
    path = blank_card(tmp_path / "blank.card")
    stack.insert(path)
    return path
