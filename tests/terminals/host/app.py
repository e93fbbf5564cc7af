"""A small Textual application in the terminal's place: it shows who is there and does what a key asks.

Whatever is typed into the field is kept in `state/typed` on SIGHUP, as the terminal keeps a form. What the
screen says of other things comes as one line `>name: value`, so that a test can wait for it.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path

import structlog
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.events import Resize
from textual.widgets import Input, Label

from hardware.agent import identities
from terminals.host.visit import Visit

log = structlog.get_logger("tests.app")


class Small(App[int]):
    """One field, one line of answers."""

    BINDINGS = [  # noqa: RUF012 - as Textual has it
        Binding(f"f{number}", f"do('{name}')", name, priority=True)
        for number, name in enumerate(
            ("quit", "crash", "hang", "spew", "agent", "about", "reach"), 2
        )
    ]  # fmt: skip

    def __init__(self, visit: Visit | None) -> None:
        super().__init__()
        self.visit = visit

    def compose(self) -> ComposeResult:
        """The field and the line."""
        yield Input(id="typed")
        yield Label(id="answer", markup=False)
        yield Label(id="who", markup=False)

    def on_mount(self) -> None:
        """Say that it is there, and be ready for the end."""
        if self.visit is not None:
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGHUP, self.keep)
            self.query_one(Input).cursor_blink = False
            self.query_one("#who", Label).update(f">user: {self.visit.account or '-'}<")

    def on_resize(self, event: Resize) -> None:
        """Say the size."""
        if self.visit is not None:
            self.answer("size", f"{event.size.width}x{event.size.height}")

    def answer(self, name: str, value: object) -> None:
        """Show one thing."""
        self.query_one("#answer", Label).update(f">{name}: {value}<")

    def keep(self) -> None:
        """Save what was typed, and end."""
        assert self.visit is not None
        (self.visit.state / "typed").write_text(self.query_one(Input).value)
        log.info("kept")
        self.exit(0)

    def action_do(self, name: str) -> None:
        """Do what a test asks."""
        getattr(self, f"do_{name}")()

    def do_quit(self) -> None:
        """End with a status of its own."""
        self.exit(7)

    def do_crash(self) -> None:
        """Die at once."""
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.kill(os.getpid(), signal.SIGSEGV)

    def do_hang(self) -> None:
        """Answer nothing any more, not even SIGHUP."""
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.write(1, b"\r\n>hangs: forever<")
        while True:
            time.sleep(1)

    def do_spew(self) -> None:
        """Write without end."""
        os.set_blocking(1, True)
        block = b"x" * 1000 + b"\r\n"
        while True:
            os.write(1, block)

    def do_agent(self) -> None:
        """Which keys the forwarded agent shows."""
        try:
            shown = ",".join(each.fingerprint for each in identities())
        except Exception as error:  # noqa: BLE001 - the test reads what it is
            shown = type(error).__name__
        self.answer("agent", shown or "none")

    def do_about(self) -> None:
        """What this process is."""
        assert self.visit is not None
        names = ("TERM", "LANG", "LC_TIME", "SSH_AUTH_SOCK", "EVIL", "HOME", "EPORT_SECRET")
        shown = {name: os.environ.get(name, "-") for name in names}
        core = resource.getrlimit(resource.RLIMIT_CORE)[0]
        descriptors = sorted(int(each.name) for each in Path("/proc/self/fd").iterdir())[:6]
        log.info("about", visit=repr(self.visit), argv=sys.argv, own=dict(os.environ))
        (self.visit.state / "about").write_text(
            "\n".join(
                [
                    *(f"{name}={value}" for name, value in shown.items()),
                    f"core={core}", f"fds={descriptors}", f"sid={os.getsid(0) == os.getpid()}",
                    f"token={len(self.visit.token)}", f"agent={self.visit.agent}", f"area={self.visit.area}",
                    f"language={self.visit.language}", f"peer={self.visit.peer}", f"pid={os.getpid()}",
                ]
            )
        )  # fmt: skip
        self.answer("about", os.getpid())

    def do_reach(self) -> None:
        """Try the socket whose path stands in `state/target`: another session's agent."""
        assert self.visit is not None
        path = (self.visit.state / "target").read_text()
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(5)
                line.connect(path)
                line.sendall(b"\0\0\0\x01\x0b")
                got = line.recv(5)
            self.answer("reach", len(got))
        except OSError as error:
            self.answer("reach", error.strerror or type(error).__name__)


def run(visit: Visit) -> int:
    """One session."""
    visit.state.mkdir(parents=True, exist_ok=True)
    (visit.state / "pid").write_text(str(os.getpid()))
    return Small(visit).run() or 0


def warm() -> None:
    """Run it once without a terminal."""
    app = Small(None)

    async def once() -> None:
        async with app.run_test() as pilot:
            await pilot.pause()

    asyncio.run(once())


def broken(visit: Visit) -> int:
    """Fail before there is a screen, with a secret at hand."""
    pin = "PIN 123456"  # noqa: F841 - it must show nowhere
    raise RuntimeError(f"nothing works for {Path(visit.area).name}")
