"""Part 11: how fast marked declarations are declared unattended, and how closely a screen can follow.

Drafts are kept first; then a run is started and asked for twice a second, as its screen does. Declared is
what its counts say; stored, when customs has the last one.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.scale import Bench
from bench.server import BenchError, postgres
from tests.scenarios.declaring import NODES, Office, at_work, numbered
from tests.scenarios.house import House

ASKED = 0.5  # seconds between two looks of a screen
PATIENCE = 600.0


def run(bench: Bench) -> dict[str, Any]:
    """Rates on each database."""
    drafts = max(NODES, bench.scale.drafts // NODES * NODES)
    with ExitStack() as stack:
        urls = {"sqlite": ""}
        if "postgresql" in bench.scale.databases:
            urls["postgresql"] = stack.enter_context(postgres()).database()
        wanted = [name for name in urls if name in bench.scale.databases]
        return {"runs": [_declare(bench, name, urls[name], drafts) for name in wanted]}


def _declare(bench: Bench, database: str, url: str, drafts: int) -> dict[str, Any]:
    house = House(Path(bench.folder) / f"engine-{database}", url)
    house.start()
    try:
        office = at_work(house, "enterprise")
        office.submit("DEC131")
        office.keep(drafts)
        office.until(drafts, PATIENCE)
        rule = numbered(office.submit("DEC141"))
        began = time.perf_counter()
        run = numbered(office.submit("DEC161-start", ruleNo=rule))
        silent = _follow(office, run, drafts)
        declared = time.perf_counter() - began
        office.until(2 * drafts, PATIENCE)
        stored = time.perf_counter() - began
    finally:
        house.close()
    bench.say(
        f"{database}: {drafts:,} declared in {declared:.1f} s ({drafts / declared:,.0f}/s), stored after "
        f"{stored:.1f} s; at most {silent:.2f} s without news of the run"
    )
    return {
        "database": database,
        "drafts": drafts,
        "seconds": declared,
        "rate": drafts / declared,
        "stored": drafts / stored,
        "silent": silent,
    }


def _follow(office: Office, run: str, drafts: int) -> float:
    """Ask until all are declared; the longest time in which nothing was seen to move, seconds."""
    end = time.perf_counter() + PATIENCE
    seen, moved, silent = 0, time.perf_counter(), 0.0
    while seen < drafts:
        batch = office.run(run).get("batch", {})
        now = time.perf_counter()
        silent = max(silent, now - moved)
        if batch.get("declared", 0) != seen:
            seen, moved = batch["declared"], now
        if now > end or batch.get("failed"):
            raise BenchError(f"{seen} of {drafts} were declared: {batch}")
        time.sleep(ASKED)
    return silent
