"""Pre-shipment inspection as the dispatch sees it: which function needs what and takes which step.

A case's body: `kind`; `stored` what the other side has, `entered` what was typed since and not sent;
`answer`, `result`, `reply`, `review` what was said to it; `appTime` that of the last message, `declTime` that
of what was submitted last; `submitted` and `called` the origins that later receipts answer.
"""

from __future__ import annotations

from collections.abc import Callable

from messages.inspection import calls, disposals, entrustments, filings, publications
from messages.inspection.cases import objection
from messages.inspection.names import SYSTEM_NAME
from messages.workflow import Body, Case, Context, Effect, Event, Facts, Needs

__all__ = ["InspectionWorkflow", "objection", "shown"]

Step = Callable[[Event, Facts, Context], tuple[Effect, ...]]

STEPS: dict[str, tuple[Callable[[Event], Needs], Step]] = {
    "save": (filings.needs, filings.submit),
    "apply": (filings.needs, filings.submit),
    "delete": (filings.needs, filings.delete),
    "file": (filings.review_needs, filings.review),
    "refuse": (filings.review_needs, filings.review),
    "ask": (filings.review_needs, filings.review),
    "write": (entrustments.needs, entrustments.submit),
    "entrust": (entrustments.needs, entrustments.submit),
    "discard": (entrustments.needs, entrustments.discard),
    "accept": (entrustments.answer_needs, entrustments.answer),
    "return": (entrustments.answer_needs, entrustments.answer),
    "inspect": (entrustments.result_needs, entrustments.result),
    "raise": (calls.needs, calls.call),
    "demand": (calls.needs, calls.call),
    "visit": (calls.needs, calls.call),
    "call": (calls.needs, calls.call),
    "reply": (calls.reply_needs, calls.reply),
    "pass": (calls.review_needs, calls.review),
    "want": (calls.review_needs, calls.review),
    "keep": (calls.reply_needs, calls.report),
    "report": (calls.reply_needs, calls.report),
    "impose": (disposals.needs, disposals.impose),
    "lift": (disposals.needs, disposals.lift),
    "begin": (disposals.timer_needs, disposals.begin),
    "end": (disposals.timer_needs, disposals.end),
    "publish": (publications.PUBLICATIONS.needs, publications.PUBLICATIONS.step),
    "withdraw": (publications.PUBLICATIONS.needs, publications.PUBLICATIONS.step),
    "rule": (publications.rule_needs, publications.rule),
}
_INTERNAL = ("submitted", "called", "begins", "filing", "code")


class InspectionWorkflow:
    """The system's rules as the dispatch sees them."""

    name = SYSTEM_NAME

    def needs(self, event: Event) -> Needs:
        """What the event's step must be told."""
        return STEPS[event.name][0](event)

    def step(self, event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
        """One event; NodeFault where a rule forbids it."""
        return STEPS[event.name][1](event, facts, context)


def shown(case: Case, others: bool) -> Body:
    """A case's body as it is seen: what its owner has written and not sent is the owner's own."""
    hidden = (*_INTERNAL, "entered") if others else _INTERNAL
    return {name: value for name, value in case.body.items() if name not in hidden}
