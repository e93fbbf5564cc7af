"""The schema's history, one file a version; `Database.upgrade` runs it."""
