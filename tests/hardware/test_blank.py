"""What the card office is told, in both languages."""

from __future__ import annotations

import pytest

from hardware import blank
from hardware.signer import PinCancelled, SignerError

CLASSES = [each for each in vars(blank).values() if isinstance(each, type)]
ERRORS = [each for each in CLASSES if issubclass(each, SignerError) and each.__module__ == blank.__name__]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_has_its_sentence_in_both_languages(error: type[SignerError]) -> None:
    """With the same values in both, and its own: not that of the class it stands under."""
    values = dict.fromkeys(("serial", "tries", "size", "algorithm", "holder", "until", "reader"), "7")
    english, chinese = error(**values).told("en"), error(**values).told("zh")
    assert english.isascii()
    assert not chinese.isascii()
    assert ("7" in english) == ("7" in chinese)
    assert "{" not in english + chinese


def test_the_tries_of_a_puk_are_told_where_the_card_tells_them() -> None:
    """A number that is unknown is not made up."""
    assert "2" in blank.PukWrong(tries=2).told("en")
    assert "2" in blank.PukWrong(tries=2).told("zh")
    assert str(blank.PukWrong(tries=None)) == "the PUK is wrong"
    assert blank.PukWrong(tries=None).told("zh") == "PUK 错误"


def test_whoever_gives_nothing_has_cancelled() -> None:
    """None is no PIN."""
    assert blank.asked(lambda: "1") == "1"
    with pytest.raises(PinCancelled):
        blank.asked(lambda: None)
