"""The shape of every system's workflow (流程): what a step is told, what it may ask, what it gives back.

Pure data. A system declares, for an event, the facts it needs and the keys to lock; the dispatch locks the
keys, reads the facts, calls the step, and carries out the effects it returned. Nothing here reads a clock,
a database or a random source: `now` and numbers are passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

Body = Mapping[str, Any]

EVERYONE = "*"
"""As a reader or an audience: whoever has a session."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case (一票): what a party and customs keep about one form, under one number (统一编号)."""

    number: str
    system: str
    owner: str  # dxpId of the party it belongs to
    state: str
    body: Body
    created: datetime
    changed: datetime
    inner: str | None = None  # 企业内部编号: unique for (system, owner) while it is set
    search: Mapping[str, str] = field(default_factory=dict)  # the system's search columns
    partner: str | None = None  # dxpId of another party that takes part in it and sees it, too
    revision: int = 0  # 0: not stored yet; storage counts it up and refuses a stale one


@dataclass(frozen=True, slots=True)
class Record:
    """Something customs keeps that is no case: a filed book, a registration, a rule; valid from–to."""

    system: str
    kind: str
    key: str
    body: Body
    valid_from: datetime
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """Who takes part (参与方), as far as others may know."""

    dxp_id: str
    cop_code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class File:
    """An attachment (附件) that a party has sent; the gateway has seen that its content is of that type."""

    digest: str  # SHA-256, lower-case hex
    size: int  # bytes
    media_type: str
    name: str

    def plain(self) -> dict[str, Any]:
        """As plain data, from which `File(**…)` makes it again."""
        return {name: getattr(self, name) for name in self.__slots__}


# -- what a step may ask -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaseByNumber:
    """The case of this number (统一编号)."""

    number: str


@dataclass(frozen=True, slots=True)
class CaseByInner:
    """The case of this inner number (企业内部编号) of its owner."""

    system: str
    owner: str
    inner: str


@dataclass(frozen=True, slots=True)
class RecordInForce:
    """The record in force now under (system, kind, key)."""

    system: str
    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class RecordsUnder:
    """The records in force now of (system, kind) whose key begins with `prefix`, by key: all of them, or the
    `last` so many, where there may be very many.
    """

    system: str
    kind: str
    prefix: str
    last: int | None = None


@dataclass(frozen=True, slots=True)
class RecordsCounted:
    """How many records of (system, kind) are in force now whose key begins with `prefix`."""

    system: str
    kind: str
    prefix: str


@dataclass(frozen=True, slots=True)
class PartyByCode:
    """The active party of this customs code (海关十位编码)."""

    cop_code: str


@dataclass(frozen=True, slots=True)
class ActiveParty:
    """The party of this dxpId, unless it was disabled."""

    dxp_id: str


@dataclass(frozen=True, slots=True)
class FileOf:
    """The file of this digest that the party has sent: what others have sent is not its own to name."""

    party: str  # dxpId
    digest: str


@dataclass(frozen=True, slots=True)
class CasesAlike:
    """The next `limit` cases, by number, behind the number `after`, with this value in a search column.

    The column is one of a system's first four, which are found alone.
    """

    system: str
    column: str
    value: str
    after: str
    limit: int


@dataclass(frozen=True, slots=True)
class CasesCounted:
    """How many cases there are with this value in a search column, one of a system's first four."""

    system: str
    column: str
    value: str


Fact = (
    CaseByNumber
    | CaseByInner
    | RecordInForce
    | RecordsUnder
    | RecordsCounted
    | PartyByCode
    | ActiveParty
    | FileOf
    | CasesAlike
    | CasesCounted
)
Facts = Mapping[Fact, Any]
"""Case, Record, tuple of records or cases, Party, File, number; None where there is no such thing."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be read, and locked, before a step: `locks` name whatever must not change meanwhile.

    Steps that share a transaction are all told what was there before it. Of one that `claims` something by a
    name, no other that claims or locks the same is done with it: only one of them finds it free.
    """

    facts: tuple[Fact, ...] = ()
    locks: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    then: Callable[[Facts], tuple[Fact, ...]] | None = None
    """What must be read besides, once the facts are known; nothing is locked for it."""


