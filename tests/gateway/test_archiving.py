"""The gateway archives by itself: once a day, in a process beside it, and never when it is not wanted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from gateway import metrics
from gateway.archiving import Archiving
from gateway.cli import main
from gateway.settings import Retention
from tests.gateway.loop import Loop, reactor

AT = datetime(2026, 3, 1, 18, 4, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A demo gateway's home."""
    made = tmp_path / "home"
    done = CliRunner().invoke(main, ["init", "--demo", "--home", str(made)])
    assert done.exit_code == 0, done.output
    return made


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Retention:
    """Settings that archive at 18 o'clock UTC, for the gateway and for the process that it starts."""
    monkeypatch.setenv("EPORT_RETENTION__MESSAGES_DAYS", "30")
    return Retention(messages_days=30, hour=18)


def runs(result: str = "done") -> float:
    """How many runs have ended so."""
    return metrics.REGISTRY.get_sample_value("eport_archiving_total", {"result": result}) or 0.0


def test_it_archives_once_a_day_at_its_hour(loop: Loop, home: Path, kept: Retention) -> None:
    """Before the hour nothing happens, in it one run, however often it is looked; the next day again."""
    now = [AT - timedelta(hours=1)]
    archiving = Archiving(reactor, home, kept, lambda: now[0])
    before = runs()
    loop.call(archiving.look)
    assert runs() == before
    now[0] = AT
    with capture_logs() as logs:
        loop.call(archiving.look)
        loop.call(archiving.look)
    assert runs() == before + 1
    assert [entry["event"] for entry in logs] == ["archived"]
    assert "archived 0 messages and 0 receipts" in logs[0]["told"]
    now[0] = AT + timedelta(days=1)
    loop.call(archiving.look)
    assert runs() == before + 2


def test_a_failure_is_in_the_log_and_counted(loop: Loop, tmp_path: Path, kept: Retention) -> None:
    """Where the run cannot do its work, the log has its words."""
    before = runs("failed")
    with capture_logs() as logs:
        loop.call(Archiving(reactor, tmp_path / "nothing", kept, lambda: AT).look)
    assert runs("failed") == before + 1
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("archiving failed", "error")]
    assert "there is no gateway in" in logs[0]["told"]


def test_without_days_it_never_archives(loop: Loop, home: Path) -> None:
    """Nothing leaves the database of a gateway that was not told to archive."""
    before = runs()
    loop.call(Archiving(reactor, home, Retention(), lambda: AT).look)
    assert runs() == before


def test_a_gateway_that_stops_ends_the_run(loop: Loop, home: Path, kept: Retention) -> None:
    """A stop does not wait until everything is archived, and starts nothing any more."""
    archiving = Archiving(reactor, home, kept, lambda: AT)

    def look_and_stop() -> object:
        looked = archiving.look()
        archiving.stop()
        return looked

    before = runs()
    loop.call(look_and_stop)
    assert runs() == before
    loop.call(Archiving.look, archiving)
    assert runs() == before
