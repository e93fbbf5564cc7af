"""Pre-shipment inspection (装运前检验): states, events, and what leads where.

Seven kinds of cases; a state belongs to one of them, so states that people call alike have keys of their own.
Source: the manual, 第六篇; 变更待审核 and the states of what customs calls for are the specification's.
"""

from __future__ import annotations

from messages.inspection.names import CHANGE_REFUSED, NOT_ACCEPTED
from messages.statuses import Status, fault_status
from messages.transitions import Row, transitions

DRAFT, PENDING, FILED, MORE, REFUSED = "备案暂存", "备案待审核", "已受理", "备案补充材料", "不予受理"
CHANGING, REVOKED, DELETED = "变更待审核", "备案已撤销", "备案已删除"
WRITTEN, ENTRUSTED, ACCEPTED, INSPECTED = "委托暂存", "待受理", "受理中", "检验完成"
RETURNED, DISCARDED = "委托补充材料", "委托已删除"
RAISED, REPLIED = "待反馈", "已反馈"
DEMANDED, ON_SITE, SUBMITTED, WANTING, CHECKED = "待提交", "实地检查", "检查待审核", "检查补充材料", "已完成"
UPCOMING, NOT_RECOGNISED, REVOCATION, TO_PUT_RIGHT = "待生效", "不予认可", "撤销备案", "限期整改"
PUT_RIGHT, NOT_YET, ENDED, LIFTED = "整改待审核", "整改补充材料", "已到期", "已撤销处置"
CALLED, REPORTING, REPORTED = "待填报", "填报暂存", "已提交"
PUBLISHED, WITHDRAWN = "已发布", "已撤回"

LABELS = {
    DRAFT: ("暂存", "draft"),
    PENDING: ("待审核", "to be reviewed"),
    FILED: ("已受理", "accepted"),
    MORE: ("补充材料", "more is needed"),
    REFUSED: ("不予受理", "not accepted"),
    CHANGING: ("变更待审核", "change to be reviewed"),
    REVOKED: ("已撤销", "revoked"),
    DELETED: ("已删除", "deleted"),
    WRITTEN: ("暂存", "draft"),
    ENTRUSTED: ("待受理", "to be accepted"),
    ACCEPTED: ("受理中", "in hand"),
    INSPECTED: ("检验完成", "inspected"),
    RETURNED: ("补充材料", "more is needed"),
    DISCARDED: ("已删除", "deleted"),
    RAISED: ("待反馈", "to be answered"),
    REPLIED: ("已反馈", "answered"),
    DEMANDED: ("待提交", "to be submitted"),
    ON_SITE: ("实地检查", "on-site check"),
    SUBMITTED: ("待审核", "to be reviewed"),
    WANTING: ("补充材料", "more is needed"),
    CHECKED: ("已完成", "completed"),
    UPCOMING: ("待生效", "not yet in force"),
    NOT_RECOGNISED: ("不予认可", "results not recognised"),
    REVOCATION: ("撤销备案", "filing revoked"),
    TO_PUT_RIGHT: ("限期整改", "to be put right"),
    PUT_RIGHT: ("整改待审核", "put right, to be reviewed"),
    NOT_YET: ("整改补充材料", "not yet put right"),
    ENDED: ("已到期", "ended"),
    LIFTED: ("已撤销", "lifted"),
    CALLED: ("待填报", "to be reported"),
    REPORTING: ("填报暂存", "draft report"),
    REPORTED: ("已提交", "reported"),
    PUBLISHED: ("已发布", "published"),
    WITHDRAWN: ("已撤回", "withdrawn"),
}
WHAT = {
    "save": ("暂存", "kept"),
    "apply": ("申请", "applied for"),
    "delete": ("删除", "deleted"),
    "file": ("受理", "accepted"),
    "refuse": ("不予受理", "refused"),
    "ask": ("要求补充材料", "returned for more"),
    "write": ("暂存", "kept"),
    "entrust": ("提交", "submitted"),
    "discard": ("删除", "deleted"),
    "accept": ("接受委托", "accepted"),
    "return": ("退回", "returned"),
    "inspect": ("录入检验结果", "given a result"),
    "raise": ("提出质量问题", "raised"),
    "demand": ("发起文件检查", "called for"),
    "visit": ("发起实地检查", "called for"),
    "reply": ("反馈", "answered"),
    "pass": ("审核通过", "passed"),
    "want": ("要求补充材料", "returned for more"),
    "impose": ("处置", "imposed"),
    "lift": ("撤销处置", "lifted"),
    "begin-1": ("生效", "begun"),
    "begin-2": ("生效", "begun"),
    "begin-3": ("生效", "begun"),
    "end": ("到期", "ended"),
    "revoke": ("撤销备案", "revoked"),
    "call": ("通知填报", "called for"),
    "keep": ("暂存", "kept"),
    "report": ("提交年度报告", "reported"),
    "publish": ("发布", "published"),
    "withdraw": ("撤回", "withdrawn"),
    "rule": ("发布业务规则", "published"),
}
"""What an event does: 不能… and "it cannot be …"."""
PRIVATE = frozenset({DRAFT, DELETED, WRITTEN, DISCARDED})
"""Of these, only their owners know."""
RESTING = frozenset(
    {DRAFT, FILED, WRITTEN, REPLIED, UPCOMING, NOT_RECOGNISED, REVOCATION, REPORTED, PUBLISHED}
)

