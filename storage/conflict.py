"""INSERT … ON CONFLICT, spelled for each database once at import, so that its compiled form stays cached.

Knows that SQLAlchemy has one such statement a dialect; refuses to know what is inserted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

Insert = Any
"""Either dialect's Insert: they share `on_conflict_do_nothing`, `on_conflict_do_update` and `excluded`."""


def by_dialect(table: Table, finish: Callable[[Insert], Insert]) -> Mapping[str, Any]:
    """The statement by dialect name: `connection.execute(STATEMENT[connection.dialect.name], rows)`."""
    return {
        "sqlite": finish(sqlite.insert(table)),
        "postgresql": finish(postgresql.insert(table)),
    }
