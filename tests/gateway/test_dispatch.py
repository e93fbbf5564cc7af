"""Dispatch: what is due is done once, and what cannot be done holds nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import text
from twisted.internet.task import Clock

from gateway.dispatch import Dispatcher
from gateway.identifiers import Ids
from gateway.outgoing import Outgoing
from gateway.perform import NotTogether, Performer, _keep_apart, _Step
from messages.registry import BY_CODE
from messages.signature.template import TemplateSigner
from messages.workflow import Case, Event, Needs, Origin
from receipts.document import Issuer
from storage import cases, work
from storage.database import Database
from storage.journal import Chain
from storage.work import NewWork, Work
from tests.gateway.jobs import Held
from tests.gateway.selfsigned import self_signed

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
OWNER = "DXPENT0000000001"
ORIGIN = Origin(1, "BVS111", "MSG-1", "GUID-1", "0" * 64, OWNER)
FORM = {"etpsInnerNo": "A", "etpsCode": "1105030002", "mgmtMode": "3", "stockDate": "20261119", "Line": []}


class Office:
    """A dispatcher over a real database, on a clock that the test turns."""

    def __init__(self, database: Database, node: int = 1) -> None:
        self.database = database
        self.clock = Clock()
        key = ec.generate_private_key(ec.SECP256R1())
        signer = TemplateSigner(key, self_signed(key))
        outgoing = Outgoing(
            Issuer("0000000000", "Gateway", "DXPGATE000000001"), signer, Ids(node, self.now).new
        )
        self.performer = Performer(Chain(str(node)), outgoing)
        self.delivered: list[dict[str, int]] = []
        self.dispatcher = Dispatcher(
            reactor=self.clock,
            writer=Held(database),
            performer=self.performer,
            clock=self.now,
            batch=64,
            retry=5,
            delivered=self.delivered.append,
            issued=lambda _: None,
        )

    def now(self) -> datetime:
        """The clock's time."""
        return NOW + timedelta(seconds=self.clock.seconds())

    def declared(self, number: str) -> None:
        """A case that is being declared, and the store step that is due for it."""
        body = {"entered": FORM, "appTime": "1", "submitted": ORIGIN.plain()}
        case = Case(number, "bonded", OWNER, "申报中", body, NOW, NOW, inner=number)
        with self.database.write() as connection:
            cases.save(connection, [case], {"bonded": ("etpsInnerNo",)})
            work.add(connection, [self.store(number)])

    def store(self, number: str, at: datetime = NOW, **changes: object) -> NewWork:
        """The store step of a case."""
        content = {"caseNo": number, "appTime": "1", "records": []}
        payload = {"event": "store", "content": content, "origin": ORIGIN.plain(), **changes}
        return NewWork("event", number, 0, at, payload, 1)

    def add(self, item: NewWork) -> None:
        """Something to do."""
        with self.database.write() as connection:
            work.add(connection, [item])

    def states(self) -> dict[str, str]:
        """Each case's state."""
        with self.database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(text("SELECT number, state FROM cases"))}

    def left(self) -> list[tuple[str, int, str | None]]:
        """What is still to do: order key, attempts, last error."""
        with self.database.read() as connection:
            rows = connection.execute(text("SELECT order_key, attempts, last_error FROM work ORDER BY id"))
            return [(row[0], row[1], row[2]) for row in rows]


@pytest.fixture
def office(database: Database) -> Office:
    """An office on each database."""
    return Office(database)


def test_what_an_earlier_run_left_is_done_at_the_start(office: Office) -> None:
    """Restart is no special case: what is due is due."""
    office.declared("Z1")
    office.declared("Z2")
    office.dispatcher.start()
    assert office.states() == {"Z1": "入库成功", "Z2": "入库成功"}
    assert office.left() == []
    assert office.delivered == [{OWNER: 2}]


def test_an_item_that_fails_waits_with_its_error_while_the_others_go_on(office: Office) -> None:
    """Poison spoils no batch: it is tried alone, again and again with growing waits, and keeps its reason."""
    office.declared("Z1")
    office.add(office.store("Z9", event="no such event"))
    office.declared("Z2")
    office.dispatcher.start()
    assert office.states() == {"Z1": "入库成功", "Z2": "入库成功"}
    ((key, attempts, error),) = office.left()
    assert (key, attempts) == ("Z9", 1)
    assert error is not None
    assert "no such event" in error
    office.clock.pump([1] * 6)
    assert office.left()[0][1] == 2
    office.clock.pump([1] * 6)
    assert office.left()[0][1] == 2  # the second wait is twice as long


def test_a_timer_fires_when_it_is_due_and_not_before(office: Office) -> None:
    """Without anybody waking the dispatch."""
    body = {"entered": FORM, "appTime": "1", "submitted": ORIGIN.plain()}
    with office.database.write() as connection:
        case = Case("Z1", "bonded", OWNER, "申报中", body, NOW, NOW, inner="A")
        cases.save(connection, [case], {"bonded": ("etpsInnerNo",)})
    office.add(office.store("Z1", NOW + timedelta(seconds=20)))
    office.dispatcher.start()
    office.clock.pump([1] * 19)
    assert office.states() == {"Z1": "申报中"}
    office.clock.pump([1] * 2)
    assert office.states() == {"Z1": "入库成功"}


def test_after_a_stop_nothing_more_is_begun(office: Office) -> None:
    """What is due stays due for the next start."""
    office.dispatcher.start()
    stopped = office.dispatcher.stop()
    assert stopped.called
    office.declared("Z1")
    office.dispatcher.wake()
    office.clock.advance(60)
    assert office.states() == {"Z1": "申报中"}


def test_what_waits_behind_a_failure_does_not_keep_the_dispatch_awake(office: Office) -> None:
    """It sleeps until the failed item's next try, however much of its key is due behind it."""
    office.add(office.store("Z9", event="no such event"))
    for _ in range(3):
        office.add(office.store("Z9"))
    office.dispatcher.start()
    (sleep,) = office.clock.getDelayedCalls()
    assert sleep.getTime() >= 4
    assert [key for key, _, _ in office.left()] == ["Z9"] * 4


def test_a_step_that_claims_what_another_locks_is_done_apart_from_it() -> None:
    """In one transaction neither would be told what the other has done; those that only lock share one."""

    def step(name: str, needs: Needs) -> _Step:
        event = Event("bonded", name, {}, ORIGIN)
        item = Work(1, "event", name, 1, 0, {}, NOW, 0, None)
        return _Step(item, event, *BY_CODE["BVS111"], needs)

    one, two = step("a", Needs(locks=("k",))), step("b", Needs(locks=("k",)))
    _keep_apart([one, two])
    claiming = step("c", Needs(claims=("k",), locks=("k",)))
    _keep_apart([claiming])
    for together in ([one, claiming], [claiming, one], [claiming, claiming]):
        with pytest.raises(NotTogether, match="k"):
            _keep_apart(together)
