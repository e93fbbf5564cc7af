"""Part 12: files through the folder client, beside what the same gateway takes from the load generator.

Both go all the way: from the first byte until the last receipt 120 is polled, or is a file in InBox. The
generator's messages are signed beforehand and nothing of them is written; the client reads, signs, keeps,
sends, verifies, moves and writes three files a message (the result, 申报中, 入库), and shares the cores with
the gateway. The gateway alone right before and right after, since others may use the machine too: the ratio
is to the mean of the two.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from statistics import mean
from typing import Any

from bench import processes
from bench.driver import Load, Reader, reader
from bench.people import RSA, demo_sender
from bench.prebuilt import ROOT, Press
from bench.scale import Bench
from bench.server import BenchError, Houses, Server

COMMAND = Path(sys.executable).parent / "eport-terminal"
CONNECTIONS = 32
FILES_EACH = 3  # in InBox, for a message that is declared: its result and two receipts
AROUND = 5  # the gateway alone, before and after, has this part of the messages
ACCEPTED, CAME = b'"event": "accepted"', b'"event": "receipt"'
LOOK = 0.2  # seconds between two looks at the log
PATIENCE = 900.0


def run(bench: Bench) -> dict[str, Any]:
    """The rates, the ratio, and CPU a message of gateway and client."""
    houses, files = Houses(bench.folder), bench.scale.files
    count, warm = max(1, files // AROUND), min(bench.scale.warm, files)
    with Server(houses.home()) as first, Server(houses.home()) as second, Load(bench.folder) as load:
        box = _filled(bench, second, files)
        sender = demo_sender(first.home, RSA)
        load.prepare("alone", sender, warm + 2 * count)
        load.order("connect", port=first.port, connections=CONNECTIONS)
        who = reader(first, sender)
        load.send_and_poll(first, "alone", who, warm)
        before = _alone(bench, first, load, who, count)
        client = _client(bench, second, box, files)
        after = _alone(bench, first, load, who, count)
    own = mean((before["rate"], after["rate"]))
    found = {
        "files": files,
        "alone": [before, after],
        "client": client,
        "ratio": client["rate"] / own,
        "sent_ratio": client["sent_rate"] / mean((before["sent_rate"], after["sent_rate"])),
    }
    bench.say(
        f"{files:,} files: {client['rate']:.0f}/s to the last receipt in InBox, the gateway alone "
        f"{own:.0f}/s: {found['ratio']:.0%}; CPU a file: client {client['client_ms']:.2f} ms, gateway "
        f"{client['server_ms']:.2f} ms; load {client['load']:.1f}"
    )
    return found


def _alone(bench: Bench, server: Server, load: Load, who: Reader, count: int) -> dict[str, Any]:
    """What the gateway takes from the generator."""
    sent, whole = load.send_and_poll(server, "alone", who, count)
    bench.say(f"the gateway alone: {whole.rate:.0f} msg/s to receipt 120, {sent.rate:.0f} to the reply")
    return {
        "rate": whole.rate,
        "sent_rate": sent.rate,
        "server_ms": whole.server_ms,
        "load": os.getloadavg()[0],
    }


def _filled(bench: Bench, server: Server, count: int) -> Path:
    """A box with so many messages of the server's operator in its OutBox, none of them signed."""
    box = bench.folder / "root" / "BVS"
    (box / "OutBox").mkdir(parents=True)
    press = Press(demo_sender(server.home, RSA))
    for number in range(count):
        (box / "OutBox" / f"{number:06d}.xml").write_bytes(press.unsigned())
    return box


def _client(bench: Bench, server: Server, box: Path, count: int) -> dict[str, Any]:
    """The same through an OutBox, with the client's start in it."""
    before, began = server.cpu(), time.perf_counter()
    with (bench.folder / "folder.log").open("wb") as log:
        process = subprocess.Popen(
            [
                str(COMMAND), "folder", str(box.parent), "--demo", str(server.home), "--as", RSA,
                "--url", f"https://127.0.0.1:{server.port}",
            ],
            cwd=ROOT, stdin=subprocess.DEVNULL, stderr=log,
        )  # fmt: skip
        try:
            told = _Told(process, bench.folder / "folder.log", began)
            sent = told.until(ACCEPTED, count)
            whole = told.until(CAME, (FILES_EACH - 1) * count)
            client = processes.cpu(processes.children(process.pid))
            server_ms = (server.cpu() - before) * 1000 / count
            placed = [sum(1 for _ in os.scandir(box / name)) for name in ("SentBox", "InBox")]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    if placed != [count, FILES_EACH * count]:
        raise BenchError(f"of {count} files {placed} came into SentBox and InBox")
    return {
        "rate": count / whole,
        "sent_rate": count / sent,
        "client_ms": client * 1000 / count,
        "server_ms": server_ms,
        "load": os.getloadavg()[0],
    }


class _Told:
    """What the client's log has told so far: reading it costs less than counting thirty thousand files."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, began: float) -> None:
        self._process = process
        self._log = log.open("rb")
        self._began = began
        self._counts = {ACCEPTED: 0, CAME: 0}

    def until(self, event: bytes, wanted: int) -> float:
        """Seconds since the beginning when it has told of so many. Raises BenchError."""
        while self._counts[event] < wanted:
            time.sleep(LOOK)
            spent = time.perf_counter() - self._began
            if self._process.poll() is not None or spent > PATIENCE:
                raise BenchError(f"the folder client told of {self._counts[event]} of {wanted} files")
            for line in self._log:
                for each in self._counts:
                    self._counts[each] += each in line
        return time.perf_counter() - self._began
