"""How often a PIN is asked for."""

from __future__ import annotations

import pytest

from hardware.pin import (
    PinCharacters,
    PinExpired,
    PinLength,
    PinNeverSet,
    PinTooEasy,
    verified,
)
from hardware.signer import CardLocked, PinCancelled, PinRequest, PinUnusable, SignerError, WrongPin
from tests.hardware.asking import Holder

REQUEST = PinRequest("card", "label", "A1", 3)


class Device:
    """Answers to PINs in this order; the last one by what it is given."""

    def __init__(self, *answers: SignerError) -> None:
        self.answers = list(answers)

    def __call__(self, pin: str) -> str:
        """The PIN, once there is nothing more to complain of."""
        if self.answers:
            raise self.answers.pop(0)
        return f"opened by {pin}"


def test_the_right_pin_is_asked_for_once() -> None:
    """And what the device says to it is the result."""
    holder = Holder("1111")
    assert verified(holder, REQUEST, Device()) == "opened by 1111"
    assert holder.asked == [REQUEST]


def test_a_wrong_pin_is_told_with_the_tries_left() -> None:
    """The second question says that the first answer was wrong."""
    holder = Holder("1111", "2222")
    assert verified(holder, REQUEST, Device(WrongPin(tries=2))) == "opened by 2222"
    assert holder.asked == [REQUEST, PinRequest("card", "label", "A1", 2, again=True)]


@pytest.mark.parametrize("answers", [(2, 1), (1,), (None, None)])
def test_the_last_try_is_not_spent_in_the_same_go(answers: tuple[int | None, ...]) -> None:
    """Nor a third one where the device doesn't count."""
    holder = Holder(*["1111"] * len(answers))
    with pytest.raises(WrongPin) as caught:
        verified(holder, REQUEST, Device(*(WrongPin(tries=tries) for tries in answers)))
    assert caught.value.values["tries"] == answers[-1]
    assert holder.answers == []


@pytest.mark.parametrize("error", [CardLocked(serial="A1"), PinLength()])
def test_anything_but_a_wrong_pin_ends_it(error: SignerError) -> None:
    """A locked card, or a PIN that was never looked at."""
    with pytest.raises(type(error)):
        verified(Holder("1111"), REQUEST, Device(error))


def test_no_answer_is_cancelled_and_after_a_wrong_pin_the_wrong_one_counts() -> None:
    """So that a PIN file with a wrong PIN is called that."""
    with pytest.raises(PinCancelled):
        verified(Holder(None), REQUEST, Device())
    with pytest.raises(WrongPin):
        verified(Holder("1111", None), REQUEST, Device(WrongPin(tries=2)))


@pytest.mark.parametrize("unusable", [PinLength, PinCharacters, PinTooEasy, PinExpired, PinNeverSet])
def test_an_unusable_pin_says_why_in_both_languages(unusable: type[PinUnusable]) -> None:
    """Each has its own sentence."""
    assert "PIN" in unusable().told("en")
    assert "密码" in unusable().told("zh")
