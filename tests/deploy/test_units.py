"""The systemd units that are shipped."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.balancers import DEPLOY

CLOSED = ("NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "UMask=0077", "LimitCORE=0")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_every_line(unit: Path, tmp_path: Path) -> None:
    """A misspelt setting would be passed over in silence, and what it was to forbid be allowed."""
    analyze = shutil.which("systemd-analyze")
    assert analyze, "systemd-analyze is missing: tools/system-packages test"
    # The programs are not where the units say; everything else is as shipped.
    there = shutil.which("true")
    text = unit.read_text().replace("/opt/eport/bin/eport-gateway", str(there))
    copy = tmp_path / unit.name
    copy.write_text(text.replace("/opt/eport/bin/eport-terminal", str(there)))
    said = subprocess.run([analyze, "verify", str(copy)], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, ""), said.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_service_may_little(unit: Path) -> None:
    """Each is closed off from the system, and gains no right that its user has not."""
    text = unit.read_text()
    for line in (
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "UMask=0077",
        "LimitCORE=0",
    ):
        assert line in text.splitlines(), line


def test_a_second_gateway_may_write_where_the_first_keeps_attachments() -> None:
    """`node add` has them share that folder, and a gateway that cannot write there does not start."""
    text = (DEPLOY / "systemd" / "eport-gateway@.service").read_text()
    home = next(
        line.partition("=")[2] for line in text.splitlines() if line.startswith("Environment=EPORT_HOME=")
    )
    first = Path(home.partition("=")[2].replace("%i", "main")) / "attachments"
    (writable,) = (
        line.partition("=")[2].replace("%i", "south")
        for line in text.splitlines()
        if line.startswith("ReadWritePaths=")
    )
    assert first.is_relative_to(writable)
