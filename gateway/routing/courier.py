"""Carries routed messages: into the receivers' mailboxes, and to their sender the receipts of that.

Knows two kinds of work items, one receiver's delivery and what a receiver has picked up, and that everything
from one party to another goes in its order; refuses to know what is in a message. Runs on the writer's thread
inside the transaction of the dispatch, so each delivery and each receipt happens once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from gateway.outgoing import Outgoing
from messages.envelope import Head
from messages.routed import RECEIPT
from messages.statuses import Status
from messages.workflow import Origin
from storage import messages, pickups, routes
from storage.mailboxes import NewReceipt
from storage.messages import NewWork, StoredMessage
from storage.work import Work

ROUTE = "route"
"""The work item of one receiver; its payload is {"to": dxpId, "info": AddInfo}."""

KINDS = frozenset({ROUTE, pickups.KIND})
TOGETHER = 64  # messages that are taken along behind others of their key, in one transaction
MOST_DOCUMENTS = 512  # that are signed and delivered in one transaction
MOST_BYTES = 16 * 1024 * 1024  # of messages in one transaction, unless the first alone is larger


@dataclass(slots=True)
class Carried:
    """What a batch came to: documents for mailboxes, which of them are messages, the items that are done."""

    documents: list[NewReceipt] = field(default_factory=list)
    messages: list[int] = field(default_factory=list)  # the documents' ids
    done: list[int] = field(default_factory=list)


def route(
    sender: str, receivers: Sequence[str], info: Mapping[str, str], now: datetime
) -> tuple[NewWork, ...]:
    """What is to be done with an accepted message."""
    return tuple(
        NewWork(ROUTE, pickups.order_key(sender, to), place, now, {"to": to, "info": dict(info)})
        for place, to in enumerate(receivers)
    )


class Courier:
    """Runs on the writer's thread only."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing

    def carry(
        self, connection: Connection, items: Sequence[Work], now: datetime, *, alone: bool = False
    ) -> Carried:
        """Carry out items of KINDS and, unless `alone`, what is due behind a delivery under the same key.

        `items` hold their order keys, so nobody else has those behind them in work. Large messages are left
        for another time when enough are under way. The documents are still to be delivered; after that
        `delivered` is to be called.
        """
        carried = Carried()
        if not items:
            return carried
        more = [] if alone else _behind(connection, items, now)
        items = _as_many_as_fit(connection, [*items, *more])
        stored = messages.load(connection, {number for item in items for number in _messages(item)})
        for item in items:
            assert item.payload is not None
            to = str(item.payload["to"])
            for number in _messages(item):
                message = stored[number]
                if item.kind == ROUTE:
                    document = self._message(message, to, item.payload["info"], now)
                    carried.documents.append(document)
                    carried.messages.append(document.id)
                    carried.documents.append(self._receipt(message, to, Status.DELIVERED, now))
                else:
                    carried.documents.append(self._receipt(message, to, Status.PICKED_UP, now))
            carried.done.append(item.id)
        return carried

    @staticmethod
    def delivered(connection: Connection, carried: Carried) -> None:
        """The documents are in their mailboxes: of the messages among them the pick-up is waited for."""
        pickups.await_pick_up(connection, carried.messages)

    def _message(self, message: StoredMessage, to: str, info: Mapping[str, str], now: datetime) -> NewReceipt:
        root = f"{message.type}Message"
        head = Head(message.cop_msg_id, message.sender, (to,), message.accepted_at, root)
        return self._outgoing.message(message.id, message.type, head, message.data, info, now)

    def _receipt(self, message: StoredMessage, to: str, status: Status, now: datetime) -> NewReceipt:
        origin = Origin(
            message.id, message.type, message.cop_msg_id, message.root_guid, message.digest, message.sender
        )
        return self._outgoing.routed(origin, RECEIPT, to, status, _WORDS[status].format(to), now)


def _behind(connection: Connection, items: Sequence[Work], now: datetime) -> list[Work]:
    """What follows the deliveries among `items`, for each the same share."""
    routed = [item for item in items if item.kind == ROUTE and item.attempts == 0]
    share = TOGETHER // max(1, len(routed))
    return [each for item in routed for each in routes.behind(connection, item, now, share)]


def _as_many_as_fit(connection: Connection, items: Sequence[Work]) -> list[Work]:
    """The beginning of `items`, so that none overtakes another; the first of them in any case."""
    wanted = [item.message_id for item in items if item.kind == ROUTE and item.message_id is not None]
    sizes = routes.sizes(connection, wanted)
    fit: list[Work] = []
    room, documents = MOST_BYTES, MOST_DOCUMENTS
    for item in items:
        room -= sizes.get(item.message_id or 0, 0)
        documents -= 2 if item.kind == ROUTE else len(_messages(item))
        if fit and (room < 0 or documents < 0):
            break
        fit.append(item)
    return fit


_WORDS = {
    Status.DELIVERED: "已送达 {0} 的信箱 / delivered into the mailbox of {0}",
    Status.PICKED_UP: "{0} 已提取 / picked up by {0}",
}


def _messages(item: Work) -> Sequence[int]:
    """The ids of the messages that an item is about."""
    assert item.payload is not None
    if item.kind == ROUTE:
        assert item.message_id is not None
        return (item.message_id,)
    found: list[int] = item.payload["messages"]
    return found
