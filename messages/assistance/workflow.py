"""Mutual assistance as the dispatch sees it: which function needs what and takes which step.

A case's body: `stored` is the request that the other side has, `entered` what was typed since and not sent,
`faults` what stands against that, `answer` the other side's feedback or its reason to return it, `evaluation`
what was thought of it, `appTime` that of the last message and `declTime` that of `stored`, `submitted` and
`answered` the origins that later receipts answer. What customs publishes is a case, too, with its text in
`stored`.
"""

from __future__ import annotations

from messages.assistance import answers, registers, requests
from messages.assistance.names import SYSTEM_NAME
from messages.assistance.publications import PUBLICATIONS
from messages.assistance.table import RETURNED
from messages.workflow import Asking, Body, Case, Step, TableWorkflow

STEPS: dict[str, tuple[Asking, Step]] = {
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
WORKFLOW = TableWorkflow(SYSTEM_NAME, STEPS)
_INTERNAL = ("submitted", "answered")


def shown(case: Case, customs: bool) -> Body:
    """A case's body as it is seen: what a foreign customs corrects in a returned request is its own."""
    hidden = (*_INTERNAL, "entered", "faults") if customs and case.state == RETURNED else _INTERNAL
    return {name: value for name, value in case.body.items() if name not in hidden}
