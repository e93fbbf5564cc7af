"""Customs–enterprise cooperation as the dispatch sees it: which function needs what and takes which step."""

from __future__ import annotations

from collections.abc import Callable

from messages.enterprise import applications, consultations, filings, reviews
from messages.enterprise.cases import objection
from messages.enterprise.events import verb
from messages.enterprise.names import SYSTEM_NAME
from messages.enterprise.publications import NOTICES
from messages.enterprise.table import REFUSED
from messages.workflow import Body, Case, Context, Effect, Event, Facts, Needs

__all__ = ["EnterpriseWorkflow", "objection", "shown"]

Step = Callable[[Event, Facts, Context], tuple[Effect, ...]]

STEPS: dict[str, tuple[Callable[[Event], Needs], Step]] = {
    "save": (applications.needs, applications.save),
    "declare": (applications.needs, applications.declare),
    "delete": (applications.needs, applications.delete),
    "approve": (reviews.needs, reviews.review),
    "refuse": (reviews.needs, reviews.review),
    "file": (filings.needs, filings.load),
    "publish": (NOTICES.needs, NOTICES.step),
    "withdraw": (NOTICES.needs, NOTICES.step),
    "ask": (consultations.needs, consultations.ask),
    "reply": (consultations.needs, consultations.reply),
}


class EnterpriseWorkflow:
    """The system's rules as the dispatch sees them."""

    name = SYSTEM_NAME

    def needs(self, event: Event) -> Needs:
        """What the event's step must be told."""
        return STEPS[verb(event.name)][0](event)

    def step(self, event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
        """One event; NodeFault where a rule forbids it."""
        return STEPS[verb(event.name)][1](event, facts, context)


def shown(case: Case, others: bool) -> Body:
    """A case's body as it is seen: what an enterprise corrects in a refused application is its own."""
    hidden = ("submitted", "entered", "faults") if others and case.state == REFUSED else ("submitted",)
    return {name: value for name, value in case.body.items() if name not in hidden}
