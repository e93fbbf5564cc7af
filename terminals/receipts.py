"""Reading the own mailbox: pages behind a cursor, every document proven before it is shown.

Knows the page's layout, where a mailbox's cursor is kept, and that a cursor moves only after what was read
has been dealt with; refuses to know how a receipt is shown. A document that is not proven is handed out as
that, with the reason, and nothing of its content is believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from lxml import etree

from messages import envelope
from messages.faults import Fault
from messages.wire import wire_time
from messages.xml import parse
from receipts.document import Receipt, Unreadable
from receipts.document import parse as parse_returns
from terminals.client import Gateway
from terminals.pending import folder_name, replace_durably
from terminals.proof import Proof, Prover, is_receipt, type_of
from terminals.session import Session, detail
from terminals.trouble import Refused, Unreachable, Unusable

PATH = "/v1/receipts"
_CURSOR = re.compile(r"[A-Za-z0-9_-]{0,64}")


@dataclass(frozen=True, slots=True)
class Delivered:
    """One document of a mailbox: a receipt of the gateway, or a message that another party sent here."""

    raw: bytes  # the DxpMsg
    type: str  # BVS112
    cop_msg_id: str
    sender: str
    time: str  # the envelope's, as wire time; the returns have their own
    proof: Proof
    returns: tuple[Receipt | Unreadable, ...]  # empty for a message, and for what is not proven
    fault: str  # '' when proven, else why not


@dataclass(frozen=True, slots=True)
class Page:
    """Some documents, oldest first, and the cursor behind them."""

    delivered: tuple[Delivered, ...]
    next: str


class Cursors:
    """How far one party's mailbox at one gateway has been read, in the state folder."""

    def __init__(self, state: Path, origin: str, party: str) -> None:
        self.path = state / folder_name(origin, party) / "cursor"

    def read(self) -> str:
        """The cursor; '' for a mailbox never read. Raises Unusable for a file that holds none."""
        try:
            text = self.path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise Unusable("file-unreadable", file=self.path, reason=reason) from None
        if not _CURSOR.fullmatch(text):
            raise Unusable("file-unreadable", file=self.path, reason="no cursor in it")
        return text

    def write(self, cursor: str) -> None:
        """Keep `cursor`, durably; a reader sees the old or the new one."""
        try:
            replace_durably(self.path, cursor.encode("ascii"))
        except OSError as error:
            raise Unusable("file-unwritable", file=self.path, reason=error.strerror or error) from None


class Mailbox:
    """The mailbox of whoever the session belongs to."""

    def __init__(self, session: Session, prover: Prover, gateway: Gateway | None = None) -> None:
        self._session = session
        self._prover = prover
        self._gateway = gateway  # another way to the session's, for waiting

    def page(self, after: str, *, limit: int = 100, wait: int = 0) -> Page:
        """The documents behind `after`; with `wait` the gateway holds an empty answer for so many seconds."""
        query = urlencode({"after": after, "limit": limit, "wait": wait})
        answer = self._session.request("GET", f"{PATH}?{query}", wait=wait, gateway=self._gateway)
        origin = self._session.gateway.origin
        if answer.status != 200:
            raise Refused(
                "answer-unexpected", origin=origin, path=PATH, status=answer.status, detail=detail(answer)
            )
        try:
            return read_page(answer.body, self._prover)
        except Fault as fault:
            raise Unreachable("answer-unreadable", origin=origin, path=PATH, detail=fault.info) from None

    def pages(self, after: str, *, limit: int = 100, wait: int = 0) -> Iterator[Page]:
        """Pages until one is empty. The next is asked for only after the one before was dealt with."""
        while True:
            page = self.page(after, limit=limit, wait=wait)
            yield page
            if not page.delivered:
                return
            after = page.next


def read_page(body: bytes, prover: Prover) -> Page:
    """The page in `body`: `<Receipts next="CURSOR">` around DxpMsg elements. Raises Fault when it is none."""
    root = parse(body)
    cursor = root.get("next", "")
    if etree.QName(root).localname != "Receipts" or not _CURSOR.fullmatch(cursor):
        raise Fault(f"the root is {root.tag}, not Receipts with a cursor")
    messages = [etree.tostring(child, encoding="UTF-8", with_tail=False) for child in root]
    return Page(tuple(read_delivered(message, prover) for message in messages), cursor)


def read_delivered(raw: bytes, prover: Prover) -> Delivered:
    """One DxpMsg, its Data proven. Raises Fault when it is no envelope."""
    found = envelope.parse(raw)
    head = found.head
    proof, returns, fault = examine(found.data, prover, head)
    kind = head.msg_type.removesuffix("Message") if proof.root is None else type_of(proof.root)
    return Delivered(raw, kind, head.cop_msg_id, head.sender, wire_time(head.created), proof, returns, fault)


def examine(
    data: bytes, prover: Prover, head: envelope.Head | None = None
) -> tuple[Proof, tuple[Receipt | Unreadable, ...], str]:
    """The proof of a delivered document, its returns if it is a receipt, and why it is not proven, or ''.

    What has a return in it must be signed by a gateway: another party's certificate makes no receipt. What
    has none is a party's message: its signer's certificate must have held when the gateway took it, and be of
    whom the envelope (`head`) names.
    """
    try:
        proof = prover.prove(data)
        if head is not None and proof.chain_fault and not proof.gateway and head.created < datetime.now(UTC):
            proof = prover.prove(data, head.created)
    except Fault as fault:
        return Proof(signature_fault=fault.info), (), fault.info
    if proof.fault or proof.root is None:
        return proof, (), proof.fault
    if not is_receipt(proof.root):
        return proof, (), _another(proof.root, head)
    if not proof.gateway:
        return proof, (), f"a receipt, but its signer {proof.who} is not a gateway"
    try:
        return proof, parse_returns(proof.root), ""
    except Fault as fault:
        return proof, (), fault.info


def _another(root: etree._Element, head: envelope.Head | None) -> str:
    """That a message is signed as another party's than its envelope says; '' where it is not."""
    namespace = etree.QName(root).namespace
    prefix = f"{{{namespace}}}" if namespace else ""
    named = root.findtext(f"{prefix}BaseTransfer/{prefix}dxpId") or ""
    if head is None or head.sender == named:
        return ""
    return f"the envelope says that {head.sender} sent it, but it is signed as {named}'s"
