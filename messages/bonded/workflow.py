"""The steps of bonded verification: one pure function an event, over the transitions of table.py.

A case's body: `stored` is the version that customs holds in force, `declTime` its appTime, `comparison` its
differences, `entered` the form as it was typed since (a draft, or what was declared and is not stored),
`appTime` that of the last submission, `again` whether 库存重新申报 is used up, `submitted` the origin that
the next receipt answers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from messages.bonded import books
from messages.bonded.compare import compare, worst
from messages.bonded.table import (
    APPROVED,
    DECLARED,
    LABELS,
    NOT_APPROVED,
    REFUSED,
    RETURNED,
    STORED,
    TRANSITIONS,
)
from messages.faults import NodeFault
from messages.happenings import NEW
from messages.stepping import AHEAD, check_seen, form_of, not_in_state
from messages.transitions import Row
from messages.wire import app_time, sortable, wire_date
from messages.workflow import (
    Body,
    Case,
    CaseByInner,
    CaseByNumber,
    Context,
    Effect,
    Event,
    Fact,
    Facts,
    Follow,
    Issue,
    Needs,
    Origin,
    Put,
)

SYSTEM = "bonded"
RECEIPT = "BVS112"
REVIEW_RECEIPT = "BVS122"
IN_FORCE_STATES = (STORED, APPROVED, REFUSED)  # a stored version is in force, and nothing declared since

NO_CASE, WRONG_STATE, USED_UP, AHEAD_OF_TIME, NO_LINES, MISSING, WRONG, IN_FORCE, OUTDATED = range(102, 111)
FAULTS = {
    NOT_APPROVED: ("审批不通过", "not approved"),
    NO_CASE: ("统一编号或账册不存在", "no such case or book"),
    WRONG_STATE: ("当前状态不能执行", "not possible in this state"),
    USED_UP: ("库存重新申报已用过", "declared again before"),
    AHEAD_OF_TIME: ("申报时间超前", "appTime in the future"),
    NO_LINES: ("没有表体", "no lines"),
    MISSING: ("必填项为空", "a field is missing"),
    WRONG: ("字段不正确", "a field is wrong"),
    IN_FORCE: ("海关已有入库数据", "customs holds a stored version"),
    OUTDATED: ("企业已重新申报", "declared anew since"),
}
SEARCH = ("etpsInnerNo", "etpsCode", "stockDate", "declDate", "etpsName")
WORST = "worst"  # search column of customs: the largest difference of the stored version

WHAT = {
    "save": ("暂存", "saved"),
    "declare": ("申报", "declared"),
    "delete": ("删除", "deleted"),
    "store": ("入库", "stored"),
    "return": ("退单", "returned"),
    "approve": ("审批", "approved"),
    "refuse": ("审批", "refused"),
    "book": ("备案", "filed"),
}
DONE = {
    "save": "暂存成功 / draft kept",
    "declare": "申报成功 / declared",
    "delete": "删除成功 / deleted",
    "store": "入库成功 / stored",
    "return": "退单 / returned",
    "approve": "审批通过 / approved",
    "refuse": "审批不通过 / not approved",
}


class BondedWorkflow:
    """The system's rules as the dispatch sees them."""

    name = SYSTEM

    def needs(self, event: Event) -> Needs:
        """The case by its number and by its inner number; for storing, the book and the lines it names."""
        node = event.content
        if event.name == "book":
            number = str(node["bookNo"])
            return Needs((books.head(number),), (f"{SYSTEM}/book/{number}",))
        if event.name == "store":
            facts: list[Fact] = [CaseByNumber(str(node["caseNo"]))]
            locks = [f"{SYSTEM}/case/{node['caseNo']}"]
            if node.get("bookNo"):
                facts.append(books.head(str(node["bookNo"])))
                facts += [books.line(str(node["bookNo"]), str(number)) for number in node["records"]]
                locks.append(f"{SYSTEM}/book/{node['bookNo']}")
            return Needs(tuple(facts), tuple(locks))
        facts, locks = [], []
        if node.get("caseNo"):
            facts.append(CaseByNumber(str(node["caseNo"])))
            locks.append(f"{SYSTEM}/case/{node['caseNo']}")
        if node.get("etpsInnerNo") and event.actor is not None:
            facts.append(CaseByInner(SYSTEM, event.actor.party, str(node["etpsInnerNo"])))
            locks.append(f"{SYSTEM}/inner/{event.actor.party}/{node['etpsInnerNo']}")
        return Needs(tuple(facts), tuple(locks))

    def step(self, event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
        """One event; NodeFault where a rule forbids it."""
        return STEPS[event.name](event, facts, context)


# -- the enterprise: 暂存, 申报, 删除 ---------------------------------------------------------------


def _submit(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    node = event.content
    case = _case_of(event, facts)
    row = _row(case, event.name)
    if str(node["appTime"]) > app_time(context.now + AHEAD):
        raise NodeFault(AHEAD_OF_TIME, f"appTime {node['appTime']} is in the future: set the clock")
    if event.name == "delete":
        assert case is not None  # _case_of: deletion names its case
        gone = dataclasses.replace(case, state=row.target, changed=context.now, inner=None)
        return Put(gone), _receipt(gone, row, event.origin, DONE["delete"])
    form = _form(node, context.now, declared=event.name == "declare")
    _check_form(form, declared=event.name == "declare", today=wire_date(context.now))
    before: Body = case.body if case else {}
    body = {
        **before,
        "entered": form,
        "appTime": node["appTime"],
        "again": bool(before.get("again")) or (row.state == APPROVED and event.name == "declare"),
        "submitted": event.origin.plain(),
    }
    case = dataclasses.replace(
        case or _new_case(event, context), state=row.target, body=body, inner=form["etpsInnerNo"]
    )
    if row.target not in IN_FORCE_STATES:
        # A draft behind what customs holds changes nothing for customs: no place in its queue, no column.
        case = dataclasses.replace(case, changed=context.now, search=_search(form))
    effects: list[Effect] = [Put(case), _receipt(case, row, event.origin, DONE[event.name])]
    if row.target == DECLARED:
        records = (
            [entry["recordNo"] for entry in form["Line"]] if form["mgmtMode"] in books.BOOK_OF_MODE else []
        )
        content = {"caseNo": case.number, "appTime": node["appTime"], "records": records}
        if records:
            content["bookNo"] = form["bookNo"]
        effects.append(Follow(case.number, "store", content, event.origin))
    return tuple(effects)


def _case_of(event: Event, facts: Facts) -> Case | None:
    """The case that a submission means: none yet for appType 1, the one it names for 2 and 3."""
    node, actor = event.content, event.actor
    assert actor is not None  # submissions are signed
    inner = node.get("etpsInnerNo")
    same: Case | None = facts[CaseByInner(SYSTEM, actor.party, str(inner))] if inner else None
    if node["appType"] == NEW:
        if same is not None:
            raise _taken(same)
        return None
    if not node.get("caseNo"):
        raise NodeFault(MISSING, "appType 2 and 3 need the caseNo (统一编号) of the stocktake")
    case: Case | None = facts[CaseByNumber(str(node["caseNo"]))]
    if case is None or case.owner != actor.party or case.system != SYSTEM:
        raise NodeFault(NO_CASE, f"统一编号 {node['caseNo']} 不存在 / you have no stocktake of that number")
    if same is not None and same.number != case.number:
        raise _taken(same)
    if str(node["appTime"]) <= str(case.body["appTime"]):
        raise NodeFault(14, f"appTime {node['appTime']} 不晚于 {case.body['appTime']} / it is not later")
    return case


def _taken(case: Case) -> NodeFault:
    said = f"企业内部编号(etpsInnerNo) {case.inner} 已存在，统一编号 {case.number}"
    return NodeFault(10, f"{said} / it is case {case.number}")


def _new_case(event: Event, context: Context) -> Case:
    assert event.actor is not None
    return Case(context.next_number(), SYSTEM, event.actor.party, "", {}, context.now, context.now)


def _form(node: Body, now: datetime, *, declared: bool) -> dict[str, Any]:
    """What was typed, with the numbers and the date that the system fills in (返填)."""
    form: dict[str, Any] = form_of(node)
    form["Line"] = [{**entry, "seqNo": str(place)} for place, entry in enumerate(node.get("Line", ()), 1)]
    form.pop("declDate", None)
    if declared:
        form["declDate"] = wire_date(now)
    return form


def _check_form(form: Body, *, declared: bool, today: str) -> None:
    """The rules that XSD 1.0 cannot say; NodeFault names the field."""
    if not form.get("mgmtMode"):
        raise NodeFault(MISSING, "盘库内容不能为空(mgmtMode …) / the stocktake is empty")
    if form["mgmtMode"] in books.BOOK_OF_MODE and not form.get("bookNo"):
        raise NodeFault(MISSING, "账册编号(bookNo) 不能为空: 管理模式为电子账册或纸质手册电子化时必填")
    try:
        date.fromisoformat(str(form["stockDate"]))
    except ValueError:
        raise NodeFault(WRONG, f"盘库日期(stockDate) {form['stockDate']} 字段格式不正确，请修改") from None
    if str(form["stockDate"]) > today:
        raise NodeFault(WRONG, f"盘库日期(stockDate) {form['stockDate']} 晚于今天 / it lies in the future")
    if declared and not form["Line"]:
        raise NodeFault(NO_LINES, "申报至少需要一条表体 / a declared stocktake needs a line")


def _search(form: Body) -> dict[str, str]:
    return {name: str(form[name]) for name in SEARCH if form.get(name)}


# -- customs: the automatic store step, the review ---------------------------------------------------


def _store(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    case: Case | None = facts[CaseByNumber(str(event.content["caseNo"]))]
    if case is None or case.state != DECLARED or case.body["appTime"] != event.content["appTime"]:
        return ()  # stored already, or overtaken
    form: Body = case.body["entered"]
    against = books.objections(form, facts)
    row = _row(case, "return" if against else "store")
    if against:
        body = {**case.body, "reason": against}
        info = "；".join(against)
    else:
        comparison = compare(form, facts)
        declared = event.content["appTime"]
        body = {**case.body, "stored": form, "comparison": comparison, "declTime": declared}
        del body["entered"]
        body.pop("reason", None)
        difference = worst(comparison)
        search = {**case.search, **({WORST: sortable(difference)} if difference else {})}
        case = dataclasses.replace(case, search=search)
        info = DONE["store"]
    case = dataclasses.replace(case, state=row.target, body=body, changed=context.now)
    return Put(case), _receipt(case, row, event.origin, info if row.target == RETURNED else DONE["store"])


def _review(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    node, actor = event.content, event.actor
    assert actor is not None
    case: Case | None = facts[CaseByNumber(str(node["caseNo"]))]
    if case is None or case.system != SYSTEM:
        raise NodeFault(NO_CASE, f"统一编号 {node['caseNo']} 不存在 / there is no stocktake of that number")
    row = _row(case, event.name)
    check_seen(event, case, OUTDATED, "企业已重新申报，请核对后再审核 / it was declared anew: look again")
    reason = str(node.get("reviewInfo", "")).strip()
    if event.name == "refuse" and not reason:
        raise NodeFault(MISSING, "审批不通过须写明原因 / say why it is not approved (reviewInfo)")
    review = {
        "result": node["reviewResult"],
        "info": reason,
        "reviewer": node.get("reviewer") or actor.holder,
    }
    case = dataclasses.replace(
        case, state=row.target, body={**case.body, "review": review}, changed=context.now
    )
    info = f"{DONE[event.name]}: {reason}" if reason else DONE[event.name]
    return (
        Put(case),
        _receipt(case, row, Origin(**case.body["submitted"]), info),
        Issue(
            actor.party,
            REVIEW_RECEIPT,
            TRANSITIONS[row.state, "approve"].status,
            info,
            event.origin,
            case.number,
        ),
    )


def _row(case: Case | None, event: str) -> Row:
    state = case.state if case else None
    against = _objection(state, case.body if case else {}, event)
    if against is not None:
        raise against
    return TRANSITIONS[state, event]


def _objection(state: str | None, body: Body, event: str) -> NodeFault | None:
    if (state, event) not in TRANSITIONS:
        return NodeFault(WRONG_STATE, not_in_state(LABELS.get(state or ""), WHAT[event]))
    if state == APPROVED and body.get("again"):
        return NodeFault(USED_UP, "每笔审批通过的数据，企业只可变更一次 / 库存重新申报 was used before")
    if event == "delete" and body.get("stored"):
        return NodeFault(
            IN_FORCE, "海关已有入库数据，不能删除 / customs holds a stored version: it cannot be deleted"
        )
    return None


def objection(state: str | None, body: Body, event: str) -> str | None:
    """Why `event` cannot happen to a case in `state` with that body, in words; None where it can."""
    against = _objection(state, body, event)
    return against.info if against else None


def shown(case: Case, customs: bool) -> Body:
    """A case's body as it is seen: the comparison by customs only, a draft of a change by its owner only."""
    hidden = "comparison" if not customs else "entered" if case.state in IN_FORCE_STATES else ""
    return {name: value for name, value in case.body.items() if name != hidden}


def _receipt(case: Case, row: Row, origin: Origin, info: str) -> Issue:
    return Issue(case.owner, RECEIPT, row.status, info, origin, case.number)


STEPS: dict[str, Callable[[Event, Facts, Context], tuple[Effect, ...]]] = {
    "save": _submit,
    "declare": _submit,
    "delete": _submit,
    "store": _store,
    "approve": _review,
    "refuse": _review,
    "book": books.load,
}
