"""The server: HTTP, intake, dispatch, timers, accounts, operations. Moves bytes; knows no business word."""
