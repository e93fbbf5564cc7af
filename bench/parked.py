"""Thousands of long polls from one process: opened, parked, and read when they are answered.

Run as a program by `bench.polling`, which gives it orders as JSON lines. Knows sockets, TLS and where an
answer ends; only the standard library. The local addresses are several of 127.0.0.x, so that ports suffice.
"""

from __future__ import annotations

import json
import select
import socket
import ssl
import sys
import time
from typing import Any

PER_ADDRESS = 5_000
PATIENCE = 60.0


class Parked:
    """The connections."""

    def __init__(self) -> None:
        self._sockets: dict[int, socket.socket] = {}
        self._poll = select.epoll()

    def connect(self, port: int, connections: int, tls: bool) -> dict[str, Any]:
        """Open them; with TLS each makes a full handshake."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        began = time.perf_counter()
        for number in range(connections):
            source = (f"127.0.0.{2 + number // PER_ADDRESS}", 0)
            sock: socket.socket = socket.create_connection(("127.0.0.1", port), PATIENCE, source)
            if tls:
                sock = context.wrap_socket(sock)
            self._sockets[sock.fileno()] = sock
        for sock in self._sockets.values():
            sock.setblocking(False)
            self._poll.register(sock, select.EPOLLIN)
        return {"seconds": time.perf_counter() - began}

    def park(self, tokens: list[str], wait: int) -> dict[str, Any]:
        """Send a poll on every connection; the tokens take turns."""
        began = time.perf_counter()
        requests = [
            f"GET /v1/receipts?after=&limit=10&wait={wait} HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {token}\r\n\r\n".encode()
            for token in tokens
        ]
        for number, sock in enumerate(self._sockets.values()):
            sock.send(requests[number % len(requests)])
        return {"seconds": time.perf_counter() - began}

    def answers(self) -> dict[str, Any]:
        """Read until every connection has its answer; how many had receipts, and when the last came."""
        waiting = dict.fromkeys(self._sockets, b"")
        receipts = refused = 0
        first = 0.0
        while waiting:
            events = self._poll.poll(PATIENCE)
            if not events:
                raise RuntimeError(f"{len(waiting)} polls were not answered")
            for number, _ in events:
                got = self._all(self._sockets[number])
                if not got or number not in waiting:
                    continue
                first = first or time.time()
                whole = waiting[number] + got
                if _complete(whole):
                    del waiting[number]
                    receipts += b"<DxpMsg" in whole
                    refused += not whole.startswith(b"HTTP/1.1 200")
                else:
                    waiting[number] = whole
        return {"receipts": receipts, "refused": refused, "first": first, "last": time.time()}

    def close(self) -> dict[str, Any]:
        """Close them all."""
        for sock in self._sockets.values():
            self._poll.unregister(sock)
            sock.close()
        self._sockets.clear()
        return {}

    @staticmethod
    def _all(sock: socket.socket) -> bytes:
        parts = []
        try:
            while piece := sock.recv(1 << 16):
                parts.append(piece)
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        return b"".join(parts)


def _complete(whole: bytes) -> bool:
    end = whole.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = whole[:end].lower() + b"\r"
    at = head.index(b"content-length:") + 15
    return len(whole) >= end + 4 + int(head[at : head.index(b"\r", at)])


def main() -> None:
    """Take orders until the input ends."""
    parked = Parked()
    for order in sys.stdin:
        given = json.loads(order)
        try:
            answer = getattr(parked, given.pop("do"))(**given)
        except Exception as error:  # noqa: BLE001 - told to the driver, which gives up
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
