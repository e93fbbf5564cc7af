"""Mutual administrative assistance (海关行政互助协查), prefix CMA: requests of customs to each other's."""

from __future__ import annotations

from messages.assistance.asked import ASKED
from messages.assistance.cases import CASES
from messages.assistance.events import TYPES
from messages.assistance.lookups import LOOKUPS
from messages.assistance.names import FAULTS, NAMESPACE, SEARCH, SYSTEM_NAME
from messages.assistance.table import DRAFT, LABELS, OWN_DRAFT, PRIVATE, PUBLISHED, STEPS
from messages.assistance.workflow import WORKFLOW, shown
from messages.system import System

SYSTEM = System(
    name=SYSTEM_NAME,
    namespace=NAMESPACE,
    workflow=WORKFLOW,
    types=TYPES,
    number="A{:018d}",
    search=SEARCH,
    numbers=frozenset({"bills"}),
    private=PRIVATE,
    resting=frozenset({DRAFT, OWN_DRAFT, PUBLISHED}),
    shown=shown,
    lookups=LOOKUPS,
    faults=FAULTS,
    labels=LABELS,
    steps=STEPS,
    objection=CASES.objection,
    asked=ASKED,
)
