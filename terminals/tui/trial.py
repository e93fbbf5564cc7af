"""What every session does, done once by the process that sessions are forked from.

Knows that a fork shares only what is there before it: modules, style sheets, what libraries build when they
are first used. So a form is shown and typed on, and a request goes over TLS to this process itself, with a
certificate made for it. Refuses to leave a thread, a connection or a file behind.
"""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import Screen

from messages.codes import Code, CodeList
from messages.forms import Field, Form, form
from terminals.client import Gateway
from terminals.trouble import Trouble
from terminals.tui.app import Terminal
from terminals.tui.arrange import is_long
from terminals.tui.form import FormView
from terminals.tui.keys import Keys
from terminals.tui.menu import Entries, SideMenu
from terminals.tui.offered import TABLE
from terminals.tui.status import Status
from terminals.tui.systems import OPERATOR, Menu
from terminals.tui.tabs import Pages, TabLine
from terminals.work.codes import CodeBook
from terminals.work.model import FormModel
from terminals.work.plan import plan_of

SCREEN = (80, 24)
_HERE = "127.0.0.1"
_PATIENCE = 5.0  # seconds
_ASKED = b"{}"


def everything() -> None:
    """What needs no screen: forms, lists, pages, a request."""
    with tempfile.TemporaryDirectory() as folder:
        lists = CodeBook(Path(folder))
        for code in _firsts():
            plan_of(form(code))
            for field in form(code).node.walk():
                is_long(field)
                if field.hints.list:
                    lists.known(field.hints.list)
    for system in TABLE:
        for entry in system.entries:
            entry.factory()
    with suppress(Trouble, OSError):  # where it cannot be tried, sessions are slower, and no worse
        _ask_oneself()


async def on_screen(terminal: Terminal) -> None:
    """Logging in is shown, then a form with the lines around it, and some keys are pressed."""
    async with terminal.run_test(size=SCREEN) as pilot:
        await pilot.pause()
        await pilot.press("f1", "escape", "f2")
        await terminal.push_screen(_Around(form(_firsts()[0]), terminal))
        await pilot.pause()
        await pilot.press(*"12", "backspace", "enter", "tab", "shift+tab", "f1", "escape", "f2")


def _firsts() -> list[str]:
    """The type of message that each system's first screen makes.

    Not all types: every form that is there before a fork makes a session write more of what it has inherited
    (0.3 MB each), and one that is not takes 0.1 s when it is opened first.
    """
    codes = ([code for entry in system.entries for code in entry.codes] for system in TABLE)
    return [each[0] for each in codes if each]


class _Nobody:
    """A desk without a gateway."""

    def code_list(self, name: str) -> CodeList | None:
        """There is none."""

    def today(self) -> date:
        """Any day."""
        return date(2024, 1, 1)


def _no_codes(field: Field) -> Sequence[Code]:
    raise LookupError(field.name)


class _Around(Screen[None]):
    """A form, and what stands around pages."""

    def __init__(self, shown: Form, terminal: Terminal) -> None:
        super().__init__()
        self._form = shown
        self._terminal = terminal

    def compose(self) -> ComposeResult:
        """As the shell has it."""
        language, menu, pages = self._terminal.language, Menu(TABLE, OPERATOR), Pages()
        yield TabLine(pages, language)
        with Horizontal():
            yield SideMenu(menu, language)
            yield pages
            yield Entries(menu, language, numbered=True)
        model = FormModel(self._form, _Nobody())
        yield FormView(model, language, lambda _: None, _no_codes)
        yield Status(language, self._terminal.clock)
        yield Keys(language)

    def on_mount(self) -> None:
        """The cursor is in the first field."""
        self.query_one(FormView).first()


def _ask_oneself() -> None:
    """A request over TLS: libraries build much when they make their first connection."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server((_HERE, 0)) as listener:
        file = Path(folder) / "own.pem"
        file.write_bytes(_identity())
        answering = threading.Thread(target=_answer, args=(listener, file))
        answering.start()
        with Gateway(f"https://{_HERE}:{listener.getsockname()[1]}", file) as gateway:
            try:
                gateway.once("POST", "/", _ASKED, {"content-type": "application/json"})
            finally:
                listener.close()
                answering.join()


def _identity() -> bytes:
    """A key, and its certificate for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _HERE)]), datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address(_HERE))])
    certificate = built.add_extension(here, critical=False).sign(key, SHA256())
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.PEM) + secret


def _answer(listener: socket.socket, file: Path) -> None:
    """One answer, to whatever is asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with suppress(OSError):
        line, _ = listener.accept()
        line.settimeout(_PATIENCE)
        with context.wrap_socket(line, server_side=True) as secure:
            asked = b""
            while not asked.endswith(_ASKED) and (more := secure.recv(65536)):
                asked += more
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
