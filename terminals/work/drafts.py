"""What is on open forms, kept on disk against a dropped line, a closed window or a killed process.

Knows where forms are kept and which of them nobody has open any more; refuses to know what is on them.
A terminal's forms are in a folder of its own, held by a lock that ends with the process, however it ends:
what lies in a folder without a holder is offered at the next login. Files are written whole or not at all,
for their owner only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Draft:
    """One form as it was kept. `title` is for people: the internal number, or ''."""

    id: str  # the model's
    system: str
    code: str  # of the message type
    title: str
    kept: datetime
    dump: Mapping[str, Any]  # FormModel.dump


class Drafts:
    """The forms of one person at one gateway; made by each terminal process for itself."""

    def __init__(self, state: Path, origin: str, party: str) -> None:
        raise NotImplementedError

    def keep(self, draft: Draft) -> None:
        """Put it on disk, in place of what was kept of the same form. Raises Unusable."""
        raise NotImplementedError

    def left(self) -> list[Draft]:
        """What earlier terminals left behind, the newest first; other terminals' open forms are not."""
        raise NotImplementedError

    def take(self, draft: Draft) -> None:
        """Make a draft that was left behind this terminal's own: its form is open again."""
        raise NotImplementedError

    def forget(self, id: str, revision: int | None = None) -> None:  # noqa: A002
        """Drop what was kept of a form; with `revision`, only if nothing was changed after that."""
        raise NotImplementedError

    def close(self) -> None:
        """The terminal ends: what it has kept and not forgotten is left behind."""
        raise NotImplementedError
