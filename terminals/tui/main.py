"""Where the terminal begins: for the SSH host (`run` a session, `warm` it before), and for a desk.

Knows how an application is run to its very end and what its exit status is; refuses to know screens.
"""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from terminals.host.visit import Visit
from terminals.tui import trial
from terminals.tui.app import Terminal
from terminals.tui.incidents import watched
from terminals.tui.place import Place, of_visit

_NOWHERE = Place("https://localhost", Path("/"), Path("/"), Path("/"), "zh", remote=True)
LAST = 4.0  # seconds that logging out and letting a card go may take


def run(visit: Visit) -> int:
    """One session over SSH. Whatever breaks is raised: the host logs it and shows its number."""
    return sit(of_visit(visit))[0]


def sit(place: Place) -> tuple[int, str]:
    """One session at a place: its exit status, and what is to be said when the screens are gone.

    Raises what broke it, after the terminal is as it was before.
    """
    terminal = Terminal(place)
    loop = asyncio.new_event_loop()
    with watched(loop, terminal.broke):
        try:
            loop.run_until_complete(terminal.run_async())
        finally:
            terminal.close()
            # Threads that hang at a device or a gateway are not waited for, but for a while.
            ending = threading.Thread(target=terminal.end, daemon=True)
            ending.start()
            ending.join(LAST)
    if terminal.broken is not None:
        raise terminal.broken
    return terminal.return_code or 0, terminal.last_words


def warm() -> None:
    """Import and try out what a session needs, so that a fork of this process has it already."""
    trial.everything()
    asyncio.run(trial.on_screen(Terminal(_NOWHERE)))
