"""The contract of message storage, on both databases."""

from __future__ import annotations

from storage import messages, work
from storage.database import Database
from tests.storage.builders import ENTERPRISE, NOW, OTHER, message


def test_a_message_comes_back_as_it_was_stored(database: Database) -> None:
    """Every byte and instant of a message, and the reply it got, is what was stored."""
    new = message(1, data=bytes(range(256)), receivers=("A", "B"))
    with database.write() as conn:
        assert messages.insert(conn, [new]) == {1}
    with database.read() as conn:
        found = messages.by_cop_msg_id(conn, ENTERPRISE, "cop-1")
        assert found is not None
        assert (found.data, found.reply, found.accepted_at, found.receivers) == (
            new.data,
            new.reply,
            NOW,
            ("A", "B"),
        )
        assert messages.by_root_guid(conn, ENTERPRISE, "guid-1") == found
        assert messages.load(conn, [1, 2]) == {1: found}
        assert messages.by_cop_msg_id(conn, OTHER, "cop-1") is None


def test_a_used_identifier_is_not_stored_again(database: Database) -> None:
    """A CopMsgId or a root guid that its sender used is left out; the rest of the batch is stored."""
    with database.write() as conn:
        messages.insert(conn, [message(1)])
    with database.write() as conn:
        batch = [
            message(2, cop_msg_id="cop-1"),
            message(3, root_guid="guid-1"),
            message(4),
            message(5, cop_msg_id="cop-1", root_guid="guid-1", sender=OTHER),
        ]
        assert messages.insert(conn, batch) == {4, 5}
    with database.read() as conn:
        assert set(messages.load(conn, range(1, 6))) == {1, 4, 5}


def test_of_two_alike_in_one_batch_the_first_wins(database: Database) -> None:
    """Two messages that arrive in one group commit under one identifier are one message."""
    with database.write() as conn:
        assert messages.insert(conn, [message(1), message(2, cop_msg_id="cop-1"), message(3)]) == {1, 3}
        assert [item.message_id for item in work.due(conn, NOW, 10)] == [1, 3]


def test_an_id_that_another_message_has_is_not_taken_for_stored(database: Database) -> None:
    """Should two gateways ever give one id, the second message is told to be not stored."""
    with database.write() as conn:
        messages.insert(conn, [message(1)])
        assert messages.insert(conn, [message(1, cop_msg_id="x", root_guid="y"), message(2)]) == {2}


def test_a_message_left_out_leaves_no_work(database: Database) -> None:
    """Only what was stored is processed."""
    with database.write() as conn:
        messages.insert(conn, [message(1)])
        messages.insert(conn, [message(2, cop_msg_id="cop-1")])
        assert [item.message_id for item in work.due(conn, NOW, 10)] == [1]


def test_a_node_guid_belongs_to_the_first_who_claims_it(database: Database) -> None:
    """A node's guid is taken once for (party, type); claiming it again tells that it is another's."""
    key = (ENTERPRISE, "BVS111", "node-1")
    other = (ENTERPRISE, "BVS111", "node-2")
    with database.write() as conn:
        assert messages.claim_guids(conn, [(*key, 1, 0)]) == {key}
        assert messages.claim_guids(conn, [(*key, 2, 0), (*other, 2, 1)]) == {other}
        assert messages.claim_guids(conn, [(OTHER, "BVS111", "node-1", 3, 0)]) == {
            (OTHER, "BVS111", "node-1")
        }


def test_an_empty_batch_is_nothing(database: Database) -> None:
    """Nothing to store is no statement and no error."""
    with database.write() as conn:
        assert messages.insert(conn, []) == frozenset()
        assert messages.claim_guids(conn, []) == set()
        assert messages.load(conn, []) == {}


def test_the_certificate_of_a_message_is_told_without_its_data(database: Database) -> None:
    """By the message's id; an id that does not exist is missing."""
    with database.write() as conn:
        messages.insert(conn, [message(1, certificate="a" * 64), message(2, certificate="b" * 64)])
        assert messages.certificates(conn, [1, 2, 3]) == {1: "a" * 64, 2: "b" * 64}
        assert messages.certificates(conn, []) == {}
