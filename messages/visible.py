"""Text that strangers chose, as a terminal may be given it.

Knows which characters are seen; refuses to know who shows them, and where.
"""

from __future__ import annotations


def plain(text: object, keep: str = "") -> str:
    """`text` as a terminal may be given it: whatever is no visible character, but for `keep`, in its code.

    What strangers filed, and what a device calls itself, is shown to people: it must not move their cursor or
    reverse the line's order.
    """
    return "".join(
        letter
        if letter.isprintable() or letter in keep or letter == "\u3000"
        else letter.encode("unicode_escape", "backslashreplace").decode()
        for letter in str(text)
    )
