"""Requests (协查申请单) on their way to the other side, in both directions: kept, sent, deleted.

A foreign customs' request belongs to it from the first draft on; its reference number is unique for it. A
Chinese request is customs' own until it is sent, and then belongs to the customs that it is addressed to; its
reference number is kept as a record, since it must be unique among all countries'.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from decimal import Decimal

from messages.assistance import registers
from messages.assistance.cases import CASES
from messages.assistance.names import FILE, MISSING, SEARCH, SYSTEM_NAME, WRONG
from messages.assistance.rules import Fault, Known, faults
from messages.assistance.table import RETURNED
from messages.faults import NodeFault
from messages.happenings import NEW
from messages.naming import files_of
from messages.stepping import actor_of, form_of, told
from messages.system import CUSTOMS
from messages.wire import sortable, wire_date
from messages.workflow import (
    Body,
    Case,
    CaseByInner,
    Context,
    Effect,
    Event,
    Fact,
    Facts,
    Issue,
    Keep,
    Needs,
    Put,
    PutRecord,
    Record,
    RecordInForce,
)

_NUMBER_USED = 10
_IN_ORDER = (MISSING, WRONG, FILE)  # of several kinds of faults, the number that the receipt has


def letter(number: str) -> RecordInForce:
    """The Chinese request that was sent under this reference number."""
    return RecordInForce(SYSTEM_NAME, "letter", number)


def needs(event: Event) -> Needs:
    """The case, whoever has its reference number, the country's customs and agreement, the files it names."""
    node, actor = event.content, actor_of(event)
    own, locks = CASES.about(event)
    facts: list[Fact] = [*own]
    claims = []
    if node.get("letterNo"):
        number = str(node["letterNo"])
        chinese = actor.role == CUSTOMS
        facts.append(letter(number) if chinese else CaseByInner(SYSTEM_NAME, actor.party, number))
        claims.append(f"{SYSTEM_NAME}/letter/{'' if chinese else actor.party}/{number}")
    if actor.role != CUSTOMS:
        facts.append(registers.office(actor.party))
    elif node.get("country"):
        facts.append(registers.country(str(node["country"])))
    if node.get("country") and node.get("agreementNo"):
        facts.append(registers.agreement(str(node["country"]), str(node["agreementNo"])))
    return Needs(tuple(dict.fromkeys(facts)), locks, tuple(claims))


# -- a foreign customs asks: 保存, 提交, 删除


