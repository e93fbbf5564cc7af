"""What a system declares of itself: its message types, who may send them, its workflow and search columns.

One instance a system, listed in messages.registry; everything that depends on a type is read from here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from messages.asked import Asked
from messages.lookups import Lookup
from messages.senders import Senders
from messages.workflow import Body, Case, Workflow

CASE = "caseNo"  # 统一编号, in every system's messages
CUSTOMS = "customs"  # the role whose messages name the cases of others


@dataclass(frozen=True, slots=True)
class MessageType:
    """A message type (报文类型) that parties send."""

    code: str  # BVS111
    node: str  # local name of its business nodes (业务节点)
    event: Callable[[Body], str]  # the workflow's event for a node's content
    order: tuple[
        str, ...
    ]  # nodes alike in the first of these elements are worked off in the order of acceptance
    senders: Senders  # who may send it
    events: tuple[str, ...]  # all that `event` may say
    lists: frozenset[str] = frozenset()  # element names inside a node that may repeat
    codes: Mapping[str, str] = field(default_factory=dict)  # element name -> large code list it must be in

    def order_key(self, node: etree._Element, namespace: str, party: str) -> str:
        """The key of `node`: whose it is, and the case it names or what its party calls it.

        A party's messages have keys of its own, so that nobody waits behind a stranger who names his case.
        Customs names a case without its owner: such a key is the case alone, to which storage puts the owner.
        """
        for name in self.order:
            value = node.findtext(f"{{{namespace}}}{name}")
            if value:
                return value if name == CASE and CUSTOMS in self.senders.roles else f"{party}/{value}"
        return f"{party}/{self.code}"

    @property
    def names_case(self) -> bool:
        """Whether its nodes are about a case: what is sent of one depends on the case's state."""
        return CASE in self.order

    @property
    def root(self) -> str:
        """Local name of the root, and MsgType of the envelope."""
        return f"{self.code}Message"

    @property
    def number(self) -> int:
        """NNN of the negative status codes."""
        return int(self.code[3:])

    @property
    def receipt(self) -> str:
        """A submission's number ends in 1; its receipt is the next number up."""
        return f"{self.code[:-1]}{int(self.code[-1]) + 1}"


@dataclass(frozen=True, slots=True)
class System:
    """One customs system."""

    name: str  # package and XSD folder
    namespace: str
    workflow: Workflow
    types: tuple[MessageType, ...]
    number: str  # how a case number (统一编号) is written, e.g. "Z{:018d}"
    search: tuple[str, ...] = ()
    """Search columns, at most eight; the first four are those asked for among everyone's cases."""
    numbers: frozenset[str] = frozenset()  # those of them that hold `wire.sortable` numbers
    desk: frozenset[str] = frozenset()  # those that only customs sees
    own: frozenset[str] = frozenset()  # those that only a case's owner sees
    private: frozenset[str] = frozenset()  # states of cases that only their owner knows of
    resting: frozenset[str] = frozenset()  # states in which nobody is waited for, whatever may be done
    shown: Callable[[Case, bool], Body] = lambda case, others: case.body
    """What of a case's body customs and its partner see, or else its owner."""
    lookups: Mapping[str, Lookup] = field(default_factory=dict)  # by the names that the schemas give them
    faults: Mapping[int, tuple[str, str]] = field(default_factory=dict)  # own fault number -> (zh, en)
    labels: dict[str, tuple[str, str]] = field(default_factory=dict)  # state -> (zh, en)
    steps: Mapping[int, tuple[str, str]] = field(default_factory=dict)  # returnStatus -> (zh, en)
    objection: Callable[[str | None, Body, str], str | None] = lambda state, body, event: None
    """Why an event cannot happen to a case in a state (None: no case yet) with a body; None where it can.
    The workflow refuses for the same reasons and others; terminals offer nothing that is objected to here."""
    asked: Mapping[str, Asked] = field(default_factory=dict)
    """By message type, the rules that a terminal asks before it sends; the workflow has them and others."""

    @property
    def roles(self) -> frozenset[str]:
        """Whoever may send any of its messages."""
        return frozenset().union(*(kind.senders.roles for kind in self.types))

    def waiting(self, role: str) -> tuple[str, ...]:
        """The states in which a case waits for a message of this role."""
        own = {event for kind in self.types if role in kind.senders.roles for event in kind.events}
        return tuple(
            state
            for state in self.labels
            if state not in self.resting and any(self.objection(state, {}, event) is None for event in own)
        )


def content(node: etree._Element, lists: frozenset[str]) -> dict[str, object]:
    """A business node as plain data: local names to text, groups to mappings, `lists` to lists of them."""
    found: dict[str, object] = {}
    start = node.tag.index("}") + 1  # all of a message is in one namespace
    for child in node:
        name = child.tag[start:]
        value: object = content(child, lists) if len(child) else (child.text or "")
        if name in lists:
            value = value or {}  # a line of which nothing is filled in
            found.setdefault(name, []).append(value)  # type: ignore[attr-defined]
        else:
            found[name] = value
    return found
