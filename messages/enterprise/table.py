"""Customs–enterprise cooperation (关企合作): states, events, and what leads where, on one screen.

The seven applications have the same states; which of them an event is about stands behind its name, as in
declare/111. Source: the manual, 第五篇, and the specification; an application that was not approved
(审核不通过) is corrected and declared again.
"""

from __future__ import annotations

from messages.statuses import Status
from messages.transitions import Row, steps, transitions

DRAFT, PENDING, APPROVED, REFUSED, DELETED = "暂存", "待审核", "审核通过", "审核不通过", "已删除"
ASKED, REPLIED = "待答复", "已答复"
PUBLISHED, WITHDRAWN = "已发布", "已撤回"
FILED = {"1": "正常", "2": "注销", "3": "超期", "4": "临时注册登记", "5": "未审批通过"}
"""A registration's entry is in the state of what is filed: regStatus → state."""
UNFILED = "备案已撤销"

LABELS = {
    DRAFT: (DRAFT, "draft"),
    PENDING: (PENDING, "pending review"),
    APPROVED: (APPROVED, "approved"),
    REFUSED: (REFUSED, "not approved"),
    DELETED: (DELETED, "deleted"),
    ASKED: (ASKED, "to be answered"),
    REPLIED: (REPLIED, "answered"),
    PUBLISHED: (PUBLISHED, "published"),
    WITHDRAWN: (WITHDRAWN, "withdrawn"),
    FILED["1"]: (FILED["1"], "in order"),
    FILED["2"]: (FILED["2"], "cancelled"),
    FILED["3"]: (FILED["3"], "expired"),
    FILED["4"]: (FILED["4"], "temporary registration"),
    FILED["5"]: (FILED["5"], "registration not approved"),
    UNFILED: (UNFILED, "filing withdrawn"),
}
PRIVATE = frozenset({DRAFT, DELETED})
"""Of these, only the enterprise knows."""


TABLE = (
    #   state       event       target      receipt
    # an enterprise applies
    Row(None,       "save",     DRAFT,      Status.DRAFTED),
    Row(None,       "declare",  PENDING,    Status.MANUAL_REVIEW),
    Row(DRAFT,      "save",     DRAFT,      Status.DRAFTED),
    Row(DRAFT,      "declare",  PENDING,    Status.MANUAL_REVIEW),
    Row(DRAFT,      "delete",   DELETED,    Status.DRAFTED),
    Row(PENDING,    "approve",  APPROVED,   Status.CONCLUDED),
    Row(PENDING,    "refuse",   REFUSED,    Status.RETURNED),
    Row(REFUSED,    "save",     REFUSED,    Status.DRAFTED),    # customs keeps what it refused
    Row(REFUSED,    "declare",  PENDING,    Status.MANUAL_REVIEW),
    # it asks, and customs answers; then it may ask on
    Row(None,       "ask",      ASKED,      Status.SENT),
    Row(ASKED,      "reply",    REPLIED,    Status.CLOSED),
    Row(REPLIED,    "ask",      ASKED,      Status.SENT),
    # customs publishes notices
    Row(None,       "publish",  PUBLISHED,  Status.STORED),
    Row(PUBLISHED,  "publish",  PUBLISHED,  Status.STORED),
    Row(PUBLISHED,  "withdraw", WITHDRAWN,  Status.DRAFTED),
)  # fmt: skip

TRANSITIONS = transitions(TABLE)

STEPS = steps(TABLE, LABELS)

WHAT = {
    "save": ("暂存", "kept as a draft"),
    "declare": ("申报", "declared"),
    "delete": ("删除", "deleted"),
    "approve": ("审核", "reviewed"),
    "refuse": ("审核", "reviewed"),
    "ask": ("咨询", "asked"),
    "reply": ("答复", "answered"),
    "publish": ("发布", "published"),
    "withdraw": ("撤回", "withdrawn"),
    "file": ("备案", "filed"),
}
"""What an event does: 不能… and "it cannot be …"."""