# -- what a step is told -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Actor:
    """Who signed: the party, and the role and card kind of the certificate's holder."""

    party: str  # dxpId
    cop_code: str
    name: str
    role: str
    holder: str = ""
    card: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """The node that caused a receipt."""

    message_id: int
    type: str  # BVS111
    cop_msg_id: str
    guid: str  # the node's
    digest: str  # SHA-256 of the decoded Data, hex
    sender: str  # dxpId

    def plain(self) -> dict[str, Any]:
        """As plain data, from which `Origin(**…)` makes it again."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a case: a node of a message, or a follow-up of an earlier step."""

    system: str
    name: str
    content: Body
    origin: Origin
    actor: Actor | None = None  # None: the gateway itself


# -- what a step gives back ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Put:
    """Store this case, new or changed."""

    case: Case


@dataclass(frozen=True, slots=True)
class PutRecord:
    """Store this record; an earlier one of the same key ends where this one begins."""

    record: Record


@dataclass(frozen=True, slots=True)
class Issue:
    """Put a receipt into the mailbox of `to`."""

    to: str
    type: str  # BVS112
    status: int
    info: str
    origin: Origin
    case: str | None = None
    enclosed: tuple[str, Mapping[str, str]] | None = None
    """A document that is signed with it: an element of the receipt's schema, and its fields in order."""


@dataclass(frozen=True, slots=True)
class Follow:
    """Another event for this case, at `at` or, without it, as soon as this step is durable."""

    case: str
    name: str
    content: Body
    origin: Origin
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """From now on `holder` names exactly these files of `owner`, so that they stay, and `to` may read them.

    `holder` is the case's number or begins with it and /, as Z1/feedback; the step has locked the case. Those
    of `to` are dxpIds, roles or EVERYONE. What the holder named before is nobody's to read by it any more,
    and goes in time if nothing else names it. A step asks for each FileOf first.
    """

    holder: str
    owner: str  # dxpId
    digests: tuple[str, ...] = ()
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Publish:
    """Tell `audience` something, or put files there for it; the same key again changes what was published.

    `audience` is a dxpId, a role or EVERYONE: it may read the files, which are `publisher`'s.
    """

    key: str
    kind: str  # such as news or material: a lower-case word
    title: str
    body: str
    publisher: str  # dxpId
    audience: str = EVERYONE
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take back what `publisher` has published under this key."""

    key: str
    publisher: str  # dxpId


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell a party outside of the exchange, too, where it can be reached: by e-mail, say. Once for each key.

    It only calls to the system: what is confidential is read there. Nothing comes of it where no address is
    known, or nothing is set up that reaches it.
    """

    key: str
    to: str  # dxpId
    words: tuple[str, str]  # one line, in Chinese and in English
    address: str = ""  # that the case itself names; else those that the party's people have given


Effect = Put | PutRecord | Issue | Follow | Keep | Publish | Withdraw | Notify


@dataclass(frozen=True, slots=True)
class Context:
    """What a step may use besides its facts."""

    now: datetime
    next_number: Callable[[], str]  # the next case number of the system


class Workflow(Protocol):
    """A system's rules, as the dispatch sees them."""

    @property
    def name(self) -> str:
        """The system's."""
        ...

    def needs(self, event: Event) -> Needs:
        """What `step` must be told of this event, and what must not change meanwhile."""
        ...

    def step(self, event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
        """Raises NodeFault where a rule forbids the event; nothing is stored then but the receipt of it."""
        ...


Asking = Callable[[Event], Needs]
Step = Callable[[Event, Facts, Context], tuple[Effect, ...]]


@dataclass(frozen=True, slots=True)
class TableWorkflow:
    """A workflow that is a table: event → what its step needs, and the step."""

    name: str
    steps: Mapping[str, tuple[Asking, Step]]
    verb: Callable[[str], str] = lambda event: event
    """The event's line in the table, where several share one."""

    def needs(self, event: Event) -> Needs:
        """What the event's step must be told."""
        return self.steps[self.verb(event.name)][0](event)

    def step(self, event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
        """One event; NodeFault where a rule forbids it."""
        return self.steps[self.verb(event.name)][1](event, facts, context)
