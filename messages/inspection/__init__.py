"""Pre-shipment inspection of used machinery (进口旧机电产品装运前检验), prefix PSI."""

from __future__ import annotations

from messages.inspection.asked import ASKED
from messages.inspection.events import TYPES
from messages.inspection.lookups import LOOKUPS
from messages.inspection.names import FAULTS, NAMESPACE, SEARCH, SYSTEM_NAME
from messages.inspection.table import LABELS, PRIVATE, RESTING, STEPS
from messages.inspection.workflow import WORKFLOW, objection, shown
from messages.system import System

SYSTEM = System(
    name=SYSTEM_NAME,
    namespace=NAMESPACE,
    workflow=WORKFLOW,
    types=TYPES,
    number="P{:018d}",
    search=SEARCH,
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
