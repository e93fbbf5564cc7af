"""Who has no account comes by the name `register`: to one screen, for a while, and a few at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.house import House
from tests.terminals.host.conftest import Guests, Hosts
from tests.terminals.host.house import QUIT, HostProcess, wait_until

NAME = ("-l", "register", "-o", "PubkeyAuthentication=no")


@pytest.fixture
def patient(house: House, tmp_path: Path) -> Iterator[HostProcess]:
    """A host whose clock the test moves, for which nobody is silent too long."""
    settings = {"keepalive_missed": 1000, "end_seconds": 2}
    with HostProcess(house, tmp_path / "patient", clocked=True, **settings) as host:  # type: ignore[arg-type]
        yield host


def test_a_newcomer_needs_nothing_and_is_nobody(open_host: Hosts, guest_of: Guests) -> None:
    """No key, no password, no session at the gateway; the role says what the application may show."""
    host = open_host()
    with guest_of(host).sit(*NAME) as seat:
        assert seat.shows("user") == "register"
        seat.press(QUIT)
        seat.end()
    (line,) = host.logged("login", account="register")
    assert (line["role"], line["party"], line["by"]) == ("newcomer", "", "none")


def test_a_newcomer_has_no_files_no_commands_and_no_agent(open_host: Hosts, guest_of: Guests) -> None:
    """SFTP and the agent are refused, a command is told that there is none."""
    host = open_host()
    guest = guest_of(host)
    done = guest.run(*NAME[2:], "-o", "User=register", "-b", "-", "host", program="sftp", given="ls\n")
    assert done.returncode != 0
    assert "no shell" in guest.run(*NAME, "host", "id").stderr
    with guest.sit(*NAME, "-A") as seat:
        seat.shows("user")
        seat.press(QUIT)
        seat.end()
    refused = {line["request"] for line in host.logged("a request was refused", 1, account="register")}
    assert "subsystem" in refused
    assert [each for each in (host.state / "areas").rglob("*") if each.is_file()] == []


def test_newcomers_are_few_at_once(open_host: Hosts, guest_of: Guests) -> None:
    """Of one address, and one more when one has gone; the others are let in meanwhile."""
    host = open_host(newcomers_per_address=1)
    guest = guest_of(host)
    with guest.sit(*NAME) as seat:
        seat.shows("user")
        done = guest.run(*NAME, "host", "-T")
        assert done.returncode == 255
        host.logged("refused", why="too many newcomers")
        assert guest.run("host", "-T").returncode == 1
        seat.press(QUIT)
        seat.end()
    host.logged("logout", account="register")
    assert wait_until(lambda: guest.run(*NAME, "host", "-T").returncode == 1)


def test_newcomers_are_few_in_an_hour(open_host: Hosts, guest_of: Guests) -> None:
    """From one address: whoever comes again and again waits."""
    host = open_host(newcomers_per_hour=2)
    guest = guest_of(host)
    assert [guest.run(*NAME, "host", "-T").returncode for _ in range(3)] == [1, 1, 255]


def test_a_newcomer_stays_for_a_while_only(patient: HostProcess, guest_of: Guests) -> None:
    """Busy or not, and is told why."""
    with guest_of(patient).sit(*NAME, environment={"LANG": "zh_CN.UTF-8"}) as seat:
        seat.shows("user")
        patient.advance(20 * 60 + 1)
        seat.until("注册时间已到")
        seat.end()


def test_a_newcomer_s_screen_begins_in_chinese_where_the_client_names_no_language(
    open_host: Hosts, guest_of: Guests
) -> None:
    """Programs without a locale say nothing of it; F2 changes it."""
    host = open_host(application="terminals.tui.main:run")
    with guest_of(host).sit(*NAME, environment={"LANG": ""}) as seat:
        seat.until("注册")
        seat.press(b"\x1b[21~")
        seat.end()


def test_a_host_may_be_closed_to_newcomers(open_host: Hosts, guest_of: Guests) -> None:
    """Then the name is like any other."""
    host = open_host(newcomer_name="")
    done = guest_of(host).run(*NAME, "-o", "BatchMode=yes", "host", "-T")
    assert (done.returncode, "Permission denied" in done.stderr) == (255, True)


def test_somebody_registers_over_ssh(open_host: Hosts, guest_of: Guests, house: House) -> None:
    """Key by key on the real screen; the request waits for an operator, since this gateway sends no mail."""
    host = open_host(application="terminals.tui.main:run")
    with guest_of(host).sit(*NAME) as seat:
        seat.until("Register an account")
        seat.until("operator of the gateway then decides")
        seat.press(b"  \r")
        for text in ("1100980044", "New Inspectors Ltd", "J. Doe", "", "over-ssh@x.example"):
            seat.type(text)
        for _ in range(2):
            seat.type("a long password")
        seat.until("Filed. The operator decides")
        seat.press(b"\x1b[21~")
        assert seat.end() == 0
    with sqlite3.connect(house.home / "gateway.db") as database:
        asked = "SELECT state, mail FROM registrations WHERE mail = 'over-ssh@x.example'"
        assert database.execute(asked).fetchall() == [("pending", "over-ssh@x.example")]
