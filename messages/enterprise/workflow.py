"""Customs–enterprise cooperation as the dispatch sees it: which function needs what and takes which step."""

from __future__ import annotations

from messages.enterprise import applications, consultations, filings, reviews
from messages.enterprise.cases import objection
from messages.enterprise.events import verb
from messages.enterprise.names import SYSTEM_NAME
from messages.enterprise.publications import NOTICES
from messages.enterprise.table import REFUSED
from messages.workflow import Asking, Body, Case, Step, TableWorkflow

__all__ = ["WORKFLOW", "objection", "shown"]

STEPS: dict[str, tuple[Asking, Step]] = {
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
WORKFLOW = TableWorkflow(SYSTEM_NAME, STEPS, verb)


def shown(case: Case, others: bool) -> Body:
    """A case's body as it is seen: what an enterprise corrects in a refused application is its own."""
    hidden = ("submitted", "entered", "faults") if others and case.state == REFUSED else ("submitted",)
    return {name: value for name, value in case.body.items() if name not in hidden}
