"""What leaves: receipts built, signed, wrapped and put into mailboxes, in the transaction that caused them.

Knows how a receipt becomes a DxpMsg; refuses to know why it was issued.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from messages.envelope import Head
from messages.envelope import build as wrap
from messages.reply import Sealer
from messages.wire import new_guid
from messages.workflow import Issue, Origin
from receipts import document
from receipts.document import Issuer, Receipt, Unreadable
from storage import mailboxes
from storage.journal import RECEIPT, Entry
from storage.mailboxes import NewReceipt


class Outgoing:
    """Makes receipts for the gateway that `issuer` names, signed by `signer`."""

    def __init__(self, issuer: Issuer, signer: Sealer, new_id: Callable[[], int]) -> None:
        self._issuer = issuer
        self._signer = signer
        self._new_id = new_id

    def receipt(self, issue: Issue, namespace: str, now: datetime) -> NewReceipt:
        """The receipt that a workflow step issued."""
        origin = issue.origin
        returned = Receipt(
            guid=new_guid(),
            ori_cop_msg_id=origin.cop_msg_id,
            ori_guid=origin.guid,
            ori_digest=origin.digest,
            status=issue.status,
            time=now,
            info=issue.info,
            case=issue.case,
        )
        data = document.build(
            issue.type, namespace, new_guid(), [returned], self._issuer, self._signer, issue.enclosed
        )
        # To anybody but its sender it answers no message: his CopMsgId may be another message of theirs.
        answered = origin.cop_msg_id if issue.to == origin.sender else ""
        return self._wrapped(
            issue.to, issue.type, data, now, answered, origin.message_id, issue.status, issue.case
        )

    def routed(
        self, origin: Origin, code: str, receiver: str, status: int, info: str, now: datetime
    ) -> NewReceipt:
        """What became of a routed message at one of its receivers, for its sender."""
        returned = Receipt(
            guid=new_guid(),
            ori_cop_msg_id=origin.cop_msg_id,
            ori_guid=origin.guid,
            ori_digest=origin.digest,
            status=status,
            time=now,
            info=info,
            receiver=receiver,
        )
        data = document.build(code, document.EPT, new_guid(), [returned], self._issuer, self._signer)
        return self._wrapped(
            origin.sender, code, data, now, origin.cop_msg_id, origin.message_id, status, None
        )

    def message(
        self, message_id: int, type_: str, head: Head, data: bytes, info: Mapping[str, str], now: datetime
    ) -> NewReceipt:
        """A party's message for the one receiver that `head` names: its Data as it was signed."""
        return self._stored(head, type_, wrap(head, data, info), now, ori_message_id=message_id)

    def unreadable(self, to: str, guid: str, what: Unreadable, now: datetime) -> NewReceipt:
        """EPT900, for a proven sender's message that fails its schema; `guid` tells repeats apart."""
        data = document.build_unreadable(guid, what, self._issuer, self._signer)
        return self._wrapped(to, "EPT900", data, now, what.ori_cop_msg_id, None, None, None, guid)

    def refused(
        self, to: str, code: str, namespace: str, guid: str, returns: Sequence[Receipt], now: datetime
    ) -> NewReceipt:
        """One receipt for all nodes of a message that was never stored; `guid` tells repeats apart."""
        data = document.build(code, namespace, guid, returns, self._issuer, self._signer)
        one = returns[0]
        return self._wrapped(to, code, data, now, one.ori_cop_msg_id, None, one.status, None, guid)

    @staticmethod
    def entries(receipts: Sequence[NewReceipt]) -> list[Entry]:
        """What the journal is to say of them."""
        return [Entry(RECEIPT, one.party, str(one.id), one.digest, one.created_at) for one in receipts]

    @staticmethod
    def deliver(connection: Connection, receipts: Sequence[NewReceipt]) -> dict[str, int]:
        """Put them into their mailboxes: last position by party. The last thing a transaction does."""
        return mailboxes.deliver(connection, receipts)

    def _wrapped(
        self,
        to: str,
        code: str,
        data: bytes,
        now: datetime,
        ori_cop_msg_id: str,
        ori_message_id: int | None,
        status: int | None,
        case: str | None,
        cop_msg_id: str | None = None,
    ) -> NewReceipt:
        head = Head(cop_msg_id or new_guid(), self._issuer.dxp_id, (to,), now, f"{code}Message")
        return self._stored(head, code, wrap(head, data), now, ori_cop_msg_id, ori_message_id, status, case)

    def _stored(
        self,
        head: Head,
        code: str,
        whole: bytes,
        now: datetime,
        ori_cop_msg_id: str = "",
        ori_message_id: int | None = None,
        status: int | None = None,
        case: str | None = None,
    ) -> NewReceipt:
        return NewReceipt(
            party=head.receivers[0],
            id=self._new_id(),
            type=code,
            cop_msg_id=head.cop_msg_id,
            ori_message_id=ori_message_id,
            ori_cop_msg_id=ori_cop_msg_id,
            status=status,
            case_no=case,
            digest=hashlib.sha256(whole).hexdigest(),
            document=whole,
            created_at=now,
        )
