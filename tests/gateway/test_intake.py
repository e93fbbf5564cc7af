"""The front door when things are not as they should be: a lost worker, a flood, a lying database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from gateway import acceptance, pki
from gateway.acceptance import Candidate, NotStored, Outcome, Refusal, Store
from gateway.intake import Intake
from gateway.limits import Rates
from gateway.outgoing import Outgoing
from gateway.queues import Queues
from gateway.services import Answer, Holder
from messages.envelope import Head
from messages.examine import Examined
from messages.faults import ReceiverUnknown, SchemaInvalid, Unavailable, Violation
from messages.reply import parse as parse_reply
from messages.signature.template import TemplateSigner
from receipts.document import Issuer
from storage import journal, mailboxes, messages
from storage.database import Database
from storage.journal import Chain
from storage.messages import NewMessage

SENDER, DESK = "DXPENT0000000001", "DXPCUS0000000001"
NOW = datetime(2026, 1, 2, tzinfo=UTC)
HOLDER = Holder(SENDER, "enterprise", "Alice", "f" * 64)


def signer() -> TemplateSigner:
    """A gateway's."""
    ca = pki.authority("test CA", NOW)
    key = ec.generate_private_key(ec.SECP256R1())
    return TemplateSigner(key, pki.issue_signer(ca, key, pki.subject("gateway"), NOW, gateway=True))


SIGNER = signer()


class Directory:
    """Knows one holder, with a rate of its own."""

    generation = 0
    own: dict[str, Any] | None = None

    def cached(self, fingerprint: str) -> Holder | None:
        """As the gateway's."""
        return HOLDER if fingerprint == HOLDER.fingerprint else None

    def certificate(self, fingerprint: str) -> Deferred[Holder | None]:
        """As the gateway's."""
        return succeed(self.cached(fingerprint))

    def rate(self, dxp_id: str) -> dict[str, Any] | None:
        """As the gateway's."""
        return self.own


class Front:
    """An intake whose examinations say what the test wants, and what it gave to the writer."""

    def __init__(self) -> None:
        self.found = Examined()
        self.written: list[Refusal] = []
        self.directory = Directory()
        self.fails: Exception | None = None
        clock = Clock()
        self.intake = Intake(
            examine=self._examine, directory=self.directory, commit=self, reader=self, signer=SIGNER,
            clock=lambda: NOW, new_id=count(1).__next__, desk=DESK, rates=Rates(1, 3, clock.seconds),
            queues=Queues(100),
            log_rate=Rates(1, 2, clock.seconds), most_waiting=10, accepted=lambda: None,
            delivered=lambda positions: None,
        )  # fmt: skip

    def _examine(self, body: bytes, now: datetime) -> Deferred[Examined]:
        return fail(self.fails) if self.fails else succeed(self.found)

    def add(self, item: Refusal) -> Deferred[Outcome]:
        """As the group commit's."""
        self.written.append(item)
        return succeed(Outcome())

    def run(self, fn: Any, *args: Any) -> Deferred[None]:
        """As the reader's: nothing was accepted before."""
        return succeed(None)

    def send(self, found: Examined, session: str = "") -> Answer:
        """The answer to a message that turns out to be this."""
        self.found = found
        answers: list[Answer] = []
        self.intake.take(b"", "192.0.2.1", session).addCallback(answers.append)
        return answers[0]


@pytest.fixture
def front() -> Front:
    """A front door."""
    return Front()


def broken(cop_msg_id: str = "A", content: str = "c", signer: str = HOLDER.fingerprint) -> Examined:
    """A message that fails its schema; with `signer`, under a genuine signature."""
    head = Head(cop_msg_id, SENDER, (DESK,), NOW, "BVS111Message")
    fault = SchemaInvalid("broken", (Violation("/x", 1, "pattern", "is wrong"),))
    return Examined(head=head, digest=content * 64, content=content, signer=signer, fault=fault)


def test_a_lost_examiner_is_answered_503_with_a_time_to_come_again(front: Front) -> None:
    """Nothing was judged, so it is no refusal with 200: the same bytes come again, and nobody is charged."""
    answer = front.send(Examined(fault=Unavailable("lost")))
    assert (answer.status, answer.refused) == (503, False)
    assert answer.retry_after
    assert parse_reply(answer.body).code == "3001"


