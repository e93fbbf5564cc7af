"""Somebody who sits down at a new terminal asks what is missing, before anything is signed or sent."""

from __future__ import annotations

import json
from typing import Any

from hardware.virtual.stack import Stack
from tests.scenarios.house import House, command


def _examined(house: House, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = command(
        "eport-terminal", "doctor", "--json", "--demo", str(house.home), "--as", "operator",
        "--url", house.url, *arguments, SSH_AUTH_SOCK="",
    )  # fmt: skip
    told = json.loads(done.stdout)
    return done.returncode, {row["finding"]: row["verdict"] for row in told["rows"]}


def test_a_new_terminal_is_examined_with_and_without_its_gateway(house: House, stack: Stack) -> None:
    """The demo's operator can sign by certificate file; the gateway is reached, and then is away."""
    code, rows = _examined(house)
    assert code == 0
    devices = ("service-runs", "readers", "module", "file", "certificate")
    assert {rows[name] for name in (*devices, "gateway", "clock", "gateway-certificate")} == {"good"}
    assert rows["card-none"] == "bad"
    house.stop()
    code, rows = _examined(house)
    assert (code, rows["gateway-away"]) == (0, "bad")
