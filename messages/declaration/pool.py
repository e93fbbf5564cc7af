"""The pool of marked declarations (智能辅助申报池): what a mark is, and its record (申报记录).

A mark is the declarant's authority: it names guid and digest of the message that stored the draft, and ends
with that draft. Knows bodies and search columns; refuses to know who may mark and when it is declared.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from messages.declaration.cases import day, form_now, found_by
from messages.declaration.names import (
    BY_RULE,
    CONFIRMED,
    MARKED,
    SELF_ASSESSED,
    SYSTEM_NAME,
    UNCONFIRMED,
    UNMARKED,
    WAITING,
)
from messages.declaration.table import DRAFT, LABELS
from messages.stepping import Pair
from messages.wire import app_time
from messages.workflow import Actor, Case, CasesAlike, CasesCounted, Context

OUTDATED = "outdated"
"""Since when the taxes that were confirmed are known to be others."""
LONGEST = 50
"""Entries of a record that are kept, the newest."""


def waiting(party: str, after: str, limit: int) -> CasesAlike:
    """The next of a party's marked declarations that wait."""
    return CasesAlike(SYSTEM_NAME, "pool", party, after, limit)


def counted(party: str) -> CasesCounted:
    """How many of them wait."""
    return CasesCounted(SYSTEM_NAME, "pool", party)


def smart(case: Case) -> str:
    """The smart state; empty without a mark."""
    return str(case.body.get("smart", ""))


def no_draft(case: Case) -> Pair | None:
    """That something is no draft, and what it is; None where it is one."""
    if case.state == DRAFT:
        return None
    zh, en = LABELS[case.state]
    return f"报关单状态为“{zh}”，不是暂存", f"is no draft but in state {en}"


def not_markable(case: Case, enabled: bool) -> Pair | None:
    """Why a draft cannot be marked, behind its number; None where it can."""
    against = no_draft(case)
    if against is not None:
        return against
    if not enabled:
        return "所属企业未启用智能辅助申报", "is of a party that has not enabled smart-assisted declaration"
    if case.body["entered"]["twoStep"] == "1":
        return "两步申报不支持智能辅助申报", "is two-step, which cannot be declared by the engine"
    return None


def marked(case: Case, actor: Actor, context: Context) -> Case:
    """It waits in its owner's pool from now on."""
    mark = {**case.body["draft"], "by": actor.holder, "time": app_time(context.now)}
    case = _with(case, context, mark=mark, smart=WAITING)
    return found_by(logged(case, "添加智能辅助申报标记", "marked", context), holder=actor.holder)


def unmarked(case: Case, context: Context) -> Case:
    """It waits no more."""
    return logged(
        _with(case, context, mark=None, smart=None), "取消智能辅助申报标记", "mark cancelled", context
    )


def set_smart(case: Case, state: str, context: Context) -> Case:
    """待申报, 申报成功 or 申报失败; only what waits is in the pool."""
    return _with(case, context, smart=state)


def confirmed(case: Case, what: str, how: Any, context: Context) -> Case:
    """The draft that is there now has its taxes or its reminders confirmed."""
    return _with(case, context, **{what: how})


def outdated(case: Case, context: Context) -> Case:
    """Its taxes are others now than were confirmed, if they were: it is found with the unconfirmed ones."""
    taxes = case.body.get("taxes")
    if taxes is None or OUTDATED in taxes:
        return case
    return _with(case, context, taxes={**taxes, OUTDATED: app_time(context.now)})


def placed(case: Case, context: Context) -> Case:
    """The search columns that follow from its body."""
    form, state = form_now(case), smart(case)
    holds = OUTDATED not in case.body.get("taxes", (OUTDATED,))
    taxes = "" if form["selfTax"] != "1" else CONFIRMED if holds else UNCONFIRMED
    flags = (MARKED if state else "") + (SELF_ASSESSED if taxes else "")
    by_rule = f"{BY_RULE}{case.body['rule']}" if "rule" in case.body else ""
    return found_by(
        case,
        pool=case.owner if state == WAITING and case.state == DRAFT else by_rule,
        office=f"{form['customMaster']}-{state or UNMARKED}{taxes}{flags}",
        day=day(context),
    )


def _with(case: Case, context: Context, **changes: Any) -> Case:
    body = {name: value for name, value in {**case.body, **changes}.items() if value is not None}
    return placed(dataclasses.replace(case, body=body, changed=context.now), context)


def logged(case: Case, zh: str, en: str, context: Context, batch: str = "") -> Case:
    """One more entry of its record; the same again is not said twice."""
    log: list[dict[str, Any]] = list(case.body.get("log", ()))
    if log and (log[-1]["zh"], log[-1]["en"]) == (zh, en):
        return case
    entry = {"time": app_time(context.now), "zh": zh, "en": en}
    if batch:
        entry["batch"] = batch
    return dataclasses.replace(case, body={**case.body, "log": [*log, entry][-LONGEST:]})


def in_batch(case: Case, batch: str, rule: object, context: Context) -> Case:
    """The batch in which it was declared, or failed, and the name of the rule that it went by."""
    return found_by(_with(case, context, batch=batch, rule=rule), batch=batch)
