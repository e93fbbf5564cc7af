"""The message types as the gateway lists them, and whether somebody may send one: buttons are drawn from it.

Knows what is demanded of role, card and key; refuses to know why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from messages.annotations import Words
from messages.senders import Demand


@dataclass(frozen=True, slots=True)
class _Hand:
    """Who would send, as Demand asks it."""

    role: str
    card: str
    commits: bool


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
        if role not in self.roles:
            roles = ", ".join(sorted(self.roles))
            return Words(f"{self.code} 须由角色 {roles} 发送", f"{self.code} is sent by the role {roles}")
        hand = _Hand(role, card, commits)
        for _, zh, en in self.events.get(event, self.demand).unmet(hand):
            return Words(f"{self.code} {zh}", f"{self.code} {en}")
        return None


Kinds = Mapping[str, Kind]
"""The types by their codes."""


def kinds_of(told: Mapping[str, Any]) -> dict[str, Kind]:
    """The types as the gateway lists them. Raises KeyError or TypeError for anything else."""
    return {
        str(each["code"]): Kind(
            str(each["code"]),
            str(each["system"]),
            str(each["receipt"]),
            frozenset(map(str, each["roles"])),
            _demand(each),
            {str(event): _demand(own) for event, own in each["events"].items()},
        )
        for each in told["types"]
    }


def _demand(told: Mapping[str, Any]) -> Demand:
    return Demand(frozenset(map(str, told["cards"])), bool(told["nonRepudiation"]))
