"""Bonded verification (保税核查) at the terminal: its screens, where the generic ones need to be told."""
