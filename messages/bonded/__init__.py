"""Bonded verification (保税核查作业), prefix BVS: what operators declare and customs compares and reviews."""

from __future__ import annotations

from messages.bonded.events import TYPES
from messages.bonded.lookups import LOOKUPS
from messages.bonded.table import DELETED, DRAFT, LABELS, STEPS
from messages.bonded.workflow import FAULTS, SEARCH, WORST, BondedWorkflow, objection, shown
from messages.system import System

NAMESPACE = "urn:eport-gateway:bvs:1"

SYSTEM = System(
    name="bonded",
    namespace=NAMESPACE,
    workflow=BondedWorkflow(),
    types=TYPES,
    number="Z{:018d}",
    search=(*SEARCH, WORST),
    numbers=frozenset({WORST}),
    desk=frozenset({WORST}),
    private=frozenset({DRAFT, DELETED}),
    shown=shown,
    lookups=LOOKUPS,
    faults=FAULTS,
    labels=LABELS,
    steps=STEPS,
    objection=objection,
)
