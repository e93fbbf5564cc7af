"""Filed registrations (注册信息备案): what customs holds of an enterprise, and how it is loaded and kept.

Records: `registration` by the customs registration code (海关注册编号), which is a party's, and `pending` by
the social credit code, which several of them may share: the applications under way. Both are in force from
the beginning of time and replaced as a whole: whoever holds the lock sees what is there now, also where the
clocks of two gateways, or their waits, differ. Beside each registration customs has a case of its own, its
entry in the register, by which it is found by name, code, status and validity; the record has what is filed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from messages import checkdigits
from messages.enterprise import fields
from messages.enterprise.names import (
    AHEAD_OF_TIME,
    FILING,
    NO_CASE,
    OCCUPIED,
    SYSTEM_NAME,
    WRONG,
)
from messages.enterprise.table import FILED, UNFILED
from messages.faults import NodeFault
from messages.happenings import DELETE, NEW
from messages.statuses import Status
from messages.stepping import actor_of, check_time, form_of, told
from messages.wire import FIRST
from messages.workflow import (
    Actor,
    Body,
    Case,
    CaseByNumber,
    Context,
    Effect,
    Event,
    Facts,
    Issue,
    Needs,
    Put,
    PutRecord,
    Record,
    RecordInForce,
)

WINDOW = timedelta(days=90)
"""Before a licence's end, in which its extension is applied for: this project's own decision.

