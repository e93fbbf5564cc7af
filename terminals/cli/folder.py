"""`folder`: files put into an OutBox go to the gateway, receipts come into an InBox, unattended."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import SimpleQueue

import click

from messages.signature.oids import subject_of
from terminals.cli.desk import LINE, RECEIVER, SIGNER, TRUST, Desk, options
from terminals.client import FOR_EVER, Gateway, origin_of, tls
from terminals.folder.arriving import Arrivals, Postman
from terminals.folder.batch import storage
from terminals.folder.line import Line
from terminals.folder.log import Log
from terminals.folder.places import OWN, Box, only_one, open_boxes, parse_box
from terminals.folder.running import AWAY, Run
from terminals.folder.sending import Lane, Means, Tell, Told
from terminals.folder.signing import Signing, passes
from terminals.folder.workers import SWITCH, Crew, Opened, Processes, Threads
from terminals.language import say
from terminals.receipts import Cursors, Mailbox
from terminals.session import Session
from terminals.trouble import OK, REFUSED, NotSigned, Trouble, Unusable

MOST_PROCESSES = 4

EXIT_CODES = """\b
Exit codes:
  0 told to stop; with --once, every file was accepted
  1 a fault of the program, or one of its processes was killed
  3 with --once: a file is in FailBox; else: the gateway does not take the certificate
  5 with --once: no answer, kept
  7 login refused
  8 a folder, file or setting cannot be used, a disk is full, or another client is there
  9 the card, Ikey, agent or certificate does not sign