def submit(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Keep a draft with its faults, or send what has none; `RETURNED` keeps what customs has returned."""
    party, sends = actor_of(event).party, event.name == "submit"
    written = _write(event, facts, context, sends=sends)
    case, form, files = written.case, written.form, written.files
    keeps = [_keep(case, "draft", party, () if sends else files)]
    if sends:
        keeps.append(_keep(case, "sent", party, files, CUSTOMS))
    if case.state != RETURNED:  # customs sees what it returned, its number too, and no draft behind it
        number = str(form["letterNo"]) if form.get("letterNo") else None
        case = dataclasses.replace(case, inner=number, changed=context.now, search=_search(form))
    return Put(case), *keeps, _receipt(event, "CMA112", written)


def delete(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Take a draft back, files and reference number too; in both directions."""
    actor, case = actor_of(event), CASES.named(event, facts)
    step = CASES.row(case, event.name)
    CASES.check_time(event, case, context)
    gone = dataclasses.replace(case, state=step.target, changed=context.now, inner=None)
    receipt = "CMA142" if actor.role == CUSTOMS else "CMA112"
    info = "删除成功 / deleted"
    return (
        Put(gone),
        _keep(case, "draft", case.owner),
        Issue(actor.party, receipt, step.status, info, event.origin, case.number),
    )


# -- China asks: 保存, 发送


def send(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Keep customs' draft with its faults, or send what has none: then it is the addressed customs' case."""
    party, sends = actor_of(event).party, event.name == "send"
    written = _write(event, facts, context, sends=sends)
    case, form, files = written.case, written.form, written.files
    # Of several customs' desks, a draft and its files are whose hand it was in last.
    released = _keep(case, "draft", case.owner)
    case = dataclasses.replace(case, owner=party, changed=context.now, search=_search(form))
    receipt = _receipt(event, "CMA142", written)
    if not sends:
        return Put(case), released, _keep(case, "draft", party, files, CUSTOMS), receipt
    country, number = str(form["country"]), str(form["letterNo"])
    filed: Record = facts[registers.country(country)]
    case = dataclasses.replace(case, owner=str(filed.body["dxpId"]))
    sent = {"case": case.number, "country": country}
    info = f"收到中方协查请求 {number} / China customs asks for assistance: {number}"
    return (
        Put(case),
        PutRecord(Record(SYSTEM_NAME, "letter", number, sent, context.now)),
        released,
        _keep(case, "sent", party, files, case.owner, CUSTOMS),
        receipt,
        Issue(case.owner, "CMA142", written.status, info, event.origin, case.number),
    )


# -- both


@dataclass(frozen=True, slots=True)
class _Written:
    """A request as it was just written: its case in the next state, and what its receipt says."""

    case: Case
    form: Body
    files: tuple[str, ...]  # those that are there
    against: list[Fault]
    status: int


def _write(event: Event, facts: Facts, context: Context, *, sends: bool) -> _Written:
    """Raises NodeFault where it cannot be written now, or has faults and is to be sent."""
    case = _case_of(event, facts, context)
    step = CASES.row(case, event.name)
    form, known = form_of(event.content), _known(event, facts, context)
    against = faults(form, known)
    if sends:
        _refuse(against)
    before = dict(case.body) if case else {}
    for name in ("entered", "faults", *(("answer",) if sends else ())):
        before.pop(name, None)
    body = {
        **before,
        "stored" if sends else "entered": form,
        **({"faults": [str(fault) for fault in against]} if against else {}),
        "appTime": event.content["appTime"],
        **({"declTime": event.content["appTime"]} if sends else {}),
        "submitted": event.origin.plain(),
    }
    case = dataclasses.replace(case or _new(event, context), state=step.target, body=body)
    there = tuple(digest for digest, file in known.files.items() if file is not None)
    return _Written(case, form, there, against, step.status)


def _case_of(event: Event, facts: Facts, context: Context) -> Case | None:
    """The case that a request means: none yet for appType 1, the one it names for 2. Raises NodeFault."""
    node, actor = event.content, actor_of(event)
    number = node.get("letterNo")
    case = CASES.named(event, facts) if node["appType"] != NEW else None
    CASES.check_time(event, case, context)
    if number and actor.role != CUSTOMS:
        same: Case | None = facts[CaseByInner(SYSTEM_NAME, actor.party, str(number))]
        if same is not None and (case is None or same.number != case.number):
            raise _used(str(number), same.number)
    elif number and (sent := facts[letter(str(number))]) is not None:
        own = case is not None and sent.body["case"] == case.number  # which its state refuses
        if not own:
            raise _used(str(number), str(sent.body["case"]))
    return case


def _keep(case: Case, what: str, party: str, files: tuple[str, ...] = (), *to: str) -> Keep:
    """The files of a draft or of what was sent; whoever sent them reads them in any case."""
    return Keep(f"{case.number}/{what}", party, files, to)


def _used(number: str, case: str) -> NodeFault:
    return NodeFault(
        _NUMBER_USED, f"协查函编号(letterNo) {number} 已存在，统一编号 {case} / it is case {case}"
    )


def _new(event: Event, context: Context) -> Case:
    return CASES.new(actor_of(event).party, context)


def _known(event: Event, facts: Facts, context: Context) -> Known:
    node, actor = event.content, actor_of(event)
    country, number = node.get("country"), node.get("agreementNo")
    if actor.role != CUSTOMS:
        countries = registers.countries(facts[registers.office(actor.party)])
    else:
        filed = country and facts[registers.country(str(country))] is not None
        countries = frozenset({str(country)}) if filed else frozenset()
    found: Record | None = (
        facts[registers.agreement(str(country), str(number))] if country and number else None
    )
    return Known(
        today=wire_date(context.now),
        countries=countries,
        agreement=found.body if found else None,
        files=files_of(actor.party, facts, node),
    )


def _refuse(against: list[Fault]) -> None:
    if against:
        numbers = {fault.number for fault in against}
        number = next(each for each in _IN_ORDER if each in numbers)
        raise NodeFault(number, told(against))


def _receipt(event: Event, type_: str, written: _Written) -> Issue:
    info = {
        "save": "保存成功 / draft kept",
        "write": "保存成功 / draft kept",
        "submit": "提交成功，待处理 / submitted",
        "send": "已发送外方 / sent to the foreign customs",
    }[event.name]
    if written.against:
        info = f"{info}；待改正 / to be corrected；{told(written.against)}"
    return Issue(actor_of(event).party, type_, written.status, info, event.origin, written.case.number)


def _search(form: Body) -> dict[str, str]:
    found = {name: str(form[name]) for name in SEARCH if form.get(name)}
    return {**found, "bills": sortable(Decimal(len(form.get("Bill", ()))))}
