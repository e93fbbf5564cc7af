"""Rows for the storage tests, each whole and each unlike the others."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from messages.workflow import Case
from storage.journal import MESSAGE, RECEIPT, Entry
from storage.mailboxes import NewReceipt
from storage.messages import NewMessage
from storage.registry import Account, Certificate, Party
from storage.work import NewWork

NOW = datetime(2026, 3, 1, 8, 30, 0, 123456, tzinfo=UTC)
COLUMNS = {"bonded": ("etpsCode", "stockDate")}
ENTERPRISE = "DXPENT0000000001"
OTHER = "DXPENT0000000002"


def later(seconds: float) -> datetime:
    """NOW and some seconds."""
    return NOW + timedelta(seconds=seconds)


def message(number: int, **changes: Any) -> NewMessage:
    """A message with one work item."""
    data = changes.pop("data", f"<Message>{number}</Message>".encode())
    values: dict[str, Any] = {
        "id": number,
        "sender": ENTERPRISE,
        "cop_msg_id": f"cop-{number}",
        "root_guid": f"guid-{number}",
        "type": "BVS111",
        "receivers": ("DXPCUS0000000001",),
        "digest": hashlib.sha256(data).hexdigest(),
        "content_key": f"content-{number}",
        "data": data,
        "certificate": "f" * 64,
        "reply": f"<DxpRep>{number}</DxpRep>".encode(),
        "accepted_at": NOW,
        "work": (NewWork("node", f"key-{number}", 0, NOW),),
    }
    return NewMessage(**{**values, **changes})


def receipt(number: int, party: str = ENTERPRISE, **changes: Any) -> NewReceipt:
    """A receipt for the message `cop-1`."""
    document = f"<DxpMsg>{number}</DxpMsg>".encode()
    values: dict[str, Any] = {
        "party": party,
        "id": number,
        "type": "BVS112",
        "cop_msg_id": f"receipt-{number}",
        "ori_message_id": 1,
        "ori_cop_msg_id": "cop-1",
        "status": 120,
        "case_no": "Z000000000000000001",
        "digest": hashlib.sha256(document).hexdigest(),
        "document": document,
        "created_at": NOW,
    }
    return NewReceipt(**{**values, **changes})


def vouch(*things: NewMessage | NewReceipt) -> list[Entry]:
    """The journal entries of these messages and receipts."""
    return [
        Entry(MESSAGE, thing.sender, str(thing.id), thing.digest, NOW)
        if isinstance(thing, NewMessage)
        else Entry(RECEIPT, thing.party, str(thing.id), thing.digest, NOW)
        for thing in things
    ]


def case(number: int, **changes: Any) -> Case:
    """A case that was never stored."""
    values: dict[str, Any] = {
        "number": f"Z{number:018d}",
        "system": "bonded",
        "owner": ENTERPRISE,
        "state": "draft",
        "body": {"etpsName": "华联电子", "lines": [{"recordNo": "1"}]},
        "created": NOW,
        "changed": later(number),
        "inner": f"INNER{number}",
        "search": {"etpsCode": "4403180018", "stockDate": f"202603{number:02d}"},
    }
    return Case(**{**values, **changes})


def party(dxp_id: str = ENTERPRISE) -> Party:
    """An enterprise."""
    return Party(dxp_id, "4403180018", "华联电子有限公司", "enterprise", NOW, rate={"messages": 100})


def certificate(fingerprint: str = "a" * 64, **changes: Any) -> Certificate:
    """A certificate of the enterprise, valid for a year."""
    values: dict[str, Any] = {
        "fingerprint": fingerprint,
        "dxp_id": ENTERPRISE,
        "serial": "01AB",
        "subject": "CN=张三",
        "holder": "张三",
        "role": "operator",
        "card": "operator",
        "not_before": NOW,
        "not_after": later(365 * 86_400),
        "der": b"\x30\x82",
    }
    return Certificate(**{**values, **changes})


def account(name: str = "zhang") -> Account:
    """An account of the enterprise."""
    return Account(name, ENTERPRISE, "operator", "张三", "$argon2id$…", NOW)
