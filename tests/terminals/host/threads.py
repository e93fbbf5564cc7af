"""An application that cannot be forked: it leaves a thread behind."""

from __future__ import annotations

import threading

from terminals.host.visit import Visit


def warm() -> None:
    """Begin something that does not end."""
    threading.Thread(target=threading.Event().wait, name="left-behind", daemon=True).start()


def run(visit: Visit) -> int:
    """Never reached."""
    return 0
