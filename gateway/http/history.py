"""What became of a case (历程): a step for each receipt that a party was sent about it.

Knows that receipts tell every step, and who signed what they answer; refuses to know what a status means:
its words are the system's. Customs is not told of drafts and of what was refused at the gateway.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from gateway.identifiers import made_at
from messages import envelope
from messages.statuses import Status
from messages.system import System
from messages.wire import wire_time
from messages.workflow import Case
from messages.xml import parse
from receipts import codes, document
from receipts.document import Receipt
from storage import mailboxes, messages
from storage.mailboxes import StoredReceipt
from storage.signers import Signer, signers

MOST = 100  # steps of one answer
ARCHIVED = "已归档 / in the archive"  # what a step tells whose receipt has left the database


def history(
    conn: Connection, case: Case, system: System, whose: str, desk: bool, limit: int
) -> list[dict[str, Any]]:
    """The newest steps first, as they are answered: what the party `whose` was told; `desk`: to customs."""
    found = mailboxes.of_case(conn, whose, case.number, limit)
    seen = [one for one in found if one.status is not None and _concerns(one.status, system, desk)]
    sent = {one.ori_message_id for one in seen if one.ori_message_id is not None}
    certificates = messages.certificates(conn, sent)
    people = signers(conn, set(certificates.values()))
    return [_step(one, system, people.get(certificates.get(one.ori_message_id or 0, ""))) for one in seen]


def _concerns(status: int, system: System, desk: bool) -> bool:
    return not desk or (status != Status.DRAFTED and status in system.steps)


def _step(one: StoredReceipt, system: System, signer: Signer | None) -> dict[str, Any]:
    assert one.status is not None  # what has none, an EPT900, names no case
    returned = _returned(one.document) if one.document else None
    zh, en = codes.words(one.status, system)
    return {
        "time": wire_time(one.created_at),
        "type": one.type,
        "status": one.status,
        "zh": zh,
        "en": en,
        "refused": codes.refuses(one.status),
        "info": returned.info if returned else ARCHIVED,
        "guid": returned.ori_guid if returned else "",
        "copMsgId": one.ori_cop_msg_id,
        "sent": wire_time(made_at(one.ori_message_id)) if one.ori_message_id is not None else None,
        "holder": signer.holder if signer else None,
    }


def _returned(stored: bytes) -> Receipt:
    """The return in a receipt that the gateway wrote itself: one a document."""
    (returned,) = document.parse(parse(envelope.parse(stored).data))
    assert isinstance(returned, Receipt)
    return returned
