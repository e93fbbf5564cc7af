"""The door to PC/SC, over the session's own pcscd: readers, cards, commands, and each failure by its name."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from hardware import piv
from hardware.pcsc import CardReset, Connection, Context, meaning, readers
from hardware.signer import (
    CardMissing,
    DeviceFailed,
    ReaderGone,
    ReaderMissing,
    ServiceDown,
    ServiceRefused,
    SignerError,
)
from hardware.virtual.piv import atr
from hardware.virtual.stack import Stack

PIN = piv.pad("123456")


def in_a_thread(run: Callable[[], object]) -> threading.Thread:
    """Start `run` in a thread."""
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def hang_up(listening: socket.socket) -> None:
    """Take every call and end it, until nobody listens any more."""
    with suppress(OSError):
        while True:
            listening.accept()[0].close()


def tries(connection: Connection) -> int | None:
    """PIN tries left, None when the PIN is verified."""
    _, sw = piv.exchange(connection.transmit, piv.verify(None))
    return piv.tries(sw)


# -- readers -------------------------------------------------------------------------------------


def test_readers_tell_what_is_in_them(stack: Stack, card: Path) -> None:
    """A reader with a card shows its answer to reset, one without shows none."""
    stack.insert(card, 1)
    empty, full = readers()
    assert [empty.name, full.name] == stack.readers
    assert (empty.present, empty.atr) == (False, b"")
    assert (full.present, full.mute, full.atr) == (True, False, atr())


def test_a_card_that_was_out_in_between_shows_in_the_count(stack: Stack, card: Path) -> None:
    """Nobody has to look while it is out."""
    stack.insert(card)
    before = readers()[0]
    stack.remove()
    stack.insert(card)
    after = readers()[0]
    assert after.present
    assert after.changes != before.changes
    assert readers()[0].changes == after.changes


def test_without_pcscd(stack: Stack) -> None:
    """It says so at once, and works again when pcscd does, in the same process."""
    stack.stop_service()
    with pytest.raises(ServiceDown):
        readers()
    stack.start_service()
    assert [reader.name for reader in readers()] == stack.readers


def test_without_a_reader(stack: Stack) -> None:
    """Pcscd runs and has none: another thing than no pcscd."""
    stack.start_service(0)
    with pytest.raises(ReaderMissing):
        readers()
    with Context() as context:
        assert context.look() == []


def test_a_pcscd_that_hangs_up_refuses_this_user(tmp_path: Path) -> None:
    """So polkit's refusal looks to a client: the call is taken and ended without a word."""
    path = tmp_path / "pcscd.comm"
    ask = "from hardware.pcsc import readers; readers()"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        in_a_thread(lambda: hang_up(listening))
        asked = subprocess.run(
            [sys.executable, "-c", ask],
            env={**os.environ, "PCSCLITE_CSOCK_NAME": str(path)},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert asked.stderr.splitlines()[-1].startswith(f"hardware.signer.{ServiceRefused.__name__}")


# -- waiting -------------------------------------------------------------------------------------


def test_waiting_ends_when_a_card_comes(stack: Stack, card: Path) -> None:
    """And not when nothing happens, but for the time that was set."""
    with Context() as context:
        before = context.look()
        context.wait(before, 0.01)
        assert context.look() == before
        waiting = in_a_thread(lambda: context.wait(before, 60))
        stack.insert(card)
        waiting.join(10)
        assert not waiting.is_alive()
        assert context.look()[0].present


def test_waiting_is_cancelled_from_another_thread(stack: Stack) -> None:
    """A context that was closed is left alone."""
    with Context() as context:
        waiting = in_a_thread(lambda: context.wait(context.look(), 60))
        while waiting.is_alive():
            context.cancel()
            waiting.join(0.01)
    context.cancel()
    context.close()


def test_the_wait_for_a_reader_that_is_gone_fails(stack: Stack) -> None:
    """Or returns, where all readers are waited for, so that they are listed again."""
    with Context() as context:
        one = context.look()[0]
    stack.start_service(0)
    with Context() as context:
        context.wait([one], 10)
        with pytest.raises(ReaderGone) as gone:
            context.wait_in(one, 10)
        assert gone.value.values["reader"] == one.name


# -- commands ------------------------------------------------------------------------------------


def test_commands_and_answers(stack: Stack, card: Path) -> None:
    """An answer is data and a status word; one of either may be all there is."""
    stack.insert(card)
    with Connection(stack.readers[0]) as connection:
        data, sw = connection.transmit(bytes.fromhex("00A404000BA00000030800001000010000"))
        assert (data[:1], sw) == (b"\x61", 0x9000)
        assert connection.transmit(bytes.fromhex("00200080")) == (b"", 0x63C3)


def test_no_card_no_reader_no_pcscd(stack: Stack) -> None:
    """Each is an error of its own before anything is sent."""
    with pytest.raises(CardMissing) as missing:
        Connection(stack.readers[0])
    assert missing.value.values["readers"] == stack.readers[0]
    with pytest.raises(ReaderGone) as gone:
        Connection("Nobody's reader 00 00")
    assert gone.value.values["reader"] == "Nobody's reader 00 00"
    name = stack.readers[0]
    stack.stop_service()
    with pytest.raises(ServiceDown):
        Connection(name)


def test_a_card_taken_out_is_missing(stack: Stack, card: Path) -> None:
    """Also when another one, or the same one again, is there by now: this connection was to that card."""
    stack.insert(card)
    with Connection(stack.readers[0]) as connection:
        stack.remove()
        with pytest.raises(CardMissing):
            connection.transmit(bytes.fromhex("00200080"))
        stack.insert(card)
        with pytest.raises(CardMissing):
            connection.transmit(bytes.fromhex("00200080"))
        with pytest.raises(CardMissing), connection.transaction():
            pass


def test_a_connection_ends_with_its_pcscd(stack: Stack, card: Path) -> None:
    """The next one is to the new one."""
    stack.insert(card)
    with Connection(stack.readers[0]) as connection:
        stack.stop_service()
        with pytest.raises(ServiceDown):
            connection.transmit(bytes.fromhex("00200080"))
        stack.start_service()
        stack.insert(card)
        with pytest.raises(ServiceDown):
            connection.transmit(bytes.fromhex("00200080"))
    with Connection(stack.readers[0]) as connection:
        piv.exchange(connection.transmit, piv.select())
        assert tries(connection) == 3


def test_closing_leaves_the_card_as_it_is_or_resets_it(stack: Stack, card: Path) -> None:
    """A verified PIN stays for whoever comes next, unless the card was to be reset."""
    stack.insert(card)
    for reset, left in ((False, None), (True, 3)):
        with Connection(stack.readers[0], reset=reset) as connection:
            piv.exchange(connection.transmit, piv.select())
            assert piv.exchange(connection.transmit, piv.verify(PIN))[1] == piv.OK
        connection.close()  # twice does no harm
        with Connection(stack.readers[0]) as connection:
            piv.exchange(connection.transmit, piv.select())
            assert tries(connection) == left


def test_another_program_s_reset_is_told_once(stack: Stack, card: Path) -> None:
    """What was selected is forgotten, so the command is not sent again behind the caller's back."""
    stack.insert(card)
    with Connection(stack.readers[0]) as connection:
        piv.exchange(connection.transmit, piv.select())
        Connection(stack.readers[0], reset=True).close()
        with pytest.raises(CardReset):
            connection.transmit(bytes.fromhex("00200080"))
        assert piv.exchange(connection.transmit, piv.select())[1] == piv.OK
        Connection(stack.readers[0], reset=True).close()
        with connection.transaction():
            assert piv.exchange(connection.transmit, piv.select())[1] == piv.OK


def test_a_transaction_keeps_others_out(stack: Stack, card: Path) -> None:
    """Another one begins when this one has ended."""
    stack.insert(card)
    order = []
    with Connection(stack.readers[0]) as ours, Connection(stack.readers[0]) as theirs:

        def other() -> None:
            with theirs.transaction():
                order.append("theirs")

        with ours.transaction():
            waiting = in_a_thread(other)
            piv.exchange(ours.transmit, piv.select())
            waiting.join(0.3)
            order.append("ours")
        waiting.join(10)
    assert order == ["ours", "theirs"]


@pytest.mark.parametrize(
    ("code", "means"),
    [
        (0x8010001D, ServiceDown),  # SCARD_E_NO_SERVICE
        (0x80100013, ServiceDown),  # SCARD_F_COMM_ERROR
        (0x8010006A, ServiceRefused),  # SCARD_W_SECURITY_VIOLATION
        (0x8010002E, ReaderMissing),  # SCARD_E_NO_READERS_AVAILABLE
        (0x80100017, ReaderGone),  # SCARD_E_READER_UNAVAILABLE
        (0x80100069, CardMissing),  # SCARD_W_REMOVED_CARD
        (0x80100066, DeviceFailed),  # SCARD_W_UNRESPONSIVE_CARD
        (0x8010000B, DeviceFailed),  # SCARD_E_SHARING_VIOLATION
    ],
)
def test_what_codes_mean(code: int, means: type[SignerError]) -> None:
    """Those too that no virtual reader gives."""
    error = meaning(code, "the reader")
    assert type(error) is means


def test_a_card_that_does_not_answer_may_be_the_wrong_way_round() -> None:
    """What a person can mend is said; the rest in PC/SC's own words."""
    assert "right way round" in meaning(0x80100066, "the reader").told("en")
    assert "sharing violation" in meaning(0x8010000B, "the reader").told("en")
