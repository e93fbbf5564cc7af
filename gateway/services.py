"""What the HTTP side asks of the rest of the gateway, as Protocols: the seam the two are built and tested on.

Knows the shape of the questions and answers; refuses to know who answers them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection
from twisted.internet.defer import Deferred

from messages.system import System

P = ParamSpec("P")
T = TypeVar("T")

Clock = Callable[[], datetime]  # aware, UTC


@dataclass(frozen=True, slots=True)
class Answer:
    """What intake says to one message: an HTTP status, the DxpRep's bytes, seconds to wait.

    `refused`: its sender is at fault, and the work of examining it was for nothing. `lost`: nothing of it is
    sent, and the connection cut (sandbox only).
    """

    status: int
    body: bytes
    retry_after: int | None = None
    refused: bool = False
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever a registered certificate belongs to (持卡人)."""

    dxp_id: str
    role: str  # the party's or holder's role: customs, operator, enterprise, agency, officer
    holder: str  # the person's or unit's name
    fingerprint: str  # SHA-256 of the certificate's DER, hex
    card: str = ""  # '' no card, 'legal' 法人卡, 'operator' 操作员卡
    cop_code: str = ""  # the party's code in the field (10 characters)
    name: str = ""  # the party's name
    commits: bool = False  # key usage nonRepudiation: a certificate for signatures, not for logins only


class Timer(Protocol):
    """A call that is still to come."""

    def cancel(self) -> None:
        """Don't make it."""
        ...

    def active(self) -> bool:
        """Whether it is neither made nor cancelled."""
        ...


class Reactor(Protocol):
    """What is used of Twisted's reactor, or of its test clock."""

    def seconds(self) -> float:
        """A monotonic clock."""
        ...

    def callLater(self, delay: float, callable: Callable[..., object], *args: object) -> Timer:  # noqa: A002, N802 - Twisted's names
        """Call in so many seconds."""
        ...


class Jobs(Protocol):
    """`threads.Writer` and `threads.Reader`."""

    def run(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Deferred[T]:
        """Run `fn(connection, …)` in a thread; the Deferred fires in the reactor thread."""
        ...


class Intake(Protocol):
    """Takes one envelope; never fails with a Fault, which it turns into an Answer itself."""

    def take(self, body: bytes, peer: str, session: str = "") -> Deferred[Answer]:
        """`peer` is the client's address; `session` the dxpId whose bearer token came with it, or ''."""
        ...

    def unavailable(self, info: str) -> bytes:
        """A signed DxpRep 3001 for a message that was not taken (413, 429, 503): `info` says what to do."""
        ...


class Directory(Protocol):
    """Parties and certificates, cached."""

    def certificate(self, fingerprint: str) -> Deferred[Holder | None]:
        """The holder; None when unknown, revoked, or when the party is not active."""
        ...

    def rate(self, dxp_id: str) -> Mapping[str, Any] | None:
        """A party's own limits `{"per_second": float, "burst": int}` if it is cached and has some; no I/O."""
        ...


class Types(Protocol):
    """The message types' schemas (报文类型)."""

    def xsd(self, code: str) -> bytes | None:
        """The schema's text for a type's code; None when there is no such type. `code` is matched whole
        against known codes, never joined into a path.
        """
        ...

    def listed(self) -> Sequence[Mapping[str, Any]]:
        """The types that parties send, each with who may send it."""
        ...


class Codes(Protocol):
    """The large code lists (代码表): what `messages.codes.CodeLists` offers to the outside."""

    def version(self, name: str) -> str | None:
        """The list's version, also its ETag; None when there is no such list."""
        ...

    def rows(self, name: str) -> Sequence[tuple[str, str, str]]:
        """(code, zh, en), in the list's order."""
        ...


class Systems(Protocol):
    """The systems, and what they declare about their cases and lookups."""

    def get(self, name: str) -> System | None:
        """None when there is no such system."""
        ...

    def all(self) -> Sequence[System]:
        """Every one of them."""
        ...
