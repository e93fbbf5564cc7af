"""PKCS#11 over OpenSC, pcscd and a virtual card: what SoftHSM, which never locks, cannot show."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from hardware.pcsc import Connection
from hardware.pkcs11 import Module, Session
from hardware.signer import CardLocked, CardRemoved, WrongPin
from hardware.virtual.stack import Stack
from tests.hardware.checking import good, in_child
from tests.hardware.stack import PIN, make_card
from tests.messages.signature.making import holder

RSA = holder("rsa2048")
WRONG = "999999"
OTHERS_PIN = "876543"


def card_session(stack: Stack, card: Path) -> Session:
    """A session on a card in a real reader's place, not logged in."""
    stack.insert(card)
    [module] = Path("/usr/lib").glob("*/opensc-pkcs11.so")
    [it] = Module.load(str(module)).tokens()
    return it.module.open(it)


def test_a_locked_card_is_called_so(stack: Stack, card: Path) -> None:
    """After its last try but one it says so; locked, it is that whatever the PIN."""
    with card_session(stack, card) as one:
        for said in (WrongPin, WrongPin, CardLocked, CardLocked):
            with pytest.raises(said) as caught:
                one.login(WRONG)
        assert caught.value.values == {"serial": one.token.serial}
        with pytest.raises(CardLocked):
            one.login(PIN)


def test_the_last_try_is_told(stack: Stack, card: Path) -> None:
    """So that the holder may rather leave."""
    with card_session(stack, card) as one:
        for tries in (None, 1):
            with pytest.raises(WrongPin) as caught:
                one.login(WRONG)
            assert caught.value.values == {"tries": tries}
        now = one.module.look(one.token.slot)
        assert now is not None
        assert now.tries == 1


def test_a_wrong_pin_for_one_signature_leaves_the_next_one_possible(stack: Stack, card: Path) -> None:
    """OpenSC forgets the login then, and that signature cannot be ended; the right PIN mends both."""
    with card_session(stack, card) as one:
        one.login(PIN)
        key = one.key(RSA.certificate, b"\x02")
        assert key.always_authenticate
        for _ in range(2):
            with pytest.raises(WrongPin):
                key.sign(b"data", WRONG)
            assert good(RSA.certificate, key.sign(b"data", PIN))


@pytest.mark.parametrize("back", ["out", "back", "other"])
def test_a_card_that_was_out_signs_no_more(stack: Stack, card: Path, tmp_path: Path, back: str) -> None:
    """Whether the reader is empty, has it back, or has another one in the same slot."""
    with card_session(stack, card) as one:
        one.login(PIN)
        key = one.key(RSA.certificate, b"\x01")
        assert good(RSA.certificate, key.sign(b"data"))
        stack.remove()
        if back != "out":
            stack.insert(card if back == "back" else make_card(tmp_path / "other.card", "p256"))
        with pytest.raises(CardRemoved):
            key.sign(b"data")
        assert one.lost


def test_a_login_ends_with_its_card_though_nobody_noticed(stack: Stack, card: Path, tmp_path: Path) -> None:
    """It counts for all sessions of a slot, but not for the next card in it: that one wants its own PIN."""
    with card_session(stack, card) as before:
        before.login(PIN)
        assert before.join()
        stack.remove()
        with card_session(stack, make_card(tmp_path / "other.card", "p256", pin=OTHERS_PIN)) as after:
            assert before.lost
            assert not after.join()
            after.login(OTHERS_PIN)
            key = after.key(holder("p256").certificate, b"\x01")
            assert good(holder("p256").certificate, key.sign(b"data"))
        assert before.lost


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "with another program"])
def test_the_same_card_back_wants_its_pin_again(stack: Stack, card: Path, shared: bool) -> None:
    """Though a new session may get the handle of one that went with the card (an address, in OpenSC).

    And though, where another program has the card open too, OpenSC leaves the session that logged in open.
    """
    with card_session(stack, card) as before, Connection(stack.readers[0]) if shared else nullcontext():
        before.login(PIN)
        old = before.key(RSA.certificate, b"\x01")
        stack.remove()
        with card_session(stack, card) as after:
            assert before.lost
            assert not after.join()
            with pytest.raises(WrongPin):
                after.login(WRONG)
            after.login(PIN)
            assert good(RSA.certificate, after.key(RSA.certificate, b"\x01").sign(b"data"))
            with pytest.raises(CardRemoved):
                old.sign(b"data")
            before.close()
            assert good(RSA.certificate, after.key(RSA.certificate, b"\x01").sign(b"data"))


def test_a_card_out_between_opening_and_login_is_given_no_pin(stack: Stack, card: Path) -> None:
    """A session that was opened beside a login says that the card was out, rather than join what is over."""
    with card_session(stack, card) as first, Connection(stack.readers[0]):
        first.login(PIN)
        second = first.module.open(first.token)
        stack.remove()
        stack.insert(card)
        assert second.module.look(second.token.slot) is not None  # now OpenSC has seen it too
        with pytest.raises(CardRemoved):
            second.login(PIN)
        assert first.lost
        assert second.lost


def test_a_child_of_fork_leaves_its_parents_card_alone(stack: Stack, card: Path) -> None:
    """It may open the card for itself; the parent's session signs before and after."""
    with card_session(stack, card) as parents:
        parents.login(PIN)
        key = parents.key(RSA.certificate, b"\x01")

        def child() -> bool:
            [it] = parents.module.tokens()
            with it.module.open(it) as own:
                own.login(PIN)
                return good(RSA.certificate, own.key(RSA.certificate, b"\x01").sign(b"data"))

        assert in_child(child)
        assert good(RSA.certificate, key.sign(b"data"))
