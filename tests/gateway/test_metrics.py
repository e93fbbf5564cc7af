"""What is counted, from the first scrape on."""

from __future__ import annotations

import subprocess
import sys

import pytest

SERIES = (
    'eport_unexpected_errors_total{place="intake"} 0.0',
    'eport_archiving_total{result="failed"} 0.0',
    'eport_notices_total{result="failed"} 0.0',
    'eport_push_posts_total{result="again"} 0.0',
)


@pytest.fixture(scope="module")
def fresh() -> str:
    """What a process that has counted nothing answers to Prometheus."""
    program = "from gateway import metrics; print(metrics.text().decode())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("series", SERIES)
def test_what_alerts_look_at_is_there_before_it_happens(fresh: str, series: str) -> None:
    """Or the first error after a start would be no increase, and wake nobody."""
    assert series in fresh.splitlines()
