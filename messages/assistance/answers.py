"""What the other side says to a request, and what its sender thinks of that: 退回, 反馈, 评价, either way.

The receipts go to both: to whoever acts, and to whoever sent what is acted upon.
"""

from __future__ import annotations

import dataclasses

from messages.assistance.cases import CASES
from messages.assistance.names import MISSING, OUTDATED, WRONG
from messages.faults import NodeFault
from messages.stepping import actor_of, check_seen, form_of
from messages.system import CUSTOMS
from messages.wire import app_time
from messages.workflow import (
    Context,
    Effect,
    Event,
    Facts,
    Issue,
    Keep,
    Needs,
    Origin,
    Put,
)

_RECEIPTS = {  # event -> the actor's, and of the message that is acted upon
    "answer": ("CMA122", "CMA112"),
    "return": ("CMA122", "CMA112"),
    "evaluate": ("CMA132", "CMA122"),
    "reply": ("CMA152", "CMA142"),
    "assess": ("CMA162", "CMA152"),
}
_DONE = {
    "answer": "已反馈 / fed back",
    "return": "退回 / returned",
    "evaluate": "已评价 / evaluated",
    "reply": "已反馈 / fed back",
    "assess": "已评价 / evaluated",
}


def needs(event: Event) -> Needs:
    """The case and the files."""
    return Needs(*CASES.about(event))


def answer(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Feed back, or return with the reason. Raises NodeFault."""
    case, actor = CASES.named(event, facts), actor_of(event)
    step = CASES.row(case, event.name)
    form = form_of(event.content)
    check_seen(event, case, OUTDATED, "请求已重新提交，请核对后再答复 / it was submitted anew: look again")
    form.pop("declTime", None)
    if event.name == "answer" and not form.get("conclusion"):
        raise NodeFault(MISSING, "结论代码(conclusion) 不能为空 / feedback needs a conclusion")
    if event.name == "return" and form.get("conclusion"):
        raise NodeFault(WRONG, "退回时不填结论代码(conclusion) / what is returned has no conclusion")
    files = CASES.files(event, facts)
    said = {**form, "by": actor.holder, "time": app_time(context.now)}
    body = {**case.body, "answer": said, "answered": event.origin.plain()}
    case = dataclasses.replace(case, state=step.target, body=body, changed=context.now)
    info = f"{_DONE[event.name]}: {form['content']}"
    return (
        Put(case),
        Keep(
            f"{case.number}/answer", actor.party, tuple(file.digest for file in files), (case.owner, CUSTOMS)
        ),
        *_receipts(event, case.number, Origin(**case.body["submitted"]), step.status, info),
    )


def evaluate(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Grade and text, once. Raises NodeFault."""
    case, actor = CASES.named(event, facts), actor_of(event)
    step = CASES.row(case, event.name)
    said = {**form_of(event.content), "by": actor.holder, "time": app_time(context.now)}
    body = {**case.body, "evaluation": said}
    case = dataclasses.replace(case, state=step.target, body=body, changed=context.now)
    info = f"{_DONE[event.name]}: {said['grade']}, {said['content']}"
    answered = Origin(**case.body["answered"])
    return Put(case), *_receipts(event, case.number, answered, step.status, info)


def _receipts(event: Event, case: str, before: Origin, status: int, info: str) -> tuple[Issue, Issue]:
    own, other = _RECEIPTS[event.name]
    return (
        Issue(before.sender, other, status, info, before, case),
        Issue(actor_of(event).party, own, status, info, event.origin, case),
    )
