"""From results to a report: report.md, and the summary on the console. The chart is `chart`'s."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench import chart
from bench.scale import SMALL

Results = dict[str, Any]

FULL_POLLS, FULL_MESSAGES, FULL_PEOPLE, FULL_CASES, FULL_FILES = 10_000, 100_000, 50, 1_000_000, 10_000
"""Of smaller runs nothing is said about the goals of memory, searching and folders."""

WANTED = {
    "reply": ("ratio to the floor, signed reply, RSA-2048 4 KB", 3.0),
    "receipt": ("ratio to the floor, receipt 120, RSA-2048 4 KB", 8.0),
    "large": ("ratio to its own floor, signed reply, 200 KB", 3.0),
    "empty": ("CPU of a poll that finds nothing, ms", 0.3),
    "tls": ("memory with 10,000 long polls over TLS, MB", 500.0),
    "plain": ("memory with 10,000 long polls without TLS, MB", 200.0),
    "flat": ("memory over 100,000 messages, last quarter over first", 1.2),
    "most": ("memory over 100,000 messages, the most, MB", 150.0),
    "ikey": ("signature on an open Ikey session over the token's own time, the most", 3.0),
    "paint": ("from ssh to the terminal's first painted screen, ms", 1000.0),
    "menu": ("from ssh to the menu, logged in through the forwarded agent, ms", 1000.0),
    "key": ("from a key to its repaint, 20 typing, median ms", 20.0),
    "first": ("a form of 60 fields opens for the first time, ms", 900.0),
    "after": ("a form of 60 fields is gone back to, ms", 300.0),
    "sessions": ("memory of 50 terminals over SSH, a form open on each, and their host, MB", 1500.0),
    "idle": ("an idle terminal over SSH, a form open, % of a core", 0.2),
    "search": ("search among 1,000,000 cases, p95 ms", 50.0),
    "upload": ("memory of an upload of 4 MiB above idle, MB", 2.0),
    "engine": ("unattended declarations/s, SQLite", 200.0),
    "nodes": ("messages/s to the reply, two gateways on one PostgreSQL over one", 1.6),
    "folder": ("10,000 files through the folder client, over the gateway's own rate", 0.5),
    "follow": ("longest time without news of a run on a screen that asks twice a second, s", 1.0),
    "workers": ("messages/s to the reply, two verifying workers over one, the least", 1.5),
}
"""What the project wants to reach: at most, but for AT_LEAST."""

AT_LEAST = frozenset({"workers", "engine", "folder", "nodes"})


def goals(results: Results) -> list[tuple[str, float, float, bool]]:
    """(what, measured, wanted, reached) for everything that was measured."""
    found: dict[str, float] = {}
    kinds = {kind["name"]: kind["median"] for kind in results.get("ratios", {}).get("kinds", [])}
    small, large = kinds.get("RSA-2048, 4 KB", {}), kinds.get("RSA-2048, 200 KB", {})
    ratios = {"reply": small.get("reply"), "receipt": small.get("receipt"), "large": large.get("reply")}
    found |= {name: value for name, value in ratios.items() if value is not None}
    if "polling" in results:
        polling = results["polling"]
        found["empty"] = polling["single"]["empty_ms"]
        if polling["tls"]["polls"] >= FULL_POLLS:
            found |= {name: polling[name]["parked"]["rss"] for name in ("tls", "plain")}
    if "memory" in results and results["memory"]["messages"] >= FULL_MESSAGES:
        found |= {"flat": results["memory"]["flatness"], "most": results["memory"]["most"]}
    if "ikey" in results:
        found["ikey"] = max(key["ratio"] for key in results["ikey"]["keys"].values())
    if results.get("terminal", {}).get("people", 0) >= FULL_PEOPLE:
        terminal = results["terminal"]
        found |= {"paint": terminal["first_ms"], "menu": terminal["menu_ms"]}
        found |= {"key": terminal["typing"]["all"]["p50_ms"]}
        found |= {"first": terminal["sixty"]["first_ms"], "after": terminal["sixty"]["after_ms"]}
        found |= {"sessions": terminal["form"]["all_mb"], "idle": terminal["form"]["idle_percent"]}
    if results.get("search", {}).get("cases", 0) >= FULL_CASES:
        every = results["search"]["systems"].values()
        found["search"] = max(one["who"]["all of these"]["p95_ms"] for one in every)
    if "attachment" in results:
        found["upload"] = max(one["above_mb"] / one["at_once"] for one in results["attachment"]["loads"])
    if "engine" in results:
        (alone,) = (one for one in results["engine"]["runs"] if one["database"] == "sqlite")
        found |= {"engine": alone["rate"], "follow": alone["silent"]}
    if results.get("folder", {}).get("files", 0) >= FULL_FILES:
        found["folder"] = results["folder"]["ratio"]
    if "nodes" in results:
        two = [row for row in results["nodes"]["rows"] if row["nodes"] == 2 and not row["dispatch"]]
        found["nodes"] = two[-1]["gain"]  # with a share of a core each, where this machine can give that
    gains = [
        each["gain"]
        for each in results.get("throughput", {}).get("workers", [])
        if each["database"] == "sqlite"
        and not each["dispatch"]
        and each["lines"] == SMALL
        and each["over"] == 1
    ]
    if gains:
        found["workers"] = min(gains)
    return [
        (WANTED[name][0], value, WANTED[name][1],
         value >= WANTED[name][1] if name in AT_LEAST else value <= WANTED[name][1])
        for name, value in found.items()
    ]  # fmt: skip


def summary(results: Results) -> str:
    """The goals, a line each."""
    lines = [
        f"{'reached' if reached else 'NOT YET':8} {value:8.2f}  (wanted {wanted:g})  {what}"
        for what, value, wanted, reached in goals(results)
    ]
    return "\n".join(lines)


def write(results: Results, out: Path) -> None:
    """report.md and the chart beside it."""
    parts = [_head(results)]
    for name, section in _SECTIONS.items():
        if name in results:
            parts.append(section(results[name]))
    if chart.draw(results, out / "chart.svg"):
        parts.insert(1, "![ratios and throughput](chart.svg)\n")
    (out / "report.md").write_text("\n".join(parts))


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for row in rows:
        cells = (f"{cell:.3g}" if isinstance(cell, float) and cell < 10 else
                 f"{cell:,.0f}" if isinstance(cell, float) else str(cell) for cell in row)  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _head(results: Results) -> str:
    machine = results["machine"]
    libraries = ", ".join(f"{name} {version}" for name, version in machine["libraries"].items())
    rows = [
        (what, value, f"{wanted:g}", "yes" if reached else "not yet")
        for what, value, wanted, reached in goals(results)
    ]
    loads = ", ".join(
        f"{name} {part['load_before']:.1f}"
        for name, part in results.items()
        if isinstance(part, dict) and "load_before" in part
    )
    return (
        "# What the gateway costs\n\n"
        f"{machine['cores']} cores, {machine['processor']}, Linux {machine['kernel']}, "
        f"Python {machine['python']}; {libraries}.\n\n"
        f"CPU is user and system time. Load of the machine before each part: {loads}.\n\n"
        + (_table(("goal", "measured", "wanted", "reached"), rows) if rows else "")
    )


def _stages(part: Results) -> str:
    names = list(part["examination"])
    rows = [
        (stage, *(part["examination"][name][stage] for name in names))
        for stage in part["examination"][names[0]]
    ]
    return (
        "## Stages, CPU ms a message, in one process\n\n"
        + _table(("examination", *names), rows)
        + "\n"
        + _table(("of a 4 KB message", "ms"), part["storage"].items())
    )


def _ratios(part: Results) -> str:
    rows = []
    for kind in part["kinds"]:
        middle = kind["median"]
        each = ", ".join(
            f"{pair['reply']:.2f}/{pair['receipt']:.2f}" for pair in kind["pairs"] if "reply" in pair
        )
        rows.append(
            (kind["name"], f"{kind['bytes']:,} ({middle.get('floor_bytes', 0):,.0f})",
             middle.get("floor_ms", "–"), middle["reply_ms"], middle.get("reply", "–"), middle["receipt_ms"],
             middle.get("receipt", "–"), each)
        )  # fmt: skip
    head = (
        "message", "bytes signed (the floor's)", "floor ms", "to the reply ms", "ratio", "to receipt 120 ms",
        "ratio", "pairs",
    )  # fmt: skip
    return (
        f"## Ratios to the floor: {part['connections']} keep-alive TLS connections, SQLite FULL\n\n"
        "Server CPU a message. To the reply: dispatch held. To receipt 120: everything, polling included.\n\n"
        + _table(head, rows)
    )


def _throughput(part: Results) -> str:
    rows = [
        (row["database"], row["workers"], "receipt 120" if row["dispatch"] else "reply", row["connections"],
         row["key"], "4 KB" if row["lines"] == SMALL else "200 KB", row["rate"], row["server_ms"],
         row["main_ms"], row["database_ms"] or "–",
         row["generator_ms"], row["busy_cores"], row["p50_ms"], row["p99_ms"])
        for row in part["rows"]
    ]  # fmt: skip
    head = (
        "database", "workers", "to the", "connections", "key", "size", "messages/s", "server ms",
        "of it, main process", "PostgreSQL ms", "generator ms", "busy cores", "p50 ms", "p99 ms",
    )  # fmt: skip
    gains = "".join(
        f"- two workers over {('none', 'one')[each['over']]}: {each['gain']:.2f} × "
        f"({each['connections']} connections, {each['key']}, {'4 KB' if each['lines'] == SMALL else '200 KB'}"
        f", {each['database']}{', with dispatch' if each['dispatch'] else ''})\n"
        for each in part["workers"]
    )
    return (
        f"## Throughput over TLS, {part['cores']} cores shared with the load generator\n\n"
        + _table(head, rows)
        + ("\n" + gains if gains else "")
    )


def _polling(part: Results) -> str:
    single = part["single"]
    rows = []
    for name, label in (("tls", "TLS"), ("plain", "plain")):
        one = part[name]
        rows.append(
            (label, one["polls"], one["empty_rss"], one["connected"]["rss"], one["parked"]["rss"],
             one["connected"]["ms"], one["parked"]["ms"], one["woken"]["ms"], one["woken"]["seconds"])
        )  # fmt: skip
    head = (
        "", "long polls", "MB before", "MB connected", "MB parked", "connect ms", "park ms", "wake ms",
        "all answered after s",
    )  # fmt: skip
    return (
        f"## Polling\n\nA poll that finds nothing: {single['empty_ms']:.3f} ms of server CPU; a page of "
        f"{single['page']} receipts: {single['page_ms']:.2f} ms.\n\n" + _table(head, rows)
    )


def _memory(part: Results) -> str:
    readings = ", ".join(f"{count // 1000}k {value:.0f}" for count, value in part["readings"])
    return (
        f"## Memory over {part['messages']:,} messages, each to its polled receipt 120\n\n"
        f"{part['started']:.0f} MB at the start, {part['most']:.0f} MB at most; last quarter over first "
        f"{part['flatness']:.3f}; {part['server_ms']:.2f} ms of server CPU a message.\n\n"
        f"MB by messages: {readings}.\n"
    )


def _peer(part: Results) -> str:
    rows = [
        (name, one["bytes"], one["peer_ms"], one["gateway_ms"], one["peer_ms"] / one["gateway_ms"])
        for name, one in part["sizes"].items()
    ]
    return (
        "## The peer: AS2, signed message and signed MDN (pyas2-lib)\n\n"
        "Receive, verify and build the MDN, against the gateway's examination (with schema) and reply; "
        "neither with network or storage.\n\n"
        + _table(("message", "bytes", "pyas2-lib ms", "gateway ms", "times"), rows)
    )


def _ikey(part: Results) -> str:
    rows = [
        (name, key["token_ms"], key["ikey_ms"], key["ratio"], key["ratios"][0], key["ratios"][-1],
         key["message_ms"], key["message_ratio"], key["open_ms"])
        for name, key in part["keys"].items()
    ]  # fmt: skip
    head = (
        "key", "token alone ms", "open Ikey ms", "ratio (median)", "least", "most", "whole message ms",
        "over the token", "find, open, PIN ms",
    )  # fmt: skip
    return (
        "## A signature on an open Ikey session (SoftHSM2)\n\n"
        "Time of the clock, token and Ikey in turn. On the session: hash, sign, verify by the certificate. "
        f"Whole message: BVS111, {part['bytes']:,} bytes, canonicalised, signed and built by signxml.\n\n"
        + _table(head, rows)
    )


def _host(part: Results) -> str:
    row = (
        part["one"] * 1000, part["together"][len(part["together"]) // 2] * 1000, part["together"][-1] * 1000,
        part["session_mb"], part["all_mb"], part["idle_percent"], part["idle_host_percent"], part["key_ms"],
    )  # fmt: skip
    head = (
        "ssh to first paint ms", f"{part['logins']} at once: median ms", "the last ms",
        "MB a session (PSS)", f"MB of {part['people']} and the host", "idle session % of a core",
        "idle host % of a core", f"key to repaint ms, {part['logins']} typing",
    )  # fmt: skip
    return (
        "## The SSH host itself, with OpenSSH's client and an application of one field\n\n"
        "From starting `ssh` (key in an agent, forwarded) to the whole first screen; the clients are on the "
        "same cores.\n\n" + _table(head, [row])
    )


def _terminal(part: Results) -> str:
    typing, cut, together = part["typing"], part["cut"], part["together_ms"]
    opened = [
        (name, one["seen_ms"], one["first_ms"], one["first_most_ms"], one["after_ms"], one["after_most_ms"])
        for name, one in (("stocktake entry", part["entry"]), ("60 fields", part["sixty"]))
    ]
    sat = [
        (name, one["session_mb"], one["host_mb"] + one["server_mb"], one["all_mb"], one["idle_percent"],
         one["idle_host_percent"])
        for name, one in (("at the menu", part["menu"]), ("entry form open", part["form"]))
    ]  # fmt: skip
    typed = [
        (name, typing[each]["p50_ms"], typing[each]["p95_ms"], typing[each]["most_ms"])
        for name, each in (("letters", "letters"), ("Enter to the next field", "enters"), ("all", "all"))
    ]
    cores = ", ".join(f"{name} {share:.2f}" for name, share in typing["cores"].items())
    return (
        "## The terminal over SSH, with OpenSSH's client\n\n"
        f"From starting `ssh` to the first screen {part['first_ms']:.0f} ms; to the menu in full "
        f"{part['menu_ms']:.0f} ms through the forwarded agent, {part['password_ms']:.0f} ms by password; "
        f"{len(together)} at once: the menu after {together[len(together) // 2]:.0f} ms (median), "
        f"{together[-1]:.0f} ms (the last).\n\n"
        + _table(("a form opens", "seen ms", "in full ms", "most ms", "gone back to ms", "most ms"), opened)
        + f"\n{part['typists']} of {part['people']} type into the entry form, "
        f"{typing['keys'] / typing['seconds']:.0f} keys/s together; {typing['session_ms']:.1f} ms of a "
        f"session's CPU a key; busy cores: {cores}.\n\n"
        + _table(("from key to repaint", "median ms", "p95 ms", "most ms"), typed)
        + "\n"
        + _table(
            (f"{part['people']} sit", "MB a session (PSS)", "host and fork server MB", "all MB",
             "idle session % of a core", "idle host % of a core"), sat,
        )
        + f"\nA killed client's session is gone after {cut['killed_ms']:.0f} ms (most "
        f"{cut['killed_most_ms']:.0f}); that of one who went silent after {cut['silent']:.1f} s, of "
        f"{cut['allowed']:.0f} s that its host allowed.\n"
    )  # fmt: skip


def _search(part: Results) -> str:
    head = (
        f"## Searches among {part['cases']:,} cases, SQLite\n\n"
        "What a call asks of the database, by the clock: first page, later ones, the criteria of the query "
        "screens, other orders.\n"
    )
    said = [head]
    for name, found in part["systems"].items():
        rows = [
            (who, one["p50_ms"], one["p95_ms"], one["most_ms"], one["cpu_p95_ms"])
            for who, one in found["who"].items()
        ]
        said.append(f"{name}; the ages of the desk's queue, for its chart: {found['waiting_ms']:.1f} ms.\n")
        said.append(_table(("who asks", "median ms", "p95 ms", "most ms", "CPU p95 ms"), rows))
    return "\n".join(said)


def _engine(part: Results) -> str:
    rows = [
        (one["database"], f"{one['drafts']:,}", one["seconds"], one["rate"], one["stored"], one["silent"])
        for one in part["runs"]
    ]
    head = (
        "database", "marked drafts", "seconds", "declared/s", "declared and stored/s", "longest silence, s",
    )  # fmt: skip
    return "## Unattended declaring, one enterprise, server and asking screen on one machine\n\n" + _table(
        head, rows
    )


def _folder(part: Results) -> str:
    client, alone = part["client"], part["alone"]
    head = ("", "to the last receipt, /s", "to the reply, /s", "gateway, CPU ms", "client, CPU ms", "load")
    rows: list[tuple[Any, ...]] = [
        ("gateway alone", one["rate"], one["sent_rate"], one["server_ms"], "", one["load"]) for one in alone
    ]
    rows.insert(
        1, ("folder client", client["rate"], client["sent_rate"], client["server_ms"], client["client_ms"],
            client["load"]),
    )  # fmt: skip
    return (
        f"## {part['files']:,} files through the folder client, on the gateway's own cores\n\n"
        + _table(head, rows)
        + f"\nOver the gateway alone: {part['ratio']:.2f} to the last receipt in InBox, "
        f"{part['sent_ratio']:.2f} to the last file in SentBox.\n"
    )


def _attachment(part: Results) -> str:
    rows = [
        (one["at_once"], one["idle_mb"], one["above_mb"], one["above_mb"] / one["at_once"], one["seconds"])
        for one in part["loads"]
    ]
    head = ("uploads at once", "MB before", "MB above at most", "MB an upload", "seconds")
    return f"## Uploads of {part['size'] // 2**20} MiB: the server's memory\n\n" + _table(head, rows)


def _nodes(part: Results) -> str:
    rows = [
        (row["way"], "receipt 120" if row["dispatch"] else "reply", row["nodes"], row["rate"],
         f"{row['gain']:.2f} ×", row["gateway_ms"], f"{row['busiest']:.0%}", row["database_ms"],
         row["generator_ms"], row["busy_cores"], row["wal"] / 1000)
        for row in part["rows"]
    ]  # fmt: skip
    head = (
        "each gateway has", "to the", "gateways", "messages/s", "over one", "gateways ms", "busiest core",
        "PostgreSQL ms", "generator ms", "busy cores", "WAL KB",
    )  # fmt: skip
    cost = part["cost"]
    return (
        f"## Gateways on one PostgreSQL, {part['cores']} cores, {part['parties']} parties\n\n"
        + _table(head, rows)
        + f"\nA message to its receipt 120 costs {cost['gateway_ms']:.2f} ms of CPU in the gateway, "
        f"{cost['database_ms']:.2f} ms in PostgreSQL, {cost['wal'] / 1000:.1f} KB of WAL and "
        f"{cost['disk'] / 1000:.1f} KB on disk. Where the cores are all busy, they bound the rate: gateways, "
        "PostgreSQL and the generator share them.\n"
    )


_SECTIONS = {
    "ratios": _ratios,
    "throughput": _throughput,
    "stages": _stages,
    "polling": _polling,
    "memory": _memory,
    "peer": _peer,
    "ikey": _ikey,
    "host": _host,
    "terminal": _terminal,
    "search": _search,
    "attachment": _attachment,
    "engine": _engine,
    "folder": _folder,
    "nodes": _nodes,
}
