"""How much is measured: enough for medians that hold, or just enough to see that the bench works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Say = Callable[[str], None]

SMALL, LARGE = 5, 680
"""Lines of a message: about 4 KB and about 200 KB when signed."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Counts of one run of the bench."""

    pairs: int = 5  # runs of the floor and of the gateway, in turn
    messages: int = 1200  # of one load of 4 KB messages
    large: int = 60  # of one load of 200 KB messages
    repeats: int = 7  # of one stage
    signings: int = 25  # pairs of blocks of signatures by token and Ikey
    polls: int = 10_000  # parked at once
    total: int = 100_000  # messages of the measurement of memory
    sample: int = 5_000  # messages between two looks at the memory
    people: int = 50  # who sit at the SSH host at once
    logins: int = 20  # of them who come at the same moment
    idle: float = 60.0  # seconds for which nobody of them types
    typing: float = 60.0  # seconds for which those type who came at the same moment
    cases: int = 1_000_000  # among which is searched
    systems: tuple[str, ...] = ("bonded", "assistance")  # whose cases are searched
    drafts: int = 10_000  # declared unattended in one run
    files: int = 10_000  # put into an OutBox
    every: bool = False  # the whole cross product of the throughput part
    databases: tuple[str, ...] = ("sqlite", "postgresql")

    @property
    def warm(self) -> int:
        """4 KB messages that a new server gets before it is measured."""
        return max(10, self.messages // 4)


TINY = Scale(
    pairs=1, messages=40, large=2, repeats=1, signings=2, polls=20, total=120, sample=30,
    people=3, logins=2, idle=0.5, typing=3.0, cases=500, drafts=200, files=60,
    databases=("sqlite",),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bench:
    """What every part gets: how much, a folder for its files, floor.py when there is one, and a voice."""

    scale: Scale
    folder: Path
    floor: Path | None
    say: Say
