"""Who sits at a terminal, and with what: all that the application is told when it starts.

Knows the facts and how they travel through a pipe; refuses to know how they were found out. The application
is an entry point `module:function`, by default `terminals.tui.main:run`:

- `function(visit) -> int | None` runs one session on the terminal at file descriptors 0, 1 and 2, in a
  process of its own, and returns its exit status. SIGHUP asks it to keep what was typed and to end; five
  seconds later it is killed. TERM, LANG, LC_* and SSH_AUTH_SOCK are the client's. What it logs with structlog
  goes to the host's log.
- `module.warm()`, if there is one, runs once before the first session: it imports and tries out whatever
  makes a session quick. It leaves no thread, database handle or PKCS#11 module behind, since every session is
  a fork of it.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

NEWCOMER = "newcomer"
"""The role of somebody who comes to register and is nobody yet."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One session of one person. What is not known is ''."""

    number: str  # of the session, the same in every line of the log
    account: str  # '' for a holder without one, who came by key
    holder: str  # the person's or unit's name, as registered
    role: str  # customs, operator, enterprise, agency, officer …
    card: str  # '' no card, 'legal' 法人卡, 'operator' 操作员卡
    dxp_id: str  # the party
    certificates: tuple[bytes, ...] = field(repr=False)  # DER; of the key that logged in, then of its card
    token: str = field(repr=False)  # bearer token of a login by password; '' by key: log in by the agent
    agent: str  # socket of the forwarded SSH agent; '' without ssh -A
    language: str  # 'zh' or 'en'
    area: Path  # the account's own files, those that SFTP shows
    state: Path  # what the terminal keeps for this person between sessions: what was typed, choices
    url: str  # the gateway, https://host:port
    ca: Path  # PEM file of the CA that is trusted
    peer: str = ""  # the client's address; '' at a desk
    area_bytes: int = 0  # that the area may hold together; 0: as many as there is room for
    area_files: int = 0  # and files and folders

    def to_bytes(self) -> bytes:
        """For the pipe to the session's process; there is a secret in it."""
        values = asdict(self)
        values["certificates"] = [base64.b64encode(der).decode("ascii") for der in self.certificates]
        return json.dumps(values, default=str).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Visit:
        """What `to_bytes` made. Raises ValueError, TypeError or KeyError for anything else."""
        values: dict[str, Any] = json.loads(data)
        values["certificates"] = tuple(base64.b64decode(each) for each in values["certificates"])
        for name in ("area", "state", "ca"):
            values[name] = Path(values[name])
        return cls(**values)
