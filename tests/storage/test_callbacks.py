"""Callbacks: who registered what, which node has which for a while, and how far each has come."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from storage import callbacks, mailboxes, pushes, registry, retention
from storage.callbacks import Callback, NewCallback, Paused
from storage.database import Database
from storage.dump import reset_after_restore
from storage.journal import RECEIPT
from storage.pushes import Measures
from tests.storage.builders import ENTERPRISE, NOW, OTHER, account, certificate, later, party, receipt

URL = "https://erp.example.com/receipts"
UNTIL = later(60)


def put(connection: Connection, *numbers: int, to: str = ENTERPRISE) -> None:
    """Receipts into a mailbox."""
    mailboxes.deliver(connection, [receipt(number, to) for number in numbers])


def register(
    connection: Connection, name: str = ENTERPRISE, after: int | None = 0, url: str = URL
) -> Callback:
    """A party with a callback."""
    if registry.party(connection, name) is None:
        registry.add_party(connection, party(name))
    return callbacks.register(connection, NewCallback(name, url, "Alice", None, None, after), NOW)


def take(connection: Connection, *names: str, node: str = "1", seconds: float = 0) -> list[Callback]:
    """As a node does."""
    return pushes.take(connection, names, node, later(seconds), later(seconds + 60))


def test_a_callback_begins_where_it_is_told_or_at_the_mailboxs_end(database: Database) -> None:
    """Without a position only what comes is posted; one behind the end is the end."""
    with database.write() as connection:
        put(connection, 1, 2, 3)
        assert register(connection, after=None).position == 3
        assert register(connection, after=1).position == 1
        assert register(connection, after=99).position == 3
        assert register(connection, OTHER, after=None).position == 0


def test_a_callback_that_moves_goes_on_where_it_was(database: Database) -> None:
    """Another URL misses nothing and repeats nothing; failures are forgotten."""
    with database.write() as connection:
        put(connection, 1, 2, 3)
        register(connection, after=1)
        (mine,) = take(connection, ENTERPRISE)
        assert pushes.failed(connection, mine, later(9), "500", NOW, slow=16) is not None
        moved = register(connection, after=None, url="https://new.example.com/")
        assert (moved.position, moved.failures, moved.broken_at, moved.error) == (1, 0, None, None)
        assert moved.url == "https://new.example.com/"


def test_what_waits_is_taken_by_one_node_and_moves_on_when_it_was_posted(database: Database) -> None:
    """Nobody else gets it meanwhile; the position stays, and the callback is kept while more waits."""
    with database.write() as connection:
        put(connection, 1, 2, 3)
        register(connection)
        (mine,) = take(connection, ENTERPRISE)
        assert (mine.taken_by, mine.position) == ("1", 0)
        assert take(connection, ENTERPRISE, node="2") == []
        assert pushes.advance(connection, mine, 2, NOW, UNTIL, slow=0)
        assert take(connection, ENTERPRISE, node="2") == []
        assert not pushes.advance(connection, mine, 3, NOW, UNTIL, slow=0)
        found = callbacks.of(connection, ENTERPRISE)
        assert found is not None
        assert (found.position, found.taken_by, found.posted_at) == (3, None, NOW)
        assert take(connection, ENTERPRISE, node="2") == []  # nothing waits
        put(connection, 4)
        assert len(take(connection, ENTERPRISE, node="2")) == 1


def test_a_lease_that_has_run_out_is_anybodys_and_who_had_it_changes_nothing(database: Database) -> None:
    """Neither progress nor failure of the late one counts: the other may be further."""
    with database.write() as connection:
        put(connection, 1, 2, 3)
        register(connection)
        (late,) = take(connection, ENTERPRISE)
        assert take(connection, ENTERPRISE, node="2", seconds=59) == []
        (mine,) = take(connection, ENTERPRISE, node="2", seconds=61)
        assert pushes.advance(connection, mine, 3, NOW, None, slow=0) is False
        assert not pushes.advance(connection, late, 1, NOW, None, slow=0)
        assert pushes.failed(connection, late, later(9), "late", None, slow=16) is None
        pushes.release(connection, late)
        found = callbacks.of(connection, ENTERPRISE)
        assert found is not None
        assert (found.position, found.failures) == (3, 0)


@pytest.mark.parametrize("what", ["register", "remove and register", "pause", "stop"])
def test_whatever_changes_a_callback_fences_off_the_post_under_way(database: Database, what: str) -> None:
    """What the former place says is nothing to the new one."""
    with database.write() as connection:
        put(connection, 1, 2)
        register(connection)
        (mine,) = take(connection, ENTERPRISE)
        if what == "pause":
            assert callbacks.pause(connection, ENTERPRISE, "abuse", NOW)
        elif what == "stop":
            assert callbacks.stop(connection, ENTERPRISE, "ended", NOW)
        else:
            if what.startswith("remove"):
                assert callbacks.remove(connection, ENTERPRISE)
            register(connection, url="https://new.example.com/")
        assert not pushes.advance(connection, mine, 2, NOW, None, slow=0)
        found = callbacks.of(connection, ENTERPRISE)
        assert found is not None
        assert found.position == 0


def test_failures_put_it_off_and_are_forgotten_with_the_next_success(database: Database) -> None:
    """Until then nobody takes it; what was said is kept, cut; one success closes the breaker, too."""
    with database.write() as connection:
        put(connection, 1, 2)
        register(connection)
        (mine,) = take(connection, ENTERPRISE)
        found = pushes.failed(connection, mine, later(5), "it answered 500", None, slow=16)
        assert found is not None
        assert (found.failures, found.error, found.broken_at) == (1, "it answered 500", None)
        assert take(connection, ENTERPRISE, seconds=4) == []
        for seconds in (10, 20):
            (mine,) = take(connection, ENTERPRISE, seconds=seconds)
            pushes.failed(
                connection, mine, later(seconds + 5), "x" * 2_000, mine.broken_at or later(seconds), slow=16
            )
        (found,) = callbacks.broken(connection)
        assert (found.broken_at, found.failures, len(found.error or "")) == (later(10), 3, 500)
        (mine,) = take(connection, ENTERPRISE, seconds=30)
        pushes.advance(connection, mine, 1, NOW, None, slow=2)
        assert callbacks.broken(connection) == []
        (standing,) = pushes.standing(connection)
        assert (standing.slow, standing.behind) == (True, True)


def test_what_whoever_runs_the_gateway_paused_only_he_lets_go_on(database: Database) -> None:
    """The party neither registers another nor takes it away to register anew; its receipts wait."""
    with database.write() as connection:
        put(connection, 1)
        register(connection)
        assert callbacks.pause(connection, ENTERPRISE, "abuse", NOW)
        assert take(connection, ENTERPRISE) == []
        assert pushes.standing(connection) == []
        with pytest.raises(Paused):
            register(connection)
        with pytest.raises(Paused):
            callbacks.remove(connection, ENTERPRISE)
        assert callbacks.resume(connection, ENTERPRISE, NOW)
        assert len(take(connection, ENTERPRISE)) == 1
        assert not callbacks.pause(connection, OTHER, "abuse", NOW)
        assert not callbacks.remove(connection, OTHER)


def test_a_suspended_party_gets_nothing_until_it_is_active_again(database: Database) -> None:
    """Its callback stays as it was."""
    with database.write() as connection:
        put(connection, 1)
        register(connection)
        registry.change_party(connection, ENTERPRISE, state=registry.SUSPENDED)
        assert take(connection, ENTERPRISE) == []
        assert pushes.standing(connection) == []
        registry.change_party(connection, ENTERPRISE, state=registry.ACTIVE)
        assert len(take(connection, ENTERPRISE)) == 1


def test_a_callback_falls_with_what_its_registrant_had_logged_in_with(database: Database) -> None:
    """A revoked certificate, or a closed account: whoever stole it gets no more."""
    with database.write() as connection:
        put(connection, 1)
        put(connection, 2, to=OTHER)
        for name in (ENTERPRISE, OTHER):
            registry.add_party(connection, party(name))
        registry.add_certificate(connection, certificate("a" * 64))
        registry.add_account(connection, replace(account("bob"), dxp_id=OTHER))
        by_card = NewCallback(ENTERPRISE, URL, "Alice", "a" * 64, None, 0)
        by_account = NewCallback(OTHER, URL, "Bob", None, "bob", 0)
        for each in (by_card, by_account):
            callbacks.register(connection, each, NOW)
        assert [each.ended for each in pushes.standing(connection)] == [False, False]
        registry.revoke_certificate(connection, "a" * 64, NOW, "stolen")
        registry.change_account(connection, "bob", state="closed")
        assert [each.ended for each in pushes.standing(connection)] == [True, True]
        assert take(connection, ENTERPRISE, OTHER) == []


def test_a_node_that_starts_frees_what_it_had_taken(database: Database) -> None:
    """Another node's are its own; what the former run of this one still says is void."""
    with database.write() as connection:
        for name in (ENTERPRISE, OTHER):
            put(connection, len(name) + ord(name[-1]), to=name)
            register(connection, name)
        (mine,) = take(connection, ENTERPRISE)
        take(connection, OTHER, node="2")
        assert pushes.free(connection, "1") == 1
        assert [each.party for each in take(connection, ENTERPRISE, OTHER, node="3")] == [ENTERPRISE]
        assert not pushes.advance(connection, mine, 1, NOW, None, slow=0)


