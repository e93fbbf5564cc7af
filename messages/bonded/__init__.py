"""Bonded verification (保税核查作业), prefix BVS: what operators declare and customs compares and reviews."""

from __future__ import annotations

from messages.bonded.events import TYPES
from messages.bonded.table import LABELS, STEPS
from messages.bonded.workflow import BondedWorkflow, objection
from messages.system import System

NAMESPACE = "urn:eport-gateway:bvs:1"

SYSTEM = System(
    name="bonded",
    namespace=NAMESPACE,
    workflow=BondedWorkflow(),
    types=TYPES,
    number="Z{:018d}",
    search=("etpsInnerNo", "etpsCode", "stockDate", "declDate"),
    labels=LABELS,
    steps=STEPS,
    objection=objection,
)
