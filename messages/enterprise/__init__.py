"""Customs–enterprise cooperation (关企合作平台), prefix ENT: registrations, licences, objections."""

from __future__ import annotations

from messages.enterprise.asked import ASKED
from messages.enterprise.events import TYPES
from messages.enterprise.lookups import LOOKUPS
from messages.enterprise.names import FAULTS, NAMESPACE, SEARCH, SYSTEM_NAME
from messages.enterprise.table import DRAFT, LABELS, PRIVATE, PUBLISHED, REPLIED, STEPS
from messages.enterprise.workflow import WORKFLOW, objection, shown
from messages.system import System

SYSTEM = System(
    name=SYSTEM_NAME,
    namespace=NAMESPACE,
    workflow=WORKFLOW,
    types=TYPES,
    number="E{:018d}",
    search=SEARCH,
    private=PRIVATE,
    resting=frozenset({DRAFT, REPLIED, PUBLISHED}),
    shown=shown,
    lookups=LOOKUPS,
    faults=FAULTS,
    labels=LABELS,
    steps=STEPS,
    objection=objection,
    asked=ASKED,
)
