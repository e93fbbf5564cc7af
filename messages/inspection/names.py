"""What the modules of pre-shipment inspection have to call by one name: faults, columns, kinds of cases."""

from __future__ import annotations

SYSTEM_NAME = "inspection"
NAMESPACE = "urn:eport-gateway:psi:1"

(
    NOT_ACCEPTED,
    CHANGE_REFUSED,
    NO_CASE,
    WRONG_STATE,
    AHEAD_OF_TIME,
    MISSING,
    WRONG,
    FILE,
    FILED,
    NOT_RECOGNISED,
    TO_PUT_RIGHT,
    NOT_FILED,
) = range(101, 113)
FAULTS = {
    NOT_ACCEPTED: ("不予受理", "not accepted"),
    CHANGE_REFUSED: ("变更未通过", "the change is refused"),
    NO_CASE: ("编号或机构不存在", "no such case or agency"),
    WRONG_STATE: ("当前状态不能执行", "not possible in this state"),
    AHEAD_OF_TIME: ("申报时间超前", "appTime in the future"),
    MISSING: ("必填项为空", "a field is missing"),
    WRONG: ("字段不正确", "a field is wrong"),
    FILE: ("附件不符", "a file is missing or not as described"),
    FILED: ("已备案或已通知", "filed or called for already"),
    NOT_RECOGNISED: ("不予认可装运前检验结果", "the agency's results are not recognised"),
    TO_PUT_RIGHT: ("限期整改", "the agency has to put things right"),
    NOT_FILED: ("检验机构未备案", "the agency is not filed"),
}

SEARCH = ("kind", "day", "agency", "subject", "words", "entryCustoms", "destPlace", "purpose")
"""`kind` is one of those below; `day` when it was created, yyyyMMdd; `agency` the agency's code; `subject`
its name, or the entrusting enterprise's; `words` what people look for besides: 备案证书编号, 收货人, 回复内容
of a problem, 公告内容 of a check or a disposal, the year of a report, the title of a publication; `purpose`
产品用途 of an entrustment, what a problem is, and which kind of check, disposal or publication it is."""

FILING, ENTRUSTMENT, PROBLEM, CHECK = "filing", "entrustment", "problem", "check"
DISPOSAL, REPORT, PUBLICATION = "disposal", "report", "publication"
