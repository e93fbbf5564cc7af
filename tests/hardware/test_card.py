"""IC cards over pcscd and OpenSC: which are found, and how they sign."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from lxml import etree

from hardware.card import inserted, tries_left
from hardware.choose import Wish, choose
from hardware.signer import (
    AnotherDevice,
    CardMissing,
    CertificateMissing,
    DeviceFailed,
    ModuleMissing,
    OpenSigner,
    ReaderMissing,
    ServiceDown,
    Several,
)
from hardware.slots import Use
from hardware.virtual import medium
from hardware.virtual.stack import Stack
from messages.signature.certificates import CertificateCache
from messages.signature.sign import sign
from messages.signature.verify import verify
from messages.xml import parse
from tests.hardware.asking import PIN, Patient, nobody
from tests.hardware.checking import good
from tests.hardware.inserting import USES, only, opened
from tests.hardware.stack import blank_card, foreign_card, make_card
from tests.messages.signature.making import PLAIN, holder, key


@pytest.fixture
def two_keys(tmp_path: Path) -> Path:
    """A card whose 9A and 9C have different keys."""
    path = make_card(tmp_path / "two.card", "rsa2048")
    made = medium.load(path)
    made.put(medium.AUTH, holder("p256").key, holder("p256").certificate)
    made.save()
    return path


# -- finding -------------------------------------------------------------------------------------


def test_a_card_is_found_with_its_certificate(stack: Stack, two_keys: Path) -> None:
    """That of the key which is meant: 9C by itself, 9A when it was asked for."""
    stack.insert(two_keys, 1)
    found = only()
    assert (found.kind, found.reader) == ("card", stack.readers[1])
    assert medium.load(two_keys).serial.endswith(found.serial)
    assert found.certificate == holder("rsa2048").certificate
    assert only("auth").certificate == holder("p256").certificate


def test_two_cards_are_two(stack: Stack, card: Path, tmp_path: Path) -> None:
    """Which one is meant, the user says by the reader or the number; unsaid, both are named."""
    stack.insert(card, 0)
    stack.insert(make_card(tmp_path / "other.card", "p256"), 1)
    first, second = inserted()
    with pytest.raises(Several) as several:
        choose(Wish(kind="card"))
    for each, reader in ((first, stack.readers[0]), (second, stack.readers[1])):
        assert each.reader == reader
        assert each.serial in several.value.told("en")
        assert choose(Wish(kind="card", device=reader)).serial == each.serial
        assert choose(Wish(kind="card", device=each.serial)).reader == reader
        with each.open(Patient()) as signer:
            assert each.certificate is not None
            assert good(each.certificate, signer.sign(b"data"))


def test_nothing_to_find(stack: Stack, tmp_path: Path, card: Path) -> None:
    """No card, one of another kind, no reader, no pcscd, no module: each is an error of its own."""
    with pytest.raises(CardMissing) as missing:
        inserted()
    assert missing.value.values["readers"] == ", ".join(stack.readers)
    stack.insert(foreign_card(tmp_path / "foreign.card"))
    with pytest.raises(CardMissing):
        inserted()
    assert tries_left(stack.readers[0]) is None
    stack.insert(card, 1)
    assert only().reader == stack.readers[1]
    with pytest.raises(ModuleMissing):
        inserted("no-such-module.so")
    stack.start_service(0)
    with pytest.raises(ReaderMissing):
        inserted()
    stack.stop_service()
    with pytest.raises(ServiceDown):
        inserted()


def test_a_blank_card_signs_nothing(stack: Stack, tmp_path: Path) -> None:
    """It is there, but the card office has yet to personalise it."""
    stack.insert(blank_card(tmp_path / "blank.card"))
    with pytest.raises(CertificateMissing):
        only().open(nobody)


# -- signing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rsa2048", "p256"])
def test_9c_asks_for_each_signature(stack: Stack, tmp_path: Path, kind: str) -> None:
    """And for nothing when it is opened; the tries left are shown before."""
    stack.insert(make_card(tmp_path / "a.card", kind))
    ask = Patient()
    with opened(ask) as signer:
        assert ask.asked == []
        for number in range(1, 4):
            assert good(signer.certificate, signer.sign(b"data"))
            assert len(ask.asked) == number
    for request in ask.asked:
        assert (request.kind, request.serial, request.tries) == ("card", signer.serial, 3)
        assert request.signature
        assert not request.again


def test_9a_asks_once(stack: Stack, two_keys: Path) -> None:
    """When it is opened; then it signs whatever it is given."""
    stack.insert(two_keys)
    ask = Patient()
    with opened(ask, "auth") as signer:
        assert [request.signature for request in ask.asked] == [False]
        for number in range(3):
            assert good(holder("p256").certificate, signer.sign(b"%d" % number), b"%d" % number)
    assert len(ask.asked) == 1


def test_the_right_one_of_two_keys_under_one_certificate(stack: Stack, card: Path) -> None:
    """A certificate alone does not say which key: 9C asks each time, also where 9A has the same one."""
    stack.insert(card)
    ask = Patient()
    with opened(ask) as signer:
        signer.sign(b"data")
        signer.sign(b"data")
    assert [request.signature for request in ask.asked] == [True, True]


@pytest.mark.parametrize("kind", ["rsa2048", "p256"])
def test_a_message_is_signed(stack: Stack, tmp_path: Path, kind: str) -> None:
    """What the gateway's own verifier takes, from either key."""
    stack.insert(make_card(tmp_path / "a.card", kind))
    for use in USES:
        with opened(Patient(), use) as signer:
            signed = sign(parse(PLAIN.encode()), signer)
        verified = verify(parse(etree.tostring(signed)), CertificateCache())
        assert verified.certificate == holder(kind).certificate


