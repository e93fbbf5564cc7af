"""The mailbox, into files: each receipt is on disk in an InBox before the cursor passes it.

Knows which box a document goes to and what its file is called; refuses to know what a receipt means. A file's
name is made of the document's own id, so that what is written again after a kill is the same file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from messages import envelope
from receipts.document import Receipt, Unreadable
from terminals.client import Gateway
from terminals.folder import names
from terminals.folder.batch import storage, write_all
from terminals.folder.places import Box, inbox_of
from terminals.folder.sending import Tell, Told
from terminals.folder.signing import passes
from terminals.language import say
from terminals.receipts import Cursors, Delivered, Mailbox, Page
from terminals.trouble import LoginRefused, NotSigned, Trouble, Unusable

HOLD = 25  # seconds a poll is held by the gateway, below its most of 30
LIMIT = 200  # documents a page
GATHER = 0.5  # seconds in which receipts gather to be written and synced together
AGAIN = 5.0  # seconds before a mailbox is asked again that could not be read


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Writes what comes into the boxes of a root."""

    root: Path
    boxes: Sequence[Box]
    tell: Tell
    lang: str

    def write(self, page: Page) -> None:
        """Every document of the page, durable when this returns. Raises OSError."""
        files: dict[Path, dict[str, bytes]] = {}
        told = []
        for one in page.delivered:
            folder = inbox_of(self.root, self.boxes, _about(one))
            name, body = named(one)
            files.setdefault(folder, {})[name] = body
            told.append(self._told(one, f"{folder.parent.name}/{name}"))
        for folder, some in files.items():
            write_all(folder, some)
        self.tell(*told)

    def _told(self, one: Delivered, file: str) -> Told:
        values: dict[str, object] = {"file": file, "type": one.type, "copMsgId": one.cop_msg_id}
        if one.fault:
            words = say(self.lang, "not-proven", type=one.type, id=one.cop_msg_id, reason=one.fault)
            return Told("unproven", {**values, "fault": one.fault}, words)
        first = one.returns[0] if one.returns else None
        if isinstance(first, Receipt):
            values |= {"oriCopMsgId": first.ori_cop_msg_id, "status": first.status}
        elif isinstance(first, Unreadable):
            values |= {"oriCopMsgId": first.ori_cop_msg_id}
        return Told("receipt" if one.returns else "message", values, say(self.lang, "folder-came", file=file))


def named(one: Delivered) -> tuple[str, bytes]:
    """The name and content of a document's file: what a gateway or party signed, alone.

    What is not proven is kept whole, under a name that no program takes for a receipt.
    """
    if one.fault:
        return names.arrived("Unproven", (one.type,), one.cop_msg_id, one.raw), one.raw
    data = envelope.parse(one.raw).data
    if not one.returns:
        return names.arrived("Message", (one.type, one.sender), one.cop_msg_id, one.raw), data
    first = one.returns[0]
    status = (str(first.status),) if isinstance(first, Receipt) else ()
    return names.arrived("Receipt", (one.type, *status), one.cop_msg_id, one.raw), data


def _about(one: Delivered) -> str:
    """The type whose box a document belongs into: of a message that never became nodes, that message's."""
    first = one.returns[0] if one.returns else None
    return first.ori_message_type if isinstance(first, Unreadable) else one.type


class Postman:
    """Reads the mailbox in a thread of its own until `leave`."""

    def __init__(
        self, mailbox: Mailbox, cursors: Callable[[], Cursors], arrivals: Arrivals, gateway: Gateway
    ) -> None:
        """`cursors` is called once the mailbox's owner may be asked for, which takes a login."""
        self._mailbox = mailbox
        self._cursors = cursors
        self._arrivals = arrivals
        self._gateway = gateway
        self._over = Event()
        self._thread = Thread(target=self._run, name="mailbox", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def leave(self) -> None:
        """End after the page that is being written."""
        self._over.set()
        self._gateway.leave()

    def join(self) -> None:
        """Wait for that."""
        self._thread.join()

    def sweep(self) -> None:
        """All that is there now. Raises Trouble, OSError."""
        self._read(wait=0)

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._read(wait=HOLD)
            except OSError as error:
                self._fatal(storage(error, self._arrivals.root))
                return
            except Trouble as trouble:
                if isinstance(trouble, LoginRefused | Unusable | NotSigned) and not passes(trouble):
                    self._fatal(trouble)
                    return
                if not self._over.is_set():
                    event = "signer-away" if passes(trouble) else "no-receipts"
                    self._tell(Told(event, {}, trouble.told(self._lang)))
                self._over.wait(AGAIN)

    def _fatal(self, trouble: Trouble) -> None:
        self._tell(Told("mailbox", {}, trouble.told(self._lang), trouble.exit_code, "fatal"))

    def _read(self, wait: int) -> None:
        cursors = self._cursors()
        cursor = cursors.read()
        while not self._over.is_set():
            page = self._mailbox.page(cursor, limit=LIMIT, wait=wait)
            self._arrivals.write(page)
            if page.next != cursor:
                cursor = page.next
                cursors.write(cursor)
            if not page.delivered and not wait:
                return
            if wait and 0 < len(page.delivered) < LIMIT:
                self._over.wait(GATHER)

    @property
    def _lang(self) -> str:
        return self._arrivals.lang

    def _tell(self, told: Told) -> None:
        self._arrivals.tell(told)
