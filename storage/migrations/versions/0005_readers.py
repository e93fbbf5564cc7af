"""Attachments are named by something and read by those for whom it says so; bulletins have keys and files.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import Json, Name

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing named a file before."""
    op.create_table(
        "attachment_uses",
        sa.Column("reader", Name, nullable=False),
        sa.Column("digest", Name, nullable=False),
        sa.Column("owner", Name, nullable=False),
        sa.Column("holder", Name, nullable=False),
        sa.PrimaryKeyConstraint("reader", "digest", "owner", "holder"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_attachment_uses_holder_owner"), "attachment_uses", ["holder", "owner"])
    op.create_index(op.f("ix_attachment_uses_owner_digest"), "attachment_uses", ["owner", "digest"])
    op.add_column("bulletins", sa.Column("key", Name, nullable=True))
    op.add_column("bulletins", sa.Column("files", Json, nullable=True))
    op.create_index(op.f("ix_bulletins_key"), "bulletins", ["key"], unique=True)
