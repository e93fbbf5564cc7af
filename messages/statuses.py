"""returnStatus, the numbers that a workflow's table promises to send; their words are in receipts.codes."""

from __future__ import annotations

from enum import IntEnum

NOT_THE_CARD = 15  # E-Port's fault: 与卡信息不匹配


class Status(IntEnum):
    """returnStatus, with E-Port's words."""

    DRAFTED = 1
    DECLARING = 2
    SENT = 3
    SEND_FAILED = 4
    DELIVERED = 10  # this and the next are this project's own, of messages routed to another party
    PICKED_UP = 11
    RETURNED = 100
    STORED = 120
    MANUAL_REVIEW = 300
    CONCLUDED = 399
    INSPECTION = 500
    SUSPENDED = 600
    RELEASED = 800
    CLOSED = 899


def fault_status(message_number: int, fault: int) -> int:
    """-NNNnnn: the message's number and the fault's, as one negative returnStatus."""
    return -(message_number * 1000 + fault)
