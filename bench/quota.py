"""Shares of cores for processes: what a machine with few cores has instead of many slow ones.

Knows the CPU controller of control groups, version 1 and 2; refuses to know what runs in one. Whatever is in
a group goes before everything else on the machine, so that a measurement is not one of its neighbours.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

PERIOD = 10_000  # microseconds: short, so that who has used his share up does not stop for long
_V1, _V2 = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")


@contextmanager
def share(pids: Sequence[int], part: float | None) -> Iterator[bool]:
    """Give processes `part` of a core together, or with None what they want; whether that is allowed."""
    old = (_V1 / "cgroup.procs").exists()
    root = _V1 if old else _V2
    group = root / f"eport-bench-{os.getpid()}-{pids[0]}"
    try:
        group.mkdir()
    except OSError:
        yield False
        return
    quota = -1 if part is None else round(PERIOD * part)
    try:
        if old:
            (group / "cpu.cfs_period_us").write_text(str(PERIOD))
            (group / "cpu.cfs_quota_us").write_text(str(quota))
            (group / "cpu.shares").write_text("100000")
        else:
            (group / "cpu.max").write_text(f"{'max' if quota < 0 else quota} {PERIOD}")
            (group / "cpu.weight").write_text("10000")
        for pid in pids:
            with suppress(ProcessLookupError):  # it has ended meanwhile
                (group / "cgroup.procs").write_text(str(pid))
        allowed = True
    except OSError:
        allowed = False
    try:
        yield allowed
    finally:
        for left in (group / "cgroup.procs").read_text().split():
            with suppress(ProcessLookupError):
                (root / "cgroup.procs").write_text(left)
        group.rmdir()


def pin(pid: int, cores: set[int]) -> None:
    """Keep all threads of a process to these cores."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), cores)
