"""Certificates are found by the SSH fingerprint of their key.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.keys import ssh_fingerprint
from storage.types import Blob, Name

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The column, filled for what was registered before."""
    op.add_column("certificates", sa.Column("ssh_key", Name, nullable=True))
    op.create_index(op.f("ix_certificates_ssh_key"), "certificates", ["ssh_key"], unique=False)
    certificates = sa.table(
        "certificates", sa.column("fingerprint", Name), sa.column("der", Blob), sa.column("ssh_key", Name)
    )
    connection = op.get_bind()
    change = (
        sa.update(certificates)
        .where(certificates.c.fingerprint == sa.bindparam("which"))
        .values(ssh_key=sa.bindparam("found"))
    )
    for row in connection.execute(sa.select(certificates.c.fingerprint, certificates.c.der)).all():
        connection.execute(change, {"which": row.fingerprint, "found": ssh_fingerprint(bytes(row.der))})
