"""Which card is in which reader, and which of its keys is meant, where it is no matter of course."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardware.modules import CARDS
from hardware.pcsc import Reader
from hardware.pkcs11 import Module
from hardware.seat import Seat
from hardware.signer import CardMissing, Several
from hardware.slots import Use, cards, load, meant
from hardware.virtual.stack import Stack
from tests.hardware.softhsm import SoftHsm
from tests.hardware.softhsm import softhsm as softhsm
from tests.messages.signature.making import Pair, authority, issue, key, name, usage

PRESENT = 0x20  # SCARD_STATE_PRESENT
OTHERS = (
    ("decrypts", "rsa2048", "key_encipherment"),
    ("logs in", "p256", "digital_signature"),
    ("signs", "p384", "content_commitment"),
)


def certified(common: str, kind: str, allowed: str) -> Pair:
    """A key and a certificate that allows this use."""
    return issue(common, key(kind), authority(), extensions=[(usage(allowed), True)])


@pytest.mark.parametrize(("use", "common"), [("sign", "signs"), ("auth", "logs in")])
def test_of_a_card_that_is_no_piv_card_the_key_usage_tells(softhsm: SoftHsm, use: Use, common: str) -> None:
    """Whoever declares uses the key that binds; SoftHSM stands for the card here."""
    softhsm.token("card", *(certified(*each) for each in OTHERS))
    [token] = [each for each in Module.load(softhsm.module).tokens() if each.label == "card"]
    with token.module.open(token) as session:
        stored = meant(session, use)
    assert stored is not None
    assert stored.certificate.subject == name(common)


def test_two_readers_that_pkcs11_cannot_tell_apart(stack: Stack, card: Path) -> None:
    """It cuts their names at 64 bytes: a card in one of them could be taken for that in the other."""
    stack.insert(card)
    long = "Reader of a maker who tells us everything about the device in its name "
    alike = [Reader(f"{long}{number}", b";", PRESENT) for number in range(2)]
    with pytest.raises(Several) as several:
        cards(load(CARDS), alike)
    assert alike[1].name in several.value.told("en")
    assert cards(load(CARDS), [alike[0]]) == []


def test_a_seat_wants_a_card(stack: Stack) -> None:
    """There is nothing to watch over in an empty reader."""
    with pytest.raises(CardMissing):
        Seat(stack.readers[0])
