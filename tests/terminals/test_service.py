"""Which pcscd a command meets, and whose settings OpenSC is given with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from terminals.cli.holder import meet_service
from terminals.profile import Profile


def test_only_ones_own_settings_are_given_to_opensc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They can name a library that OpenSC loads: root at somebody else's demo would run it."""
    monkeypatch.setenv("OPENSC_CONF", "before")
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", "before")
    (tmp_path / "opensc.conf").write_text("app default {}")
    profile = Profile({"pcscd": str(tmp_path / "pcscd.comm")}, tmp_path / "none.toml")
    with monkeypatch.context() as another:
        another.setattr(os, "geteuid", lambda: os.getuid() + 1)
        meet_service(profile)
    assert os.environ["OPENSC_CONF"] == "before"
    assert os.environ["PCSCLITE_CSOCK_NAME"] == str(tmp_path / "pcscd.comm")
    meet_service(profile)
    assert os.environ["OPENSC_CONF"] == str(tmp_path / "opensc.conf")
