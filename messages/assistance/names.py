"""What the modules of mutual assistance have to call by one name: faults and columns."""

from __future__ import annotations

SYSTEM_NAME = "assistance"
NAMESPACE = "urn:eport-gateway:cma:1"

NO_CASE, WRONG_STATE, NO_OFFICE, AHEAD_OF_TIME, MISSING, WRONG, FILE, FILED, OUTDATED = range(101, 110)
FAULTS = {
    NO_CASE: ("统一编号或备案不存在", "no such case, agreement or office"),
    WRONG_STATE: ("当前状态不能执行", "not possible in this state"),
    NO_OFFICE: ("外方海关未备案", "the foreign customs is not filed"),
    AHEAD_OF_TIME: ("申报时间超前", "appTime in the future"),
    MISSING: ("必填项为空", "a field is missing"),
    WRONG: ("字段不正确", "a field is wrong"),
    FILE: ("附件不符", "a file is missing or not as described"),
    FILED: ("已为其他国家备案", "filed for another country"),
    OUTDATED: ("请求已重新提交", "submitted anew since"),
}

SEARCH = ("letterNo", "country", "reqDate", "reqType", "bills", "reqSender", "reqMatter", "title")
