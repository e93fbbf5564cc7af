"""Who may send to whom: judged and stored under one state of the registry, whatever changes meanwhile."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from gateway import pki
from gateway.acceptance import Item, Outcome, Store
from gateway.cli.certificates import entry
from gateway.directory import Directory
from gateway.identifiers import Ids
from gateway.intake import Intake
from gateway.limits import Rates
from gateway.outgoing import Outgoing
from gateway.queues import Queues
from messages import reply
from messages.envelope import Head
from messages.examine import Examined
from messages.faults import ReceiverUnknown, SenderRefused
from messages.reply import Reply
from messages.routed import Routed, Routes
from messages.signature.template import TemplateSigner
from messages.wire import new_guid
from receipts.document import Issuer
from storage import registry, work
from storage.database import Database
from storage.journal import Chain
from tests.gateway.jobs import Held
from tests.gateway.routing.post import Counted
from tests.gateway.selfsigned import self_signed

NOW = datetime.now(UTC)
A, B, C, CARRIER = "DXPENT0000000001", "DXPENT0000000002", "DXPAGE0000000001", "DXPCAR0000000001"
CODES = {A: "3122260001", B: "4403160002", C: "1100980001", CARRIER: "3100990001"}
KINDS = {A: "enterprise", B: "enterprise", C: "agency", CARRIER: "carrier"}
UNKNOWN, REFUSED = ReceiverUnknown.code, SenderRefused.code
_key = ec.generate_private_key(ec.SECP256R1())
_signer = TemplateSigner(_key, self_signed(_key))
_ca = pki.authority("CA", NOW)
_issued = pki.issue_signer(_ca, pki.new_key("P-256"), pki.subject("A"), NOW)


class Door:
    """A real intake over a real database, of messages that the test makes up."""

    def __init__(self, database: Database, routed: Routed) -> None:
        self.database = database
        certificate = entry(_issued, A, "enterprise")
        with database.write() as connection:
            for dxp_id, code in CODES.items():
                party = registry.Party(dxp_id, code, dxp_id, KINDS[dxp_id], NOW)
                registry.add_party(connection, party)
            registry.add_certificate(connection, certificate)
        self.fingerprint = certificate.fingerprint
        self.meanwhile: Callable[[Connection], None] | None = None
        self.store = Store(
            Chain("1"), Outgoing(Issuer("0000000000", "G", "DXPGATE000000001"), _signer, Ids(1, self.now).new)
        )
        self.steps: list[Callable[[], object]] = []  # what happens before a message has its answer
        self.directory = Directory(Held(database))
        self.found = Examined()
        clock = Clock()
        commit: Any = self
        self.intake = Intake(
            examine=lambda body, now: succeed(self.found), directory=self.directory, commit=commit,
            reader=Held(database), signer=_signer, clock=self.now, new_id=itertools.count(1 << 40).__next__,
            desk="DXPCUS0000000001", queues=Queues(10), rates=Rates(100, 100, clock.seconds),
            log_rate=Rates(1, 1, clock.seconds), most_waiting=10, accepted=lambda: None,
            delivered=lambda positions: None, routes=Routes([routed]),
        )  # fmt: skip

    @staticmethod
    def now() -> datetime:
        """The clock's time."""
        return NOW

    def add(self, item: Item) -> Deferred[Outcome]:
        """As the group commit's, after something that somebody else commits just before."""
        if self.meanwhile is not None:
            change, self.meanwhile = self.meanwhile, None
            with self.database.write() as connection:
                change(connection)
        return Held(self.database).run(lambda connection: self.store(connection, [item])[0])

    def send(self, *receivers: str, session: str = A, **changes: Any) -> Reply:
        """The reply to a message of A's."""
        head = Head(new_guid(), A, receivers, NOW, "ABC101Message")
        values = {
            "head": head, "data": b"<x/>", "digest": "0" * 64, "type": "ABC101", "guid": new_guid(),
            "cop_code": CODES[A], "dxp_id": A, "content": new_guid(), "signer": self.fingerprint,
        }  # fmt: skip
        self.found = Examined(**{**values, **changes})
        answers: list[Any] = []
        self.intake.take(b"", "192.0.2.1", session).addCallback(answers.append)
        for step in self.steps:
            step()
        return reply.parse(answers[0].body)

    def queued(self) -> list[tuple[str, str]]:
        """What is to be carried: from whom, to whom."""
        with self.database.read() as connection:
            items = work.due(connection, NOW, 100)
        return [(item.order_key.partition("/")[0], str((item.payload or {})["to"])) for item in items]


