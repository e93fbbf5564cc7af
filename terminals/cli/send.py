"""`send`: files to the gateway, each to a definitive answer, and on to a receipt where one is waited for."""

from __future__ import annotations

import dataclasses
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from messages import envelope
from messages.faults import Fault
from receipts.document import Unreadable
from terminals.cli import show
from terminals.cli.desk import LINE, RECEIVER, SIGNER, TRUST, Desk, options
from terminals.client import Gateway
from terminals.compose import Mode, Party, read_file
from terminals.language import say
from terminals.pending import Kept, Pending
from terminals.session import Session
from terminals.state import node_guids, wait_for
from terminals.submit import Answered, Request, deliver, keep, receivers, sender
from terminals.trouble import (
    NOT_YET,
    OK,
    REFUSED,
    LoginRefused,
    NotProven,
    NotSigned,
    Trouble,
    Unreachable,
    Unusable,
)

MAX_RECEIVERS = 5


EXIT_CODES = """\b
Exit codes:
  0 all accepted (and the receipt came)
  3 one was refused
  4 an answer is not proven to be the gateway's
  5 no answer, kept
  6 the receipt did not come in time
  7 login refused
  8 a file or setting cannot be used
  9 the card, Ikey, agent or certificate does not sign
"""


@click.command(epilog=EXIT_CODES)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--fresh", is_flag=True, help="New guids, appTime and inner number: a message of its own.")
@click.option("--as-is", is_flag=True, help="The file is signed already; do not touch it.")
@click.option("--pending", is_flag=True, help="Send again whatever has no answer yet.")
@click.option("--to", "to", multiple=True, help="Receiver's dxpId, up to 5 [the customs party].")
@click.option("--wait", "awaited", type=int, metavar="STATUS", help="Wait for the receipt with this status.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    help="Seconds --wait may last.",
)
@options(RECEIVER, LINE, TRUST, SIGNER)
def send(
    desk: Desk,
    files: tuple[Path, ...],
    fresh: bool,
    as_is: bool,
    pending: bool,
    to: tuple[str, ...],
    awaited: int | None,
    timeout: float,
) -> None:
    """Sign FILES, send them, and print the gateway's answer to each.

    A business message gets its BaseTransfer filled in and is signed; a DxpMsg goes out as it is. Each signed
    message is on disk before it is sent, so that after a crash or a lost answer the same file goes out again
    as the same bytes. When the card is taken out in between, the files that are not signed are named at the
    end: send those again, and nothing is sent twice.
    """
    if not files and not pending:
        raise click.UsageError(say(desk.lang, "nothing-to-send"))
    if fresh and as_is:
        raise Unusable("fresh-as-is", file=files[0] if files else "--pending")
    if len(to) > MAX_RECEIVERS:
        raise click.UsageError(f"--to: at most {MAX_RECEIVERS} receivers")
    mode = Mode.FRESH if fresh else Mode.AS_IS if as_is else Mode.SIGN
    with desk.gateway() as gateway:
        run = _Run(desk, gateway, awaited, timeout)
        try:
            if pending:
                run.pending()
            for done, file in enumerate(files):
                desk.progress.step(done, len(files), say(desk.lang, "sending"))
                run.file(file, mode, to)
        finally:
            desk.progress.clear()
            run.close()
    sys.exit(run.worst)