def test_measures_count_states_and_know_the_oldest_receipt_that_waits(database: Database) -> None:
    """What a callback has taken is not waiting; what a paused one lacks is not counted."""
    with database.write() as connection:
        assert pushes.measures(connection) == Measures(
            {"active": 0, "broken": 0, "paused": 0, "stopped": 0}, None
        )
        mailboxes.deliver(connection, [receipt(n, created_at=later(n)) for n in (1, 2, 3)])
        mailboxes.deliver(connection, [receipt(4, OTHER, created_at=later(-99))])
        register(connection, after=1)
        register(connection, OTHER)
        callbacks.pause(connection, OTHER, "abuse", NOW)
        (mine,) = take(connection, ENTERPRISE)
        pushes.failed(connection, mine, later(9), "500", NOW, slow=16)
        found = pushes.measures(connection)
        assert found.states == {"active": 0, "broken": 1, "paused": 1, "stopped": 0}
        assert found.oldest == later(2)
        assert pushes.waiting(connection, mine) == 2


def test_two_nodes_that_take_at_the_same_time_get_different_callbacks(postgres_database_url: str) -> None:
    """On PostgreSQL one does not wait for the other: what is locked is passed over."""
    database = Database(postgres_database_url)
    with database.write() as connection:
        for number, name in enumerate((ENTERPRISE, OTHER)):
            put(connection, number + 1, to=name)
            register(connection, name)
    got: list[list[str]] = []

    def other() -> None:
        with database.write() as connection:
            got.append([each.party for each in take(connection, ENTERPRISE, OTHER, node="2")])

    with database.write() as connection:
        assert len(take(connection, ENTERPRISE)) == 1
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(30)
        assert got == [[OTHER]]
    database.close()


