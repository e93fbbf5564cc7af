"""The process behind a Stack: its pcscd, its readers and the cards in them, in namespaces of its own.

Knows how to start pcscd so that nothing of the machine's own is touched, and obeys the orders that come over
its standard input, a socket: one line of JSON each, answered by one. When that ends, however it ends, so does
all of it. Refuses to know the process that gives the orders.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import shutil
import socket
import struct
import subprocess
import time
from pathlib import Path
from typing import Any

from hardware.pcsc import Context, Reader
from hardware.signer import SignerError
from hardware.virtual.link import Gate, Link
from hardware.virtual.medium import NotACard, load
from hardware.virtual.piv import PivCard

FIRST_PORT = 0x8C7B  # vpcd's own; in a network namespace of its own it is always free
SLOTS = 2  # each vpcd device has two
NAME = "E-Port Virtual Reader"
PATIENCE = 10.0  # seconds for pcscd, which asks its readers every 400 ms

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1


class Failed(Exception):
    """An order was not carried out; `kind` says to the other side which error it is."""

    def __init__(self, kind: str, reason: object) -> None:
        super().__init__(str(reason))
        self.kind = kind


class Service:
    """A pcscd of our own, listening at `folder`/pcscd.comm as if systemd had handed it that socket."""

    def __init__(self, folder: Path, pcscd: list[str], library: Path) -> None:
        self._folder = folder
        self._pcscd = pcscd
        self._library = library
        self._socket = folder / "pcscd.comm"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, ports: list[int]) -> None:
        """Run it with a reader of two slots for each port."""
        configuration = self._folder / "virtual-readers"
        configuration.mkdir(exist_ok=True)
        entries = [self._entry(number, port) for number, port in enumerate(ports)]
        (configuration / "conf").write_text("".join(entries), encoding="ascii")
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(self._socket))
            listening.listen(64)
            # LISTEN_PID must be pcscd's own, so a shell sets it and becomes pcscd (sd_listen_fds(3))
            script = 'exec 3<&0 0</dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec setpriv --pdeathsig KILL "$@"'
            with (self._folder / "pcscd.log").open("wb") as log:
                self._process = subprocess.Popen(  # noqa: S603
                    ["/bin/sh", "-c", script, "sh", *self._pcscd, "-c", str(configuration)],
                    stdin=listening.fileno(),
                    stdout=log,
                    stderr=log,
                )

    def stop(self) -> None:
        """End it; whoever calls it now is told that there is no service."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        self._socket.unlink(missing_ok=True)

    def said(self) -> str:
        """Its last words: it logs errors only, and never a command to a card."""
        lines = (self._folder / "pcscd.log").read_text(encoding="utf-8", errors="replace").splitlines()
        return lines[-1] if lines else ""

    def _entry(self, number: int, port: int) -> str:
        # LIBPATH must differ for each device, since the driver keeps its slots in variables of the library;
        # and then the name must, since pcscd numbers only devices of one library
        name = f"{NAME} {number + 1}" if number else NAME
        library = self._library.with_name(f"{self._library.stem}-{port}.so")
        if not library.exists():
            shutil.copy(self._library, library)
        return (
            f'FRIENDLYNAME "{name}"\nDEVICENAME /dev/null:0x{port:X}\n'
            f"LIBPATH {library}\nCHANNELID 0x{port:X}\n\n"
        )


