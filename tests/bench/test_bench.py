"""The bench works; its figures are nobody's promise here."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_tiny_run_writes_its_figures_and_a_report(tmp_path: Path) -> None:
    """`python -m bench --tiny` measures a real gateway and writes them down."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--tiny", "--out", str(tmp_path), "ratios"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "results.json").read_text())
    kinds = {kind["name"]: kind["median"] for kind in found["ratios"]["kinds"]}
    assert set(kinds) == {"RSA-2048, 4 KB", "P-256, 4 KB", "RSA-2048, 200 KB"}
    # Reading /proc counts in hundredths of a second; a whole way of 40 messages is more than one of them.
    assert all(median["receipt_ms"] > 0 for median in kinds.values())
    assert all(median["rate"] > 0 for median in kinds.values())
    report = (tmp_path / "report.md").read_text()
    assert "RSA-2048, 200 KB" in report
