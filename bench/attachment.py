"""Part 10: what uploads of attachments cost the server in memory, each a distinct file of 4 MiB.

Memory is the process's highest since it was idle, as the kernel counts it (VmHWM, reset before), so that no
moment is missed.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from bench import processes
from bench.scale import Bench
from bench.server import BenchError, Houses, Server
from terminals.client import Gateway, tls
from terminals.session import ByPassword, Session

SIZE = 4 * 1024 * 1024
AT_ONCE = (1, 4, 16)
_HEAD = b"%PDF-1.7\n"


def run(bench: Bench) -> dict[str, Any]:
    """Megabytes above idle, and seconds, by how many upload at once."""
    home = Houses(bench.folder).home()
    parties = json.loads((home / "demo" / "parties.json").read_text())
    party = next(each for each in parties if each["role"] == "enterprise")
    ca = home / "demo" / "ca.pem"
    with Server(home) as server, Gateway(f"https://localhost:{server.port}", ca) as gateway:
        session = Session(gateway, ByPassword(party["account"], party["accountPassword"]))
        token = session.bearer()
        _upload(server.port, ca, token, 10_000)  # what is loaded with the first upload is no upload's
        loads = [_load(bench, server, ca, token, count) for count in AT_ONCE]
    return {"size": SIZE, "loads": loads}


def _load(bench: Bench, server: Server, ca: Path, token: dict[str, str], count: int) -> dict[str, Any]:
    """`count` uploads at once."""
    time.sleep(1.0)  # whatever follows the answers of the load before
    idle = processes.rss(server.pid)
    Path(f"/proc/{server.pid}/clear_refs").write_text("5")
    trouble: list[BaseException] = []

    def send() -> None:
        try:
            _upload(server.port, ca, token, SIZE)
        except BaseException as error:  # noqa: BLE001 - told by the caller's thread
            trouble.append(error)

    senders = [threading.Thread(target=send) for _ in range(count)]
    began = time.perf_counter()
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    seconds = time.perf_counter() - began
    if trouble:
        raise BenchError(f"an upload failed: {trouble[0]!r}")
    above = _highest(server.pid) - idle
    bench.say(
        f"{count} uploads of 4 MiB at once: {above:.2f} MB above idle, {above / count:.2f} MB each; "
        f"{seconds:.2f} s"
    )
    return {"at_once": count, "seconds": seconds, "idle_mb": idle, "above_mb": above}


def _highest(pid: int) -> float:
    """The highest resident memory since it was reset (proc(5), clear_refs), MB of a million bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise ProcessLookupError(f"process {pid} has ended")


def _upload(port: int, ca: Path, token: dict[str, str], size: int) -> None:
    """One file unlike any other, over a connection of its own."""
    body = _HEAD + os.urandom(32).hex().encode()
    body += b"0" * (size - len(body))
    line = http.client.HTTPSConnection("localhost", port, timeout=60, context=tls(ca))
    try:
        path = f"/v1/attachments/{hashlib.sha256(body).hexdigest()}"
        line.request("PUT", path, body, {**token, "Content-Type": "application/pdf"})
        answer = line.getresponse()
        said = answer.read()
        if answer.status != 201:
            raise BenchError(f"{answer.status} {said!r}")
    finally:
        line.close()
