"""How the values of a column travel: instants, JSON, digests' texts and blobs, the same on both databases.

Knows SQLAlchemy's column types and nothing of tables. An instant is a whole number of microseconds since
1970-01-01 UTC, so that neither database's own idea of time zones has a say.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import BigInteger, Integer, LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Name = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is compared byte by byte on both databases, so that order and uniqueness agree."""

BigKey = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit key; SQLite only numbers rows by itself where the type is called INTEGER."""

Blob = LargeBinary


def microseconds(instant: datetime) -> int:
    """Microseconds since the epoch; `instant` must know its time zone, else TypeError."""
    since = instant - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_microseconds(value: int) -> datetime:
    """The instant (UTC) `value` microseconds after the epoch."""
    return EPOCH + timedelta(microseconds=value)


def compact(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values are equal texts."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


class Instant(TypeDecorator[datetime]):
    """A time-zone aware datetime, stored as UTC microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To the database."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else from_microseconds(value)


class Json(TypeDecorator[Any]):
    """Anything JSON can say, stored as compact text; None is NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else compact(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """From the database."""
        return None if value is None else orjson.loads(value)
