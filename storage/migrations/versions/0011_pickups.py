"""Messages of other parties that lie in a mailbox and were not picked up yet.

Revision ID: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import BigKey, Name

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was routed before."""
    op.create_table(
        "pickups",
        sa.Column("party", Name, primary_key=True),
        sa.Column("position", BigKey, primary_key=True, autoincrement=False),
        sa.Column("message_id", BigKey, nullable=False),
        sqlite_with_rowid=False,
    )
