"""What uploads cost in memory is measured at a real gateway."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from bench import attachment
from bench.scale import TINY, Bench


def test_an_upload_of_four_mib_takes_less_than_two_of_memory() -> None:
    """Alone or beside others, each stays within its bounds."""
    with TemporaryDirectory(prefix="eport-bench-") as folder:
        found = attachment.run(Bench(TINY, Path(folder), None, lambda text: None))
    for load in found["loads"]:
        assert 0 <= load["above_mb"] <= 2.0 * load["at_once"], load
