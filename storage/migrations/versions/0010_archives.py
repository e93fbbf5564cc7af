"""The archive: which messages and receipts have left the database, and for which file.

Revision ID: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import BigKey, Instant, Name

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing has been archived before."""
    op.create_table(
        "archives",
        sa.Column("number", BigKey, primary_key=True, autoincrement=False),
        sa.Column("kind", Name, nullable=False),
        sa.Column("file", Name, nullable=False),
        sa.Column("items", BigKey, nullable=False),
        sa.Column("digest", Name, nullable=False),
        sa.Column("made_by", Name, nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("purged_at", Instant, nullable=True),
    )
    op.create_table(
        "retained",
        sa.Column("kind", Name, primary_key=True),
        sa.Column("since", Instant, nullable=False),
    )
    op.add_column("messages", sa.Column("archive", BigKey, nullable=True))
    op.add_column("receipts", sa.Column("archive", BigKey, nullable=True))
    op.add_column("mailboxes", sa.Column("archived", BigKey, nullable=True))
