"""What became of everything sent: a ladder of steps a submission (暂存 → 申报中 → 入库 …), kept on disk.

Knows submissions, the receipts that belong to them and which of those were looked at; refuses to know how
they are shown. Several terminals of one person may share the file: each change is merged under a lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from messages.annotations import Words
from terminals.receipts import Delivered


@dataclass(frozen=True, slots=True)
class Step:
    """One receipt of one business node."""

    guid: str  # the receipt's own
    cop_msg_id: str
    node: str  # guid of the node
    type: str  # BVS112
    status: int
    label: Words
    info: str
    time: datetime
    case: str  # '' without
    bad: bool  # it says no: a fault, 退单 …
    read: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """One business node that was signed here, noted before it goes out."""

    cop_msg_id: str
    node: str
    system: str
    code: str
    event: str  # save, declare, delete …
    title: str  # the internal number, for people
    case: str
    time: datetime
    form: str = ""  # the model's id
    revision: int = 0  # the model's when it was signed


@dataclass(frozen=True, slots=True)
class Ladder:
    """A submission and its steps, oldest first. `sent` is None for what other programs of the party sent."""

    sent: Sent | None
    answered: str  # the reply's code; '' while there is none
    steps: tuple[Step, ...]

    @property
    def unread(self) -> int:
        """How many of its steps were not looked at."""
        raise NotImplementedError


class Ladders:
    """The ladders of one person at one gateway, on disk beside the mailbox's cursor."""

    def __init__(self, state: Path, origin: str, party: str) -> None:
        raise NotImplementedError

    @property
    def unread(self) -> int:
        """How many steps were not looked at."""
        raise NotImplementedError

    def all(self) -> tuple[Ladder, ...]:
        """The ladders, the one with the newest step first."""
        raise NotImplementedError

    def note(self, sent: Iterable[Sent]) -> None:
        """Something is about to be sent."""
        raise NotImplementedError

    def answered(self, cop_msg_id: str, code: str, known_as: str = "") -> None:
        """The gateway's reply to a message; `known_as` is the CopMsgId it has it under."""
        raise NotImplementedError

    def take(self, delivered: Iterable[Delivered], *, read: bool = False) -> tuple[Step, ...]:
        """Put receipts in; what is new among them. Durable when this returns."""
        raise NotImplementedError

    def look(self, cop_msg_id: str | None = None) -> None:
        """The steps of one message, or all, were looked at."""
        raise NotImplementedError

    def wait(self, cop_msg_id: str, timeout: float) -> tuple[Step, ...]:
        """The steps of a message once each of its nodes has one; after `timeout` seconds those there are."""
        raise NotImplementedError
