"""The people's side of the gateway: its client, the folder exchange, the SSH host and the terminal."""
