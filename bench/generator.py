"""The load: one process that speaks HTTP over many keep-alive connections, as cheaply as Python can.

Run as a program by `bench.driver`; takes orders as JSON lines and answers each with one. Knows raw sockets,
TLS and just enough of HTTP/1.1 to find the end of an answer; only the standard library, so that its own
costs stay small and are reported with every result. Each connection has one request under way at a time.
"""

from __future__ import annotations

import base64
import json
import re
import select
import socket
import ssl
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

LENGTH = struct.Struct(">I")
BLOCK = 1 << 18
PATIENCE = 120.0  # seconds without any progress
_DATA = re.compile(rb"<Data>([^<]+)</Data>")
_NEXT = re.compile(rb'<Receipts next="([^"]*)"')
_STATUS = re.compile(rb"<returnStatus>(-?\d+)<")
_CODE = re.compile(rb"<ResponseCode>(\d{4})<")

Answer = Callable[[bytes, int], None]  # the whole answer, and where its body begins


class Line:
    """One connection: what is still to be sent, what has come."""

    __slots__ = ("began", "blocked", "got", "need", "pending", "socket", "start")

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.pending: memoryview | None = None
        self.got = bytearray()
        self.need = 0  # bytes of the whole answer; 0: its head is not complete
        self.start = 0
        self.began = 0.0
        self.blocked = False  # the socket takes no more for now


