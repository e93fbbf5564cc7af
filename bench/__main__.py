"""`python -m bench [PART…]`: measure, write bench/out/report.md and a chart, and say the main figures."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import click

from bench import floor
from bench.prebuilt import ROOT
from bench.scale import TINY, Bench, Scale
from bench.server import BenchError

PARTS = (
    "stages", "ratios", "throughput", "polling", "memory", "peer", "ikey", "host", "terminal", "search",
    "attachment", "engine", "folder", "nodes",
)  # fmt: skip
LIBRARIES = (
    "lxml", "cryptography", "Twisted", "pyOpenSSL", "SQLAlchemy", "signxml", "pyas2lib", "python-pkcs11",
)  # fmt: skip


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option(
    "--out", type=click.Path(path_type=Path), default=ROOT / "bench" / "out", help="For the report."
)
@click.option("--floor", "floor_file", envvar="FLOOR", help="floor.py; else the one in ../shared, if any.")
@click.option("--tiny", is_flag=True, help="Only see that it works; the figures mean nothing.")
@click.option("--every", is_flag=True, help="Every combination in the throughput part. Takes an hour.")
@click.option("--messages", type=click.IntRange(1), help="Messages of the measurement of memory.")
@click.option("--pairs", type=click.IntRange(1), help="Pairs of floor and gateway.")
@click.option("--system", "systems", multiple=True, help="Whose cases are searched; else each system's.")
@click.option("--database", "databases", multiple=True, type=click.Choice(("sqlite", "postgresql")))
def main(
    parts: tuple[str, ...],
    out: Path,
    floor_file: str | None,
    tiny: bool,
    every: bool,
    messages: int | None,
    pairs: int | None,
    systems: tuple[str, ...],
    databases: tuple[str, ...],
) -> None:
    """Measure the gateway; without PART everything. Traffic stays on 127.0.0.1.

    Results of earlier runs stay in the report until their part is measured again.
    """
    scale = replace(TINY if tiny else Scale(), every=every)
    scale = replace(scale, total=messages or scale.total, pairs=pairs or scale.pairs)
    scale = replace(scale, databases=databases or scale.databases, systems=systems or scale.systems)
    out.mkdir(parents=True, exist_ok=True)
    results = _earlier(out / "results.json")
    results["machine"] = _machine()
    began = time.monotonic()

    def say(text: str) -> None:
        click.echo(f"{time.monotonic() - began:6.0f} s  {text}", err=True)

    try:
        program = floor.find(floor_file)
        if program is None:
            say("floor.py is not here: no ratios to it (name it with --floor or FLOOR)")
        for part in parts or PARTS:
            say(f"-- {part}")
            with tempfile.TemporaryDirectory(prefix="eport-bench-", dir=out) as folder:
                load = os.getloadavg()[0]
                measure: Callable[[Bench], dict[str, Any]] = import_module(f"bench.{part}").run
                results[part] = measure(Bench(scale, Path(folder), program, say))
                results[part]["load_before"] = load
            (out / "results.json").write_text(json.dumps(results, indent=1))
    except BenchError as error:
        click.echo(f"bench: {error}", err=True)
        sys.exit(1)
    report = import_module("bench.report")
    click.echo(report.summary(results))
    report.write(results, out)
    click.echo(f"\n{out / 'report.md'}")


def _earlier(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text()) if file.is_file() else {}
    return found


def _machine() -> dict[str, Any]:
    model = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.machine(),
    )  # fmt: skip
    return {
        "cores": os.cpu_count(),
        "processor": model,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
    }


if __name__ == "__main__":
    main()
