"""IC cards over pcscd and OpenSC: which are found, how they sign, what they ask, and what they forget."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from lxml import etree

from hardware.card import Card, inserted, tries_left
from hardware.choose import Wish, choose
from hardware.pcsc import Connection
from hardware.signer import (
    CardLocked,
    CardMissing,
    CardRemoved,
    CertificateMissing,
    Found,
    ModuleMissing,
    OpenSigner,
    PinCancelled,
    PinUnusable,
    ReaderMissing,
    ServiceDown,
    Several,
    WrongPin,
)
from hardware.slots import Use
from hardware.virtual import medium
from hardware.virtual.stack import Stack
from messages.signature.certificates import CertificateCache
from messages.signature.profile import algorithm_for
from messages.signature.sign import sign
from messages.signature.verify import verify
from messages.xml import parse
from tests.hardware.asking import PIN, Holder, Patient, nobody
from tests.hardware.stack import blank_card, foreign_card, make_card
from tests.messages.signature.making import PLAIN, holder

WRONG = "111111"
DATA = b"what is signed"


def only(use: Use = "sign") -> Found:
    """The card that is in."""
    [found] = inserted(key=use)
    return found


@contextmanager
def opened(ask: Holder, use: Use = "sign") -> Iterator[Card]:
    """The card that is in, open."""
    with only(use).open(ask) as signer:
        assert isinstance(signer, Card)
        yield signer


def good(certificate: x509.Certificate, signature: bytes, data: bytes = DATA) -> bool:
    """Whether the certificate verifies the signature."""
    public = certificate.public_key()
    algorithm = algorithm_for(public)
    return algorithm.verify(public, algorithm.value(signature), data)


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
            assert good(each.certificate, signer.sign(DATA))


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
            assert good(signer.certificate, signer.sign(DATA))
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
        signer.sign(DATA)
        signer.sign(DATA)
    assert [request.signature for request in ask.asked] == [True, True]


@pytest.mark.parametrize("kind", ["rsa2048", "p256"])
def test_a_message_is_signed(stack: Stack, tmp_path: Path, kind: str) -> None:
    """What the gateway's own verifier takes, from either key."""
    stack.insert(make_card(tmp_path / "a.card", kind))
    for use in ("sign", "auth"):
        with opened(Patient(), use) as signer:
            signed = sign(parse(PLAIN.encode()), signer)
        verified = verify(parse(etree.tostring(signed)), CertificateCache())
        assert verified.certificate == holder(kind).certificate


@pytest.mark.parametrize("use", ["sign", "auth"])
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


# -- the PIN -------------------------------------------------------------------------------------


@pytest.mark.parametrize("use", ["sign", "auth"])
def test_a_wrong_pin_is_asked_for_again(stack: Stack, card: Path, use: Use) -> None:
    """With the tries that are left then, and as one that was wrong before."""
    stack.insert(card)
    ask = Holder(WRONG, PIN)
    with opened(ask, use) as signer:
        assert good(signer.certificate, signer.sign(DATA))
    assert [(request.tries, request.again) for request in ask.asked] == [(3, False), (2, True)]
    assert tries_left(stack.readers[0]) == 3


@pytest.mark.parametrize("use", ["sign", "auth"])
def test_a_wrong_pin_goes_to_the_card_once(stack: Stack, card: Path, use: Use) -> None:
    """One question, one try: nothing is verified again behind the holder's back."""
    stack.insert(card)
    with pytest.raises(WrongPin) as wrong, opened(Holder(WRONG, None), use) as signer:
        signer.sign(DATA)
    assert wrong.value.values["tries"] == 2
    assert tries_left(stack.readers[0]) == 2


@pytest.mark.parametrize("use", ["sign", "auth"])
def test_three_wrong_pins_lock_the_card(stack: Stack, card: Path, use: Use) -> None:
    """After two it says to leave and start again; after three nobody is asked any more."""
    stack.insert(card)
    with pytest.raises(WrongPin) as wrong, opened(Holder(WRONG, WRONG), use) as signer:
        signer.sign(DATA)
    assert wrong.value.values["tries"] == 1
    ask = Holder(WRONG)
    with pytest.raises(CardLocked), opened(ask, use) as signer:
        signer.sign(DATA)
    assert [(request.tries, request.again) for request in ask.asked] == [(1, False)]
    assert tries_left(stack.readers[0]) == 0
    with pytest.raises(CardLocked) as locked:
        only(use).open(nobody)
    assert "制卡中心" in locked.value.told("zh")


def test_a_card_that_is_locked_elsewhere_is_locked_here(stack: Stack, card: Path) -> None:
    """Also while it is open: the holder is not asked in vain."""
    stack.insert(card)
    with opened(Patient()) as signer:
        signer.sign(DATA)
        with pytest.raises(WrongPin), opened(Holder(WRONG, WRONG)) as other:
            other.sign(DATA)
        with pytest.raises(CardLocked), opened(Holder(WRONG)) as other:
            other.sign(DATA)
        with pytest.raises(CardLocked):
            signer.sign(DATA)


@pytest.mark.parametrize("use", ["sign", "auth"])
def test_no_pin_was_given(stack: Stack, card: Path, use: Use) -> None:
    """Nothing is signed, no try is lost, and the card can be asked again."""
    stack.insert(card)
    with pytest.raises(PinCancelled), opened(Holder(None), use) as signer:
        signer.sign(DATA)
    assert tries_left(stack.readers[0]) == 3
    with opened(Patient(), use) as signer:
        assert good(signer.certificate, signer.sign(DATA))


