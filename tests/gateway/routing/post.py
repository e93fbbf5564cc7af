"""A gateway that routes, from the accepted message on: the real dispatch over a real database."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from sqlalchemy import text
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from gateway.dispatch import Dispatcher
from gateway.identifiers import Ids
from gateway.outgoing import Outgoing
from gateway.perform import Performer
from gateway.routing.courier import route
from gateway.routing.pickups import Pickups
from messages import envelope
from messages.signature.template import TemplateSigner
from messages.wire import new_guid
from receipts import document
from receipts.document import Issuer, Receipt
from storage import mailboxes, messages
from storage.database import Database
from storage.journal import Chain
from storage.messages import NewMessage
from tests.gateway.jobs import Held
from tests.gateway.selfsigned import self_signed

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
A, B, C = "DXPENT0000000001", "DXPENT0000000002", "DXPAGE0000000001"
DELIVERED, PICKED_UP = 10, 11
_ids = itertools.count(1 << 40)
_key = ec.generate_private_key(ec.SECP256R1())
_signer = TemplateSigner(_key, self_signed(_key))


class Counted(Held):
    """Jobs that are counted."""

    count = 0

    def run(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Deferred[Any]:
        """As `Held.run`."""
        self.count += 1
        return super().run(fn, *args, **kwargs)


class Post:
    """One gateway of a database."""

    def __init__(self, database: Database, node: int = 1, batch: int = 64) -> None:
        self.database = database
        self.clock = Clock()
        outgoing = Outgoing(
            Issuer("0000000000", "Gateway", "DXPGATE000000001"), _signer, Ids(node, self.now).new
        )
        self.jobs = Counted(database)
        self.woken = 0
        self.performer = Performer(Chain(str(node)), outgoing)
        self.dispatcher = Dispatcher(
            reactor=self.clock, writer=self.jobs, performer=self.performer, clock=self.now, batch=batch,
            retry=5, delivered=lambda _: None, issued=lambda _: None,
        )  # fmt: skip
        self.reads = Counted(database)
        self.pickups = Pickups(self.reads, self.jobs, lambda _: self.now(), self._wake)

    def _wake(self) -> None:
        self.woken += 1
        self.dispatcher.wake()

    def now(self) -> datetime:
        """The clock's time."""
        return NOW + timedelta(seconds=self.clock.seconds())

    def accept(self, *receivers: str, sender: str = A, name: str = "", data: bytes = b"<x/>") -> str:
        """A message as intake stores it; its CopMsgId."""
        number = next(_ids)
        name = name or f"M{number}"
        new = NewMessage(
            number, sender, name, new_guid(), "ABC101", receivers, hashlib.sha256(data).hexdigest(),
            str(number), data, "certificate", b"<r/>", NOW, route(sender, receivers, {"BizKey": name}, NOW),
        )  # fmt: skip
        with self.database.write() as connection:
            assert messages.insert(connection, [new]) == {number}
        return name

    def work(self) -> None:
        """Do all that is due."""
        self.dispatcher.wake()
        self.clock.advance(1)

    def box(self, party: str) -> list[envelope.Envelope]:
        """What lies in a mailbox, oldest first."""
        with self.database.read() as connection:
            return [envelope.parse(one) for _, one in mailboxes.page(connection, party, 0, 10_000)]

    def names(self, party: str) -> list[str]:
        """The CopMsgIds of the messages in a mailbox."""
        return [one.head.cop_msg_id for one in self.box(party) if one.head.msg_type == "ABC101Message"]

    def told(self, party: str = A) -> Counter[tuple[str, str | None, int]]:
        """Which receipts its mailbox holds: message, receiver, status."""
        receipts = [
            one
            for each in self.box(party)
            if each.head.msg_type == "EPT910Message"
            for one in document.parse(etree.fromstring(each.data))
        ]
        return Counter(
            (one.ori_cop_msg_id, one.receiver, one.status) for one in receipts if isinstance(one, Receipt)
        )

    def left(self) -> list[tuple[str, int]]:
        """What is still to do: kind, attempts."""
        with self.database.read() as connection:
            rows = connection.execute(text("SELECT kind, attempts FROM work ORDER BY id"))
            return [(row[0], row[1]) for row in rows]
