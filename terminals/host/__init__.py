"""The SSH host: the terminal for people who have nothing installed, over `ssh -p 2222 NAME@host`."""
