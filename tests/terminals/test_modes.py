from __future__ import annotations

import os

from click.testing import CliRunner

from terminals.cli import main


def test_what_a_terminal_writes_is_its_owners_alone() -> None:
    """Whatever the umask was, a command that runs makes files that nobody else reads."""
    before = os.umask(0)
    try:
        CliRunner().invoke(main, ["poll", "--url", "https://127.0.0.1:1"])
    finally:
        during = os.umask(before)
    assert during == 0o077
