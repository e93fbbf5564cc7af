"""Numbers that carry a check character: social credit codes (GB 32100), citizens (GB 11643), containers
(ISO 6346).

Knows the arithmetic of their standards; refuses to know which field holds one.
"""

from __future__ import annotations

from datetime import date

_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015, table 3: no I, O, S, V, Z
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_CITIZEN = tuple(pow(2, 17 - place, 11) for place in range(17))  # GB 11643-1999, 4.1: ISO 7064, MOD 11-2
# ISO 6346, annex A: letters count from 10 and leave out the multiples of 11.
_LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True))


def social_credit(code: str) -> bool:
    """Whether 18 characters are a 统一社会信用代码 with its check character (GB 32100-2015, annex B)."""
    if len(code) != 18 or not set(code) <= set(_CREDIT):
        return False
    total = sum(_CREDIT.index(each) * weight for each, weight in zip(code[:17], _WEIGHTS, strict=True))
    return code[17] == _CREDIT[-total % 31]


def citizen(number: str) -> bool:
    """Whether 18 characters are a 公民身份号码: a day of birth and the check character (GB 11643)."""
    if len(number) != 18 or not (number[:17].isdigit() and number.isascii()):
        return False
    try:
        date.fromisoformat(number[6:14])
    except ValueError:
        return False
    total = sum(int(each) * weight for each, weight in zip(number[:17], _CITIZEN, strict=True))
    return number[17] == "10X98765432"[total % 11]


def container(number: str) -> bool:
    """Whether 4 letters and 7 digits are a container number with its check digit (ISO 6346, annex A)."""
    if len(number) != 11 or not (number[:4].isalpha() and number[4:].isdigit() and number.isascii()):
        return False
    if not number[:4].isupper():
        return False
    values = [_LETTERS[each] for each in number[:4]] + [int(each) for each in number[4:10]]
    total = sum(value << place for place, value in enumerate(values))
    return int(number[10]) == total % 11 % 10
