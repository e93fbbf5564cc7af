"""The engine (智能辅助申报执行): batch after batch, what waits in a party's pool is declared by its rules.

It is a chain of follow-up events of one case, the run: `batch` begins a batch, each `turn` takes the next few
declarations, and the last sets the next batch's time. So a stop of the gateway loses nothing and does nothing
twice, 停止申报 is heeded between two turns, and its authority is the mark on each draft, nobody's session.
A run's body: `rules`, `unitKind`; `batch` the counts of the one under way or the last, `all` of all, `next`
when the next begins, `batches` what became of the latest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from messages.declaration import agreements, checks, pool, trying
from messages.declaration.cases import (
    about,
    actor_of,
    check_enabled,
    check_time,
    day,
    enabled,
    found_by,
    lock,
    named,
    new_case,
    row,
)
from messages.declaration.names import (
    MISSING,
    NO_RULE,
    RUN,
    RUNNING_ALREADY,
    SYSTEM_NAME,
)
from messages.declaration.table import ENABLED, RUNNING
from messages.faults import NodeFault
from messages.statuses import Status
from messages.stepping import Pair
from messages.wire import app_time
from messages.workflow import (
    ActiveParty,
    Body,
    Case,
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
    PutRecord,
    Record,
    RecordInForce,
)

AT_ONCE = 50
"""Declarations of one turn: one transaction, so that screens follow and a stop is heeded within a second."""
KEPT = 100
"""Batches whose counts a run keeps, the latest."""
_COUNTS = ("looked", trying.DECLARED, trying.FAILED, trying.WAITS)


def _running(party: str) -> RecordInForce:
    return RecordInForce(SYSTEM_NAME, "running", party)


def _rules(numbers: Iterable[object]) -> tuple[CaseByNumber, ...]:
    return tuple(CaseByNumber(str(number)) for number in numbers)


# -- 开始申报, 停止申报


def needs(event: Event) -> Needs:
    """The run or the rules that are named; one run of a party at a time."""
    facts, locks = about(event)
    party = actor_of(event).party
    chosen = _rules(each["ruleNo"] for each in event.content.get("ChosenRule", ()))
    claims = (f"{SYSTEM_NAME}/run/{party}",)
    return Needs((enabled(party), _running(party), *facts, *chosen), locks, claims)


def start(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """From now on, until it is stopped. Raises NodeFault."""
    actor, node = actor_of(event), event.content
    check_enabled(event, facts)
    step = row(None, event.name)
    check_time(event, None, context)
    running = facts[_running(actor.party)]
    if running is not None:
        raise NodeFault(
            RUNNING_ALREADY, f"{running.body['case']} 正在执行，请先停止 / it is running: stop it first"
        )
    if not node.get("unitKind"):
        raise NodeFault(MISSING, "请先选择生效企业类型(unitKind) / choose the kind of enterprise first")
    chosen = list(dict.fromkeys(str(each["ruleNo"]) for each in node.get("ChosenRule", ())))
    for number in chosen:
        rule: Case | None = facts[CaseByNumber(number)]
        if rule is None or rule.owner != actor.party or rule.state != ENABLED:
            raise NodeFault(NO_RULE, f"配置 {number} 不存在或未启用 / there is no such enabled rule")
    if not chosen:
        raise NodeFault(NO_RULE, "请先勾选预配置规则(ChosenRule) / choose one rule at least")
    case = new_case(actor.party, "X", context)
    body = {
        "kind": RUN,
        "rules": chosen,
        "unitKind": node["unitKind"],
        "code": actor.cop_code,
        "by": actor.holder,
        "appTime": node["appTime"],
        "submitted": event.origin.plain(),
        "all": {"batches": 0, trying.DECLARED: 0, trying.FAILED: 0},
        "batches": [],
    }
    case = dataclasses.replace(case, state=step.target, body=body)
    case = found_by(case, kind=RUN, holder=actor.holder, day=day(context))
    return (
        Put(case),
        PutRecord(Record(SYSTEM_NAME, "running", actor.party, {"case": case.number}, context.now)),
        Issue(actor.party, "DEC162", step.status, "开始申报 / started", event.origin, case.number),
        _follow(case, "batch", event.origin),
    )


def stop(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """At once: the turn under way is done, no other begins. Raises NodeFault."""
    case, actor = named(event, facts), actor_of(event)
    step = row(case, event.name)
    check_time(event, None, context)
    return (
        *_stopped(case, f"{actor.holder} 停止申报", "stopped by hand", context),
        Issue(actor.party, "DEC162", step.status, "停止申报 / stopped", event.origin, case.number),
    )


def _stopped(case: Case, zh: str, en: str, context: Context) -> tuple[Effect, ...]:
    body = {name: value for name, value in case.body.items() if name != "next"}
    body["why"] = {"zh": zh, "en": en, "time": app_time(context.now)}
    state = row(case, "stop").target
    stopped = dataclasses.replace(case, state=state, body=body, changed=context.now)
    over = Record(SYSTEM_NAME, "running", case.owner, {"case": case.number}, context.now, context.now)
    return Put(stopped), PutRecord(over)


# -- batches and turns, events of the gateway's own


def _follow(case: Case, name: str, origin: Origin, at: datetime | None = None, **content: Any) -> Follow:
    known = {"caseNo": case.number, "party": case.owner, "rules": case.body["rules"]}
    return Follow(case.number, name, {**known, **content}, origin, at)


def _needs(event: Event, facts: Sequence[Fact], then: Any) -> Needs:
    number = event.content["caseNo"]
    whose = ActiveParty(event.content["party"])
    every = (CaseByNumber(number), whose, *_rules(event.content["rules"]), *facts)
    claims = [f"{SYSTEM_NAME}/run/{event.content['party']}"]
    if event.content.get("agreeing"):
        claims.append(agreements.CLAIM)
    return Needs(every, (lock(number),), tuple(claims), then)


def batch_needs(event: Event) -> Needs:
    """The run, its rules, and how many declarations wait."""
    return _needs(event, (pool.counted(event.content["party"]),), None)


def batch(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """A batch begins, with its number; with nothing waiting it is tried again after the countdown."""
    case: Case = facts[CaseByNumber(event.content["caseNo"])]
    if case.state != RUNNING:
        return ()
    rules, against = _in_force(event, facts), _against(event, facts)
    if against is not None:
        return _over(case, against, event, context)
    waiting: int = facts[pool.counted(case.owner)]
    if not waiting:
        return _pause(case, rules, event, context)
    number = f"P{day(context)}{int(context.next_number()):011d}"
    begun = {"no": number, "total": waiting, "began": app_time(context.now), **dict.fromkeys(_COUNTS, 0)}
    body = {name: value for name, value in case.body.items() if name != "next"} | {"batch": begun}
    case = dataclasses.replace(case, body=body, changed=context.now)
    return Put(case), _follow(case, "turn", event.origin, batch=number, after="")


def turn_needs(event: Event) -> Needs:
    """The next few declarations; then what each of them goes by."""
    node = event.content
    drafts = pool.waiting(node["party"], node["after"], AT_ONCE)

    def then(facts: Facts) -> tuple[Fact, ...]:
        return tuple(dict.fromkeys(fact for case in facts[drafts] for fact in trying.facts(case)))

    return _needs(event, (drafts, checks.ALL), then)


def turn(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Each of the next few is declared, fails, or waits with the reason in its record.

    One that finds that it has to make agreements does nothing yet: it comes again, as the only one that does.
    """
    node = event.content
    case: Case = facts[CaseByNumber(node["caseNo"])]
    if case.state != RUNNING or case.body["batch"]["no"] != node["batch"]:
        return ()
    rules, against = _in_force(event, facts), _against(event, facts)
    if against is not None:
        return _over(case, against, event, context)
    drafts: Sequence[Case] = facts[pool.waiting(node["party"], node["after"], AT_ONCE)]
    if not drafts:
        return _finish(case, rules, event, context)
    attempt = trying.Attempt(rules, case.body["unitKind"], case.body["code"], node["batch"], facts, context)
    counts = dict(case.body["batch"])
    effects: list[Effect] = []
    for draft in drafts:
        outcome, done = attempt.of(draft)
        counts["looked"] += 1
        counts[outcome] += 1
        effects += done
    counts["total"] = max(counts["total"], counts["looked"])  # some were marked since it began
    if attempt.agreed and not node.get("agreeing"):
        return (_follow(case, "turn", event.origin, batch=node["batch"], after=node["after"], agreeing=True),)
    case = dataclasses.replace(case, body={**case.body, "batch": counts}, changed=context.now)
    after = drafts[-1].number
    return *effects, Put(case), _follow(case, "turn", event.origin, batch=node["batch"], after=after)


