"""Searches, histories and statistics are answered from indexes alone.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SEARCH = tuple(f"k{number}" for number in range(1, 9))
ASKED = ("number", "state", "owner", "inner", *SEARCH)
DECLARED = {"bonded": SEARCH[:6]}  # the columns that a system has named by now
OTHER_KINDS = "kind NOT IN ('message', 'receipt')"


def upgrade() -> None:
    """The narrow indexes make room for wide ones; a declared column that is empty is '', no more NULL."""
    for name in SEARCH:
        op.drop_index(op.f(f"ix_cases_system_{name}"), "cases")
    op.drop_index(op.f("ix_cases_system_owner_changed"), "cases")
    op.drop_index(op.f("ix_cases_system_state_changed"), "cases")
    for system, names in DECLARED.items():
        cases = sa.table("cases", sa.column("system"), *(sa.column(name) for name in names))
        values = {name: sa.func.coalesce(cases.c[name], "") for name in names}
        op.execute(sa.update(cases).where(cases.c.system == system).values(values))
    for index, first in (("ix_cases_of_owner", "owner"), ("ix_cases_in_state", "state")):
        rest = [name for name in ASKED if name != first]
        op.create_index(op.f(index), "cases", ["system", first, "changed", *rest], unique=False)
    for name in SEARCH[:4]:
        rest = [each for each in ASKED if each not in {name, "number"}]
        columns = ("system", name, "number", "changed", *rest)
        _partial(f"ix_cases_{name}", "cases", f"{name} IS NOT NULL", *columns)
    _partial("ix_receipts_party_case_no_position", "receipts", "case_no IS NOT NULL",
             "party", "case_no", "position")  # fmt: skip
    _partial("ix_journal_at_kind", "journal", OTHER_KINDS, "at", "kind")
    op.create_index(
        op.f("ix_receipts_created_at_type_status"), "receipts", ["created_at", "type", "status"], unique=False
    )
    op.create_index(op.f("ix_messages_accepted_at_type"), "messages", ["accepted_at", "type"], unique=False)


def _partial(index: str, table: str, where: str, *columns: str) -> None:
    condition = sa.text(where)
    op.create_index(
        op.f(index), table, list(columns), unique=False, sqlite_where=condition, postgresql_where=condition
    )
