"""How Alembic runs here: on the connection, and in the transaction, that `Database.upgrade` hands it."""

from __future__ import annotations

from alembic import context

from storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