def test_a_position_that_another_gateway_commits_late_is_not_stepped_over(database: Database) -> None:
    """A registration while a receipt is on its way begins before it or behind it, and then has it behind."""
    with database.write() as connection:
        put(connection, 1)
        found = register(connection, after=None)
        put(connection, 2)
        assert found.position == 1
        assert [each.behind for each in pushes.standing(connection)] == [True]


def test_positions_that_a_mailbox_holds_no_more_are_passed_over(database: Database) -> None:
    """After a restore, which leaves some out, and where receipts were archived, a callback is not behind."""
    with database.write() as connection:
        put(connection, 1, 2)
        register(connection)
        retention.purge(connection, RECEIPT, 1, [1, 2])
        assert pushes.measures(connection).oldest is None
    reset_after_restore(database, 1_000)
    with database.write() as connection:
        (mine,) = take(connection, ENTERPRISE)
        assert pushes.waiting(connection, mine) == 0
        pushes.release_empty(connection, mine)
        assert [each.behind for each in pushes.standing(connection)] == [False]
        put(connection, 3)
        (mine,) = take(connection, ENTERPRISE)
        assert [place for place, _ in mailboxes.page(connection, ENTERPRISE, mine.position, 9)] == [1_003]


def test_what_still_lies_in_the_mailbox_is_never_passed_over(database: Database) -> None:
    """Not by a page that was empty too early, nor by whoever has lost the callback."""
    with database.write() as connection:
        put(connection, 1)
        register(connection)
        (mine,) = take(connection, ENTERPRISE)
        pushes.release_empty(connection, mine)
        assert [each.behind for each in pushes.standing(connection)] == [True]
        retention.purge(connection, RECEIPT, 1, [1])
        pushes.release_empty(connection, replace(mine, revision=mine.revision - 1))
        assert [each.behind for each in pushes.standing(connection)] == [True]


def test_to_register_again_makes_no_slow_callback_a_quick_one(database: Database) -> None:
    """Nor to take it away first: who answers challenges at once, and hangs, keeps no quick one's place."""
    new = NewCallback(ENTERPRISE, URL, "Alice", None, None, 0, slow=9)
    with database.write() as connection:
        put(connection, 1)
        registry.add_party(connection, party(ENTERPRISE))
        assert callbacks.register(connection, new, NOW).slow == 9
        (mine,) = take(connection, ENTERPRISE)
        pushes.failed(connection, mine, later(9), "it hangs", None, slow=16)
        assert callbacks.register(connection, new, NOW).slow == 16
        callbacks.remove(connection, ENTERPRISE)
        assert callbacks.register(connection, new, NOW).slow == 9
