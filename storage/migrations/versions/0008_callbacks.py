"""Callbacks: where parties want their receipts posted to.

Revision ID: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import BigKey, Instant, Name

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody had one before."""
    op.create_table(
        "callbacks",
        sa.Column("party", Name, primary_key=True),
        sa.Column("url", Name, nullable=False),
        sa.Column("state", Name, nullable=False),
        sa.Column("position", BigKey, nullable=False),
        sa.Column("revision", BigKey, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("slow", sa.Integer, nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("taken_by", Name, nullable=True),
        sa.Column("taken_until", Instant, nullable=True),
        sa.Column("broken_at", Instant, nullable=True),
        sa.Column("error", Name, nullable=True),
        sa.Column("holder", Name, nullable=False),
        sa.Column("certificate", Name, nullable=True),
        sa.Column("account", Name, nullable=True),
        sa.Column("registered_at", Instant, nullable=False),
        sa.Column("changed_at", Instant, nullable=False),
        sa.Column("posted_at", Instant, nullable=True),
    )
