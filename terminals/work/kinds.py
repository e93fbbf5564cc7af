"""The message types as the gateway lists them, and whether somebody may send one: buttons are drawn from it.

Knows what is demanded of role, card and key; refuses to know why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from messages.annotations import Words
from messages.registry import BY_CODE, BY_NAME
from messages.senders import Demand, Sender
from messages.titles import title
from messages.workflow import Body
from terminals.work.found import CaseFound


@dataclass(frozen=True, slots=True)
class Hand:
    """Who would send. `commits`: the key usage of the certificate in hand has nonRepudiation."""

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
        name = title(self.code)
        if role not in self.roles:
            roles = ", ".join(sorted(self.roles))
            return Words(f"{name.zh}须由角色 {roles} 发送", f"{name.en}: it is sent by the role {roles}")
        hand = Hand(role, card, commits)
        for _, zh, en in self.events.get(event, self.demand).unmet(hand):
            return Words(f"{name.zh}{zh}", f"{name.en}: it {en}")
        return None


def refused(kind: Kind, event: str, who: Sender, found: CaseFound) -> Words | None:
    """Why a button for `event` is not offered on a case that was fetched: as `why_not`, but the gateway
    judges the case's state and content, where it says anything of this event.
    """
    objection = kind.objection(who.role, who.card, who.commits, event)
    if objection is not None:
        return objection
    return shut(kind.code, event, found.line.state, found)


def shut(code: str, event: str, state: str, found: CaseFound | None = None) -> Words | None:
    """Why an event of a type of message cannot happen in a state, whoever would send it; None where it can.

    `found`: the case, whose content may say more than its state does, if it is in that state.
    """
    body: Body = {}
    if found is not None and found.line.state == state:
        body = found.body
        for each in found.actions:
            if (each["type"], each["event"]) == (code, event):
                against = each["objection"]
                return None if against is None else bilingual(str(against))
    system = BY_CODE[code][0] if code in BY_CODE else None
    said = system.objection(state, body, event) if system is not None else None
    return bilingual(said) if said else None


Kinds = Mapping[str, Kind]
"""The types by their codes."""


def bilingual(said: str) -> Words:
    """What a gateway says in both languages at once (中文 / English), taken apart; anything else as it is."""
    zh, between, en = said.partition(" / ")
    return Words(zh, en) if between and " / " not in en else Words(said, said)


def why_not(kind: Kind, event: str, who: Sender, state: str | None, body: Body | None = None) -> Words | None:
    """Why a button for `event` is not offered on a case in `state` (None: a new form); None where it is.

    `body` is the case's, as far as it is known: some rules need it, so ask again once the case is there.
    """
    objection = kind.objection(who.role, who.card, who.commits, event)
    if objection is not None:
        return objection
    against = BY_NAME[kind.system].objection(state, body or {}, event) if kind.system in BY_NAME else None
    return bilingual(against) if against else None


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
