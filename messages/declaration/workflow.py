"""Smart-assisted declaration as the dispatch sees it: which function needs what and takes which step."""

from __future__ import annotations

from messages.declaration import (
    checks,
    confirming,
    declarations,
    enabling,
    engine,
    logistics,
    marks,
    presets,
    tariffs,
)
from messages.declaration.cases import objection
from messages.declaration.names import SYSTEM_NAME
from messages.workflow import Asking, Body, Case, Step, TableWorkflow

__all__ = ["WORKFLOW", "objection", "shown"]

STEPS: dict[str, tuple[Asking, Step]] = {
    "save": (declarations.needs, declarations.submit),
    "declare": (declarations.needs, declarations.submit),
    "delete": (declarations.needs, declarations.delete),
    "receive": (declarations.follow_needs, declarations.receive),
    "conclude": (declarations.follow_needs, declarations.decide),
    "return": (declarations.follow_needs, declarations.decide),
    "enable": (enabling.needs, enabling.enable),
    "enable-rule": (presets.needs, presets.step),
    "disable-rule": (presets.needs, presets.step),
    "drop-rule": (presets.needs, presets.step),
    "mark": (marks.needs, marks.step),
    "unmark": (marks.needs, marks.step),
    "continue": (marks.needs, marks.step),
    "start": (engine.needs, engine.start),
    "stop": (engine.needs, engine.stop),
    "batch": (engine.batch_needs, engine.batch),
    "turn": (engine.turn_needs, engine.turn),
    "manifest": (logistics.needs, logistics.step),
    "arrival": (logistics.needs, logistics.step),
    "confirm-taxes": (confirming.needs, confirming.step),
    "confirm-reminders": (confirming.needs, confirming.step),
    "agree": (confirming.needs, confirming.step),
    "tariff": (tariffs.needs, tariffs.step),
    "rates": (tariffs.needs, tariffs.step),
    "check": (checks.needs, checks.step),
}
WORKFLOW = TableWorkflow(SYSTEM_NAME, STEPS)
_INTERNAL = ("submitted", "code", "made")
_OWN = ("mark", "smart", "log", "batch", "rule", "entered", "reminders")


def shown(case: Case, others: bool) -> Body:
    """A case's body as it is seen: marks and the engine's record are its owner's own, and so is what the form
    itself says of a mark, and what was confirmed of a change that is not declared.
    """
    hidden = (*_INTERNAL, *_OWN) if others else _INTERNAL
    if others and "entered" in case.body:
        hidden = (*hidden, "taxes")
    seen = {name: value for name, value in case.body.items() if name not in hidden}
    if others and "stored" in seen:
        seen["stored"] = {name: value for name, value in seen["stored"].items() if name != "smartMark"}
    return seen
