"""Times and identifiers as E-Port writes them: China Standard Time on the wire, aware UTC inside."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

CST = timezone(timedelta(hours=8), "CST")
# The schemas' years, 2000 to 2099 in CST, so that every time that was read can be written again.
FIRST = datetime(1999, 12, 31, 16, tzinfo=UTC)
LAST = datetime(2099, 12, 31, 15, 59, 59, 999999, tzinfo=UTC)


WHOLE = 20  # digits before the point of a sortable number
FRACTION = 40  # and behind it

_RETURN_TIME = re.compile("20[0-9]{15}")


def wire_time(moment: datetime) -> str:
    """xs:dateTime with the +08:00 offset, to the second: the envelope's and the reply's form."""
    return moment.astimezone(CST).isoformat(timespec="seconds")


def app_time(moment: datetime) -> str:
    """YyyyMMddHHmmss in China Standard Time: the business messages' appTime."""
    return moment.astimezone(CST).strftime("%Y%m%d%H%M%S")


def return_time(moment: datetime) -> str:
    """YyyyMMddHHmmssSSS in China Standard Time, 17 digits: the receipts' returnTime."""
    return app_time(moment) + f"{moment.microsecond // 1000:03d}"


def wire_date(moment: datetime) -> str:
    """YyyyMMdd in China Standard Time."""
    return moment.astimezone(CST).strftime("%Y%m%d")


def parse_wire_time(value: str) -> datetime:
    """The aware UTC moment of an xs:dateTime.

    ValueError when it is none, has no offset, or lies outside the years 2000 to 2099 in China Standard Time.
    """
    moment = datetime.fromisoformat(value.strip())
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} has no offset from UTC")
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        moment = datetime.min.replace(tzinfo=UTC)
    if not FIRST <= moment <= LAST:
        raise ValueError(f"{value!r} is not within the years 2000 to 2099 (+08:00)")
    return moment


def parse_return_time(value: str) -> datetime:
    """The aware UTC moment of a 17-digit returnTime; ValueError when it is none of the years 2000 to 2099."""
    if not _RETURN_TIME.fullmatch(value):
        raise ValueError(f"{value!r} is not a time of 17 digits within the years 2000 to 2099")
    moment = datetime.strptime(value[:14], "%Y%m%d%H%M%S").replace(tzinfo=CST)
    return (moment + timedelta(milliseconds=int(value[14:]))).astimezone(UTC)


def new_guid() -> str:
    """A guid as the messages write it: 36 characters, upper case."""
    # As uuid.uuid4, without building an object: every receipt needs three.
    digits = secrets.token_hex(16).upper()
    variant = "89AB"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def sortable(number: Decimal) -> str:
    """A number as a text whose order is the numbers'. ValueError below zero or beyond WHOLE or FRACTION."""
    exponent = number.as_tuple().exponent
    # Before it is written out: 1e999999999 is a gigabyte of digits.
    if not isinstance(exponent, int) or number.adjusted() >= WHOLE or exponent < -FRACTION:
        raise ValueError(f"{number} is not a number of {WHOLE} digits and {FRACTION} decimal places at most")
    whole, _, fraction = f"{number:f}".partition(".")
    if not (whole.isdigit() and len(whole) <= WHOLE):
        raise ValueError(f"{number} is not a number from 0 to one of {WHOLE} digits")
    fraction = fraction.rstrip("0")
    return whole.zfill(WHOLE) + (f".{fraction}" if fraction else "")


def from_sortable(text: str) -> str:
    """The number again, as people write it."""
    whole, point, fraction = text.partition(".")
    return (whole.lstrip("0") or "0") + point + fraction
