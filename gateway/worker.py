"""A verifying worker: a process of its own that examines envelopes, and nothing else.

It holds no key, no database and no open file but its socketpair; it ends when the server's end closes.
Started by gateway.workers, which names the socket's descriptor and describes the tools on the command line.
"""

from __future__ import annotations

import json
import resource
import signal
import socket
import struct
import sys
from datetime import UTC, datetime

from gateway.frames import Frames, encode, frame
from gateway.tools import Described, examiner

MEMORY = 2 * 1024**3  # bytes of address space: a runaway document ends its worker, not the machine
NOW = struct.Struct(">d")


def main() -> None:
    """Answer requests until the server's end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl+C is for the server, which tells us
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    tools = examiner(Described(**json.loads(sys.argv[2])))
    frames = Frames()
    with socket.socket(fileno=int(sys.argv[1])) as server:
        while data := server.recv(1 << 18):
            answers = []
            for number, payload in frames.feed(data):
                (now,) = NOW.unpack_from(payload)
                found = tools.examine(payload[NOW.size :], datetime.fromtimestamp(now, UTC))
                answers.append(frame(number, encode(found)))
            if answers:
                server.sendall(b"".join(answers))


if __name__ == "__main__":
    main()