NOT_ACCEPTED_STATUS = fault_status(111, NOT_ACCEPTED)
CHANGE_REFUSED_STATUS = fault_status(111, CHANGE_REFUSED)


TABLE = (
    #   state           event         target          receipt
    # an agency is filed 备案
    Row(None,           "save",       DRAFT,          Status.DRAFTED),
    Row(None,           "apply",      PENDING,        Status.STORED),
    Row(DRAFT,          "save",       DRAFT,          Status.DRAFTED),
    Row(DRAFT,          "apply",      PENDING,        Status.STORED),
    Row(DRAFT,          "delete",     DELETED,        Status.DRAFTED),
    Row(PENDING,        "file",       FILED,          Status.CONCLUDED),
    Row(PENDING,        "refuse",     REFUSED,        NOT_ACCEPTED_STATUS),
    Row(PENDING,        "ask",        MORE,           Status.RETURNED),
    Row(MORE,           "save",       MORE,           Status.DRAFTED),
    Row(MORE,           "apply",      PENDING,        Status.STORED),
    Row(FILED,          "apply",      CHANGING,       Status.STORED),
    Row(CHANGING,       "file",       FILED,          Status.CONCLUDED),
    Row(CHANGING,       "refuse",     FILED,          CHANGE_REFUSED_STATUS),
    Row(CHANGING,       "ask",        FILED,          CHANGE_REFUSED_STATUS),
    Row(FILED,          "revoke",     REVOKED,        Status.SUSPENDED),
    Row(CHANGING,       "revoke",     REVOKED,        Status.SUSPENDED),
    # an enterprise entrusts an agency 委托
    Row(None,           "write",      WRITTEN,        Status.DRAFTED),
    Row(None,           "entrust",    ENTRUSTED,      Status.STORED),
    Row(WRITTEN,        "write",      WRITTEN,        Status.DRAFTED),
    Row(WRITTEN,        "entrust",    ENTRUSTED,      Status.STORED),
    Row(WRITTEN,        "discard",    DISCARDED,      Status.DRAFTED),
    Row(ENTRUSTED,      "accept",     ACCEPTED,       Status.MANUAL_REVIEW),
    Row(ENTRUSTED,      "return",     RETURNED,       Status.RETURNED),
    Row(RETURNED,       "write",      RETURNED,       Status.DRAFTED),
    Row(RETURNED,       "entrust",    ENTRUSTED,      Status.STORED),
    Row(ACCEPTED,       "inspect",    INSPECTED,      Status.CLOSED),
    # customs raises a quality problem 质量反馈
    Row(None,           "raise",      RAISED,         Status.SENT),
    Row(RAISED,         "reply",      REPLIED,        Status.STORED),
    Row(REPLIED,        "reply",      REPLIED,        Status.STORED),
    # customs checks 监督检查: documents, or on the spot
    Row(None,           "demand",     DEMANDED,       Status.SENT),
    Row(None,           "visit",      ON_SITE,        Status.SENT),
    Row(DEMANDED,       "reply",      SUBMITTED,      Status.STORED),
    Row(WANTING,        "reply",      SUBMITTED,      Status.STORED),
    Row(ON_SITE,        "pass",       CHECKED,        Status.CONCLUDED),
    Row(ON_SITE,        "want",       WANTING,        Status.RETURNED),
    Row(SUBMITTED,      "pass",       CHECKED,        Status.CONCLUDED),
    Row(SUBMITTED,      "want",       WANTING,        Status.RETURNED),
    # customs disposes 处置; begin and end are timers
    Row(None,           "impose",     UPCOMING,       Status.SENT),
    Row(UPCOMING,       "begin-1",    NOT_RECOGNISED, Status.SUSPENDED),
    Row(UPCOMING,       "begin-2",    REVOCATION,     Status.SUSPENDED),
    Row(UPCOMING,       "begin-3",    TO_PUT_RIGHT,   Status.SUSPENDED),
    Row(UPCOMING,       "lift",       LIFTED,         Status.RELEASED),
    Row(NOT_RECOGNISED, "lift",       LIFTED,         Status.RELEASED),
    Row(NOT_RECOGNISED, "end",        ENDED,          Status.RELEASED),
    Row(TO_PUT_RIGHT,   "reply",      PUT_RIGHT,      Status.STORED),
    Row(NOT_YET,        "reply",      PUT_RIGHT,      Status.STORED),
    Row(PUT_RIGHT,      "pass",       LIFTED,         Status.RELEASED),
    Row(PUT_RIGHT,      "want",       NOT_YET,        Status.RETURNED),
    # customs calls for a report 年度报告
    Row(None,           "call",       CALLED,         Status.SENT),
    Row(CALLED,         "keep",       REPORTING,      Status.DRAFTED),
    Row(CALLED,         "report",     REPORTED,       Status.STORED),
    Row(REPORTING,      "keep",       REPORTING,      Status.DRAFTED),
    Row(REPORTING,      "report",     REPORTED,       Status.STORED),
    # customs publishes 公告, 法规及政策文件
    Row(None,           "publish",    PUBLISHED,      Status.STORED),
    Row(PUBLISHED,      "publish",    PUBLISHED,      Status.STORED),
    Row(PUBLISHED,      "withdraw",   WITHDRAWN,      Status.DRAFTED),
)  # fmt: skip

TRANSITIONS = transitions(TABLE)

STEPS: dict[int, tuple[str, str]] = {
    Status.DRAFTED: ("暂存", "kept"),
    Status.SENT: ("海关通知", "told by customs"),
    Status.STORED: ("已提交", "submitted"),
    Status.RETURNED: ("补充材料", "more is needed"),
    Status.MANUAL_REVIEW: ("受理中", "in hand"),
    Status.CONCLUDED: ("审核通过", "approved"),
    Status.CLOSED: ("检验完成", "inspected"),
    Status.SUSPENDED: ("处置生效", "a disposal began"),
    Status.RELEASED: ("处置结束", "a disposal ended"),
    NOT_ACCEPTED_STATUS: ("不予受理", "not accepted"),
    CHANGE_REFUSED_STATUS: ("变更未通过", "change refused"),
}
"""What a receipt's status means to people, whatever kind of case it is about."""