class Inside:
    """The service, and what is in its readers."""

    def __init__(self, folder: Path, readers: int, pcscd: list[str], library: Path, private: bool) -> None:
        first = FIRST_PORT if private else _free_ports(readers)
        self._ports = [first + number for number in range(readers)]
        self._service = Service(folder, pcscd, library)
        self._names: list[str] = []
        self._gates = [Gate() for _ in self._ports]
        self._links: dict[int, tuple[Link, Path]] = {}

    def start_service(self, readers: int | None) -> dict[str, Any]:
        """Start pcscd with so many of the readers; their names."""
        self.stop_service()
        ports = self._ports[: len(self._ports) if readers is None else readers]
        self._service.start(ports[::SLOTS])
        try:
            with Context() as context:
                self._names = sorted(reader.name for reader in context.look())
        except SignerError as error:
            raise Failed("failed", f"pcscd does not start: {self._service.said() or error}") from None
        if len(self._names) != len(ports):
            raise Failed("failed", f"pcscd has {len(self._names)} readers instead of {len(ports)}")
        return {"readers": self._names}

    def stop_service(self) -> dict[str, Any]:
        """Stop pcscd, in the middle of whatever it does; the cards fall out of its readers."""
        self._service.stop()
        for link, _ in self._links.values():
            link.close()
        self._links.clear()
        self._names = []
        return {}

    def insert(self, card: Path, reader: int) -> dict[str, Any]:
        """Put a card in, until pcscd has noticed."""
        if reader in self._links:
            raise Failed("failed", f"a card is in reader {reader} already")
        if any(path == card for _, path in self._links.values()):
            raise Failed("failed", f"{card} is in another reader")
        try:
            medium = load(card)
        except NotACard as error:
            raise Failed("card", error) from None
        except OSError as error:
            raise Failed("card", f"{card}: {error.strerror}") from None
        before = self._state(reader)
        link = Link(self._ports[reader], PivCard(medium), self._gates[reader])
        try:
            self._noticed(before, present=True)
        except BaseException:
            link.close()
            raise
        self._links[reader] = (link, card)
        return {}

    def remove(self, reader: int) -> dict[str, Any]:
        """Take the card out, until pcscd has noticed."""
        link, _ = self._links.pop(reader, (None, None))
        if link is not None:
            try:
                before = self._state(reader)
            finally:
                link.close()
            self._noticed(before, present=False)
        return {}

    def _state(self, reader: int) -> Reader:
        with Context() as context:
            return context.state(self._names[reader])

    def _noticed(self, before: Reader, *, present: bool) -> None:
        """Wait until pcscd says that there is a powered card, or none."""
        end = time.monotonic() + PATIENCE
        with Context() as context:
            now = context.state(before.name)
            while not noticed(before, now, present=present):
                left = end - time.monotonic()
                if left <= 0:
                    raise Failed("failed", f"pcscd did not notice within {PATIENCE:g} s")
                now = context.wait_in(now, left)

    def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Carry one order out."""
        do, reader = order["do"], int(order.get("reader", 0))
        if do == "start":
            return self.start_service(order["readers"])
        if do == "stop":
            return self.stop_service()
        if not 0 <= reader < len(self._names):
            raise Failed("failed", f"there is no reader {reader}")
        if do == "insert":
            return self.insert(Path(order["card"]), reader)
        if do == "remove":
            return self.remove(reader)
        gate = self._gates[reader]
        if do == "await held":
            return {"held": gate.await_held(float(order["timeout"]))}
        gate.hold() if do == "hold" else gate.release()
        return {}


def noticed(before: Reader, now: Reader, *, present: bool) -> bool:
    """Whether pcscd has noticed all of it, when it had the reader as `before`: a powered card in it, or none.

    pcscd says what is there before it counts it, and of a reset that found no card, that none is there: it
    forgets that one again when a card is in before it has looked. Only at its start it counts nothing.
    """
    other = before.empty if present else before.present
    return now.present == present and not now.mute and not (other and now.changes == before.changes)


def isolate(library: Path, drivers: Path, ipc: Path) -> Path:
    """Inside namespaces: the loopback up, a /run/pcscd of our own, no drivers for the machine's USB readers.

    Returns where the virtual readers' driver was copied.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        flags = struct.unpack("16sH", fcntl.ioctl(control, _SIOCGIFFLAGS, struct.pack("16sH", b"lo", 0)))[1]
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH", b"lo", flags | _IFF_UP))
    _mount(ipc if ipc.exists() else ipc.parent)
    ipc.mkdir(exist_ok=True)
    copy = ipc / library.name
    shutil.copy(library, copy)
    _mount(drivers)
    return copy


def _mount(folder: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(folder)], check=True, stdin=subprocess.DEVNULL)  # noqa: S603, S607


def _free_ports(count: int) -> int:
    """The first of `count` ports in a row that nobody listens at."""
    for first in range(FIRST_PORT, 0xFFFF - count, count):
        with contextlib.suppress(OSError), contextlib.ExitStack() as taken:
            for port in range(first, first + count):
                taken.enter_context(socket.create_server(("", port)))
            return first
    raise OSError("no free ports")


def main() -> None:
    """Set up as the first line says, then obey until the orders end."""
    orders = socket.socket(fileno=0)
    stream = orders.makefile("rw", encoding="utf-8")
    inside: Inside | None = None
    for line in stream:
        try:
            order = json.loads(line)
            if inside is None:
                inside = _set_up(order)
                answer: dict[str, Any] = inside.start_service(None)
            else:
                answer = inside.obey(order)
        except Failed as failed:
            answer = {"error": failed.kind, "reason": str(failed)}
        except Exception as error:  # noqa: BLE001 - the other side is told, whatever it is
            answer = {"error": "failed", "reason": f"{type(error).__name__}: {error}"}
        stream.write(json.dumps(answer) + "\n")
        stream.flush()
    if inside is not None:
        inside.stop_service()


def _set_up(order: dict[str, Any]) -> Inside:
    folder, library = Path(order["folder"]), Path(order["library"])
    if order["private"]:
        copy = isolate(library, Path(order["drivers"]), Path(order["ipc"]))
    else:
        copy = folder / library.name
        shutil.copy(library, copy)
    return Inside(folder, int(order["readers"]), order["pcscd"], copy, order["private"])


if __name__ == "__main__":
    main()
