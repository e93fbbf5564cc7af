"""Carrying routed messages: what lies in the mailboxes afterwards, in which order, and what is told of it."""

from __future__ import annotations

import pytest
from lxml import etree
from sqlalchemy import text

from gateway.identifiers import made_at
from gateway.routing import courier
from messages.schemas import Schemas
from storage import work
from storage.database import Database
from storage.verification import verify
from tests.gateway.routing.post import DELIVERED, NOW, PICKED_UP, A, B, C, Post


@pytest.fixture
def post(database: Database) -> Post:
    """A gateway on each database."""
    return Post(database)


def test_each_receiver_gets_the_sender_s_message_and_the_sender_a_receipt_of_each(post: Post) -> None:
    """Data and AddInfo are his, the head names him and this receiver alone, the time is the acceptance's."""
    name = post.accept(B, C, data=b"<signed/>")
    post.work()
    for receiver in (B, C):
        (one,) = post.box(receiver)
        assert one.data == b"<signed/>"
        assert one.add_info == {"BizKey": name}
        assert (one.head.sender, one.head.receivers, one.head.created) == (A, (receiver,), NOW)
    assert post.told() == {(name, B, DELIVERED): 1, (name, C, DELIVERED): 1}
    assert post.left() == []
    with post.database.snapshot() as connection:
        report = verify(connection)
    assert (report.receipts, report.findings) == (4, ["1 of 1 stored messages are not in the journal at all"])


def test_the_receipts_are_what_their_schema_says(post: Post) -> None:
    """EPT910, signed by the gateway, for both of its statuses."""
    post.accept(B)
    post.work()
    post.pickups.read_to(B, 1)
    schemas = Schemas()
    receipts = post.box(A)
    assert len(receipts) == 2
    for one in receipts:
        schemas.check(etree.fromstring(one.data))
        assert one.head.sender == "DXPGATE000000001"


def test_a_long_queue_from_one_party_to_another_goes_in_its_order_and_in_few_transactions(
    post: Post,
) -> None:
    """Two hundred messages of one key do not take two hundred commits, and none overtakes another."""
    names = [post.accept(B) for _ in range(200)]
    post.work()
    assert post.names(B) == names
    assert post.jobs.count < 20
    assert post.left() == []


def test_what_others_send_meanwhile_does_not_wait_behind_a_long_queue(post: Post) -> None:
    """Order keys are a sender and a receiver: the first batch serves every pair."""
    for _ in range(300):
        post.accept(B)
    post.accept(B, sender=C, name="OTHER")
    with post.database.write() as connection:
        items = work.take(connection, post.now(), 64)
        post.performer.perform(connection, items, lambda _: post.now())
    assert "OTHER" in post.names(B)[:70]


def test_a_message_that_cannot_be_carried_holds_back_only_its_own_pair_and_keeps_its_order(
    post: Post,
) -> None:
    """It waits with its error, and what follows it to the same receiver waits behind it."""
    names = [post.accept(B) for _ in range(5)]
    with post.database.write() as connection:
        spoilt = "UPDATE work SET payload = '{}' WHERE id = (SELECT min(id) + 2 FROM work)"
        connection.execute(text(spoilt))
    other = post.accept(C)
    post.work()
    post.clock.pump([1] * 4)
    assert post.names(C) == [other]
    assert post.names(B) == names[:2]
    kinds = post.left()
    assert len(kinds) == 3
    assert kinds[0][1] > 0
    with post.database.write() as connection:
        connection.execute(text("UPDATE work SET payload = :payload WHERE id = (SELECT min(id) FROM work)"),
                           {"payload": f'{{"info":{{}},"to":"{B}"}}'})  # fmt: skip
    post.clock.pump([60, 60])
    assert post.names(B) == names


def test_a_pick_up_is_told_of_each_message_once_however_many_there_are(post: Post) -> None:
    """Two hundred and fifty messages of two senders, read in one go."""
    mine = [post.accept(B) for _ in range(220)]
    others = [post.accept(B, sender=C) for _ in range(30)]
    post.work()
    post.pickups.read_to(B, 250)
    post.work()
    assert {key for key in post.told() if key[2] == PICKED_UP} == {(name, B, PICKED_UP) for name in mine}
    assert {key for key in post.told(C) if key[2] == PICKED_UP} == {(name, B, PICKED_UP) for name in others}
    assert max((post.told() + post.told(C)).values()) == 1


def test_the_age_of_a_receipt_is_the_gateway_s_own(post: Post) -> None:
    """How long a receiver takes is not how long the gateway takes."""
    post.accept(B)
    post.work()
    post.clock.advance(86_400)
    issued: list[tuple[str, float]] = []
    post.dispatcher._issued = issued.extend
    post.pickups.read_to(B, 1)
    assert issued == [("EPT910", 0.0)]
    assert made_at(1 << 40) < NOW


def test_large_messages_go_in_portions_and_in_their_order(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much is due at once, a transaction holds a few; one that is larger than that goes alone."""
    monkeypatch.setattr(courier, "MOST_BYTES", 10_000)
    large = [post.accept(B, C, data=b"<x/>" * 1_000) for _ in range(7)]
    huge = post.accept(B, data=b"<x/>" * 5_000)
    last = post.accept(B)
    with post.database.write() as connection:
        items = work.take(connection, post.now(), 64)
        done = post.performer.perform(connection, items, lambda _: post.now())
    assert len(done.issued) == 2 * 2
    post.work()
    assert post.names(B) == [*large, huge, last]
    assert post.names(C) == large
