"""The exchange core: messages, work, cases, receipts, journal, and who may take part.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import BigKey, Blob, Instant, Json, Name

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build the first schema."""
    op.create_table(
        "accounts",
        sa.Column("name", Name, nullable=False),
        sa.Column("dxp_id", Name, nullable=False),
        sa.Column("role", Name, nullable=False),
        sa.Column("holder", Name, nullable=False),
        sa.Column("password_hash", Name, nullable=False),
        sa.Column("state", Name, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", Instant, nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index(op.f("ix_accounts_dxp_id"), "accounts", ["dxp_id"], unique=False)
    op.create_table(
        "attachments",
        sa.Column("party", Name, nullable=False),
        sa.Column("digest", Name, nullable=False),
        sa.Column("size", BigKey, nullable=False),
        sa.Column("media_type", Name, nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("state", Name, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("party", "digest"),
    )
    op.create_index(op.f("ix_attachments_digest"), "attachments", ["digest"], unique=False)
    op.create_index(
        op.f("ix_attachments_state_created_at"), "attachments", ["state", "created_at"], unique=False
    )
    op.create_table(
        "bulletins",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("kind", Name, nullable=False),
        sa.Column("title", Name, nullable=False),
        sa.Column("body", Name, nullable=False),
        sa.Column("publisher", Name, nullable=False),
        sa.Column("audience", Name, nullable=False),
        sa.Column("published_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_bulletins_audience_id"), "bulletins", ["audience", "id"], unique=False)
    op.create_table(
        "cases",
        sa.Column("number", Name, nullable=False),
        sa.Column("system", Name, nullable=False),
        sa.Column("owner", Name, nullable=False),
        sa.Column("inner", Name, nullable=True),
        sa.Column("state", Name, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("k1", Name, nullable=True),
        sa.Column("k2", Name, nullable=True),
        sa.Column("k3", Name, nullable=True),
        sa.Column("k4", Name, nullable=True),
        sa.Column("k5", Name, nullable=True),
        sa.Column("k6", Name, nullable=True),
        sa.Column("k7", Name, nullable=True),
        sa.Column("k8", Name, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created", Instant, nullable=False),
        sa.Column("changed", Instant, nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("system", "owner", "inner", name=op.f("uq_cases_system_owner_inner")),
    )
    op.create_index(
        op.f("ix_cases_system_k1"),
        "cases",
        ["system", "k1"],
        unique=False,
        sqlite_where=sa.text("k1 IS NOT NULL"),
        postgresql_where=sa.text("k1 IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_cases_system_k2"),
        "cases",
        ["system", "k2"],
        unique=False,
        sqlite_where=sa.text("k2 IS NOT NULL"),
        postgresql_where=sa.text("k2 IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_cases_system_k3"),
        "cases",
        ["system", "k3"],
        unique=False,
        sqlite_where=sa.text("k3 IS NOT NULL"),
        postgresql_where=sa.text("k3 IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_cases_system_k4"),
        "cases",
        ["system", "k4"],
        unique=False,
        sqlite_where=sa.text("k4 IS NOT NULL"),
        postgresql_where=sa.text("k4 IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_cases_system_k5"),
        "cases",
        ["system", "k5"],
        unique=False,
        sqlite_where=sa.text("k5 IS NOT NULL"),
        postgresql_where=sa.text("k5 IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_cases_system_k6"),
        "cases",
        ["system", "k6"],
        unique=False,
        sqlite_where=sa.text("k6 IS NOT NULL"),
        postgresql_where=sa.text("k6 IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_cases_system_k7"),
        "cases",
        ["system", "k7"],
        unique=False,
        sqlite_where=sa.text("k7 IS NOT NULL"),
        postgresql_where=sa.text("k7 IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_cases_system_k8"),
        "cases",
        ["system", "k8"],
        unique=False,
        sqlite_where=sa.text("k8 IS NOT NULL"),
        postgresql_where=sa.text("k8 IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_cases_system_owner_changed"), "cases", ["system", "owner", "changed"], unique=False
    )
    op.create_index(
        op.f("ix_cases_system_state_changed"), "cases", ["system", "state", "changed"], unique=False
    )
    op.create_table(
        "certificates",
        sa.Column("fingerprint", Name, nullable=False),
        sa.Column("dxp_id", Name, nullable=False),
        sa.Column("serial", Name, nullable=False),
        sa.Column("subject", Name, nullable=False),
        sa.Column("holder", Name, nullable=False),
        sa.Column("role", Name, nullable=False),
        sa.Column("card", Name, nullable=False),
        sa.Column("not_before", Instant, nullable=False),
        sa.Column("not_after", Instant, nullable=False),
        sa.Column("der", Blob, nullable=False),
        sa.Column("state", Name, nullable=False),
        sa.Column("revoked_at", Instant, nullable=True),
        sa.Column("reason", Name, nullable=True),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_index(op.f("ix_certificates_dxp_id"), "certificates", ["dxp_id"], unique=False)
    op.create_index(op.f("ix_certificates_not_after"), "certificates", ["not_after"], unique=False)
    op.create_table(
        "challenges",
        sa.Column("nonce_hash", Name, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("used_at", Instant, nullable=True),
        sa.PrimaryKeyConstraint("nonce_hash"),
    )
    op.create_index(op.f("ix_challenges_expires_at"), "challenges", ["expires_at"], unique=False)
    op.create_table(
        "counters",
        sa.Column("name", Name, nullable=False),
        sa.Column("next", BigKey, nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "gateways",
        sa.Column("name", Name, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("number", name=op.f("uq_gateways_number")),
    )
    op.create_table(
        "generation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", BigKey, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "heads",
        sa.Column("node", Name, nullable=False),
        sa.Column("seq", BigKey, autoincrement=False, nullable=False),
        sa.Column("hash", Name, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("others", Json, nullable=False),
        sa.Column("signature", Name, nullable=False),
        sa.PrimaryKeyConstraint("node", "seq"),
    )
    op.create_table(
        "journal",
        sa.Column("node", Name, nullable=False),
        sa.Column("seq", BigKey, autoincrement=False, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("kind", Name, nullable=False),
        sa.Column("party", Name, nullable=False),
        sa.Column("reference", Name, nullable=False),
        sa.Column("digest", Name, nullable=False),
        sa.Column("previous", Name, nullable=False),
        sa.Column("hash", Name, nullable=False),
        sa.PrimaryKeyConstraint("node", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mailboxes",
        sa.Column("party", Name, nullable=False),
        sa.Column("next", BigKey, nullable=False),
        sa.PrimaryKeyConstraint("party"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "messages",
        sa.Column("id", BigKey, autoincrement=False, nullable=False),
        sa.Column("sender", Name, nullable=False),
        sa.Column("cop_msg_id", Name, nullable=False),
        sa.Column("root_guid", Name, nullable=False),
        sa.Column("type", Name, nullable=False),
        sa.Column("receivers", Json, nullable=False),
        sa.Column("digest", Name, nullable=False),
        sa.Column("content_key", Name, nullable=False),
        sa.Column("data", Blob, nullable=False),
        sa.Column("certificate", Name, nullable=False),
        sa.Column("reply", Blob, nullable=False),
        sa.Column("accepted_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sender", "cop_msg_id", name=op.f("uq_messages_sender_cop_msg_id")),
        sa.UniqueConstraint("sender", "root_guid", name=op.f("uq_messages_sender_root_guid")),
    )
    op.create_table(
        "nodes",
        sa.Column("party", Name, nullable=False),
        sa.Column("type", Name, nullable=False),
        sa.Column("guid", Name, nullable=False),
        sa.Column("message_id", BigKey, nullable=False),
        sa.Column("node", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("party", "type", "guid"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "parties",
        sa.Column("dxp_id", Name, nullable=False),
        sa.Column("cop_code", Name, nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("kind", Name, nullable=False),
        sa.Column("state", Name, nullable=False),
        sa.Column("rate", Json, nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("dxp_id"),
    )
    op.create_index(op.f("ix_parties_cop_code"), "parties", ["cop_code"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("party", Name, nullable=False),
        sa.Column("position", BigKey, autoincrement=False, nullable=False),
        sa.Column("id", BigKey, nullable=False),
        sa.Column("type", Name, nullable=False),
        sa.Column("cop_msg_id", Name, nullable=False),
        sa.Column("ori_message_id", BigKey, nullable=True),
        sa.Column("ori_cop_msg_id", Name, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("case_no", Name, nullable=True),
        sa.Column("digest", Name, nullable=False),
        sa.Column("document", Blob, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("party", "position"),
        sa.UniqueConstraint("id", name=op.f("uq_receipts_id")),
    )
    op.create_index(
        op.f("ix_receipts_party_ori_cop_msg_id"), "receipts", ["party", "ori_cop_msg_id"], unique=False
    )
    op.create_table(
        "records",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("system", Name, nullable=False),
        sa.Column("kind", Name, nullable=False),
        sa.Column("key", Name, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("valid_from", Instant, nullable=False),
        sa.Column("valid_to", Instant, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "system", "kind", "key", "valid_from", name=op.f("uq_records_system_kind_key_valid_from")
        ),
    )
    op.create_table(
        "registrations",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("kind", Name, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("state", Name, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("decided_at", Instant, nullable=True),
        sa.Column("decided_by", Name, nullable=True),
        sa.Column("reason", Name, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_registrations_state_id"), "registrations", ["state", "id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_hash", Name, nullable=False),
        sa.Column("dxp_id", Name, nullable=False),
        sa.Column("role", Name, nullable=False),
        sa.Column("holder", Name, nullable=False),
        sa.Column("account", Name, nullable=True),
        sa.Column("certificate", Name, nullable=True),
        sa.Column("card", Name, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("last_used", Instant, nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index(op.f("ix_sessions_account"), "sessions", ["account"], unique=False)
    op.create_index(op.f("ix_sessions_certificate"), "sessions", ["certificate"], unique=False)
    op.create_index(op.f("ix_sessions_dxp_id"), "sessions", ["dxp_id"], unique=False)
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_table(
        "work",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("kind", Name, nullable=False),
        sa.Column("order_key", Name, nullable=False),
        sa.Column("message_id", BigKey, nullable=True),
        sa.Column("node", sa.Integer(), nullable=False),
        sa.Column("payload", Json, nullable=True),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", Name, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_work_due_at_id"), "work", ["due_at", "id"], unique=False)
    op.create_index(op.f("ix_work_message_id"), "work", ["message_id"], unique=False)
    op.create_index(op.f("ix_work_order_key_id"), "work", ["order_key", "id"], unique=False)
