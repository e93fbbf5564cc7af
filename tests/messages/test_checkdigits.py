"""Check characters, against numbers that others have published."""

from __future__ import annotations

import pytest

from messages.checkdigits import citizen, container, social_credit


@pytest.mark.parametrize(
    "code", ["91350100M000100Y43", "91110000802100433B", "91440300708461136T", "914403001922038216"]
)
def test_a_social_credit_code_has_its_check_character(code: str) -> None:
    """GB 32100's own example, and three large companies'."""
    assert social_credit(code)


@pytest.mark.parametrize(
    "code", ["91350100M000100Y44", "91350100M000010Y43", "91350100M000100Y4", "9135O100M000100Y43", ""]
)
def test_a_wrong_social_credit_code_is_found_out(code: str) -> None:
    """Another check character, two digits that changed places, one too few, a letter that is not used."""
    assert not social_credit(code)


@pytest.mark.parametrize("number", ["CSQU3054383", "MSKU6011672", "TOLU4734787"])
def test_a_container_number_has_its_check_digit(number: str) -> None:
    """ISO 6346, whose remainder 10 is written 0."""
    assert container(number)


@pytest.mark.parametrize(
    "number", ["CSQU3054380", "CSQU3045383", "csqu3054383", "CSQU305438", "CSQ33054383", "CSQU３054383"]
)
def test_a_wrong_container_number_is_found_out(number: str) -> None:
    """Another check digit, two that changed places, small letters, one too few, no letter, a wide digit."""
    assert not container(number)


def test_every_single_mistyped_digit_is_found_out_but_where_the_standard_cannot() -> None:
    """ISO 6346 takes remainder 10 for 0; GB 32100, modulo a prime, misses none."""
    code = "91350100M000100Y43"
    for place in range(17):
        for other in "0123456789ABCDEFGHJKLMNPQRTUWXY":
            if other != code[place]:
                assert not social_credit(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014", "34052419800101001X"])
def test_a_citizens_number_has_its_check_character(number: str) -> None:
    """GB 11643's own two examples, and a third one whose remainder is written X."""
    assert citizen(number)


@pytest.mark.parametrize(
    "number",
    ["110105194912310021", "11010519491231002x", "11010519490231002X", "1101051949123100X", "", "１" * 18,
     "A1010519491231002X"],
)  # fmt: skip
def test_a_wrong_citizens_number_is_found_out(number: str) -> None:
    """Another check character, a small x, 31 February, one too few, none, wide digits, a letter."""
    assert not citizen(number)


def test_two_digits_of_a_citizens_number_that_changed_places_are_found_out() -> None:
    """Every single mistake and every exchange of neighbours (ISO 7064, MOD 11-2)."""
    number = "11010519491231002X"
    for place in range(16):
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        assert swapped == number or not citizen(swapped)
