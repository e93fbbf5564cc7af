"""The status codes of receipts (returnStatus): E-Port's own, and how a refused node's code is made up."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """returnStatus, with E-Port's words."""

    DRAFTED = 1
    DECLARING = 2
    SENT = 3
    SEND_FAILED = 4
    RETURNED = 100
    STORED = 120
    MANUAL_REVIEW = 300
    CONCLUDED = 399
    INSPECTION = 500
    SUSPENDED = 600
    RELEASED = 800
    CLOSED = 899


LABELS: dict[int, tuple[str, str]] = {
    Status.DRAFTED: ("电子口岸已暂存", "draft kept at the E-Port"),
    Status.DECLARING: ("电子口岸申报中", "being declared by the E-Port"),
    Status.SENT: ("发送海关成功", "sent to customs"),
    Status.SEND_FAILED: ("发送海关失败", "could not be sent to customs"),
    Status.RETURNED: ("海关退单", "returned by customs"),
    Status.STORED: ("海关入库", "stored by customs"),
    Status.MANUAL_REVIEW: ("人工审核", "under manual review"),
    Status.CONCLUDED: ("海关审结", "concluded by customs"),
    Status.INSPECTION: ("查验", "to be inspected"),
    Status.SUSPENDED: ("挂起", "suspended"),
    Status.RELEASED: ("放行", "released"),
    Status.CLOSED: ("结关", "closed"),
}

FAULT_LABELS: dict[int, tuple[str, str]] = {
    4: ("勿重复申报", "declared before"),
    10: ("编号已存在", "the number exists already"),
    14: ("旧报文", "older than what is stored"),
    15: ("与卡信息不匹配", "does not match the card"),
}


def fault_status(message_number: int, fault: int) -> int:
    """-NNNnnn: the message's number and the fault's, as one negative returnStatus."""
    return -(message_number * 1000 + fault)


def label(status: int, language: str = "zh") -> str:
    """The words for a returnStatus in "zh" or "en"; an unknown one is shown as its number."""
    zh, en = LABELS.get(status) or FAULT_LABELS.get(-status % 1000 if status < 0 else -1) or (str(status),) * 2
    return zh if language == "zh" else en
