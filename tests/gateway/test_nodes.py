"""Gateways that hear each other over one PostgreSQL: who lives, what is told, what a broken line changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from twisted.internet.defer import Deferred, inlineCallbacks

from gateway.nodes import BEAT, MISSED, Nodes
from gateway.threads import Writer
from storage import nodes
from storage.database import Database
from storage.listen import CHANNEL, Line, NameTaken
from storage.types import microseconds
from tests.gateway.loop import Loop, reactor
from tests.storage.test_concurrency import until_waiting

PATIENCE = 20.0


class Told:
    """What somebody was told, and a way to wait for the next of it."""

    def __init__(self) -> None:
        self.all: list[Any] = []
        self._waiting: list[tuple[Callable[[], bool], Deferred[None]]] = []

    def __call__(self, what: Any = None) -> None:
        """Be told."""
        self.all.append(what)
        for each in [each for each in self._waiting if each[0]()]:
            self._waiting.remove(each)
            each[1].callback(None)

    def until(self, true: Callable[[], bool]) -> Deferred[None]:
        """Fires as soon as that is true of what was told."""
        done: Deferred[None] = Deferred()
        if true():
            done.callback(None)
        else:
            self._waiting.append((true, done.addTimeout(PATIENCE, reactor)))
        return done


class Member:
    """One gateway's part in it, with threads and connections of its own. In the reactor's thread."""

    def __init__(self, url: str, name: str) -> None:
        self.database = Database(url)
        with self.database.write() as connection:
            nodes.number(connection, name)
        self.writer = Writer(reactor, self.database)
        self.delivered, self.work, self.listening, self.lost = Told(), Told(), Told(), Told()
        self.nodes = Nodes(
            reactor=reactor, database=self.database, writer=self.writer, node=name,
            clock=lambda: datetime.now(UTC), delivered=self.delivered, work=self.work,
            listening=self.listening, lost=self.lost,
        )  # fmt: skip

    @inlineCallbacks
    def start(self) -> Any:
        """Serve."""
        yield self.nodes.start()
        yield self.nodes.beat()

    @inlineCallbacks
    def stop(self) -> Any:
        """End in order."""
        yield self.nodes.stop()
        yield self.writer.stop()
        self.database.close()


class Town:
    """Members on one database, each call in the reactor's thread."""

    def __init__(self, loop: Loop, url: str) -> None:
        self.loop, self.url = loop, url
        self.members: list[Member] = []

    def member(self, name: str) -> Member:
        """A new one, which serves."""
        made: Member = self.loop.call(Member, self.url, name)
        self.members.append(made)
        self.loop.call(made.start)
        return made

    def ended(self, member: Member) -> None:
        """It has ended in order."""
        self.members.remove(member)
        self.loop.call(member.stop)

    def cut(self, name: str) -> None:
        """The line of a member is cut, from the other end."""
        line = (
            "SELECT pid FROM pg_stat_activity WHERE application_name = :name ORDER BY backend_start LIMIT 1"
        )
        self.sql(f"SELECT pg_terminate_backend(({line}))", name=f"eport-gateway {name}")

    def sql(self, statement: str, **given: Any) -> Any:
        """Run it on the database, as somebody else."""
        other = Database(self.url)
        try:
            with other.write() as connection:
                found = connection.execute(text(statement), given)
                return found.all() if found.returns_rows else None
        finally:
            other.close()


@pytest.fixture
def town(loop: Loop, postgres_database_url: str) -> Iterator[Town]:
    """Nobody there yet."""
    made = Town(loop, postgres_database_url)
    yield made
    for member in list(made.members):
        made.ended(member)


def test_what_one_delivers_the_others_hear(town: Town) -> None:
    """Positions of mailboxes reach every other gateway, and not the one that told them."""
    one, other = town.member("a"), town.member("b")
    town.loop.call(one.nodes.beat)
    town.loop.call(one.nodes.tell, {"DXPENT1": 7, "DXPENT2": 1})
    town.loop.call(other.delivered.until, lambda: bool(other.delivered.all))
    assert other.delivered.all == [{"DXPENT1": 7, "DXPENT2": 1}]
    town.loop.call(other.nodes.tell, {"DXPENT1": 8})
    town.loop.call(one.delivered.until, lambda: bool(one.delivered.all))
    assert one.delivered.all == [{"DXPENT1": 8}]


def test_much_at_once_is_told_in_as_many_calls_as_it_takes(town: Town) -> None:
    """A thousand mailboxes do not fit into one call of PostgreSQL's; all of them are told."""
    one, other = town.member("a"), town.member("b")
    town.loop.call(one.nodes.beat)
    heads = {f"DXPENT{number:024}": number for number in range(1, 1001)}
    town.loop.call(one.nodes.tell, heads)

    def told() -> dict[str, int]:
        return {party: at for call in other.delivered.all for party, at in call.items()}

    town.loop.call(other.delivered.until, lambda: len(told()) == 1000)
    assert told() == heads
    assert len(other.delivered.all) > 1


