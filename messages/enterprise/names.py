"""What the modules of customs–enterprise cooperation have to call by one name: faults, columns, codes."""

from __future__ import annotations

SYSTEM_NAME = "enterprise"
NAMESPACE = "urn:eport-gateway:ent:1"

NO_CASE, WRONG_STATE, AHEAD_OF_TIME, MISSING, WRONG, FILE, LOCKED, STALE = range(101, 109)
NOTHING_TO_CHANGE, CANCELLED, EXPIRED, REVIEWING, OCCUPIED, NO_LICENCE, NOTHING_TO_RENEW = range(111, 118)
NOTHING_TO_EXTEND, NOT_CANCELLABLE, NOT_APPROVED = range(118, 121)
FAULTS = {
    NO_CASE: ("统一编号或备案不存在", "no such case or registration"),
    WRONG_STATE: ("当前状态不能执行", "not possible in this state"),
    AHEAD_OF_TIME: ("申报时间超前", "appTime in the future"),
    MISSING: ("必填项为空", "a field is missing"),
    WRONG: ("字段不正确", "a field is wrong"),
    FILE: ("附件不符", "a file is missing or not as described"),
    LOCKED: ("变更了不可变更的字段", "a field that cannot be changed differs"),
    STALE: ("备案信息已变化", "the registration has changed meanwhile"),
    NOTHING_TO_CHANGE: ("无可变更的数据", "nothing to change"),
    CANCELLED: ("企业已注销", "the registration is cancelled"),
    EXPIRED: ("企业已超期", "the registration has expired"),
    REVIEWING: ("临时注册登记有待人工审核的变更", "a change of a temporary registration is under review"),
    OCCUPIED: ("有待审批的申请", "an application is pending"),
    NO_LICENCE: ("不适用行政许可", "no licence is needed"),
    NOTHING_TO_RENEW: ("无可换证的信息", "nothing to renew"),
    NOTHING_TO_EXTEND: ("无可延续的信息", "nothing to extend"),
    NOT_CANCELLABLE: ("不能注销", "it cannot be cancelled"),
    NOT_APPROVED: ("注册信息没有审批通过", "the registration is not approved"),
}

SEARCH = ("type", "applyDate", "scc", "objectionType", "regCode", "cnName", "title", "validTo")

# types of messages that are applications (specification, "Applications")
CHANGE, RENEW, CANCEL = "ENT111", "ENT121", "ENT131"
LICENCE_CHANGE, EXTEND, LICENCE_CANCEL, OBJECT = "ENT211", "ENT221", "ENT231", "ENT311"
CHANGES = (CHANGE, LICENCE_CHANGE)
RENEWALS = (RENEW, EXTEND)
CANCELLATIONS = (CANCEL, LICENCE_CANCEL)
APPLICATIONS = {  # type -> what people call it
    CHANGE: ("企业注册信息变更", "change of the registration"),
    RENEW: ("企业换证申请", "renewal of the certificate"),
    CANCEL: ("企业注销申请", "cancellation of the registration"),
    LICENCE_CHANGE: ("报关企业许可变更申请", "change of the licence"),
    EXTEND: ("报关企业许可延续申请", "extension of the licence"),
    LICENCE_CANCEL: ("报关企业许可注销申请", "cancellation of the licence"),
    OBJECT: ("公示异议申请", "objection to what is published"),
}
REVIEW, FILING, NOTICE, CONSULTATION, REPLY = "ENT411", "ENT511", "ENT611", "ENT711", "ENT721"
