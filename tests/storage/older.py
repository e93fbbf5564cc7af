"""Databases as earlier versions left them: what migrations are tried on."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

import storage
from storage.database import Database
from storage.tables import metadata


def go_back(database: Database, revision: str) -> None:
    """Empty a database and give it the schema of an earlier revision."""
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    with database.write() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