"""


@click.command(epilog=EXIT_CODES)
@click.argument("root", type=click.Path(file_okay=False, path_type=Path))
@click.option("--once", is_flag=True, help="End when every OutBox is empty and the mailbox read.")
@click.option(
    "--box", "named", multiple=True, metavar="NAME[:DXPID,…]",
    help="A folder of the root, and receivers of its files other than customs [BVS CMA ENT PSI DEC].",
)  # fmt: skip
@click.option(
    "--lines", type=click.IntRange(1, 64), default=32, show_default=True,
    help="Files under way at once; with 1 they go one by one, oldest first.",
)  # fmt: skip
@click.option(
    "--processes", type=click.IntRange(1, 16),
    help="Processes that sign with a certificate file [a core each, at most 4].",
)  # fmt: skip
@click.option(
    "--log", "log_file", type=click.Path(dir_okay=False, path_type=Path),
    help="File to append the log to, a JSON object a line [standard error].",
)  # fmt: skip
@options(RECEIVER, LINE, TRUST, SIGNER)
def folder(
    desk: Desk,
    root: Path,
    once: bool,
    named: tuple[str, ...],
    lines: int,
    processes: int | None,
    log_file: Path | None,
) -> None:
    """Sign and send what is put into ROOT/*/OutBox, and put receipts into ROOT/*/InBox.

    A file that the gateway accepted goes to SentBox, one that was refused to FailBox with its reason beside
    it. It may be killed or lose power at any moment: started again, it goes on where it was, and no file is
    lost or sent twice. Runs until SIGTERM. See docs/folders.md.
    """
    root = root.expanduser().absolute()
    with ExitStack() as stack:
        log = _log(desk, log_file, stack)
        boxes = open_boxes(root, [parse_box(one) for one in named])
        stack.enter_context(only_one(root))
        sys.exit(_Client(desk, root, boxes, log, once, lines).run(processes, stack))


class _Client:
    """The parts of one run, put together."""

    def __init__(self, desk: Desk, root: Path, boxes: list[Box], log: Log, once: bool, lines: int) -> None:
        self._desk = desk
        self._root = root
        self._boxes = boxes
        self._log = log
        self._once = once
        self._lines = lines
        self._events: SimpleQueue[tuple[Told, ...]] = SimpleQueue()
        self._by_file = desk.by_file
        self._signing = Signing(desk.new_holder, device=not self._by_file)
        self._trust = tls(desk.profile.path("ca"))
        self._customs = desk.profile.need("receiver")

    def run(self, processes: int | None, stack: ExitStack) -> int:
        """Work until told to stop; the exit code."""
        desk, signing = self._desk, self._signing
        stack.callback(signing.close)
        self._wait_for_signer()
        self._party = desk.party_by(lambda: signing.certificate)
        if not self._party.dxp_id:
            desk.profile.need("dxp_id")
        crew = self._crew(processes)
        run = Run(
            self._boxes, crew, self._events, self._log, self._lines, self._once, desk.lang, signing.renew,
            self._progress,
        )  # fmt: skip
        for each in (signal.SIGTERM, signal.SIGINT):
            stack.callback(signal.signal, each, signal.signal(each, lambda *_: run.stop()))
        # what a writer sends who comes while his file has our lease
        stack.callback(signal.signal, signal.SIGIO, signal.signal(signal.SIGIO, signal.SIG_IGN))
        stack.callback(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(SWITCH)
        names, who = " ".join(box.name for box in self._boxes), subject_of(signing.certificate)
        self._say("started", "folder-started", root=self._root, boxes=names, who=who)
        line = self._gateway(self._tell)
        session = desk.session(line, signing.at)
        postman = self._postman(session, line)
        postman.start()
        try:
            code = run.go()
        finally:
            desk.progress.clear()
            crew.leave()  # after a fault, also what waits for the gateway
            crew.close()
            postman.leave()
            postman.join()
        code = max(code, self._last(session, sweep=self._once and code in (OK, REFUSED)))
        self._say("stopped", "folder-stopped", accepted=run.counts.accepted, failed=run.counts.failed)
        return code

    def _crew(self, processes: int | None) -> Crew:
        tell = self._tell
        count = (
            min(processes or min(os.cpu_count() or 1, MOST_PROCESSES), self._lines) if self._by_file else 1
        )
        if count == 1:
            return Threads(self._opened(tell), self._lines, tell)
        return Processes(self._opened, count, -(-self._lines // count), tell)

    def _opened(self, tell: Tell) -> Opened:
        """How a process makes its lanes: a connection each, and one login if files go to others."""
        desk, gateways = self._desk, [self._gateway(tell)]
        session = desk.session(gateways[0], self._signing.at)

        def lane(tell: Tell) -> Lane:
            gateways.append(self._gateway(tell, Line))
            means = Means(
                gateways[-1], desk.prover, self._signing, self._party, self._customs, session, desk.lang
            )
            return Lane(means, tell)

        def leave() -> None:
            for gateway in gateways:
                gateway.leave()

        return lane, leave

    def _gateway(self, tell: Tell, kind: type[Gateway] = Gateway) -> Gateway:
        profile, lang = self._desk.profile, self._desk.lang
        origin = origin_of(profile.need("url"))

        def waiting(trouble: Trouble, seconds: float) -> None:
            words = say(lang, "waiting", origin=origin, reason=trouble.told(lang), seconds=f"{seconds:.1f}")
            tell(Told("waiting", {}, words))

        patience = self._desk.patience if self._once else FOR_EVER
        return kind(origin, profile.path("ca"), patience=patience, on_wait=waiting, trust=self._trust)

    def _postman(self, session: Session, line: Gateway) -> Postman:
        desk = self._desk
        arrivals = Arrivals(self._root, self._boxes, self._tell, desk.lang)

        def cursors() -> Cursors:
            owner = str(session.open().get("dxpId") or self._party.dxp_id)
            return Cursors(self._root / OWN, line.origin, owner)

        return Postman(Mailbox(session, desk.prover, line), cursors, arrivals, line)

    def _last(self, session: Session, sweep: bool) -> int:
        """Read what has come to the mailbox, if wanted, and log out."""
        with self._gateway(self._tell) as line:
            try:
                if sweep:
                    session.gateway = line
                    self._postman(session, line).sweep()
            except OSError as error:
                raise storage(error, self._root) from None
            except Trouble as trouble:
                self._desk.complain(trouble)
                return trouble.exit_code
            finally:
                session.close(line)
                while not self._events.empty():
                    for told in self._events.get():
                        self._log.tell(told)
        return OK

    def _wait_for_signer(self) -> None:
        """Return when the signer is there; with --once it must be there now. Raises NotSigned."""
        while True:
            try:
                _ = self._signing.certificate
                return
            except NotSigned as trouble:
                if self._once or not passes(trouble):
                    raise
                self._log.tell(Told("signer-away", {}, trouble.told(self._desk.lang)))
            time.sleep(AWAY)
            with suppress(NotSigned):
                self._signing.renew()

    def _tell(self, *told: Told) -> None:
        self._events.put(told)

    def _progress(self, done: int, total: int) -> None:
        if self._once:
            self._desk.progress.step(done, total, say(self._desk.lang, "folder-progress"))

    def _say(self, event: str, key: str, **values: object) -> None:
        self._log.tell(Told(event, dict(values), say(self._desk.lang, key, **values)))


def _log(desk: Desk, file: Path | None, stack: ExitStack) -> Log:
    """Sentences where somebody sits; JSON lines otherwise, and in a file."""
    if file is not None:
        try:
            return Log(stack.enter_context(file.open("a", encoding="utf-8", errors="backslashreplace")))
        except OSError as error:
            raise Unusable("file-unwritable", file=file, reason=error.strerror or error) from None
    return Log(sys.stderr, desk.tell if sys.stderr.isatty() else None)