The manual and the specification speak of a window and leave the days open. 行政许可法 第五十条 wants an
extension applied for 30 days before the end, unless a regulation says otherwise; ninety days leave two months
for that. Whoever is later is not refused here: customs decides it in the review.
"""
_FILED = 10
_FOUND_BY = ("regCode", "scc", "cnName", "validTo")


def registration(code: str) -> RecordInForce:
    """What customs holds of the enterprise of this customs registration code."""
    return RecordInForce(SYSTEM_NAME, "registration", code)


def pending(scc: str) -> RecordInForce:
    """The applications under way of whoever has this social credit code."""
    return RecordInForce(SYSTEM_NAME, "pending", scc)


def claim_registration(code: object) -> str:
    """Whoever changes a registration does so alone."""
    return f"{SYSTEM_NAME}/registration/{code}"


def claim_pending(scc: object) -> str:
    """Of two applications of one enterprise, one comes first."""
    return f"{SYSTEM_NAME}/scc/{scc}"


def under_way(found: Record | None) -> tuple[Mapping[str, str], ...]:
    """The applications: case, type and regCode of each."""
    return tuple(found.body["open"]) if found else ()


def put_pending(scc: str, applications: Sequence[Mapping[str, str]]) -> PutRecord:
    """These are under way from now on; there may be none."""
    return PutRecord(Record(SYSTEM_NAME, "pending", scc, {"open": list(applications)}, FIRST))


def entry(code: str) -> CaseByNumber:
    """The entry of this customs registration code in the register."""
    return CaseByNumber(f"B{code}")


def put(code: str, body: Body, facts: Facts, actor: Actor, context: Context) -> tuple[PutRecord, Put]:
    """The registration as it is from now on, in force and in the register; `facts` have its `entry`."""
    record = PutRecord(Record(SYSTEM_NAME, "registration", code, body, FIRST))
    case: Case | None = facts[entry(code)]
    if case is None:
        number = entry(code).number
        case = Case(number, SYSTEM_NAME, actor.party, "", {"regCode": code}, context.now, context.now)
    found = {name: str(body[name]) for name in _FOUND_BY if body.get(name)}
    state = FILED[str(body["regStatus"])]
    return record, Put(
        dataclasses.replace(case, state=state, changed=context.now, search={**found, "type": FILING})
    )


# -- what a registration says of itself


def licensed(filed: Body) -> bool:
    """Whether it needs a licence (注册登记许可): 报关企业 and 双重身份企业, but for those in a 自贸区."""
    return filed["entType"] in fields.LICENSABLE and str(filed.get("freeTrade")) != fields.YES


def status(filed: Body, today: str) -> str:
    """Its status on a day, yyyyMMdd: one that was in order has expired behind its last day."""
    said = str(filed["regStatus"])
    over = str(filed.get("validTo", "99991231")) < today
    return fields.EXPIRED if over and said in (fields.IN_ORDER, fields.PROVISIONAL) else said


def temporary(filed: Body) -> bool:
    """Whether it is a temporary registration (临时注册登记), by status or type."""
    return str(filed["regStatus"]) == fields.PROVISIONAL or str(filed["entType"]) == fields.TEMPORARY


def extensible(filed: Body, today: str) -> bool:
    """Whether a day lies in the window before its end; its last day counts."""
    ends = filed.get("validTo")
    if not ends or today > str(ends):
        return False
    return date.fromisoformat(today) >= date.fromisoformat(str(ends)) - WINDOW


def tables(filed: Body, today: str) -> dict[str, Any]:
    """The three tables as a form has them: what is filed, and what follows from it."""
    shown = {name: value for name, value in filed.items() if name not in ("Penalty", "appTime")}
    return {
        **shown,
        "regStatus": status(filed, today),
        "licensed": fields.YES if licensed(filed) else fields.NO,
    }


# -- filing


def needs(event: Event) -> Needs:
    """The registration as it is filed, its entry, and what is under way."""
    node = event.content
    code, scc = str(node["regCode"]), str(node["scc"])
    claims = (claim_registration(code), claim_pending(scc))
    return Needs((registration(code), entry(code), pending(scc)), claims=claims)


def load(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """New, changed or withdrawn, as appType says. Raises NodeFault."""
    node = event.content
    code = str(node["regCode"])
    filed: Record | None = facts[registration(code)]
    check_time(event, None, context, AHEAD_OF_TIME)
    if node["appType"] == NEW and filed is not None:
        raise NodeFault(_FILED, f"{code} 已备案，请用变更 / {code} is filed: change it with appType 2")
    if node["appType"] != NEW and filed is None:
        raise NodeFault(NO_CASE, f"没有备案 {code} / no registration {code} is filed")
    if filed is not None:
        if str(filed.body["appTime"]) >= str(node["appTime"]):
            raise NodeFault(
                14, f"appTime {node['appTime']} 不晚于已备案的 / it is not later than the filed one"
            )
        if filed.body["scc"] != node["scc"]:
            raise NodeFault(WRONG, "统一社会信用代码(scc) 与备案不同 / it is filed under another one")
    if node["appType"] == DELETE:
        assert filed is not None  # above
        if any(one["regCode"] == code for one in under_way(facts[pending(str(node["scc"]))])):
            raise NodeFault(OCCUPIED, f"{code} 有待审批的申请 / applications of {code} are pending")
        gone = PutRecord(Record(SYSTEM_NAME, "registration", code, filed.body, FIRST, FIRST))
        listed: Case | None = facts[entry(code)]
        unlisted = [Put(dataclasses.replace(listed, state=UNFILED, changed=context.now))] if listed else []
        return gone, *unlisted, _done(event, f"{code} 备案已撤销 / withdrawn")
    against = list(_faults(node))
    if against:
        raise NodeFault(WRONG, told(against))
    body = form_of(node)
    managers = numbered(node.get("Manager", ()), filed.body.get("Manager", ()) if filed else ())
    body = {**body, "appTime": node["appTime"], **({"Manager": managers} if managers else {})}
    done = put(code, body, facts, actor_of(event), context)
    return *done, _done(event, f"{code} 已备案 / filed: {body['cnName']}")


def numbered(managers: Sequence[Body], before: Sequence[Body]) -> list[dict[str, Any]]:
    """Managers with a number each: who has none gets one that nobody had `before`."""
    used = [str(one["managerNo"]) for one in (*before, *managers) if one.get("managerNo")]
    last = max((int(number) for number in used if number.isdigit()), default=0)
    found = []
    for one in managers:
        number = one.get("managerNo")
        if not number:
            last += 1
            number = str(last)
        found.append({"managerNo": number, **{k: v for k, v in one.items() if k != "managerNo"}})
    return found


def _faults(node: Body) -> Iterator[str]:
    if not node.get("entType"):
        yield "备案内容不能为空 / say what is filed (entNo, entType, cnName …)"
        return
    for name in ("scc", "agentScc", "parentScc"):
        if node.get(name) and not checkdigits.social_credit(str(node[name])):
            yield f"{name} {node[name]} 校验码不正确(GB 32100) / it has a wrong check character"
    if str(node.get("validFrom", "0")) > str(node.get("validTo", "9")):
        yield "有效期至(validTo) 早于有效期自 / it ends before it begins"
    for group, key in (("Manager", "managerNo"), ("Broker", "staffNo"), ("Penalty", "penaltyNo")):
        keys = [one[key] for one in node.get(group, ()) if one.get(key)]
        if len(set(keys)) < len(keys):
            yield f"{group}: {key} 重复 / one stands there twice"


def _done(event: Event, info: str) -> Issue:
    receipt = f"{FILING[:-1]}2"
    return Issue(actor_of(event).party, receipt, Status.STORED, info, event.origin)
