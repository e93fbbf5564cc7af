"""The PIN of an IC card: how it is asked for, what a wrong one costs, and who may sign with it afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hardware.card import tries_left
from hardware.pcsc import Connection
from hardware.signer import (
    CardLocked,
    CardRemoved,
    PinCancelled,
    PinUnusable,
    WrongPin,
)
from hardware.slots import Use
from hardware.virtual.stack import Stack
from tests.hardware.asking import PIN, Holder, Patient, nobody
from tests.hardware.checking import good
from tests.hardware.inserting import USES, only, opened

WRONG = "111111"


# -- the PIN -------------------------------------------------------------------------------------


@pytest.mark.parametrize("use", USES)
def test_a_wrong_pin_is_asked_for_again(stack: Stack, card: Path, use: Use) -> None:
    """With the tries that are left then, and as one that was wrong before."""
    stack.insert(card)
    ask = Holder(WRONG, PIN)
    with opened(ask, use) as signer:
        assert good(signer.certificate, signer.sign(b"data"))
    assert [(request.tries, request.again) for request in ask.asked] == [(3, False), (2, True)]
    assert tries_left(stack.readers[0]) == 3


@pytest.mark.parametrize("use", USES)
def test_a_wrong_pin_goes_to_the_card_once(stack: Stack, card: Path, use: Use) -> None:
    """One question, one try: nothing is verified again behind the holder's back."""
    stack.insert(card)
    with pytest.raises(WrongPin) as wrong, opened(Holder(WRONG, None), use) as signer:
        signer.sign(b"data")
    assert wrong.value.values["tries"] == 2
    assert tries_left(stack.readers[0]) == 2


@pytest.mark.parametrize("use", USES)
def test_three_wrong_pins_lock_the_card(stack: Stack, card: Path, use: Use) -> None:
    """After two it says to leave and start again; after three nobody is asked any more."""
    stack.insert(card)
    with pytest.raises(WrongPin) as wrong, opened(Holder(WRONG, WRONG), use) as signer:
        signer.sign(b"data")
    assert wrong.value.values["tries"] == 1
    ask = Holder(WRONG)
    with pytest.raises(CardLocked), opened(ask, use) as signer:
        signer.sign(b"data")
    assert [(request.tries, request.again) for request in ask.asked] == [(1, False)]
    assert tries_left(stack.readers[0]) == 0
    with pytest.raises(CardLocked) as locked:
        only(use).open(nobody)
    assert "制卡中心" in locked.value.told("zh")


def test_a_card_that_is_locked_elsewhere_is_locked_here(stack: Stack, card: Path) -> None:
    """Also while it is open: the holder is not asked in vain."""
    stack.insert(card)
    with opened(Patient()) as signer:
        signer.sign(b"data")
        with pytest.raises(WrongPin), opened(Holder(WRONG, WRONG)) as other:
            other.sign(b"data")
        with pytest.raises(CardLocked), opened(Holder(WRONG)) as other:
            other.sign(b"data")
        with pytest.raises(CardLocked):
            signer.sign(b"data")


@pytest.mark.parametrize("use", USES)
def test_no_pin_was_given(stack: Stack, card: Path, use: Use) -> None:
    """Nothing is signed, no try is lost, and the card can be asked again."""
    stack.insert(card)
    with pytest.raises(PinCancelled), opened(Holder(None), use) as signer:
        signer.sign(b"data")
    assert tries_left(stack.readers[0]) == 3
    with opened(Patient(), use) as signer:
        assert good(signer.certificate, signer.sign(b"data"))


@pytest.mark.parametrize("pin", ["", "12", "12345", "123456789", "12345a", "一二三四五六"])
def test_a_pin_that_cannot_be_costs_no_try(stack: Stack, card: Path, pin: str) -> None:
    """Cards differ in what they count, so one of the wrong form is not sent."""
    stack.insert(card)
    for use in USES:
        with pytest.raises(PinUnusable), opened(Holder(pin), use) as signer:
            signer.sign(b"data")
    assert tries_left(stack.readers[0]) == 3


# -- forgetting ----------------------------------------------------------------------------------


def test_after_a_signature_with_9c_nobody_else_signs(stack: Stack, card: Path) -> None:
    """The card forgets the PIN at once: else any program could sign with 9A, which needs it but once."""
    stack.insert(card)
    with opened(Patient()) as signer:
        signer.sign(b"data")
        assert tries_left(stack.readers[0]) == 3
        signer.reopen(Patient())
        assert tries_left(stack.readers[0]) == 3
        signer.sign(b"data")
    assert tries_left(stack.readers[0]) == 3


def test_9a_forgets_the_pin_when_closed(stack: Stack, card: Path) -> None:
    """Until then the card knows it, whoever asks: the tries are not told while it is verified."""
    stack.insert(card)
    with opened(Patient(), "auth") as signer:
        signer.sign(b"data")
        assert tries_left(stack.readers[0]) is None
    assert tries_left(stack.readers[0]) == 3
    with pytest.raises(CardRemoved):
        signer.sign(b"data")
    signer.close()
    signer.reopen(Patient())
    assert good(signer.certificate, signer.sign(b"data"))
    signer.close()


@pytest.mark.parametrize("use", USES)
def test_another_program_resets_the_card(stack: Stack, card: Path, use: Use) -> None:
    """9A asks again and goes on; 9C asks anyway."""
    stack.insert(card)
    ask = Patient()
    with opened(ask, use) as signer:
        signer.sign(b"data")
        Connection(stack.readers[0], reset=True).close()
        assert good(signer.certificate, signer.sign(b"data"))
    assert len(ask.asked) == 2


def test_threads_that_sign_after_a_reset_wait_for_one_answer(stack: Stack, card: Path) -> None:
    """Whoever comes upon the reset first has the PIN asked for; the others sign then."""
    stack.insert(card)
    ask = Patient()
    with opened(ask, "auth") as signer, ThreadPoolExecutor(8) as threads:
        Connection(stack.readers[0], reset=True).close()
        signatures = list(threads.map(signer.sign, [b"data"] * 16))
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
        assert good(signer.certificate, signer.sign(b"data"))


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
