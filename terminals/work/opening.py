"""Whether a new form may be opened now (能否办理), and what it begins with: asked before it is drawn.

Knows that a system may say so by the lookup `opening`; a form of any other opens empty. Refuses to know why:
the gateway's sentence is shown as it is, and the declaration is judged there again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from messages.annotations import Words
from messages.lookups import OPENING
from messages.registry import BY_NAME
from terminals.work.kinds import bilingual


class Asks(Protocol):
    """The line to the gateway, as far as it is needed here."""

    def lookup(self, system: str, name: str, key: Iterable[tuple[str, str]]) -> Mapping[str, Any] | None:
        """What is known under a key, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Opening:
    """What the gateway says of a new form."""

    objection: Words | None = None
    """Why it cannot be opened; None where it can."""
    content: Mapping[str, Any] = field(default_factory=dict)
    """What it begins with, for `FormModel.load`."""


def opening(line: Asks, system: str, code: str) -> Opening:
    """Ask for a form of this type, in a worker. Raises a Trouble where the gateway does not answer."""
    known = BY_NAME.get(system)
    if known is None or OPENING not in known.lookups:
        return Opening()
    told = line.lookup(system, OPENING, [("type", code)])
    if told is None:  # of this type it says nothing
        return Opening()
    if told.get("objection"):
        return Opening(bilingual(str(told["objection"])))
    return Opening(content=dict(told.get("content") or {}))
