"""`eport-terminal` with the toys for a menu, one of which breaks: run as a program of its own."""

from __future__ import annotations

from functools import partial

from terminals.cli import main
from terminals.tui import main as beginning
from terminals.tui.app import Terminal
from tests.terminals.tui.toys import TABLE

if __name__ == "__main__":
    beginning.Terminal = partial(Terminal, table=TABLE)  # type: ignore[misc,assignment]
    main()