class Generator:
    """Holds the connections."""

    def __init__(self) -> None:
        self._lines: dict[int, Line] = {}
        self._poll = select.epoll()
        self._cursors: dict[str, str] = {}  # by mailbox: where its last `poll` ended

    def connect(self, port: int, connections: int, tls: bool = True) -> dict[str, Any]:
        """Close all connections, open so many new ones."""
        for line in self._lines.values():
            self._poll.unregister(line.socket)
            line.socket.close()
        self._lines.clear()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        version = cipher = ""
        for _ in range(connections):
            sock: socket.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls:
                secured = context.wrap_socket(sock)
                version, cipher = secured.version() or "", (secured.cipher() or ("",))[0]
                sock = secured
            sock.setblocking(False)
            self._poll.register(sock, select.EPOLLIN)
            self._lines[sock.fileno()] = Line(sock)
        return {"connections": connections, "tls": version, "cipher": cipher}

    # -- orders ----------------------------------------------------------------------------------

    def send(self, file: str, first: int, count: int) -> dict[str, Any]:
        """POST messages first … first + count of a file; every reply is looked at."""
        requests = iter(list(_read(file, first, count)))
        codes: Counter[str] = Counter()

        def answered(whole: bytes, body: int) -> None:
            found = _CODE.search(whole, body)
            codes[found[1].decode() if found else whole[:15].decode("latin-1")] += 1

        return self._exchange(requests, answered) | {"codes": dict(codes)}

    def poll(
        self,
        mailbox: str,
        token: str,
        wanted: int,
        status: str = "120",
        limit: int = 500,
        after: str | None = None,
    ) -> dict[str, Any]:
        """Read a mailbox behind `after`, or where its last `poll` ended, until `wanted` have `status`."""
        cursor = self._cursors.get(mailbox, "") if after is None else after
        seen: Counter[str] = Counter()
        pages = 0
        total: dict[str, Any] = {"seconds": 0.0, "cpu": 0.0}
        while seen[status] < wanted:
            whole, body = self._page(token, f"after={cursor}&limit={limit}&wait=20", total)
            pages += 1
            found = _NEXT.search(whole, body)
            if found is None:
                raise RuntimeError(f"no page: {whole[:200]!r}")
            before, cursor = cursor, found[1].decode()
            for data in _DATA.finditer(whole, body):
                seen[_STATUS.search(base64.b64decode(data[1]))[1].decode()] += 1  # type: ignore[index]
            if cursor == before and seen[status] < wanted:
                raise RuntimeError(f"no receipt for 20 s; so far {dict(seen)}, wanted {wanted}")
        self._cursors[mailbox] = cursor
        return {"cursor": cursor, "pages": pages, "statuses": dict(seen), **total}

    def pages(self, tokens: list[str], after: str, limit: int, each: int) -> dict[str, Any]:
        """GET the page behind `after` `each` times with every token; the tokens take turns."""
        sizes: Counter[int] = Counter()

        def answered(whole: bytes, body: int) -> None:
            assert whole.startswith(b"HTTP/1.1 200"), whole[:200]
            sizes[whole.count(b"<DxpMsg", body)] += 1

        requests = [_get(token, f"after={after}&limit={limit}") for token in tokens] * each
        result = self._exchange(iter(requests), answered)
        return result | {"receipts": {str(size): times for size, times in sizes.items()}}

    # -- the wire --------------------------------------------------------------------------------

    def _page(self, token: str, query: str, total: dict[str, Any]) -> tuple[bytes, int]:
        got: list[tuple[bytes, int]] = []
        result = self._exchange(iter([_get(token, query)]), lambda whole, body: got.append((whole, body)))
        total["seconds"] += result["seconds"]
        total["cpu"] += result["cpu"]
        if not got[0][0].startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"a poll was refused: {got[0][0][:300]!r}")
        return got[0]

    def _exchange(self, requests: Iterator[bytes], answered: Answer) -> dict[str, Any]:
        """Send each request on the next free connection and read its answer, until none is left."""
        clock, lines, poll = time.perf_counter, self._lines, self._poll
        waits: list[float] = []
        began, cpu = clock(), time.process_time()
        active = 0
        for line in lines.values():
            if not self._next(line, requests):
                break
            active += 1
        while active:
            events = poll.poll(PATIENCE)
            if not events:
                raise RuntimeError(f"no answer for {PATIENCE:.0f} s; {active} requests are open")
            for number, _ in events:
                line = lines[number]
                if line.pending is not None:
                    self._write(line)
                if not self._receive(line):
                    continue
                waits.append(clock() - line.began)
                answered(bytes(line.got), line.start)
                if not self._next(line, requests):
                    active -= 1
        seconds = clock() - began
        waits.sort()
        return {
            "messages": len(waits),
            "seconds": seconds,
            "cpu": time.process_time() - cpu,
            "p50_ms": waits[len(waits) // 2] * 1000,
            "p99_ms": waits[len(waits) * 99 // 100] * 1000,
        }

    def _next(self, line: Line, requests: Iterator[bytes]) -> bool:
        request = next(requests, None)
        if request is None:
            return False
        line.got.clear()
        line.need = 0
        line.began = time.perf_counter()
        line.pending = memoryview(request)
        self._write(line)
        return True

    def _write(self, line: Line) -> None:
        left = line.pending
        assert left is not None
        try:
            while len(left):
                left = left[line.socket.send(left) :]
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            line.pending = left
            if not line.blocked:
                line.blocked = True
                self._poll.modify(line.socket, select.EPOLLIN | select.EPOLLOUT)
            return
        line.pending = None
        if line.blocked:
            line.blocked = False
            self._poll.modify(line.socket, select.EPOLLIN)

    def _receive(self, line: Line) -> bool:
        """Whether the answer is complete."""
        got = line.got
        try:
            while True:
                piece = line.socket.recv(BLOCK)
                if not piece:
                    raise RuntimeError(f"the gateway closed a connection: {bytes(got[:300])!r}")
                got += piece
                if not line.need:
                    end = got.find(b"\r\n\r\n")
                    if end < 0:
                        continue
                    head = bytes(got[:end]).lower() + b"\r"
                    at = head.index(b"content-length:") + 15
                    line.start = end + 4
                    line.need = line.start + int(head[at : head.index(b"\r", at)])
                if len(got) >= line.need:
                    return True
        except (BlockingIOError, ssl.SSLWantReadError):
            return False


def _get(token: str, query: str) -> bytes:
    return (
        f"GET /v1/receipts?{query} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
    ).encode()


def _read(file: str, first: int, count: int) -> Iterator[bytes]:
    with open(file, "rb") as source:  # noqa: PTH123 - a plain path; this process keeps to what it needs
        for number in range(first + count):
            (length,) = LENGTH.unpack(source.read(LENGTH.size))
            if number < first:
                source.seek(length, 1)
            else:
                yield source.read(length)


def main() -> None:
    """Take orders until the input ends."""
    generator = Generator()
    for order in sys.stdin:
        given = json.loads(order)
        try:
            answer = getattr(generator, given.pop("do"))(**given)
        except Exception as error:  # noqa: BLE001 - told to the driver, which gives up
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
