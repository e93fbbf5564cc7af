"""The words of the status codes (returnStatus), in Chinese and English."""

from __future__ import annotations

from messages.statuses import Status
from messages.system import System

__all__ = ["FAULT_LABELS", "LABELS", "Status", "label", "refuses", "words"]

LABELS: dict[int, tuple[str, str]] = {
    Status.DRAFTED: ("电子口岸已暂存", "draft kept at the E-Port"),
    Status.DECLARING: ("电子口岸申报中", "being declared by the E-Port"),
    Status.SENT: ("发送海关成功", "sent to customs"),
    Status.SEND_FAILED: ("发送海关失败", "could not be sent to customs"),
    Status.DELIVERED: ("已送达接收方信箱", "delivered into the receiver's mailbox"),
    Status.PICKED_UP: ("接收方已提取", "picked up by the receiver"),
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


def label(status: int, language: str = "zh") -> str:
    """The words for a returnStatus in "zh" or "en"; an unknown one is shown as its number."""
    zh, en = (
        LABELS.get(status) or FAULT_LABELS.get(-status % 1000 if status < 0 else -1) or (str(status),) * 2
    )
    return zh if language == "zh" else en


def words(status: int, system: System) -> tuple[str, str]:
    """(zh, en) of a returnStatus as a system means it, whose own words come before E-Port's."""
    own = system.steps.get(status) or (system.faults.get(-status % 1000) if status < 0 else None)
    return own or (label(status, "zh"), label(status, "en"))


def refuses(status: int) -> bool:
    """Whether it says no: a fault, 退单, or what could not be sent."""
    return status < 0 or status in (Status.RETURNED, Status.SEND_FAILED)
