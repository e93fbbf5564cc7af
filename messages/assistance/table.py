"""Mutual assistance (行政互助协查): states, events, and what leads where. The whole workflow on one screen.

Two directions, and what customs publishes; a state belongs to one of them, so states that people call alike
have keys of their own. Source: the manual, 4.2 and 5.1; 退回 is the specification's.
"""

from __future__ import annotations

from messages.statuses import Status
from messages.transitions import Row, steps, transitions

DRAFT, PENDING, RETURNED = "草稿", "待处理", "退回"
ANSWERED, EVALUATED, DELETED = "已反馈", "已评价", "已删除"
OWN_DRAFT, SENT, REPLIED = "中方草稿", "未反馈", "外方已反馈"
ASSESSED, OWN_DELETED = "中方已评价", "中方已删除"
PUBLISHED, WITHDRAWN = "已发布", "已撤回"

LABELS = {
    DRAFT: ("草稿", "draft"),
    PENDING: ("待处理", "pending"),
    RETURNED: ("退回", "returned"),
    ANSWERED: ("已反馈", "fed back"),
    EVALUATED: ("已评价", "evaluated"),
    DELETED: ("已删除", "deleted"),
    OWN_DRAFT: ("草稿", "draft"),
    SENT: ("未反馈", "not fed back"),
    REPLIED: ("已反馈", "fed back"),
    ASSESSED: ("已评价", "evaluated"),
    OWN_DELETED: ("已删除", "deleted"),
    PUBLISHED: ("已发布", "published"),
    WITHDRAWN: ("已撤回", "withdrawn"),
}
WHAT = {
    "save": ("暂存", "saved"),
    "submit": ("提交", "submitted"),
    "delete": ("删除", "deleted"),
    "return": ("退回", "returned"),
    "answer": ("反馈", "fed back"),
    "evaluate": ("评价", "evaluated"),
    "write": ("暂存", "saved"),
    "send": ("发送", "sent"),
    "discard": ("删除", "deleted"),
    "reply": ("反馈", "fed back"),
    "assess": ("评价", "evaluated"),
    "publish": ("发布", "published"),
    "withdraw": ("撤回", "withdrawn"),
    "office": ("备案", "filed"),
    "agreement": ("备案", "filed"),
}
"""What an event does: 不能… and "it cannot be …"."""
PRIVATE = frozenset({DRAFT, DELETED})
"""Of these, only the foreign customs that wrote them knows."""


TABLE = (
    #   state       event       target       receipt
    # a foreign customs asks China
    Row(None,       "save",     DRAFT,       Status.DRAFTED),
    Row(None,       "submit",   PENDING,     Status.STORED),
    Row(DRAFT,      "save",     DRAFT,       Status.DRAFTED),
    Row(DRAFT,      "submit",   PENDING,     Status.STORED),
    Row(DRAFT,      "delete",   DELETED,     Status.DRAFTED),
    Row(PENDING,    "return",   RETURNED,    Status.RETURNED),
    Row(PENDING,    "answer",   ANSWERED,    Status.CONCLUDED),
    Row(RETURNED,   "save",     RETURNED,    Status.DRAFTED),    # customs keeps what it returned
    Row(RETURNED,   "submit",   PENDING,     Status.STORED),
    Row(ANSWERED,   "evaluate", EVALUATED,   Status.CLOSED),
    # China asks a foreign customs
    Row(None,       "write",    OWN_DRAFT,   Status.DRAFTED),
    Row(None,       "send",     SENT,        Status.SENT),
    Row(OWN_DRAFT,  "write",    OWN_DRAFT,   Status.DRAFTED),
    Row(OWN_DRAFT,  "send",     SENT,        Status.SENT),
    Row(OWN_DRAFT,  "discard",  OWN_DELETED, Status.DRAFTED),
    Row(SENT,       "reply",    REPLIED,     Status.CONCLUDED),
    Row(REPLIED,    "assess",   ASSESSED,    Status.CLOSED),
    # customs publishes news and material
    Row(None,       "publish",  PUBLISHED,   Status.STORED),
    Row(PUBLISHED,  "publish",  PUBLISHED,   Status.STORED),
    Row(PUBLISHED,  "withdraw", WITHDRAWN,   Status.DRAFTED),
)  # fmt: skip

TRANSITIONS = transitions(TABLE)

STEPS = steps(TABLE, LABELS)
