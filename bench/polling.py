"""Part 4: what polling costs: a poll that finds nothing, a page of 50, and ten thousand that wait.

The waiting polls belong to as many mailboxes as the gateway's limit of polls a party makes necessary. They
are woken by a message of each party, so the time to the last answer holds the whole way of those messages.
"""

from __future__ import annotations

import re
import resource
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench.driver import Load, Program, reader
from bench.people import login, more_senders
from bench.prebuilt import LENGTH, Press
from bench.scale import Bench
from bench.server import BenchError, Houses, Server, free_port

PER_PARTY = 250
CONNECTIONS = 32
WAIT = 30  # seconds, the most a poll may ask for
PAGE = 50
PARTIES, CALLS = 40, 80  # of the single polls: parties, and calls of each
_PARKED = re.compile(r"^eport_polls_waiting (\d+(?:\.\d+)?)", re.MULTILINE)


def run(bench: Bench) -> dict[str, Any]:
    """Costs of single polls, and of the parked ones with TLS and without."""
    houses = Houses(bench.folder)
    _raise_files(bench.scale.polls)
    found: dict[str, Any] = {"single": _single(bench, houses)}
    for tls in (True, False):
        found["tls" if tls else "plain"] = _parked(bench, houses, tls)
    return found


def _raise_files(polls: int) -> None:
    """Open files for client and server; both inherit the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = polls + 500
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise BenchError(f"{polls} polls need {wanted} open files, {hard} are allowed: raise ulimit -n")
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _single(bench: Bench, houses: Houses) -> dict[str, float]:
    """CPU of one poll. Many parties take turns, since each may only call so often."""
    many = bench.scale.repeats > 1
    home = houses.home()
    senders = more_senders(home, PARTIES if many else 2)
    with Server(home) as server, Load(bench.folder) as load:
        load.order("connect", port=server.port, connections=CONNECTIONS)
        tokens, ends = [], set()
        for number, sender in enumerate(senders):
            who = reader(server, sender, f"127.0.1.{1 + number}")
            tokens.append(who.token)
            load.prepare("some", sender, PAGE // 2)  # two receipts each
            load.send(server, "some", PAGE // 2)
            polled = load.order("poll", mailbox=who.mailbox, token=who.token, wanted=PAGE // 2)
            ends.add(polled["cursor"])
        (end,) = ends  # every mailbox is as full as the others
        empty = _pages(load, server, tokens, end, 0, CALLS if many else 2)
        full = _pages(load, server, tokens, "", PAGE, CALLS // 4 if many else 2)
    bench.say(f"an empty poll {empty:.3f} ms, a page of {PAGE} receipts {full:.3f} ms")
    return {"empty_ms": empty, "page_ms": full, "page": PAGE}


def _pages(load: Load, server: Server, tokens: list[str], after: str, receipts: int, each: int) -> float:
    load.order("pages", tokens=tokens, after=after, limit=PAGE, each=2)
    before, count = server.cpu(), each * len(tokens)
    done = load.order("pages", tokens=tokens, after=after, limit=PAGE, each=each)
    spent = (server.cpu() - before) * 1000 / count
    if done["receipts"] != {str(receipts): count}:
        raise BenchError(f"pages of receipts: {done['receipts']}, wanted {count} of {receipts}")
    return spent


def _parked(bench: Bench, houses: Houses, tls: bool) -> dict[str, Any]:
    polls = bench.scale.polls
    home, metrics = houses.home(), free_port()
    senders = more_senders(home, -(-polls // PER_PARTY))
    environment = {
        "LISTEN__TLS": str(tls).lower(),
        "LISTEN__METRICS_PORT": str(metrics),
        "LIMITS__HEADER_SECONDS": "600",
        "LISTEN__BACKLOG": "4096",
    }
    with Server(home, **environment) as server, Program("bench.parked") as client, Load(bench.folder) as load:
        tokens = [
            login(server.port, sender, tls=tls, address=f"127.0.1.{1 + number}")
            for number, sender in enumerate(senders)
        ]
        load.order("connect", port=server.port, connections=8, tls=tls)
        file = _one_each(bench.folder / "wake.requests", [Press(sender) for sender in senders])
        empty, cpu = server.rss(), server.cpu()
        client.order("connect", port=server.port, connections=polls, tls=tls)
        connected = {"rss": server.rss(), "ms": (server.cpu() - cpu) * 1000 / polls}
        cpu, began = server.cpu(), time.monotonic()
        client.order("park", tokens=tokens, wait=WAIT)
        while (waiting := _waiting(metrics)) < polls:
            if time.monotonic() - began > WAIT - 5:
                raise BenchError(f"only {waiting} of {polls} polls are parked after {WAIT - 5} s")
            time.sleep(0.05)
        parked_seconds = time.monotonic() - began
        parked = {"rss": server.rss(), "ms": (server.cpu() - cpu) * 1000 / polls, "seconds": parked_seconds}
        cpu, at = server.cpu(), time.time()
        client.begin("answers")
        sent = load.order("send", file=str(file), first=0, count=len(senders))
        answers = client.end()
        if sent["codes"] != {"0000": len(senders)} or answers["receipts"] != polls:
            raise BenchError(f"replies {sent['codes']}, answers {answers}")
        woken = {
            "seconds": answers["last"] - at,
            "ms": (server.cpu() - cpu) * 1000 / polls,
            "rss": server.rss(),
        }
        client.order("close")
    bench.say(
        f"{polls} polls {'over TLS' if tls else 'without TLS'}: {parked['rss']:.0f} MB "
        f"({empty:.0f} MB before), connecting {connected['ms']:.2f} ms, parking {parked['ms']:.3f} ms, "
        f"waking {woken['ms']:.3f} ms CPU each; all answered after {woken['seconds']:.2f} s"
    )
    return {"polls": polls, "empty_rss": empty, "connected": connected, "parked": parked, "woken": woken}


def _one_each(file: Path, presses: list[Press]) -> Path:
    requests = [press.request() for press in presses]
    file.write_bytes(b"".join(LENGTH.pack(len(each)) + each for each in requests))
    return file


def _waiting(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        found = _PARKED.search(answer.read().decode())
    return int(float(found[1])) if found else 0
