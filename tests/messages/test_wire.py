"""Times and numbers on the wire: what was read can always be written again."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.wire import (
    from_sortable,
    parse_return_time,
    parse_wire_time,
    return_time,
    sortable,
    wire_time,
)


@given(st.datetimes(timezones=st.timezones() | st.just(UTC)) | st.text(max_size=40))
def test_a_time_is_refused_or_can_be_written_again(given_time: datetime | str) -> None:
    """Any other exception than ValueError fails this, and so does a time that comes back different."""
    text = given_time if isinstance(given_time, str) else given_time.isoformat()
    try:
        moment = parse_wire_time(text)
    except ValueError:
        return
    assert parse_wire_time(wire_time(moment)) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59Z", "1999-12-31T15:59:59Z", "2099-12-31T16:00:00Z",
        "2026-01-31T09:30:00",
    ],
)  # fmt: skip
def test_times_outside_the_century_or_without_offset_are_refused(text: str) -> None:
    """The years 2000 to 2099 are meant in China Standard Time, as the reply writes them."""
    with pytest.raises(ValueError, match=text[:4]):
        parse_wire_time(text)


@pytest.mark.parametrize("text", ["2000-01-01T00:00:00+08:00", "2099-12-31T15:59:59.999999Z"])
def test_the_first_and_the_last_moment_of_the_century_pass(text: str) -> None:
    """Both bounds are within."""
    assert parse_wire_time(text) == datetime.fromisoformat(text)


@given(st.text(max_size=20) | st.from_regex("[0-9]{15,20}", fullmatch=True))
def test_a_return_time_is_refused_or_can_be_written_again(text: str) -> None:
    """Any other exception than ValueError fails this."""
    try:
        moment = parse_return_time(text)
    except ValueError:
        return
    assert return_time(moment) == text


@given(st.lists(st.decimals(min_value=0, max_value=10**19, places=6), min_size=2, max_size=5))
def test_sortable_numbers_are_in_the_order_of_their_texts(numbers: list[Decimal]) -> None:
    """And come back as they were, without idle zeros."""
    by_text = sorted(sortable(number) for number in numbers)
    assert by_text == [sortable(number) for number in sorted(numbers)]
    assert [Decimal(from_sortable(text)) for text in by_text] == sorted(numbers)


@pytest.mark.parametrize(
    ("number", "text"),
    [("0", "0"), ("12.50", "12.5"), ("100", "100"), ("1E+3", "1000"), ("0.0001", "0.0001")],
)
def test_a_sortable_number_is_shown_as_people_write_it(number: str, text: str) -> None:
    """No leading zeros, no exponent."""
    assert from_sortable(sortable(Decimal(number))) == text


@pytest.mark.parametrize(
    "number", ["-1", "1E+20", "NaN", "Infinity", "1E+99999999999", "0E+99999999999", "1E-99999999999"]
)
def test_what_cannot_be_put_in_order_is_refused(number: str) -> None:
    """Below zero, too large, too fine, or no number; none of its digits is written out for that."""
    with pytest.raises(ValueError, match="number"):
        sortable(Decimal(number))
