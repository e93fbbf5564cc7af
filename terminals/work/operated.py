"""How the gateways are (运行情况), as those who run them are told: gateways, alarms, failed work, applicants.

Knows the form of the answers; refuses to know how they are shown, and what is done about them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from messages.annotations import Words
from messages.wire import parse_wire_time

ACCOUNT = "account"
"""The kind of requests that need no certificate of the CA."""


@dataclass(frozen=True, slots=True)
class Node:
    """A gateway of the database; `state`: serving, stopped or silent."""

    name: str
    version: str
    state: str
    started: datetime | None
    seen: datetime | None


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm, open unless it was `cleared`. `todo`: what helps."""

    id: int
    name: str
    words: Words
    todo: Words
    since: datetime
    raised: datetime
    raised_by: str
    cleared: datetime | None
    taken: datetime | None
    taken_by: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A work item that failed `attempts` times and is tried again by itself."""

    id: int
    party: str
    attempts: int
    error: str
    again: datetime


@dataclass(frozen=True, slots=True)
class Waits:
    """How many of something wait, and since when the oldest does."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """All of it, at one instant of the gateway's clock."""

    at: datetime
    node: str
    nodes: tuple[Node, ...]
    alarms: tuple[Alarm, ...]  # open ones, the oldest first
    ended: tuple[Alarm, ...]  # the latest raised first
    work: Waits
    failed: int  # as many, of which the first are in `failing`
    failing: tuple[Failed, ...]
    notices: Waits
    callbacks: Mapping[str, int]  # by state
    pushes: Waits  # receipts for callbacks: of how many, and since when the oldest waits
    registrations: Waits


@dataclass(frozen=True, slots=True)
class OwnParty:
    """A party that has an applicant's number."""

    dxp_id: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Applicant:
    """A request that waits for a decision; what its kind has not is empty."""

    id: int
    kind: str
    filed: datetime
    ends: datetime | None
    mail: str
    role: str
    cop_code: str
    name: str
    contact: str
    telephone: str
    dxp_id: str
    holder: str
    card: str
    has_account: bool
    parties: tuple[OwnParty, ...]


@dataclass(frozen=True, slots=True)
class Applicants:
    """The oldest of them, and how many there are, at an instant of the gateway's clock."""

    at: datetime
    waiting: int
    shown: tuple[Applicant, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an order: done, or refused as one that cannot be (`told` says why)."""

    good: bool
    told: Mapping[str, Any]


def seen_of(told: Any) -> Seen:
    """What an answer's JSON says."""
    callbacks = told["callbacks"]
    states = {name: int(number) for name, number in callbacks.items() if name != "oldest"}
    active = states.get("active", 0) + states.get("broken", 0)
    return Seen(
        at=parse_wire_time(told["at"]),
        node=told["node"],
        nodes=tuple(
            Node(
                each["name"], each["version"], each["state"], _time(each["startedAt"]), _time(each["seenAt"])
            )
            for each in told["nodes"]
        ),
        alarms=tuple(map(_alarm, told["alarms"])),
        ended=tuple(map(_alarm, told["ended"])),
        work=Waits(told["work"]["due"], _time(told["work"]["oldest"])),
        failed=told["work"]["failed"],
        failing=tuple(
            Failed(
                each["id"], each["party"], each["attempts"], each["error"], parse_wire_time(each["againAt"])
            )
            for each in told["work"]["items"]
        ),
        notices=_waits(told["notices"]),
        callbacks=states,
        pushes=Waits(active, _time(callbacks["oldest"])),
        registrations=_waits(told["registrations"]),
    )


def applicants_of(told: Any) -> Applicants:
    """What an answer's JSON says."""
    return Applicants(
        parse_wire_time(told["at"]), told["waiting"], tuple(map(_applicant, told["registrations"]))
    )


def _applicant(told: Mapping[str, Any]) -> Applicant:
    return Applicant(
        told["id"], told["kind"], parse_wire_time(told["filedAt"]), _time(told["endsAt"]), told["mail"],
        told["role"], told["copCode"], told["name"], told["contact"], told["telephone"], told["dxpId"],
        told["holder"], told["card"], told["hasAccount"],
        tuple(OwnParty(each["dxpId"], each["name"], each["kind"]) for each in told["parties"]),
    )  # fmt: skip


def _alarm(told: Mapping[str, Any]) -> Alarm:
    return Alarm(
        told["id"], told["name"], Words(told["zh"], told["en"]), Words(told["todoZh"], told["todoEn"]),
        parse_wire_time(told["since"]), parse_wire_time(told["raisedAt"]), told["raisedBy"],
        _time(told["clearedAt"]), _time(told["takenAt"]), told["takenBy"],
    )  # fmt: skip


def _waits(told: Mapping[str, Any]) -> Waits:
    return Waits(told["waiting"], _time(told["oldest"]))


def _time(told: str) -> datetime | None:
    return parse_wire_time(told) if told else None
