"""Sending one form from a screen: signed, delivered and followed to its receipt, in a thread.

Knows the way of a piece from the signer to the state of its case; refuses to know screens, but for the
Report of a progress bar. What cannot be sent is raised as the submission raises it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminals.trouble import Trouble
from terminals.tui.progress import Report
from terminals.tui.words import both
from terminals.work.found import CaseFound
from terminals.work.receipts import Step
from terminals.work.submission import Answer, Piece

if TYPE_CHECKING:
    from terminals.tui.at_work import Work

PATIENCE = 30.0  # seconds that a receipt is waited for before the screen goes on
_GLANCE = 0.5  # seconds between looks whether somebody wants to stop


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a piece. `steps` are its receipts so far; `found` is its case as it is now."""

    piece: Piece
    answer: Answer
    steps: tuple[Step, ...] = ()
    found: CaseFound | None = None

    @property
    def bad(self) -> Step | None:
        """The receipt that says no."""
        return next((step for step in self.steps if step.bad), None)


class Post:
    """Sends for one person at work."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.sending = work.sending

    def send(self, system: str, piece: Piece, report: Report) -> Posted:
        """Sign, deliver, wait for the first receipt. Raises as `Sending.send`."""
        report(0, 2, both("send-signing"))
        answer = self.sending.send([piece])
        report(1, 2, both("send-waiting"))
        return self.follow(system, piece, answer, report)

    def follow(self, system: str, piece: Piece, answer: Answer, report: Report | None = None) -> Posted:
        """Wait for the receipt of a piece that was delivered, and look at its case."""
        if not answer.accepted:
            return Posted(piece, answer)
        steps: tuple[Step, ...] = ()
        waited = 0.0
        while not steps and waited < PATIENCE and not (report and report.stopped()):
            steps = self._steps(piece, answer, _GLANCE)
            waited += _GLANCE
        return Posted(piece, answer, steps, self._case(system, piece, steps))

    def come(self, posted: Posted) -> tuple[Step, ...]:
        """The receipts of a piece that have come since it was followed."""
        return self._steps(posted.piece, posted.answer, 0.0)

    def _steps(self, piece: Piece, answer: Answer, patience: float) -> tuple[Step, ...]:
        come = self._work.ladders.wait(answer.cop_msg_id, patience)
        return tuple(step for step in come if step.node in (piece.guid, ""))

    def waiting(self, form: str) -> Piece | None:
        """What was signed of a form, by an earlier terminal perhaps, and waits for an answer."""
        if not self.sending.kept:
            return None
        for ladder in self._work.ladders.all():
            sent = ladder.sent
            if sent is not None and sent.form == form and not ladder.answered and not ladder.steps:
                return Piece(
                    sent.code, sent.node, sent.event, sent.form, sent.revision, sent.title, sent.case,
                    sent.app_time, b"",
                )  # fmt: skip
        return None

    def seen(self, system: str, piece: Piece, steps: tuple[Step, ...]) -> Posted:
        """What became of a piece whose receipts have come by themselves."""
        answer = Answer(True, "0000", "", steps[0].cop_msg_id, ((),), (), ())
        return Posted(piece, answer, steps, self._case(system, piece, steps))

    def _case(self, system: str, piece: Piece, steps: tuple[Step, ...]) -> CaseFound | None:
        number = next((step.case for step in steps if step.case), piece.case)
        if not number:
            return None
        with suppress(Trouble):
            return self._work.line.case(system, number)
        return None
