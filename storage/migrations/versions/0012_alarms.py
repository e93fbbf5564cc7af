"""Alarms for those who run the gateway, and how far each party has read its mailbox.

Revision ID: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import BigKey, Instant, Name

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What lies in the mailboxes counts as read: nobody has noted it before."""
    op.create_table(
        "alarms",
        sa.Column("id", BigKey, primary_key=True, autoincrement=True),
        sa.Column("name", Name, nullable=False),
        sa.Column("subject", Name, nullable=False),
        sa.Column("told", Name, nullable=False),
        sa.Column("since", Instant, nullable=False),
        sa.Column("raised_at", Instant, nullable=False),
        sa.Column("raised_by", Name, nullable=False),
        sa.Column("cleared_at", Instant),
        sa.Column("taken_at", Instant),
        sa.Column("taken_by", Name),
        sqlite_autoincrement=True,
    )
    there = sa.text("cleared_at IS NULL")
    op.create_index(
        "ix_alarms_name_subject",
        "alarms",
        ["name", "subject"],
        unique=True,
        sqlite_where=there,
        postgresql_where=there,
    )
    op.create_index("ix_alarms_cleared_at", "alarms", ["cleared_at"])
    op.add_column("mailboxes", sa.Column("read_to", BigKey, nullable=True))
    op.add_column("mailboxes", sa.Column("read_at", Instant, nullable=True))
    op.execute("UPDATE mailboxes SET read_to = next - 1")
