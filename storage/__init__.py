"""What is remembered: one set of queries over SQLite and PostgreSQL, migrations, and the audit journal."""
