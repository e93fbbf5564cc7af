"""Dispatch: what is due is done once, and what cannot be done holds nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection, text
from twisted.internet.task import Clock

from gateway.dispatch import Dispatcher
from gateway.identifiers import Ids
from gateway.numbers import Numbers
from gateway.outgoing import Outgoing
from gateway.perform import DoneMeanwhile, NotTogether, Performer, _keep_apart, _Step
from messages.registry import BY_CODE
from messages.signature.template import TemplateSigner
from messages.workflow import Case, Event, Needs, Origin
from receipts.document import Issuer
from storage import cases, nodes, work
from storage.database import Database
from storage.journal import Chain
from storage.work import NewWork, Work
from tests.gateway.jobs import Held
from tests.gateway.selfsigned import self_signed
from tests.storage.test_concurrency import until_waiting

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
OWNER = "DXPENT0000000001"
ORIGIN = Origin(1, "BVS111", "MSG-1", "GUID-1", "0" * 64, OWNER)
FORM = {"etpsInnerNo": "A", "etpsCode": "1105030002", "mgmtMode": "3", "stockDate": "20261119", "Line": []}


class Office:
    """A dispatcher over a real database, on a clock that the test turns."""

    def __init__(self, database: Database, node: int = 1, linger: float = 0.0) -> None:
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
            linger=linger,
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

    def due(self) -> list[Work]:
        """What may be done now."""
        with self.database.read() as connection:
            return work.due(connection, self.now(), 64)

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


@pytest.fixture
def offices(postgres_database_url: str) -> Iterator[tuple[Office, Office]]:
    """Two offices on one PostgreSQL."""
    databases = Database(postgres_database_url), Database(postgres_database_url)
    yield Office(databases[0]), Office(databases[1], node=2)
    for one in databases:
        one.close()


def test_what_another_gateway_has_in_work_is_left_to_it(offices: tuple[Office, Office]) -> None:
    """The dispatch takes the rest, does not spin for what it cannot have, and does that when it is free."""
    one, other = offices
    for number in ("Z1", "Z2", "Z3"):
        one.declared(number)
    with one.database.write() as connection:
        (first, *_) = work.take(connection, NOW, 1)
        other.dispatcher.start()
        assert other.states() == {"Z1": "申报中", "Z2": "入库成功", "Z3": "入库成功"}
        assert [key for key, _, _ in other.left()] == [first.order_key]
        connection.get_transaction().rollback()  # type: ignore[union-attr]
    other.clock.advance(30)
    assert other.states()["Z1"] == "入库成功"
    assert other.left() == []


def test_who_meets_anothers_change_half_way_begins_again_at_once(database: Database) -> None:
    """A case that was saved meanwhile costs no waiting and counts as no failure."""
    office = Office(database)
    office.declared("Z1")
    real = office.performer.perform
    met: list[Any] = []

    def overtaken(*given: Any) -> Any:
        if len(met) < 2:
            met.append(given)
            raise cases.StaleCase(["Z1"])
        return real(*given)

    office.performer.perform = overtaken  # type: ignore[method-assign,assignment]
    office.dispatcher.start()
    assert len(met) == 2
    assert office.states() == {"Z1": "入库成功"}


def test_what_is_done_meanwhile_is_not_done_twice(office: Office) -> None:
    """Whatever takes items away from a batch in work, the batch is rolled back: no receipt is doubled."""
    office.declared("Z1")
    with office.database.write() as connection:
        items = work.take(connection, NOW, 10)
        work.finish(connection, [item.id for item in items])
        with pytest.raises(DoneMeanwhile):
            office.performer.perform(connection, items, lambda _: NOW)


def test_the_time_of_a_step_is_asked_for_when_its_locks_are_held(offices: tuple[Office, Office]) -> None:
    """What another wrote under the same lock, however long it held it, lies in the past for the step."""
    one, other = offices
    other.declared("Z1")
    (item,) = other.due()
    told: list[datetime] = []

    def moment(connection: Connection) -> datetime:
        told.append(nodes.moment(connection))
        return told[-1]

    def late() -> None:
        with other.database.write() as connection:
            other.performer.perform(connection, [item], moment)

    with ThreadPoolExecutor(1) as pool:
        with one.database.write() as connection:
            cases.lock(connection, ["bonded/case/Z1"])
            racing = pool.submit(late)
            until_waiting(other.database)
            held = nodes.moment(connection)
        racing.result(20)
    assert told
    assert min(told) > held


def test_gateways_number_cases_without_waiting_for_each_other(postgres_database_url: str) -> None:
    """Numbers are kept at hand, committed before they are given: each once, and nobody holds the counter."""
    databases = Database(postgres_database_url), Database(postgres_database_url)
    kept = Numbers(8), Numbers(8)
    given: list[int] = []
    for numbers, database in zip(kept, databases, strict=True):
        with database.write() as connection:
            given.append(next(numbers.of(connection, "bonded", 2)))
        assert numbers.wanted() == ["bonded"]
        with database.write() as connection:
            taken = numbers.take(connection, ["bonded"])
        numbers.keep(taken)
        assert numbers.wanted() == []
    with databases[0].write() as one, databases[1].write() as other:
        for _ in range(8):
            given.append(next(kept[0].of(one, "bonded", 2)))
            given.append(next(kept[1].of(other, "bonded", 2)))
    assert len(set(given)) == len(given) == 18
    for database in databases:
        database.close()


def test_a_batch_waits_for_company_behind_one_that_was_not_full(database: Database) -> None:
    """What comes within a moment is done together; the first is not kept waiting, and a stop is."""
    office = Office(database, linger=0.02)
    office.declared("Z1")
    office.dispatcher.start()
    assert office.states() == {"Z1": "入库成功"}
    for number in ("Z2", "Z3"):
        office.declared(number)
        office.dispatcher.wake()
    office.clock.advance(0.019)
    assert len(office.delivered) == 1
    office.clock.advance(0.001)
    assert set(office.states().values()) == {"入库成功"}
    assert office.delivered == [{OWNER: 1}, {OWNER: 3}]
    ended = office.dispatcher.stop()
    office.clock.advance(0.02)
    assert ended.called
