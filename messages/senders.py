"""Who may send what (谁可发送): roles, kinds of card and key usage that a type, or one event of it, demands.

Knows these tables and how to say what a certificate lacks, and calls forms by their names; refuses to know
where certificates are registered and whose they are. What is not written in a table is allowed to every card,
a certificate file too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from messages.faults import Violation
from messages.signature.oids import LEGAL, OPERATOR
from messages.titles import title

NO_CARD = ""  # 无卡用户: a certificate file
ANY_CARD = frozenset({LEGAL, OPERATOR, NO_CARD})
WITH_CARD = frozenset({LEGAL, OPERATOR})  # 有卡用户
LEGAL_CARD = frozenset({LEGAL})

CARD_WORDS = {  # kind of card -> (zh, en), in the order in which they are listed
    LEGAL: ("法人卡", "a legal-person card"),
    OPERATOR: ("操作员卡", "an operator card"),
    NO_CARD: ("证书文件", "a certificate file"),
}


class Sender(Protocol):
    """What is asked of whoever signed."""

    @property
    def role(self) -> str:
        """Its role, e.g. operator."""
        ...

    @property
    def card(self) -> str:
        """'legal', 'operator' or '' for a certificate file."""
        ...

    @property
    def commits(self) -> bool:
        """Whether its certificate's key usage has nonRepudiation."""
        ...


class Node(Protocol):
    """What is asked of a business node."""

    @property
    def guid(self) -> str:
        """The node's guid."""
        ...

    @property
    def event(self) -> str:
        """Its workflow's event."""
        ...

    @property
    def line(self) -> int:
        """Its line in the decoded Data."""
        ...


@dataclass(frozen=True, slots=True)
class Demand:
    """What a certificate must be, beside its role."""

    cards: frozenset[str] = ANY_CARD
    commitment: bool = False
    """Key usage nonRepudiation, by its newer name contentCommitment (RFC 5280, 4.2.1.3): of a card's two
    certificates the one for signatures (PIV 9C), not the one for authentication (9A)."""

    def plain(self) -> dict[str, Any]:
        """As the catalogue of types tells it."""
        return {
            "cards": [card for card in CARD_WORDS if card in self.cards],
            "nonRepudiation": self.commitment,
        }

    def unmet(self, sender: Sender) -> Iterator[tuple[str, str, str]]:
        """(rule, zh, en) for each thing that is demanded and missing."""
        if sender.card not in self.cards:
            wanted = [words for card, words in CARD_WORDS.items() if card in self.cards]
            zh, en = CARD_WORDS.get(sender.card, (sender.card, sender.card))
            yield (
                "card",
                f"须用{'或'.join(each for each, _ in wanted)}签名，签名证书属于{zh}",
                f"needs {' or '.join(each for _, each in wanted)}; it was signed with {en}",
            )
        if self.commitment and not sender.commits:
            yield (
                "keyUsage",
                "须用 keyUsage 含 nonRepudiation 的签名证书（PIV 9C）签名，签名证书没有该用途",
                "needs a certificate for signatures (key usage nonRepudiation, PIV 9C); it was another's",
            )


@dataclass(frozen=True, slots=True)
class Senders:
    """The table of one type: its roles, what it demands, and what some of its events demand beside that."""

    roles: frozenset[str]
    demand: Demand | None = None
    events: Mapping[str, Demand] = field(default_factory=dict)

    def objections(
        self, code: str, element: str, sender: Sender, nodes: Sequence[Node]
    ) -> tuple[Violation, ...]:
        """What stands against `sender` for the message `code` with these `nodes`; usually nothing.

        `element` is the nodes' name. One node that may not be sent speaks against the whole message.
        """
        if sender.role in self.roles and self.demand is None and not self.events:
            return ()  # on the way of every message
        return tuple(self._objections(code, element, sender, nodes))

    def plain(self) -> dict[str, Any]:
        """As the catalogue of types tells it; an event has all that its type demands, and its own."""
        whole = self.demand or Demand()
        return {
            "roles": sorted(self.roles),
            **whole.plain(),
            "events": {
                event: Demand(whole.cards & own.cards, whole.commitment or own.commitment).plain()
                for event, own in self.events.items()
            },
        }

    def _objections(
        self, code: str, element: str, sender: Sender, nodes: Sequence[Node]
    ) -> Iterator[Violation]:
        root, name = f"/{code}Message", title(code)
        if sender.role not in self.roles:
            roles = ", ".join(sorted(self.roles))
            yield Violation(
                root, 0, "role",
                f"{name.zh}须由角色 {roles} 发送，本证书的角色为 {sender.role} / "
                f"{name.en}: it is sent by the role {roles}; this certificate's is {sender.role}",
            )  # fmt: skip
        for rule, zh, en in self.demand.unmet(sender) if self.demand else ():
            yield Violation(root, 0, rule, f"{name.zh}{zh} / {name.en}: it {en}")
        for place, node in enumerate(nodes, 1):
            demand = self.events.get(node.event)
            for rule, zh, en in demand.unmet(sender) if demand else ():
                path = f"{root}/{element}[{place}]" if len(nodes) > 1 else f"{root}/{element}"
                what = f"{node.event} ({node.guid})"
                text = f"{name.zh} {what} {zh} / {name.en}, {what}: it {en}"
                yield Violation(path, node.line, rule, text)
