"""Smart-assisted declaration (智能辅助申报): states, events, and what leads where.

Four kinds of cases: declarations, rules, runs of the engine, and agency agreements, which are made and stay;
a state belongs to one of them. The smart state of a declaration is no state of this table: only the smart
screens show it.
"""

from __future__ import annotations

from messages.statuses import Status
from messages.transitions import Row, steps, transitions

DRAFT, DECLARING, STORED, RETURNED, CONCLUDED, DELETED = "暂存", "申报中", "入库", "退单", "审结", "已删除"
ENABLED, DISABLED, DROPPED = "启用", "停用", "配置已删除"
RUNNING, STOPPED = "执行中", "已停止"
AGREED = "已生成"

LABELS = {
    DRAFT: ("暂存", "draft"),
    DECLARING: ("申报中", "being declared"),
    STORED: ("入库", "stored by customs"),
    RETURNED: ("退单", "returned"),
    CONCLUDED: ("审结", "concluded"),
    DELETED: ("已删除", "deleted"),
    ENABLED: ("启用", "enabled"),
    DISABLED: ("停用", "disabled"),
    DROPPED: ("已删除", "deleted"),
    RUNNING: ("执行中", "running"),
    STOPPED: ("已停止", "stopped"),
    AGREED: ("已生成", "made"),
}
WHAT = {
    "save": ("暂存", "kept"),
    "declare": ("申报", "declared"),
    "delete": ("删除", "deleted"),
    "receive": ("入库", "stored"),
    "conclude": ("审结", "concluded"),
    "return": ("退单", "returned"),
    "confirm-taxes": ("税费确认", "confirmed"),
    "confirm-reminders": ("温馨提示确认", "confirmed"),
    "agree": ("生成代理报关委托协议", "provided with an agreement"),
    "enable-rule": ("启用配置", "enabled"),
    "disable-rule": ("停用配置", "disabled"),
    "drop-rule": ("删除配置", "deleted"),
    "start": ("开始申报", "started"),
    "stop": ("停止申报", "stopped"),
    "enable": ("启用智能辅助申报", "enabled for"),
    "mark": ("添加标记", "marked by itself"),
    "unmark": ("取消标记", "cancelled by itself"),
    "continue": ("继续智能辅助申报", "put back by itself"),
    "manifest": ("报送舱单", "given a manifest"),
    "arrival": ("报送运抵", "given an arrival"),
    "tariff": ("装载税率", "given a tariff"),
    "rates": ("装载汇率", "given rates"),
    "check": ("设置校验", "given a check"),
}
"""What an event does: 不能… and "it cannot be …"."""
OF_NO_CASE = frozenset(
    {"enable", "mark", "unmark", "continue", "manifest", "arrival", "tariff", "rates", "check"}
)
"""What is about no case, or about many."""
PRIVATE = frozenset({DRAFT, DELETED, ENABLED, DISABLED, DROPPED, RUNNING, STOPPED})
"""Of these, only their owners know."""
RESTING = frozenset({DRAFT, CONCLUDED, ENABLED, DISABLED, RUNNING, STOPPED, AGREED})

TABLE = (
    #   state       event           target      receipt
    Row(None,       "save",         DRAFT,      Status.DRAFTED),
    Row(None,       "declare",      DECLARING,  Status.DECLARING),
    Row(DRAFT,      "save",         DRAFT,      Status.DRAFTED),
    Row(DRAFT,      "declare",      DECLARING,  Status.DECLARING),
    Row(DRAFT,      "delete",       DELETED,    Status.DRAFTED),
    Row(DRAFT,      "confirm-taxes", DRAFT,     Status.DRAFTED),
    Row(DRAFT,      "confirm-reminders", DRAFT, Status.DRAFTED),
    Row(DRAFT,      "agree",        DRAFT,      Status.DRAFTED),
    Row(DECLARING,  "receive",      STORED,     Status.STORED),
    Row(STORED,     "conclude",     CONCLUDED,  Status.CONCLUDED),
    Row(STORED,     "return",       RETURNED,   Status.RETURNED),
    Row(RETURNED,   "save",         RETURNED,   Status.DRAFTED),
    Row(RETURNED,   "declare",      DECLARING,  Status.DECLARING),
    Row(RETURNED,   "confirm-taxes", RETURNED,  Status.DRAFTED),
    # rules 预配置
    Row(None,       "enable-rule",  ENABLED,    Status.DRAFTED),
    Row(None,       "disable-rule", DISABLED,   Status.DRAFTED),
    Row(ENABLED,    "enable-rule",  ENABLED,    Status.DRAFTED),
    Row(ENABLED,    "disable-rule", DISABLED,   Status.DRAFTED),
    Row(ENABLED,    "drop-rule",    DROPPED,    Status.DRAFTED),
    Row(DISABLED,   "enable-rule",  ENABLED,    Status.DRAFTED),
    Row(DISABLED,   "disable-rule", DISABLED,   Status.DRAFTED),
    Row(DISABLED,   "drop-rule",    DROPPED,    Status.DRAFTED),
    # runs 执行
    Row(None,       "start",        RUNNING,    Status.DRAFTED),
    Row(RUNNING,    "stop",         STOPPED,    Status.DRAFTED),
)  # fmt: skip

TRANSITIONS = transitions(TABLE)

STEPS = {
    **steps(TABLE, LABELS),
    Status.DRAFTED: ("电子口岸已暂存", "kept"),
}
"""What a receipt's status means to people, whatever kind of case it is about."""