@pytest.mark.parametrize("use", USES)
def test_many_threads_sign(stack: Stack, card: Path, use: Use) -> None:
    """They take turns, and so do the questions."""
    stack.insert(card)
    asking = threading.Lock()

    def ask_alone(request: object) -> str:
        assert asking.acquire(blocking=False), "two questions at a time"
        asking.release()
        return PIN

    with only(use).open(ask_alone) as signer, ThreadPoolExecutor(8) as threads:
        documents = [b"%d" % number for number in range(24)]
        signatures = list(threads.map(signer.sign, documents))
    certificate = holder("rsa2048").certificate
    assert all(map(good, [certificate] * 24, signatures, documents))


def test_it_looks_like_every_signer(stack: Stack, card: Path) -> None:
    """And its repr says no more than its number."""
    stack.insert(card)
    with opened(Patient()) as signer:
        device: OpenSigner = signer
        assert (device.kind, device.algorithm) == ("card", "rsa-sha256")
        assert repr(device) == f"Card({device.serial})"


def test_a_card_whose_key_is_not_its_certificates(stack: Stack, tmp_path: Path) -> None:
    """No signature is given away that the certificate does not verify."""
    certificate = holder("rsa2048").certificate
    stack.insert(make_card(tmp_path / "a.card", key=key("rsa2048", 5), certificate=certificate))
    with opened(Patient()) as signer, pytest.raises(DeviceFailed):
        signer.sign(b"data")


def test_a_card_that_was_issued_anew_in_between_is_another_one(stack: Stack, tmp_path: Path) -> None:
    """Its number is the same, its certificate is not: who found the one must not sign with the other."""
    number = "00112233445566778899aabbccddeeff"
    stack.insert(make_card(tmp_path / "before.card", "rsa2048", serial=number))
    before = only()
    stack.remove()
    stack.insert(make_card(tmp_path / "after.card", "p256", serial=number))
    with pytest.raises(AnotherDevice):
        before.open(nobody)
    with only().open(Patient()) as signer:
        assert good(holder("p256").certificate, signer.sign(b"data"))