def test_a_gateway_that_is_alone_says_nothing(town: Town) -> None:
    """What nobody hears costs the database nothing; whoever joins is known at once, and told from then on."""
    one = town.member("a")
    heard = Line(one.database.url, "somebody who listens")
    town.loop.call(one.nodes.tell, {"DXPENT1": 1})
    town.loop.call(one.nodes.ask_for_help)
    town.loop.call(one.nodes.beat)
    assert heard.hear() == []
    heard.close()
    other = town.member("b")
    town.loop.call(_until_known, one, "b")
    town.loop.call(one.nodes.ask_for_help)
    town.loop.call(other.work.until, lambda: bool(other.work.all))


@inlineCallbacks
def _until_known(one: Member, name: str) -> Any:
    while name not in one.nodes.others:
        yield one.nodes.beat()


def test_a_gateway_that_is_silent_counts_as_dead_and_its_work_is_looked_for(town: Town) -> None:
    """As soon as three of its signs of life are missing."""
    one = town.member("a")
    town.member("b")
    town.loop.call(one.nodes.beat)
    assert one.nodes.others == {"b"}
    late = microseconds(datetime.now(UTC) - timedelta(seconds=MISSED * BEAT + 1))
    town.sql("UPDATE gateways SET seen_at = :late WHERE name = 'b'", late=late)
    town.loop.call(one.nodes.beat)
    assert one.nodes.others == frozenset()
    assert one.work.all == [None]


def test_nobody_misses_a_gateway_that_has_stopped_in_order(town: Town) -> None:
    """It says that it goes, and counts as dead nowhere."""
    one, ending = town.member("a"), town.member("b")
    town.loop.call(one.nodes.beat)
    town.ended(ending)
    town.loop.call(one.nodes.beat)
    assert one.nodes.others == frozenset()
    assert one.work.all == []


def test_a_name_is_one_process_s(town: Town) -> None:
    """Two gateways of one name would make the same ids and break one chain: the second is refused."""
    one = town.member("a")
    with pytest.raises(NameTaken, match="node a"):
        Line(one.database.url, "a")
    town.ended(one)
    Line(one.database.url, "a").close()


def test_a_broken_line_is_opened_again_and_meanwhile_everybody_looks(town: Town) -> None:
    """Whoever waits is told that nobody is heard, then that others are heard again; and they are."""
    one, other = town.member("a"), town.member("b")
    town.loop.call(one.nodes.beat)
    assert other.listening.all == [True]
    town.cut("b")
    town.loop.call(other.listening.until, lambda: other.listening.all == [True, False, True])
    town.loop.call(one.nodes.tell, {"DXPENT1": 3})
    town.loop.call(other.delivered.until, lambda: bool(other.delivered.all))
    assert other.work.all, "what was called meanwhile may have been missed"


def test_a_gateway_whose_name_was_taken_meanwhile_ends(town: Town) -> None:
    """While its line was broken another process began under its name: it goes, the other stays."""
    one = town.member("a")
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(Line, one.database.url, "a")
        until_waiting(one.database)
        town.cut("a")
        other = waits.result(PATIENCE)
    town.loop.call(one.lost.until, lambda: bool(one.lost.all))
    assert one.listening.all == [True, False]
    other.close()


def test_what_is_not_understood_on_the_line_harms_nobody(town: Town) -> None:
    """Anybody who may log in to the database may call anything."""
    one = town.member("a")
    for nonsense in ("", "{", "[]", '{"delivered": 5}', '{"delivered": {"A": "x"}}'):
        town.sql("SELECT pg_notify(:channel, :nonsense)", channel=CHANNEL, nonsense=nonsense)
    town.sql("SELECT pg_notify(:channel, :sense)", channel=CHANNEL, sense='{"delivered": {"A": 1}}')
    town.loop.call(one.delivered.until, lambda: bool(one.delivered.all))
    assert one.delivered.all == [{"A": 1}]


def test_sqlite_has_no_line(loop: Loop, sqlite_database_url: str) -> None:
    """One gateway alone: it notes its start, its life and its end, and hears nobody."""
    town = Town(loop, sqlite_database_url)
    one = town.member("1")
    with one.database.read() as connection:
        (noted,) = nodes.listed(connection)
    assert noted.started_at is not None
    assert noted.seen_at is not None
    assert noted.version
    town.loop.call(one.nodes.tell, {"DXPENT1": 1})
    town.ended(one)
    ended = Database(sqlite_database_url)
    with ended.read() as connection:
        assert nodes.listed(connection)[0].seen_at is None
    ended.close()
    assert one.listening.all == []
