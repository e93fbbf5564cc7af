"""What parties may say, and in what order. Pure: no I/O beyond its own data files, no reactor, no database."""
