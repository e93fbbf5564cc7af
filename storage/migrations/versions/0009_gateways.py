"""When each gateway was last seen, since when it runs, and what version it is.

Revision ID: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import Instant, Name

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has been seen before."""
    for column in (
        sa.Column("started_at", Instant, nullable=True),
        sa.Column("seen_at", Instant, nullable=True),
        sa.Column("version", Name, nullable=True),
    ):
        op.add_column("gateways", column)
