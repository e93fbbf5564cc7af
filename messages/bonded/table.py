"""Bonded verification (保税核查): states, events, and what leads where. The whole workflow on one screen.

Source: the QP manual, 第一篇 1.1 and 第三篇 2-3; where it is silent, the specification's decisions:
a refused review (审批不通过) is corrected like a 退单; 库存重新申报 is offered on 审批通过 only, once a case.
"""

from __future__ import annotations

from messages.statuses import Status, fault_status
from messages.transitions import Row, steps, transitions

DRAFT, DECLARED, STORED, RETURNED = "暂存", "申报中", "入库成功", "退单"
APPROVED, REFUSED, DELETED = "审批通过", "审批不通过", "已删除"

LABELS = {
    DRAFT: (DRAFT, "draft"),
    DECLARED: (DECLARED, "declaring"),
    STORED: (STORED, "stored"),
    RETURNED: (RETURNED, "returned"),
    APPROVED: (APPROVED, "approved"),
    REFUSED: (REFUSED, "refused"),
    DELETED: (DELETED, "deleted"),
}

NOT_APPROVED = 101  # own fault number: 审批不通过
REFUSED_STATUS = fault_status(111, NOT_APPROVED)


TABLE = (
    #   state      event      target     receipt
    Row(None,      "save",    DRAFT,     Status.DRAFTED),
    Row(None,      "declare", DECLARED,  Status.DECLARING),
    Row(DRAFT,     "save",    DRAFT,     Status.DRAFTED),
    Row(DRAFT,     "declare", DECLARED,  Status.DECLARING),
    Row(DRAFT,     "delete",  DELETED,   Status.DRAFTED),
    Row(DECLARED,  "store",   STORED,    Status.STORED),
    Row(DECLARED,  "return",  RETURNED,  Status.RETURNED),
    Row(RETURNED,  "save",    RETURNED,  Status.DRAFTED),
    Row(RETURNED,  "declare", DECLARED,  Status.DECLARING),
    Row(RETURNED,  "delete",  DELETED,   Status.DRAFTED),
    Row(STORED,    "save",    STORED,    Status.DRAFTED),    # the stored version stays in force
    Row(STORED,    "declare", DECLARED,  Status.DECLARING),
    Row(STORED,    "approve", APPROVED,  Status.CONCLUDED),
    Row(STORED,    "refuse",  REFUSED,   REFUSED_STATUS),
    Row(REFUSED,   "save",    REFUSED,   Status.DRAFTED),
    Row(REFUSED,   "declare", DECLARED,  Status.DECLARING),
    Row(APPROVED,  "save",    APPROVED,  Status.DRAFTED),    # 库存重新申报: once a case,
    Row(APPROVED,  "declare", DECLARED,  Status.DECLARING),  # used up when it is declared
)  # fmt: skip

TRANSITIONS = transitions(TABLE)

STEPS = steps(TABLE, LABELS)