@pytest.mark.parametrize("pin", ["", "12", "12345", "123456789", "12345a", "一二三四五六"])
def test_a_pin_that_cannot_be_costs_no_try(stack: Stack, card: Path, pin: str) -> None:
    """Cards differ in what they count, so one of the wrong form is not sent."""
    stack.insert(card)
    for use in ("sign", "auth"):
        with pytest.raises(PinUnusable), opened(Holder(pin), use) as signer:
            signer.sign(DATA)
    assert tries_left(stack.readers[0]) == 3


# -- forgetting ----------------------------------------------------------------------------------


def test_after_a_signature_with_9c_nobody_else_signs(stack: Stack, card: Path) -> None:
    """The card forgets the PIN at once: else any program could sign with 9A, which needs it but once."""
    stack.insert(card)
    with opened(Patient()) as signer:
        signer.sign(DATA)
        assert tries_left(stack.readers[0]) == 3
        signer.reopen(Patient())
        assert tries_left(stack.readers[0]) == 3
        signer.sign(DATA)
    assert tries_left(stack.readers[0]) == 3


def test_9a_forgets_the_pin_when_closed(stack: Stack, card: Path) -> None:
    """Until then the card knows it, whoever asks: the tries are not told while it is verified."""
    stack.insert(card)
    with opened(Patient(), "auth") as signer:
        signer.sign(DATA)
        assert tries_left(stack.readers[0]) is None
    assert tries_left(stack.readers[0]) == 3
    with pytest.raises(CardRemoved):
        signer.sign(DATA)
    signer.close()
    signer.reopen(Patient())
    assert good(signer.certificate, signer.sign(DATA))
    signer.close()


@pytest.mark.parametrize("use", ["sign", "auth"])
def test_another_program_resets_the_card(stack: Stack, card: Path, use: Use) -> None:
    """9A asks again and goes on; 9C asks anyway."""
    stack.insert(card)
    ask = Patient()
    with opened(ask, use) as signer:
        signer.sign(DATA)
        Connection(stack.readers[0], reset=True).close()
        assert good(signer.certificate, signer.sign(DATA))
    assert len(ask.asked) == 2


def test_threads_that_sign_after_a_reset_wait_for_one_answer(stack: Stack, card: Path) -> None:
    """Whoever comes upon the reset first has the PIN asked for; the others sign then."""
    stack.insert(card)
    ask = Patient()
    with opened(ask, "auth") as signer, ThreadPoolExecutor(8) as threads:
        Connection(stack.readers[0], reset=True).close()
        signatures = list(threads.map(signer.sign, [DATA] * 16))
        assert all(good(signer.certificate, signature) for signature in signatures)
    assert len(ask.asked) == 2


@pytest.mark.parametrize("held", [False, True])
def test_after_a_crash_the_card_is_free(stack: Stack, card: Path, held: bool) -> None:
    """A process that dies with an open card keeps nobody from it, also in the middle of a signature.

    Pcscd resets the card of one that dies signing; of another one it powers the card down within 5 s when
    nobody else uses it, and with that the PIN is forgotten too.
    """
    stack.insert(card)
    script = (
        "import sys; from hardware.card import inserted; "
        f"signer = inserted(key='auth')[0].open(lambda request: {PIN!r}); print('open', flush=True); "
        "sys.stdin.readline(); signer.sign(b'x')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as crashing:
        assert crashing.stdin is not None
        assert crashing.stdout is not None
        assert crashing.stdout.readline() == "open\n"
        if held:
            stack.hold()
            crashing.stdin.write("\n")
            crashing.stdin.flush()
            assert stack.await_held()
        crashing.kill()
        crashing.wait(10)
    stack.release()
    with opened(Patient(), "auth") as signer:
        assert good(signer.certificate, signer.sign(DATA))


def test_a_child_process_does_not_disturb_its_parent(stack: Stack, card: Path) -> None:
    """What it inherits by fork it cannot use; it opens the card for itself, and the parent signs on."""
    stack.insert(card)
    script = (
        "import os\n"
        "from hardware.card import inserted\n"
        "from hardware.signer import SignerError\n"
        f"signer = inserted(key='auth')[0].open(lambda request: {PIN!r})\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    try:\n"
        "        signer.sign(b'x')\n"
        "    except SignerError:\n"
        f"        own = inserted()[0].open(lambda request: {PIN!r})\n"
        "        os._exit(len(own.sign(b'x')) - 256)\n"
        "    os._exit(1)\n"
        "print(os.waitpid(child, 0)[1], len(signer.sign(b'x')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("0 256\n", "")


def test_nothing_of_the_card_is_kept_in_files(stack: Stack, card: Path, tmp_path: Path) -> None:
    """OpenSC's own settings keep no cache, so that a card is always seen as it is now."""
    stack.insert(card)
    home = tmp_path / "home"
    home.mkdir()
    script = (
        "from hardware.card import inserted; "
        f"print(len(inserted()[0].open(lambda request: {PIN!r}).sign(b'x')))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OPENSC_CONF"}
    environment |= {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "256\n"
    assert [path for path in home.rglob("*") if path.is_file()] == []
