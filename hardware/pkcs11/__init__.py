"""PKCS#11: modules, tokens, sessions and keys. Only this package imports python-pkcs11.

Knows tokens as PKCS#11 sees them; refuses to know what kind of device a token is, how its holder is asked for
a PIN, and which of its certificates is meant.
"""

from hardware.pkcs11.key import Key, suitable
from hardware.pkcs11.module import Module, Token
from hardware.pkcs11.session import Session, Stored

__all__ = ["Key", "Module", "Session", "Stored", "Token", "suitable"]
