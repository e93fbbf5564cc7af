"""The contract of mailboxes, on both databases."""

from __future__ import annotations

import pytest

from storage import mailboxes
from storage.database import Database
from tests.storage.builders import ENTERPRISE, OTHER, receipt


def test_positions_are_gapless_and_in_order(database: Database) -> None:
    """Each mailbox counts 1, 2, 3 … in the order of delivery, whatever the others get."""
    with database.write() as conn:
        first = mailboxes.deliver(conn, [receipt(1), receipt(2, OTHER), receipt(3)])
        assert first == {ENTERPRISE: 2, OTHER: 1}
    with database.write() as conn:
        assert mailboxes.deliver(conn, [receipt(4), receipt(5, OTHER)]) == {ENTERPRISE: 3, OTHER: 2}
    with database.read() as conn:
        assert mailboxes.page(conn, ENTERPRISE, 0, 10) == [
            (1, b"<DxpMsg>1</DxpMsg>"),
            (2, b"<DxpMsg>3</DxpMsg>"),
            (3, b"<DxpMsg>4</DxpMsg>"),
        ]


def test_a_rolled_back_delivery_leaves_no_gap(database: Database) -> None:
    """A position that was never committed is given to the next receipt."""

    def fail() -> None:
        with database.write() as conn:
            mailboxes.deliver(conn, [receipt(2)])
            raise RuntimeError

    with database.write() as conn:
        mailboxes.deliver(conn, [receipt(1)])
    with pytest.raises(RuntimeError):
        fail()
    with database.write() as conn:
        assert mailboxes.deliver(conn, [receipt(3)]) == {ENTERPRISE: 2}


def test_a_page_goes_on_behind_a_position(database: Database) -> None:
    """Reading page by page gives each receipt once; any position can be read from again."""
    with database.write() as conn:
        mailboxes.deliver(conn, [receipt(number) for number in range(1, 8)])
    with database.read() as conn:
        pages = [[at for at, _ in mailboxes.page(conn, ENTERPRISE, after, 3)] for after in (0, 3, 6, 7, 0)]
    assert pages == [[1, 2, 3], [4, 5, 6], [7], [], [1, 2, 3]]


def test_receipts_of_one_message_are_found(database: Database) -> None:
    """All receipts that answer a CopMsgId, oldest first, and only from the party's own mailbox."""
    with database.write() as conn:
        mailboxes.deliver(
            conn,
            [receipt(1, status=1), receipt(2, ori_cop_msg_id="cop-2"), receipt(3), receipt(4, OTHER)],
        )
        found = mailboxes.for_message(conn, ENTERPRISE, "cop-1")
        assert [(one.position, one.status) for one in found] == [(1, 1), (3, 120)]


def test_the_head_of_a_mailbox_is_its_newest_receipt(database: Database) -> None:
    """A mailbox that never got anything stands at 0."""
    with database.write() as conn:
        assert mailboxes.head(conn, ENTERPRISE) == 0
        assert mailboxes.deliver(conn, []) == {}
        mailboxes.deliver(conn, [receipt(1), receipt(2)])
        assert mailboxes.head(conn, ENTERPRISE) == 2


def test_receipts_about_a_case_are_found(database: Database) -> None:
    """The newest first, of the party's own mailbox; what a stranger was told about it stays with him."""
    with database.write() as conn:
        mailboxes.deliver(
            conn,
            [
                receipt(1, status=2),
                receipt(2, case_no="Z2"),
                receipt(3, OTHER),
                receipt(4),
                receipt(5, case_no=None),
            ],
        )
        number = receipt(1).case_no or ""
        found = mailboxes.of_case(conn, ENTERPRISE, number, 10)
        assert [(one.status, one.ori_cop_msg_id, one.ori_message_id) for one in found] == [
            (120, "cop-1", 1),
            (2, "cop-1", 1),
        ]
        assert [one.status for one in mailboxes.of_case(conn, ENTERPRISE, number, 1)] == [120]
