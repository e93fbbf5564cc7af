"""A verifying worker: a process of its own that examines envelopes, and nothing else.

It holds no key, no database and no open file but its socketpair; it ends when the server's end closes.
Started by gateway.workers, which names the socket's descriptor and describes the tools on the command line.
An error of its own costs the message that met it an incident, and nobody else anything.
"""

from __future__ import annotations

import json
import resource
import signal
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from gateway.frames import Frames, encode, encode_failure, frame
from gateway.tools import Described, examiner
from messages.examine import Examined

MEMORY = 2 * 1024**3  # bytes of address space: a runaway document ends its worker, not the machine
NOW = struct.Struct(">d")
TOGETHER = 0.003  # seconds in which answers wait for company; each says too that the work goes on
QUIET = 1.0  # seconds between two errors that are written out

STAGED = 8  # messages examined stage by stage together; few, so that the server is not kept waiting

Examine = Callable[[Sequence[tuple[bytes, datetime]]], "Sequence[Examined | Exception]"]


class Answers:
    """The answer to each request, whatever happens."""

    def __init__(self, examine: Examine) -> None:
        self._examine = examine
        self._written = -QUIET
        self._unwritten = 0

    def answer(self, payloads: Sequence[bytes]) -> list[bytes]:
        """The payloads of the frames that answer those requests."""
        found: Sequence[Examined | Exception]
        try:
            found = self._examine([_request(payload) for payload in payloads])
        except Exception as error:  # noqa: BLE001 - the server makes an incident of it
            found = [error]
        if len(found) != len(payloads):  # whose mistake it is shows when each is alone
            return [told for payload in payloads for told in self.answer([payload])]
        return [self._told(each) for each in found]

    def _told(self, found: Examined | Exception) -> bytes:
        if isinstance(found, Examined):
            return encode(found)
        self._write(found)
        last = traceback.extract_tb(found.__traceback__)[-1]
        return encode_failure(f"{type(found).__name__} in {last.name}, line {last.lineno}")

    def _write(self, error: Exception) -> None:
        self._unwritten += 1
        if time.monotonic() - self._written < QUIET:
            return
        text = "".join(traceback.format_exception(error, limit=-12))[-4000:]
        entry = {"level": "error", "event": "examination failed", "times": self._unwritten, "exception": text}
        print(json.dumps(entry), file=sys.stderr, flush=True)
        self._written, self._unwritten = time.monotonic(), 0


def _request(payload: bytes) -> tuple[bytes, datetime]:
    (now,) = NOW.unpack_from(payload)
    return payload[NOW.size :], datetime.fromtimestamp(now, UTC)


def serve(server: socket.socket, examine: Examine) -> None:
    """Answer requests until the server's end closes."""
    frames, answers = Frames(), Answers(examine)
    while data := server.recv(1 << 18):
        ready: list[bytes] = []
        since = time.monotonic()
        requests = frames.feed(data)
        for start in range(0, len(requests), STAGED):
            part = requests[start : start + STAGED]
            told = answers.answer([payload for _, payload in part])
            ready += [frame(number, payload) for (number, _), payload in zip(part, told, strict=True)]
            if time.monotonic() - since > TOGETHER:
                server.sendall(b"".join(ready))
                ready.clear()
                since = time.monotonic()
        if ready:
            server.sendall(b"".join(ready))


def main() -> None:
    """The process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl+C is for the server, which tells us
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    tools = examiner(Described(**json.loads(sys.argv[2])))
    with socket.socket(fileno=int(sys.argv[1])) as server:
        serve(server, tools.examine_all)


if __name__ == "__main__":
    main()
