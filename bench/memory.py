"""Part 5: the server's memory over many messages, each carried to its polled receipt 120.

Flatness is the median of the last quarter over the median of the first quarter after the warm-up (a tenth).
"""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from bench.driver import Load, reader
from bench.people import EC, demo_sender
from bench.scale import Bench
from bench.server import Houses, Server

CONNECTIONS = 32


def run(bench: Bench) -> dict[str, Any]:
    """Resident memory of the server process, MB, by messages so far."""
    total, step = bench.scale.total, min(bench.scale.sample, bench.scale.total)
    readings: list[tuple[int, float]] = []
    with Server(Houses(bench.folder).home()) as server, Load(bench.folder) as load:
        sender = demo_sender(server.home, EC)
        who = reader(server, sender)
        load.order("connect", port=server.port, connections=CONNECTIONS)
        started, cpu, began = server.rss(), server.cpu(), time.monotonic()
        for done in range(0, total, step):
            count = min(step, total - done)
            load.prepare("memory", sender, count)
            _, cost = load.send_and_poll(server, "memory", who, count)
            readings.append((done + count, server.rss()))
            bench.say(f"{done + count} messages: {readings[-1][1]:.1f} MB, {cost.server_ms:.2f} ms a message")
        spent = (server.cpu() - cpu) * 1000 / total
        seconds = time.monotonic() - began
    values = [value for _, value in readings]
    after_warm_up = values[len(values) // 10 :] or values
    quarter = max(1, len(after_warm_up) // 4)
    return {
        "messages": total,
        "started": started,
        "readings": readings,
        "most": max(values),
        "flatness": median(after_warm_up[-quarter:]) / median(after_warm_up[:quarter]),
        "server_ms": spent,
        "seconds": seconds,
    }
