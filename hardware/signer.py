"""What a signer is (签名设备), and how it fails.

Knows the one interface behind which cards, tokens and files look alike, and the errors that a user can act
upon; refuses to know XML and every particular device.
"""

from __future__ import annotations

from messages.signature.sign import Signer

__all__ = ["KeyUnsuitable", "Signer", "SignerError"]


class SignerError(Exception):
    """A signer that cannot be used; the text says what to do about it."""


class KeyUnsuitable(SignerError):
    """The key is of a kind or size that no signature algorithm of the messages takes."""
