"""A virtual PIV card and a private smart-card service to put it into: for tests, and for trying things.

Not a place for real keys: a virtual card is a file, and whoever can read the file has its keys.
"""
