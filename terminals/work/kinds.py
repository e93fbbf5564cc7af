"""The message types as the gateway lists them, and whether somebody may send one: buttons are drawn from it.

Knows what is demanded of role, card and key; refuses to know why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from messages.annotations import Words
from messages.senders import Demand


@dataclass(frozen=True, slots=True)
class Kind:
    """One message type."""

    code: str
    system: str
    receipt: str
    roles: frozenset[str]
    demand: Demand
    events: Mapping[str, Demand]

    def objection(self, role: str, card: str, commits: bool, event: str = "") -> Words | None:
        """Why somebody in `role`, with that card, may not send it (or this event of it); None if he may.

        `commits`: the key usage of the certificate in hand has nonRepudiation.
        """
        raise NotImplementedError


Kinds = Mapping[str, Kind]
"""The types by their codes."""
