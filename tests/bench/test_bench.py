"""The bench works; its figures are nobody's promise here."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def out() -> Iterator[Path]:
    """An empty folder with a short path: there will be sockets in it."""
    with TemporaryDirectory(prefix="eport-out-") as path:
        yield Path(path)


def run(out: Path, part: str) -> dict[str, Any]:
    """What a tiny run of one part wrote down."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--tiny", "--out", str(out), part],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads((out / "results.json").read_text())
    return found


def test_a_tiny_run_writes_its_figures_and_a_report(out: Path) -> None:
    """`python -m bench --tiny` measures a real gateway and writes them down."""
    found = run(out, "ratios")
    kinds = {kind["name"]: kind["median"] for kind in found["ratios"]["kinds"]}
    assert set(kinds) == {"RSA-2048, 4 KB", "P-256, 4 KB", "RSA-2048, 200 KB"}
    # Reading /proc counts in hundredths of a second; a whole way of 40 messages is more than one of them.
    assert all(median["receipt_ms"] > 0 for median in kinds.values())
    assert all(median["rate"] > 0 for median in kinds.values())
    report = (out / "report.md").read_text()
    assert "RSA-2048, 200 KB" in report


def test_an_ikey_is_measured_against_its_token(out: Path) -> None:
    """A real SoftHSM2 signs alone, through an open Ikey, and for a whole message."""
    keys = run(out, "ikey")["ikey"]["keys"]
    assert set(keys) == {"RSA-2048", "P-256"}
    assert all(0 < key["token_ms"] < key["message_ms"] for key in keys.values())
    assert "open Ikey session" in (out / "report.md").read_text()


def test_the_ssh_host_is_measured_with_real_clients(out: Path) -> None:
    """A few people come, sit, type and leave; a small application shows what the host itself costs."""
    found = run(out, "host")["host"]
    assert 0 < found["one"] < 60
    assert found["session_mb"] > 0
    assert found["key_ms"] > 0
    assert "The SSH host" in (out / "report.md").read_text()


def test_the_terminal_is_measured_as_people_use_it(out: Path) -> None:
    """They come through the agent and by password, open forms, type together, and are cut off."""
    found = run(out, "terminal")["terminal"]
    assert 0 < found["first_ms"] < found["password_ms"] + found["menu_ms"] < 60_000
    assert all(0 < found[form]["first_ms"] < 60_000 for form in ("entry", "sixty"))
    typing = found["typing"]
    assert typing["keys"] > 10
    assert 0 < typing["all"]["p50_ms"] <= typing["all"]["p95_ms"] <= typing["all"]["most_ms"]
    assert found["menu"]["all_mb"] > found["menu"]["session_mb"] > 0
    assert found["cut"]["killed_ms"] > 0
    assert found["cut"]["silent"] > 1
    assert "The terminal over SSH" in (out / "report.md").read_text()


def test_searches_are_measured_by_who_asks(out: Path) -> None:
    """Of each system parties of three sizes and customs, each with the mix of queries of its day."""
    found = run(out, "search")["search"]
    assert found["cases"] == 500
    assert set(found["systems"]) == {"bonded", "assistance"}
    for system in found["systems"].values():
        assert len(system["who"]) == 5
        assert all(0 < one["p50_ms"] <= one["p95_ms"] <= one["most_ms"] for one in system["who"].values())
    assert "Searches among 500 cases" in (out / "report.md").read_text()


def test_uploads_are_measured_by_how_many_come_at_once(out: Path) -> None:
    """Files of 4 MiB, alone and together, and the server's highest memory meanwhile."""
    loads = run(out, "attachment")["attachment"]["loads"]
    assert [one["at_once"] for one in loads] == [1, 4, 16]
    assert all(one["seconds"] > 0 and one["idle_mb"] > 0 for one in loads)
    assert "the server's memory" in (out / "report.md").read_text()


def test_a_tiny_run_sends_files_beside_the_gateway_s_own_rate(out: Path) -> None:
    """Every file comes to its last receipt in InBox, and the ratio is to what was measured around it."""
    found = run(out, "folder")["folder"]
    assert found["files"] == 60
    assert found["client"]["rate"] > 0
    assert len(found["alone"]) == 2
    own = sum(one["rate"] for one in found["alone"]) / 2
    assert found["ratio"] == pytest.approx(found["client"]["rate"] / own)


def test_two_gateways_on_one_postgresql_are_measured_against_one(out: Path) -> None:
    """To the reply and to the receipt, with the CPU of each process, and what a message costs."""
    found = run(out, "nodes")["nodes"]
    assert {(row["dispatch"], row["nodes"]) for row in found["rows"]} == {
        (False, 1), (False, 2), (True, 1), (True, 2),
    }  # fmt: skip
    assert all(row["rate"] > 0 and row["busy_cores"] > 0 and row["wal"] > 0 for row in found["rows"])
    assert found["cost"]["wal"] > 1000
    assert "Gateways on one PostgreSQL" in (out / "report.md").read_text()
