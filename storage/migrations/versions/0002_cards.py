"""The card office: cards and Ikeys with their history, and which certificate is on which.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import BigKey, Instant, Json, Name

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Certificates that were registered before belong to no card of the office's."""
    op.add_column("certificates", sa.Column("card_number", Name, nullable=True))
    op.add_column("certificates", sa.Column("crl_reason", Name, nullable=True))
    op.create_index(op.f("ix_certificates_card_number"), "certificates", ["card_number"], unique=False)
    op.create_table(
        "cards",
        sa.Column("number", Name, nullable=False),
        sa.Column("dxp_id", Name, nullable=False),
        sa.Column("holder", Name, nullable=False),
        sa.Column("unit", Name, nullable=False),
        sa.Column("kind", Name, nullable=False),
        sa.Column("role", Name, nullable=False),
        sa.Column("medium", Name, nullable=False),
        sa.Column("serial", Name, nullable=False),
        sa.Column("state", Name, nullable=False),
        sa.Column("requests", Json, nullable=True),
        sa.Column("requested_at", Instant, nullable=True),
        sa.Column("issued_at", Instant, nullable=True),
        sa.Column("ends", Instant, nullable=True),
        sa.Column("ended_at", Instant, nullable=True),
        sa.Column("reason", Name, nullable=True),
        sa.Column("replaced_by", Name, nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_cards_dxp_id"), "cards", ["dxp_id"], unique=False)
    op.create_index(op.f("ix_cards_serial"), "cards", ["serial"], unique=False)
    op.create_index(op.f("ix_cards_ends"), "cards", ["ends"], unique=False)
    op.create_table(
        "card_history",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("number", Name, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("event", Name, nullable=False),
        sa.Column("done_by", Name, nullable=False),
        sa.Column("detail", Name, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_card_history_number_id"), "card_history", ["number", "id"], unique=False)
