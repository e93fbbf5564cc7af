"""Mutual assistance as the dispatch sees it: which function needs what and takes which step.

A case's body: `stored` is the request that the other side has, `entered` what was typed since and not sent,
`faults` what stands against that, `answer` the other side's feedback or its reason to return it, `evaluation`
what was thought of it, `appTime` that of the last message and `declTime` that of `stored`, `submitted` and
`answered` the origins that later receipts answer. What customs publishes is a case, too, with its text in
`stored`.
"""

from __future__ import annotations

from collections.abc import Callable

from messages.assistance import answers, registers, requests
from messages.assistance.names import SYSTEM_NAME
from messages.assistance.publications import PUBLICATIONS
from messages.assistance.table import RETURNED
from messages.workflow import Body, Case, Context, Effect, Event, Facts, Needs

Step = Callable[[Event, Facts, Context], tuple[Effect, ...]]

STEPS: dict[str, tuple[Callable[[Event], Needs], Step]] = {
    "save": (requests.needs, requests.submit),
    "submit": (requests.needs, requests.submit),
    "delete": (requests.needs, requests.delete),
    "write": (requests.needs, requests.send),
    "send": (requests.needs, requests.send),
    "discard": (requests.needs, requests.delete),
    "answer": (answers.needs, answers.answer),
    "return": (answers.needs, answers.answer),
    "reply": (answers.needs, answers.answer),
    "evaluate": (answers.needs, answers.evaluate),
    "assess": (answers.needs, answers.evaluate),
    "publish": (PUBLICATIONS.needs, PUBLICATIONS.step),
    "withdraw": (PUBLICATIONS.needs, PUBLICATIONS.step),
    "agreement": (registers.agreement_needs, registers.file_agreement),
    "office": (registers.office_needs, registers.file_office),
}
_INTERNAL = ("submitted", "answered")


class AssistanceWorkflow:
    """The system's rules as the dispatch sees them."""

    name = SYSTEM_NAME

    def needs(self, event: Event) -> Needs:
        """What the event's step must be told."""
        return STEPS[event.name][0](event)

    def step(self, event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
        """One event; NodeFault where a rule forbids it."""
        return STEPS[event.name][1](event, facts, context)


def shown(case: Case, customs: bool) -> Body:
    """A case's body as it is seen: what a foreign customs corrects in a returned request is its own."""
    hidden = (*_INTERNAL, "entered", "faults") if customs and case.state == RETURNED else _INTERNAL
    return {name: value for name, value in case.body.items() if name not in hidden}
