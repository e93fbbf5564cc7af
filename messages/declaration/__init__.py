"""Smart-assisted declaration (智能辅助申报), prefix DEC."""

from __future__ import annotations

from messages.declaration.asked import ASKED
from messages.declaration.events import TYPES
from messages.declaration.lookups import LOOKUPS
from messages.declaration.names import FAULTS, NAMESPACE, SEARCH, SYSTEM_NAME
from messages.declaration.table import LABELS, PRIVATE, RESTING, STEPS
from messages.declaration.workflow import WORKFLOW, objection, shown
from messages.system import System

SYSTEM = System(
    name=SYSTEM_NAME,
    namespace=NAMESPACE,
    workflow=WORKFLOW,
    types=TYPES,
    number="{:017d}",
    search=SEARCH,
    own=frozenset({"pool", "batch", "office", "holder"}),  # what smart screens go by
    private=PRIVATE,
    resting=RESTING,
    shown=shown,
    lookups=LOOKUPS,
    faults=FAULTS,
    labels=LABELS,
    steps=STEPS,
    objection=objection,
    asked=ASKED,
)