class _Run:
    """One call of the command: its outcome so far, and the one session that waits share."""

    def __init__(self, desk: Desk, gateway: Gateway, awaited: int | None, timeout: float) -> None:
        self.worst = OK
        self._desk = desk
        self._gateway = gateway
        self._awaited = awaited
        self._timeout = timeout
        self._session: Session | None = None
        self._answered = 0
        self._kept = 0
        self._unsigned: list[Path] = []
        self._seen: set[Path] = set()
        self._folders: dict[Path, Pending] = {}

    def file(self, file: Path, mode: Mode, to: tuple[str, ...]) -> None:
        """One file, to its answer; trouble is said, and the next file goes on."""
        try:
            outgoing = read_file(file)
            whom = to or (() if outgoing.ready else (self._desk.profile.need("receiver"),))
            signs = not outgoing.ready and mode is not Mode.AS_IS
            party = self._desk.party if signs else Party()
            if signs and not party.dxp_id:
                self._desk.profile.need("dxp_id")
            request = Request(outgoing, mode, party, whom)
            pending = Pending(self._desk.state, self._gateway.origin, sender(request))
            self._folders[pending.folder] = pending
            kept = keep(request, pending, lambda: self._desk.holder.at(file.name), datetime.now(UTC))
        except NotSigned as trouble:
            self._unsign(file, trouble)
            return
        except Trouble as trouble:
            self._trouble(trouble)
            return
        if kept.again:
            self._desk.note("sending-again", file=file)
        self._deliver(str(file), kept, pending)

    def pending(self) -> None:
        """Everything of the own party that has no answer yet, oldest first."""
        own = self._desk.party.dxp_id or self._desk.profile.need("dxp_id")
        pending = Pending(self._desk.state, self._gateway.origin, own)
        waiting = list(pending)
        if not waiting:
            self._desk.note("pending-none")
        for done, kept in enumerate(waiting):
            self._desk.progress.step(done, len(waiting), say(self._desk.lang, "sending"))
            self._deliver(_name(kept), kept, pending)

    def close(self) -> None:
        """End the session, if there was one, and say what was not signed and what is still waiting."""
        if self._session is not None:
            self._session.close()
        desk = self._desk
        if self._unsigned and (len(self._unsigned) > 1 or self._answered or self._kept):
            desk.note("unsigned", sent=self._answered, kept=self._kept, count=len(self._unsigned))
            for file in self._unsigned:
                desk.note("unsigned-file", file=file)
            desk.note("unsigned-next")
        left = sum(1 for folder in self._folders.values() for kept in folder if kept.path not in self._seen)
        if left:
            desk.note("pending-some", count=left)

    def _deliver(self, file: str, kept: Kept, pending: Pending) -> None:
        self._seen.add(kept.path)
        try:
            session = self._log_in() if self._routed(kept) and self._desk.can_log_in else None
            answer = deliver(kept, self._gateway, pending, self._desk.prover, session)
        except (NotProven, NotSigned, LoginRefused) as trouble:
            self._trouble(trouble)
            self._keep(file)
        except Unreachable as trouble:
            self._trouble(trouble)
            self._keep(file)
            # the others are signed and kept too, but each is tried only once: nobody waits a minute for each
            self._gateway.patience = dataclasses.replace(self._gateway.patience, total=0.0)
        else:
            self._answered += 1
            show.answered(self._desk, file, answer)
            if not answer.accepted:
                self._end(REFUSED)
            elif self._awaited is not None:
                self._wait(answer, kept, self._awaited)

    def _routed(self, kept: Kept) -> bool:
        """Whether it goes to others than customs."""
        return bool(set(receivers(kept)) - {self._desk.profile.get("receiver")})

    def _keep(self, file: str) -> None:
        self._kept += 1
        self._desk.note("kept", file=file)

    def _unsign(self, file: Path, trouble: NotSigned) -> None:
        """A file that was not signed: why is said of the first; a signer that failed is not asked again."""
        if not self._unsigned:
            self._trouble(NotSigned("sign-failed", file=file, reason=trouble.values["reason"]))
        self._unsigned.append(file)

    def _wait(self, answer: Answered, kept: Kept, awaited: int) -> None:
        desk, prover = self._desk, self._desk.prover
        session = self._log_in()
        if self._routed(kept):
            nodes = frozenset(receivers(kept))
        else:
            nodes = node_guids(envelope.parse(kept.body).data)
        try:
            outcome = wait_for(session, prover, answer.cop_msg_id, nodes, awaited, self._timeout)
        except Trouble as trouble:
            self._trouble(trouble)
            return
        if outcome.state:
            for one in outcome.state.delivered:
                show.delivered(desk, one, "text")
        if outcome.reached:
            return
        against = outcome.against
        if against is not None:
            status = against.ori_message_type if isinstance(against, Unreadable) else str(against.status)
            desk.note("wait-refused", id=answer.cop_msg_id, latest=status, status=awaited, info=against.info)
            self._end(REFUSED)
            return
        returns = outcome.state.returns if outcome.state else ()
        last = returns[-1] if returns else None
        latest = say(desk.lang, "none-yet") if last is None else str(getattr(last, "status", "EPT900"))
        desk.note(
            "wait-over", id=answer.cop_msg_id, status=awaited, seconds=f"{self._timeout:g}", latest=latest
        )
        self._end(NOT_YET)

    def _log_in(self) -> Session:
        if self._session is None:
            self._session = self._desk.session(self._gateway)
        return self._session

    def _trouble(self, trouble: Trouble) -> None:
        self._desk.complain(trouble)
        self._end(trouble.exit_code)

    def _end(self, code: int) -> None:
        self.worst = max(self.worst, code)


def _name(kept: Kept) -> str:
    """What to call a kept envelope: the file it was made from, else its own."""
    try:
        found = envelope.parse(kept.body)
    except Fault:
        return kept.path.name
    return found.add_info.get("FileName") or found.head.cop_msg_id
