"""The terminal as a process on a real line: begun by its command, cut off, stuck, broken, fed rubbish."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from terminals.pending import folder_name
from tests.scenarios.house import House, Person, command
from tests.terminals.tui.test_login import person
from tests.terminals.typist import Typist

F2, F4, F10 = b"\x1bOQ", b"\x1bOS", b"\x1b[21~"


@pytest.fixture
def operator(house: House) -> Person:
    """Whoever sits there."""
    return person(house)


def settings(house: House, operator: Person, folder: Path) -> dict[str, str]:
    """What makes the command this person's, with nothing plugged in."""
    return {
        "HOME": str(folder), "EPORT_STATE": str(folder / "state"), "EPORT_DEMO": str(house.home),
        "EPORT_AS": operator.account, "EPORT_URL": house.url, "EPORT_LANG": "zh", "TERM": "xterm-256color",
        "EPORT_PCSCD": str(folder / "none"), "EPORT_SIGNER": "file",
    }  # fmt: skip


@pytest.fixture
def window(house: House, operator: Person, tmp_path: Path) -> Iterator[Typist]:
    """The terminal in a window of its own, at its first screen; the demo's file logs in by Enter."""
    with Typist([], settings(house, operator, tmp_path)) as window:
        window.until("电子口岸终端")
        window.until("operator1.p12")
        yield window


def kept(house: House, operator: Person, folder: Path) -> list[str]:
    """The titles of the forms that are on disk."""
    drafts = folder / "state" / folder_name(house.url, operator.dxp_id) / "drafts"
    return [json.loads(each.read_text())["title"] for each in drafts.glob("*/*.json")]


def at_work(window: Typist) -> None:
    """Log in, and begin a form with a number."""
    window.press(b"\r")
    window.until("保税核查查询")
    window.press(b"\x1b1")
    window.until("企业内部编号")
    window.press(b"CUT01")
    window.until("CUT01")


def test_without_a_command_the_terminal_begins_and_quits_with_0(window: Typist) -> None:
    """F10 and yes; the terminal is as it was before, and takes no more keys for itself."""
    window.press(b"\r")
    window.until("保税核查查询")
    window.press(F10)
    window.until("确定退出终端")
    window.press(b"y")
    assert window.end() == 0
    assert "\x1b[?1049l" in window.screen


def test_without_a_screen_it_says_so(house: House) -> None:
    """The command explains itself where there is no terminal; no command at all shows what there is."""
    told = command("eport-terminal", "tui", "--demo", str(house.home), EPORT_LANG="en")
    assert told.returncode == 8
    assert "keyboard" in told.stderr
    assert "virtual-card" in command("eport-terminal").stderr


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_line_that_is_cut_off_loses_nothing(
    window: Typist, house: House, operator: Person, tmp_path: Path, number: int
) -> None:
    """What was typed a moment ago is on disk, and the process ends at once with 129."""
    at_work(window)
    window.process.send_signal(number)
    assert window.end() == 129
    assert kept(house, operator, tmp_path) == ["CUT01"]


def test_a_window_that_is_closed_loses_nothing(
    window: Typist, house: House, operator: Person, tmp_path: Path
) -> None:
    """Without any signal: the other end of the line is gone."""
    at_work(window)
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), window.line)
    assert window.process.wait(30) == 129
    assert kept(house, operator, tmp_path) == ["CUT01"]


def test_a_terminal_that_reads_no_more_loses_nothing(
    window: Typist, house: House, operator: Person, tmp_path: Path
) -> None:
    """The screen's thread hangs in writing; after two seconds what was typed is kept all the same."""
    at_work(window)
    for _ in range(400):  # more than the line and the writer hold, and nobody reads it
        os.write(window.line, F2)
    window.process.send_signal(signal.SIGHUP)
    assert window.process.wait(30) == 129
    assert kept(house, operator, tmp_path) == ["CUT01"]


def test_bytes_that_are_no_utf_8_are_letters_nobody_knows(window: Typist) -> None:
    """A terminal set to GBK: nothing breaks, and what is typed behind them arrives."""
    at_work(window)
    window.press("中文".encode("gbk") + b"\xff\xfe")
    window.press(b"02")
    window.until("02")
    window.press(F10)
    window.until("确定退出终端")


def test_what_breaks_is_in_the_log_under_a_number_and_its_secrets_are_not(
    house: House, operator: Person, tmp_path: Path
) -> None:
    """The screen shows the number alone; the log has the traceback without values; what was typed is kept."""
    arguments = ["-m", "tests.terminals.tui.breaking"]
    with Typist(arguments, settings(house, operator, tmp_path), "python") as window:
        window.until("operator1.p12")
        window.press(b"\r")
        window.until("公告")
        window.press(b"\x1b1")
        window.until("请输入")
        window.press(b"KEPT")
        window.until("KEPT")
        window.press(b"\x1b9")
        assert window.end() == 70
        shown = window.screen
    [line] = [json.loads(each) for each in (tmp_path / "state" / "terminal.log").read_text().splitlines()]
    assert line["incident"] in shown
    assert "on purpose" in line["exception"]
    assert "on purpose" not in shown
    assert "481516" not in line["exception"] + shown
    assert kept(house, operator, tmp_path) == ["KEPT"]


def test_what_breaks_beside_the_screens_is_logged_and_ends_nothing(
    house: House, operator: Person, tmp_path: Path
) -> None:
    """A thread, a callback: their numbers are told, no traceback is on the screen, and work goes on."""
    arguments = ["-m", "tests.terminals.tui.breaking"]
    with Typist(arguments, settings(house, operator, tmp_path), "python") as window:
        window.until("operator1.p12")
        window.press(b"\r")
        window.until("公告")
        window.press(b"\x1b8")
        window.until("后台发生故障")
        window.press(b"\x1b1")
        window.until("请输入")
        window.press(F10)
        window.until("确定退出终端")
        window.press(b"y")
        assert window.end() == 0
        shown = window.screen
    lines = [json.loads(each) for each in (tmp_path / "state" / "terminal.log").read_text().splitlines()]
    broke = [each for each in lines if each["event"] == "something broke beside the screens"]
    assert sorted("on purpose, beside" in each["exception"] for each in broke) == [True, True]
    assert any(each["what"] == "leak" for each in broke)
    assert "on purpose" not in shown
    assert "Traceback" not in shown
