"""Measures a gateway on the machine it runs on: `python -m bench`. Nothing here is a test."""
