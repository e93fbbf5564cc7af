"""Part 2: the gateway's CPU over the floor's, measured in turn, so that the machine's noise meets both.

A pair is one run of floor.py and right after it one load on the gateway over 32 TLS keep-alive connections;
the ratio is taken within the pair, the median over the pairs. To the signed reply: a gateway that accepts and
holds dispatch. To the receipt 120: a gateway that does everything, from the first message to the last polled
receipt.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

from bench import floor
from bench.driver import Load, reader
from bench.people import EC, RSA, demo_sender
from bench.prebuilt import Press
from bench.scale import LARGE, SMALL, Bench
from bench.server import Houses, Server

CONNECTIONS = 32
FLOOR_MESSAGES = {SMALL: 1500, LARGE: 64}


@dataclass(frozen=True, slots=True)
class Kind:
    """Messages of one size class and one sender; `floor_lines` gives the floor's message the same size."""

    name: str
    sender: str
    account: str
    lines: int
    floor_lines: int


KINDS = (
    Kind("RSA-2048, 4 KB", "rsa", RSA, SMALL, 5),
    Kind("P-256, 4 KB", "ec", EC, SMALL, 5),
    Kind("RSA-2048, 200 KB", "rsa", RSA, LARGE, 800),
)


def run(bench: Bench) -> dict[str, Any]:
    """The ratios of every kind."""
    houses = Houses(bench.folder)
    with (
        Server(houses.home(), EXCHANGE__DISPATCH="false") as accepting,
        Server(houses.home()) as whole,
        Load(bench.folder) as to_reply,
        Load(bench.folder) as to_receipt,
    ):
        to_reply.order("connect", port=accepting.port, connections=CONNECTIONS)
        to_receipt.order("connect", port=whole.port, connections=CONNECTIONS)
        found = [_kind(bench, kind, (to_reply, accepting), (to_receipt, whole)) for kind in KINDS]
    return {"connections": CONNECTIONS, "floor": bench.floor is not None, "kinds": found}


def _kind(
    bench: Bench, kind: Kind, first: tuple[Load, Server], second: tuple[Load, Server]
) -> dict[str, Any]:
    scale = bench.scale
    count = scale.messages if kind.lines == SMALL else scale.large
    warm = scale.warm if kind.lines == SMALL else max(2, scale.large // 4)
    readers = []
    for load, server in (first, second):
        sender = demo_sender(server.home, kind.account)
        load.prepare(
            f"{kind.sender}{kind.lines}{server.port}", sender, warm + count * scale.pairs, kind.lines
        )
        size = len(Press(sender, kind.lines).data())
        readers.append(reader(server, sender))
    pairs = []
    for number in range(-1, scale.pairs):
        each = warm if number < 0 else count
        base = None
        if bench.floor is not None and number >= 0:
            most = FLOOR_MESSAGES[kind.lines] if scale.pairs > 1 else 32
            base = floor.measure(bench.floor, bench.folder, kind.sender, kind.floor_lines, most)
        (load, server), (load_2, server_2) = first, second
        reply = load.send(server, f"{kind.sender}{kind.lines}{server.port}", each)
        _, receipt = load_2.send_and_poll(
            server_2, f"{kind.sender}{kind.lines}{server_2.port}", readers[1], each
        )
        if number < 0:
            continue
        pair = {"reply_ms": reply.server_ms, "receipt_ms": receipt.server_ms, "rate": reply.rate}
        pair |= {"whole_rate": receipt.rate, "generator_ms": reply.generator_ms}
        if base is not None:
            pair |= {"floor_ms": base.ms, "reply": reply.server_ms / base.ms}
            pair |= {"receipt": receipt.server_ms / base.ms, "floor_bytes": base.bytes}
        pairs.append(pair)
        bench.say(
            f"{kind.name}, pair {number + 1}: reply {reply.server_ms:.2f} ms, receipt 120 "
            f"{receipt.server_ms:.2f} ms"
            + (f", floor {base.ms:.3f}: ratios {pair['reply']:.2f} and {pair['receipt']:.2f}" if base else "")
        )
    medians = {name: median(pair[name] for pair in pairs) for name in pairs[0]}
    return {"name": kind.name, "bytes": size, "messages": count, "pairs": pairs, "median": medians}
