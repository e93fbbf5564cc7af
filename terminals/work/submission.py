"""Sending forms: one or several models become one signed message, kept until the gateway has answered.

Knows the order in which nothing is lost: judge, build, sign, keep on disk, note, deliver, forget. Refuses to
know which signer it is, and what any system's rules are: what the gateway refuses comes back at its fields.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from messages.annotations import Words
from messages.faults import Violation
from messages.signature.sign import Signer
from terminals.compose import Party
from terminals.work.checks import Purpose
from terminals.work.drafts import Drafts
from terminals.work.exchange import Line
from terminals.work.model import FormModel
from terminals.work.receipts import Ladders


@dataclass(frozen=True, slots=True)
class Piece:
    """One form of a message, as it was when it was taken: the model may go on changing."""

    guid: str
    event: str
    form: str  # the model's id
    revision: int
    title: str
    case: str
    app_time: str
    node: bytes  # the business node as XML


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway said at once. `violations`, one tuple a piece, have paths that `blame` knows."""

    accepted: bool
    code: str
    info: str
    words: Words
    cop_msg_id: str  # under which the gateway has it
    violations: tuple[tuple[Violation, ...], ...]


class Sending:
    """How a terminal sends; `signer` opens the card, Ikey, agent or file when there is something to sign."""

    def __init__(
        self,
        line: Line,
        signer: Callable[[], Signer],
        party: Party,
        receivers: tuple[str, ...],
        ladders: Ladders,
        drafts: Drafts,
        clock: Callable[[], datetime],
    ) -> None:
        raise NotImplementedError

    def piece(self, model: FormModel, purpose: Purpose) -> Piece:
        """Take a copy of a form for sending; quick, in the screen's own thread."""
        raise NotImplementedError

    def send(self, code: str, pieces: Sequence[Piece], cancelled: Callable[[], bool] = bool) -> Answer:
        """Sign the pieces as one message of type `code` and deliver it.

        Raises what the signer raises (nothing was sent, nothing is kept), or Unreachable: then the signed
        message is kept and goes out with `send_kept`, and must not be sent anew.
        """
        raise NotImplementedError

    @property
    def kept(self) -> int:
        """How many signed messages have no answer yet."""
        raise NotImplementedError

    def send_kept(self) -> list[Answer]:
        """Deliver what was kept, oldest first; stops at the first that gets no answer (Unreachable)."""
        raise NotImplementedError