def _finish(case: Case, rules: Sequence[Body], event: Event, context: Context) -> tuple[Effect, ...]:
    """The batch is over: its counts join the others. What was unmarked since it began is none of it."""
    batch = case.body["batch"]
    ended = {**batch, "total": batch["looked"], "ended": app_time(context.now)}
    every: Mapping[str, int] = case.body["all"]
    counts = {name: every[name] + ended[name] for name in (trying.DECLARED, trying.FAILED)}
    body = {
        **case.body,
        "batch": ended,
        "all": {"batches": every["batches"] + 1, **counts},
        "batches": kept([*case.body["batches"], ended]),
    }
    return _pause(dataclasses.replace(case, body=body), rules, event, context)


def kept(batches: Sequence[Body]) -> Sequence[Body]:
    """The latest KEPT. One in which nothing was declared or failed makes room before others: a run may wait
    all night for one arrival, batch after batch.
    """
    if len(batches) <= KEPT:
        return batches
    idle = (at for at, each in enumerate(batches) if not each[trying.DECLARED] and not each[trying.FAILED])
    gone = next(idle, 0)
    return [*batches[:gone], *batches[gone + 1 :]]


def _pause(case: Case, rules: Sequence[Body], event: Event, context: Context) -> tuple[Effect, ...]:
    """Until the countdown (倒计时) has run out, the shortest of its rules'."""
    at = context.now + timedelta(seconds=min(int(rule["wait"]) for rule in rules))
    case = dataclasses.replace(case, body={**case.body, "next": app_time(at)}, changed=context.now)
    return Put(case), _follow(case, "batch", event.origin, at)


def _against(event: Event, facts: Facts) -> Pair | None:
    """Why a run cannot go on, if it cannot."""
    if facts[ActiveParty(event.content["party"])] is None:
        return "参与方已停用", "the party is disabled"
    if not _in_force(event, facts):
        return "所选配置均已停用或删除", "none of its rules is enabled any more"
    return None


def _over(case: Case, why: Pair, event: Event, context: Context) -> tuple[Effect, ...]:
    """It stops by itself, and says so."""
    zh, en = why
    info = f"{zh}，执行已停止 / {en}: it has stopped"
    return (
        *_stopped(case, zh, en, context),
        Issue(case.owner, "DEC162", Status.SUSPENDED, info, event.origin, case.number),
    )


def _in_force(event: Event, facts: Facts) -> list[Body]:
    """The rules that were chosen and are still enabled, in their order."""
    return list(_enabled(facts[each] for each in _rules(event.content["rules"])))


def _enabled(rules: Iterable[Case | None]) -> Iterator[Body]:
    for rule in rules:
        if rule is not None and rule.state == ENABLED:
            yield rule.body["stored"]
