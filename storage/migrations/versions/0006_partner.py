"""A case may have a partner: another party that takes part in it and sees it.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import Name

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ASKED = ("number", "state", "owner", "inner", *(f"k{number}" for number in range(1, 9)))


def upgrade() -> None:
    """No case had one before."""
    op.add_column("cases", sa.Column("partner", Name, nullable=True))
    op.create_index(
        "ix_cases_of_partner",
        "cases",
        ["system", "partner", "changed", *_ASKED],
        sqlite_where=sa.text("partner IS NOT NULL"),
        postgresql_where=sa.text("partner IS NOT NULL"),
    )