@pytest.fixture
def door(database: Database) -> Door:
    """A type that enterprises send, and enterprises and agencies receive; on each database."""
    return Door(database, Routed("ABC101", frozenset({"enterprise"}), frozenset({"enterprise", "agency"})))


def test_each_receiver_is_something_to_do(door: Door) -> None:
    """One work item each, counted as the sender's."""
    assert door.send(B, C).code == "0000"
    assert door.queued() == [(A, B), (A, C)]
    assert door.intake._queues.full(A, 9)
    assert not door.intake._queues.full(A, 8)


def test_a_receiver_that_is_disabled_just_before_the_commit_gets_nothing(door: Door) -> None:
    """The registry is compared inside the transaction: judged under an older state, it is judged again."""
    assert door.send(B).code == "0000"
    door.meanwhile = lambda connection: registry.change_party(connection, C, state=registry.SUSPENDED)
    assert door.send(B, C).code == UNKNOWN
    assert door.queued() == [(A, B)]
    door.meanwhile = lambda connection: registry.change_party(connection, C, state=registry.ACTIVE)
    assert door.send(B).code == "0000"  # judged again, and nothing speaks against it
    assert door.send(C).code == "0000"


def test_a_sender_that_is_disabled_between_two_look_ups_sends_nothing(door: Door) -> None:
    """Signer and receivers are judged as they are in one state of the registry, never in two."""
    reads = door.directory._reader = Held(door.database, hold=True)

    def disable() -> None:
        with door.database.write() as connection:
            registry.change_party(connection, A, state=registry.SUSPENDED)

    def read() -> None:
        while reads.jobs:
            reads.go()

    door.steps = [reads.go, disable, read]
    assert door.send(B).code == "1002"
    assert door.queued() == []


@pytest.mark.parametrize(
    ("receivers", "code", "said"),
    [
        (("DXPENT0000009999",), UNKNOWN, "not registered"),
        (("DXPGATE000000001",), UNKNOWN, "not registered"),
        ((B, B), UNKNOWN, "named twice"),
        ((B, A), UNKNOWN, "the sender itself"),
        ((B, CARRIER), UNKNOWN, f"{CARRIER} may not receive ABC101"),
        ((B, "DXPENT0000009999", CARRIER), UNKNOWN, "may not receive"),
    ],
)
def test_all_receivers_or_none(door: Door, receivers: tuple[str, ...], code: str, said: str) -> None:
    """One that cannot have it, and nobody gets it; the reply names each that cannot."""
    told = door.send(*receivers)
    assert told.code == code
    assert said in told.info
    assert "went to nobody" in told.info
    assert door.queued() == []


@pytest.mark.parametrize("session", ["", B])
def test_nobody_but_the_sender_s_session_names_receivers(door: Door, session: str) -> None:
    """Whoever has the signed message in hand sends it nowhere."""
    told = door.send(B, session=session)
    assert (told.code, "log in as" in told.info) == (REFUSED, True)
    assert door.queued() == []


@pytest.mark.parametrize("changes", [{"cop_code": CODES[B]}, {"dxp_id": B}, {"signer": "0" * 64}])
def test_the_signed_part_must_be_the_sender_s(door: Door, changes: dict[str, str]) -> None:
    """copCode, dxpId and certificate are one party's, for what has no node to be refused by itself, too."""
    assert door.send(B, **changes).code in (REFUSED, "1002")
    assert door.queued() == []


def test_a_role_that_may_not_send_the_type_is_refused_with_the_roles_that_may(database: Database) -> None:
    """As for a system's types: 2002, in both languages."""
    told = Door(database, Routed("ABC101", frozenset({"customs"}))).send(B)
    assert told.code == REFUSED
    assert "须由角色 customs 发送" in told.info


def test_parties_are_looked_up_once_while_the_registry_stays_the_same(door: Door) -> None:
    """And again after any change to it."""
    door.send(B, C)
    reads = door.directory._reader = Counted(door.database)
    for _ in range(3):
        assert door.send(B).code == "0000"
    assert reads.count == 0
    door.directory.moved_to(-1)
    assert door.send(B).code == "0000"
    assert reads.count > 0
