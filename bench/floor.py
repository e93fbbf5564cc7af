"""The floor, measured in the same run by the program that defines it; it is not this project's to change."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.prebuilt import ROOT
from bench.server import BenchError

BESIDE = ROOT.parent / "shared" / "floor.py"


@dataclass(frozen=True, slots=True)
class Floor:
    """One run: CPU ms a message (median of its batches) and the size of its message in bytes."""

    ms: float
    bytes: int


def find(given: str | None) -> Path | None:
    """The program; None when there is none. Raises BenchError when the one that was named is missing."""
    if given:
        file = Path(given).expanduser()
        if not file.is_file():
            raise BenchError(f"there is no {file}: name floor.py with --floor or FLOOR")
        return file
    return BESIDE if BESIDE.is_file() else None


def measure(program: Path, folder: Path, sender: str, lines: int, messages: int) -> Floor:
    """Run it once; its database goes into `folder`, on the disk that the gateway's is on too."""
    command = [sys.executable, str(program), "--sender", sender, "--lines", str(lines)]
    command += ["--messages", str(messages)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        raise BenchError(f"{program}: {done.stderr[-1000:]}")
    found = json.loads(done.stdout)
    return Floor(float(found["floor_ms"]), int(found["bytes"]))
