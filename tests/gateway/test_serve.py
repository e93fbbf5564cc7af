from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.scenarios.house import House


def test_a_serving_gateway_leaves_no_core_file(tmp_path: Path) -> None:
    """A crash writes the keys to no disk: the process may not dump core, and cannot allow itself to."""
    house = House(tmp_path / "home")
    try:
        house.start()
        assert house.process is not None
        limits = Path(f"/proc/{house.process.pid}/limits").read_text()
    finally:
        house.close()
    (line,) = (line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert line.split()[4:6] == ["0", "0"]


def test_no_other_process_of_the_user_reads_the_gateways_memory() -> None:
    """The process is not dumpable: PR_GET_DUMPABLE (3) says 0 where it said 1."""
    program = (
        "import ctypes; from hardware.memory import keep_memory_private; "
        "ask = ctypes.CDLL(None).prctl; before = ask(3); keep_memory_private(); print(before, ask(3))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "0"]


def test_a_second_signal_changes_nothing(tmp_path: Path) -> None:
    """An impatient second SIGTERM finds the gateway stopping, and it ends as it would have."""
    house = House(tmp_path / "home")
    try:
        house.start()
        assert house.process is not None
        house.process.terminate()
        house.process.terminate()
        assert house.process.wait(30) == 0
        house.process = None
        log = house.log.read_text()
        assert "stopped" in log
        assert '"critical"' not in log
    finally:
        house.close()
