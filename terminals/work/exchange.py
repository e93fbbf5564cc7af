"""The line of a logged-in terminal to its gateway: everything that is asked, and what comes by itself.

Knows the calls, how to go on after the line was lost, and whom to tell; refuses to know screens. Every method
may be called from any thread, waits for its answer, and raises a Trouble in words where there is none: a
screen calls it in a worker. What happens by itself is told to `tell`, from the line's own thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from messages.codes import CodeList
from terminals.proof import Prover
from terminals.session import Session
from terminals.trouble import Trouble
from terminals.work.found import CaseFound, CasePage, Search
from terminals.work.kinds import Kinds
from terminals.work.receipts import Ladders, Step


@dataclass(frozen=True, slots=True)
class Who:
    """Whose session it is, as the gateway says."""

    dxp_id: str
    role: str
    holder: str
    card: str  # '', 'legal' or 'operator'
    expires: str  # wire time
    certificate_ends: str = ""  # wire time; '' without a certificate


@dataclass(frozen=True, slots=True)
class Up:
    """The gateway answers (again)."""


@dataclass(frozen=True, slots=True)
class Down:
    """The gateway does not answer: why, and in how many seconds it is tried again."""

    trouble: Trouble
    again: float


@dataclass(frozen=True, slots=True)
class Came:
    """Receipts that were not known before, oldest first; they are on disk already."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """The session ended and cannot be renewed from here: log in again."""

    trouble: Trouble


Event = Up | Down | Came | Ended


class Line:
    """Open after `open`, listening after `listen`; close it when the terminal ends."""

    who: Who
    up: bool

    def __init__(self, session: Session, prover: Prover, state: Path, tell: Callable[[Event], None]) -> None:
        raise NotImplementedError

    def open(self) -> Who:
        """Log in. Raises LoginRefused, Unreachable, or whatever the signer raises."""
        raise NotImplementedError

    def listen(self, ladders: Ladders) -> None:
        """Begin to wait for receipts, which go into `ladders`, and to watch the line."""
        raise NotImplementedError

    def close(self) -> None:
        """Break off whatever is waiting, end the session; nothing is told after this."""
        raise NotImplementedError

    # -- asking

    def cases(self, system: str, search: Search) -> CasePage:
        """One page of a system's cases."""
        raise NotImplementedError

    def case(self, system: str, number: str) -> CaseFound | None:
        """One case with its content, or None where there is none of that number to be seen."""
        raise NotImplementedError

    def code_list(self, name: str) -> CodeList:
        """A code list, from here when the gateway's version is the same; as Context.code_list, but asks."""
        raise NotImplementedError

    def kinds(self) -> Kinds:
        """The message types and who may send what."""
        raise NotImplementedError

    def lookup(self, system: str, name: str, key: Mapping[str, str]) -> Mapping[str, str] | None:
        """What customs or the gateway knows under a key, or None: there is no such thing."""
        raise NotImplementedError

    def ask(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """The JSON of any other call, such as statistics; None for 404."""
        raise NotImplementedError
