"""Pre-shipment inspection as the dispatch sees it: which function needs what and takes which step.

A case's body: `kind`; `stored` what the other side has, `entered` what was typed since and not sent;
`answer`, `result`, `reply`, `review` what was said to it; `appTime` that of the last message, `declTime` that
of what was submitted last; `submitted` and `called` the origins that later receipts answer.
"""

from __future__ import annotations

from messages.inspection import calls, disposals, entrustments, filings, publications
from messages.inspection.cases import objection
from messages.inspection.names import SYSTEM_NAME
from messages.workflow import Asking, Body, Case, Step, TableWorkflow

__all__ = ["WORKFLOW", "objection", "shown"]

STEPS: dict[str, tuple[Asking, Step]] = {
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
WORKFLOW = TableWorkflow(SYSTEM_NAME, STEPS)
_INTERNAL = ("submitted", "called", "begins", "filing", "code")


def shown(case: Case, others: bool) -> Body:
    """A case's body as it is seen: what its owner has written and not sent is the owner's own."""
    hidden = (*_INTERNAL, "entered") if others else _INTERNAL
    return {name: value for name, value in case.body.items() if name not in hidden}
