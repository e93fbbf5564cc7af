"""A page of a mailbox as it goes out, to whoever polls and to whoever is posted to alike.

Knows that receipts are stored as they are sent, so that a page is their bytes between two tags; refuses to
know what a receipt says.
"""

from __future__ import annotations

from collections.abc import Iterable


def document(following: str, documents: Iterable[bytes]) -> bytes:
    """`<Receipts next="CURSOR">` around the DxpMsg of each receipt; `following` is the cursor behind them."""
    return b"".join((f'<Receipts next="{following}">'.encode(), *documents, b"</Receipts>"))
