"""What became of one message: its state and receipts at the gateway, and waiting for one of them.

Knows which receipts end a wait (the status asked for, or one after which it needs a new message), and
refuses to know what any status means beyond that. Receipts that are not proven count for nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from lxml import etree

from messages import envelope
from messages.faults import Fault
from messages.xml import parse
from receipts import codes
from receipts.document import Receipt, Unreadable
from terminals.proof import Prover
from terminals.receipts import Delivered, read_delivered
from terminals.session import Session, detail
from terminals.trouble import Refused, Unreachable

PATH = "/v1/messages"
_FIRST, _LONGEST = 0.05, 2.0  # seconds between two looks


@dataclass(frozen=True, slots=True)
class MessageState:
    """A message at the gateway: its state in the gateway's word, and its receipts so far, oldest first."""

    cop_msg_id: str
    state: str
    delivered: tuple[Delivered, ...]
    raw: bytes

    @property
    def returns(self) -> tuple[Receipt | Unreadable, ...]:
        """The returns of all proven receipts."""
        return tuple(found for one in self.delivered if not one.fault for found in one.returns)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a wait ended: every node has the status, or `against` spoke against it, or the time was over."""

    reached: bool
    against: Receipt | Unreadable | None
    state: MessageState | None


def look(session: Session, prover: Prover, cop_msg_id: str) -> MessageState | None:
    """The message's state now; None when the gateway knows no such message of this party."""
    path = f"{PATH}/{quote(cop_msg_id, safe='')}"
    answer = session.request("GET", path)
    origin = session.gateway.origin
    if answer.status == 404:
        return None
    if answer.status != 200:
        raise Refused(
            "answer-unexpected", origin=origin, path=path, status=answer.status, detail=detail(answer)
        )
    try:
        return read(answer.body, cop_msg_id, prover)
    except Fault as fault:
        raise Unreachable("answer-unreadable", origin=origin, path=path, detail=fault.info) from None


def read(body: bytes, cop_msg_id: str, prover: Prover) -> MessageState:
    """The state in an answer of the gateway. Raises Fault when it is none."""
    root = parse(body)
    if root.tag != "MessageStatus":
        raise Fault(f"the root is {root.tag}, not MessageStatus")
    messages = [
        etree.tostring(found, encoding="UTF-8", with_tail=False) for found in root.iter(envelope.DXP_MSG)
    ]
    return MessageState(
        cop_msg_id, root.get("state", ""), tuple(read_delivered(raw, prover) for raw in messages), body
    )


def node_guids(data: bytes) -> frozenset[str]:
    """The guids of a business message's nodes: each has receipts of its own."""
    found = (
        child.text or "" for node in parse(data) for child in node if etree.QName(child).localname == "guid"
    )
    return frozenset(found)


def refuses(found: Receipt | Unreadable) -> bool:
    """Whether nothing better can follow without a new message: a fault, 退单 or a failed sending."""
    return isinstance(found, Unreadable) or codes.refuses(found.status)


def wait_for(
    session: Session,
    prover: Prover,
    cop_msg_id: str,
    nodes: frozenset[str],
    status: int,
    timeout: float,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Outcome:
    """Look until every node has a receipt with `status`, one is refused, or `timeout` seconds are over.

    Of a routed message `nodes` are its receivers: each is told of by itself.
    """
    end = clock() + timeout
    pause = _FIRST
    while True:
        state = look(session, prover, cop_msg_id)
        returns = state.returns if state else ()
        if _reached(returns, nodes, status):
            return Outcome(True, None, state)
        against = next((found for found in returns if refuses(found) and not _is(found, status)), None)
        if against is not None:
            return Outcome(False, against, state)
        if clock() + pause > end:
            return Outcome(False, None, state)
        sleep(pause)
        pause = min(pause * 1.5, _LONGEST)


def _is(found: Receipt | Unreadable, status: int) -> bool:
    return isinstance(found, Receipt) and found.status == status


def _reached(returns: Sequence[Receipt | Unreadable], nodes: frozenset[str], status: int) -> bool:
    receipts = [found for found in returns if isinstance(found, Receipt) and found.status == status]
    done = {found.receiver or found.ori_guid for found in receipts}
    return bool(done) and nodes <= done
