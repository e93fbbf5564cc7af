"""What parties may say, and in what order. Pure: its own data files, no reactor, no database, no network."""
