"""What the modules of smart-assisted declaration have to call by one name: faults, columns, kinds."""

from __future__ import annotations

SYSTEM_NAME = "declaration"
NAMESPACE = "urn:eport-gateway:dec:1"

NO_CASE, WRONG_STATE, AHEAD_OF_TIME, MISSING, WRONG, STALE = range(101, 107)
NOT_ENABLED, SAME_RULE, NOT_MARKABLE, NOT_CANCELLABLE, NOT_FAILED = range(111, 116)
RUNNING_ALREADY, NO_RULE, TAXES, NOT_YOURS = range(116, 120)
FAULTS = {
    NO_CASE: ("编号不存在", "no such case"),
    WRONG_STATE: ("当前状态不能执行", "not possible in this state"),
    AHEAD_OF_TIME: ("申报时间超前", "appTime in the future"),
    MISSING: ("必填项为空", "a field is missing"),
    WRONG: ("字段不正确", "a field is wrong"),
    STALE: ("草稿已变化", "the draft has changed meanwhile"),
    NOT_ENABLED: ("未启用智能辅助申报", "smart-assisted declaration is not enabled"),
    SAME_RULE: ("存在相同的启用配置", "a rule for the same is enabled"),
    NOT_MARKABLE: ("不能添加标记", "it cannot be marked"),
    NOT_CANCELLABLE: ("不符合取消条件", "the mark cannot be cancelled"),
    NOT_FAILED: ("不符合继续条件", "nothing to put back"),
    RUNNING_ALREADY: ("正在执行", "declaring already"),
    NO_RULE: ("没有可执行的配置", "no rule to go by"),
    TAXES: ("税费未确认或不能计算", "taxes are not confirmed or cannot be calculated"),
    NOT_YOURS: ("与申报单位、境内收发货人不符", "of neither declaring unit nor consignee"),
}

SEARCH = ("pool", "billNo", "trade", "batch", "kind", "office", "holder", "day")
"""`pool` the party in whose pool a marked declaration waits to be declared; of one that the engine has dealt
with, BY_RULE and the name of the rule (配置名称) that it went by; `trade` social credit code,
customs code and, of a declaration, name of the domestic consignee, as far as there is room; `batch` the last
one it was in; `kind` of a declaration, as I-5.0DC: ieFlag, trafMode, decType, and whether its owner is the
declaring unit (D) and the consignee (C), or one of those below; `office` of a declaration, as 0101-1TMS: the
customs, the smart state (0: no mark), whether taxes are to be confirmed (T) or are (C), M for a mark of any
state, S if it is self-assessed; `holder` who typed, marked or began it last; `day` of its last change,
yyyyMMdd. Of a rule, `billNo` is its name, `office` the declaring unit's codes or, where it goes by user,
whose marks it is for."""

NOTICE_VERSION = "1"
"""Of the user notice (用户须知) that is read now before it is enabled."""
RULE, RUN, AGREEMENT = "rule", "run", "agreement"

BY_RULE = "by "
"""No dxpId begins with it: no pool is called as a rule is."""

WAITING, DECLARED, FAILED = "1", "2", "3"
"""The smart state (智能申报状态) of a marked declaration: 待申报, 申报成功, 申报失败."""
SMART_WORDS = {
    WAITING: ("待申报", "to be declared"),
    DECLARED: ("申报成功", "declared"),
    FAILED: ("申报失败", "failed"),
}
UNCONFIRMED, CONFIRMED = "T", "C"  # of a self-assessed declaration's taxes
UNMARKED, MARKED, SELF_ASSESSED = "0", "M", "S"
BY_AGENT, BY_TRADE = "D", "C"
