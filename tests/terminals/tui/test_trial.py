"""What is tried out before sessions are forked."""

from __future__ import annotations

import gc
import tempfile
import threading
from pathlib import Path

import pytest

from terminals.tui import trial
from terminals.tui.main import warm

OPEN = Path("/proc/self/fd")


def test_trying_out_leaves_no_thread_no_file_and_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forks would inherit it; the first time imports, the second time nothing may be left."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    warm()
    gc.collect()  # what earlier tests of this process have left
    threads, opened = set(threading.enumerate()), set(OPEN.iterdir())
    warm()
    assert set(threading.enumerate()) <= threads
    assert set(OPEN.iterdir()) <= opened
    assert list(tmp_path.iterdir()) == []


def test_the_request_that_is_tried_is_answered() -> None:
    """It goes over TLS and HTTP; what it raises would be passed over."""
    trial._ask_oneself()
