"""Notices that go outside, and accounts that people register themselves.

Revision ID: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import BigKey, Instant, Name

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody had an address before."""
    op.add_column("accounts", sa.Column("mail", Name, nullable=True))
    op.create_index("ix_accounts_mail", "accounts", ["mail"])
    for column in (
        sa.Column("mail", Name, nullable=True),
        sa.Column("secret", Name, nullable=True),
        sa.Column("token_hash", Name, nullable=True),
        sa.Column("expires_at", Instant, nullable=True),
    ):
        op.add_column("registrations", column)
    op.create_index("ix_registrations_token_hash", "registrations", ["token_hash"], unique=True)
    op.create_index("ix_registrations_mail", "registrations", ["mail"])
    op.create_index("ix_registrations_expires_at", "registrations", ["expires_at"])
    op.create_table(
        "notices",
        sa.Column("id", BigKey, primary_key=True, autoincrement=True),
        sa.Column("name", Name, nullable=False),
        sa.Column("channel", Name, nullable=False),
        sa.Column("party", Name, nullable=False),
        sa.Column("address", Name, nullable=False),
        sa.Column("subject", Name, nullable=False),
        sa.Column("body", Name, nullable=False),
        sa.Column("state", Name, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("taken_by", Name, nullable=True),
        sa.Column("error", Name, nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("ended_at", Instant, nullable=True),
        sa.UniqueConstraint("name", name="uq_notices_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notices_state_due_at_id", "notices", ["state", "due_at", "id"])
    op.create_index("ix_notices_state_ended_at", "notices", ["state", "ended_at"])