def test_a_refusal_is_charged_and_written_down_once(front: Front) -> None:
    """In other bytes or under other CopMsgIds, a signed message is replied to, and makes one entry."""
    for number in range(5):
        answer = front.send(broken(f"A{number}"))
        assert (answer.status, answer.refused, parse_reply(answer.body).code) == (200, True, "0002")
    assert [one.cop_msg_id for one in front.written] == ["A0"]


def test_refusals_are_written_down_no_faster_than_their_party_may_send(front: Front) -> None:
    """Beyond the party's own rate there is a reply only, and its good messages are not held up by it."""
    front.directory.own = {"per_second": 1, "burst": 2}
    for number in range(6):
        assert front.send(broken("A", str(number))).status == 200
    assert len(front.written) == 2
    assert front.intake._rates.take(SENDER, front.directory.own) == 0


def test_an_envelope_s_fault_is_written_down_for_its_own_sender_only(front: Front) -> None:
    """Whoever puts somebody's signed message into a wrong envelope fills nobody's journal; a session may."""
    found = broken()
    found.fault = ReceiverUnknown("not there")
    assert parse_reply(front.send(found).body).code == "2001"
    assert front.written == []
    front.send(found, session="DXPENT0000000002")
    assert front.written == []
    front.send(found, session=SENDER)
    assert len(front.written) == 1


def test_errors_of_the_gateway_itself_do_not_fill_the_log(front: Front) -> None:
    """Each is answered 500 with a number; a traceback is written for the first few only."""
    front.fails = RuntimeError("a bug")
    with structlog.testing.capture_logs() as logs:
        for _ in range(10):
            assert front.send(Examined()).status == 500
    assert len([line for line in logs if line["event"] == "intake failed"]) == 2


# -- the transaction -------------------------------------------------------------------------------


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    """The store of a gateway."""
    yield Store(
        Chain("1"), Outgoing(Issuer("0000000000", "gateway", "DXPGATE"), SIGNER, count(1000).__next__)
    )
    database.close()


def candidate(number: int, name: str) -> Candidate:
    """A message to store."""
    return Candidate(
        NewMessage(
            number,
            SENDER,
            name,
            f"G{name}",
            "BVS111",
            (DESK,),
            "a" * 64,
            "k",
            b"<x/>",
            "f" * 64,
            b"<r/>",
            NOW,
        ),
        0,
    )


def test_what_was_neither_stored_nor_known_is_never_accepted(
    database: Database, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the database does not hold what it should, the transaction fails; the journal goes on after it."""
    with database.write() as connection:
        store(connection, [candidate(1, "A")])
    monkeypatch.setattr(messages, "insert", lambda connection, batch: frozenset())
    with pytest.raises(NotStored), database.write() as connection:
        store(connection, [candidate(2, "B")])
    monkeypatch.undo()
    with database.write() as connection:
        assert store(connection, [candidate(3, "C")]) == [Outcome()]
        assert journal.last(connection, "1").seq == 2


def refusal(name: str, digest: str) -> Refusal:
    """A refused message of a proven sender."""
    fault = SchemaInvalid("broken", (Violation("/x", 1, "pattern", "is wrong"),))
    return Refusal(SENDER, name, "BVS111Message", digest * 64, fault, NOW, (digest,))


def test_a_cop_msg_id_gets_one_ept900_however_many_broken_messages_come_under_it(
    database: Database, store: Store
) -> None:
    """In one transaction or in several, and whatever differs in them."""

    def ept900s(connection: Connection) -> int:
        return len(mailboxes.page(connection, SENDER, 0, 100))

    with database.write() as connection:
        assert not mailboxes.has(connection, SENDER, "A", acceptance.EPT900)
        store(connection, [refusal("A", "1"), refusal("A", "2"), refusal("B", "1")])
        assert ept900s(connection) == 2
    with database.write() as connection:
        store(connection, [refusal("A", "3"), refusal("C", "1")])
        assert ept900s(connection) == 3
        assert mailboxes.has(connection, SENDER, "A", acceptance.EPT900)
        assert not mailboxes.has(connection, SENDER, "A", "BVS112")
        assert not mailboxes.has(connection, DESK, "A", acceptance.EPT900)
