"""How many, how long, how often: what the host bounds, by count and by its clock."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from terminals.host.limits import Turns
from tests.hardware.agents import hostile
from tests.scenarios.house import PATIENCE, House
from tests.terminals.host.conftest import Guests, Hosts
from tests.terminals.host.house import ADDRESS, AGENT, QUIT, Guest, HostProcess, gone, wait_until


@pytest.fixture
def clocked(house: House, tmp_path: Path) -> Iterator[HostProcess]:
    """A host whose clock the test moves."""
    with HostProcess(house, tmp_path / "clocked", clocked=True, password_delay=0.01, end_seconds=2) as host:
        yield host


@pytest.fixture
def patient(house: House, tmp_path: Path) -> Iterator[HostProcess]:
    """The same, for which nobody is silent too long: answers take real time, which its clock does not."""
    settings = {"keepalive_missed": 1000, "end_seconds": 2}
    with HostProcess(house, tmp_path / "patient", clocked=True, **settings) as host:  # type: ignore[arg-type]
        yield host


def line(host: HostProcess) -> socket.socket:
    """A connection that says nothing."""
    opened = socket.create_connection((ADDRESS, host.port), PATIENCE)
    opened.settimeout(PATIENCE)
    return opened


def closed(opened: socket.socket) -> bool:
    """Whether the host ends the connection, whatever it says before."""
    try:
        while opened.recv(4096):
            pass
    except ConnectionResetError:
        pass
    return True


# -- by its clock --------------------------------------------------------------------------------


def test_nobody_who_does_not_type_stays_for_ever(patient: HostProcess, guest_of: Guests) -> None:
    """After the idle time the session keeps what was typed, says so in words, and ends."""
    clocked, guest = patient, guest_of(patient)
    with guest.sit(environment={"LANG": "zh_CN.UTF-8"}) as seat:
        seat.shows("user")
        for _ in range(20):
            clocked.advance(60)
        seat.press(b"typed")
        seat.until("typed")
        for _ in range(20):
            clocked.advance(60)
        seat.press(b"more")
        seat.until("more")
        for _ in range(30):
            clocked.advance(60)
        assert seat.end() == 0
        assert "已有 30 分钟没有操作" in seat.screen
    assert (clocked.kept(guest.person) / "typed").read_text() == "typedmore"
    clocked.logged("logout", account=guest.person.account)


def test_an_agent_that_answers_keeps_nobody_awake(
    patient: HostProcess, guest_of: Guests, tmp_path: Path
) -> None:
    """The terminal asks it by itself; only what somebody does counts."""
    clocked, guest = patient, guest_of(patient)
    asked, may_answer = threading.Event(), threading.Event()
    may_answer.set()
    none_held = bytes.fromhex("000000050c00000000")

    def answer(_: bytes) -> bytes:
        asked.set()
        may_answer.wait(PATIENCE)
        return none_held

    with (
        hostile(tmp_path, answer, silent=True) as agent,
        guest.sit("-A", environment={"SSH_AUTH_SOCK": agent, "LANG": "zh_CN.UTF-8"}) as seat,
    ):
        seat.shows("user")
        asked.clear()
        may_answer.clear()
        seat.press(AGENT)
        assert asked.wait(PATIENCE)
        for _ in range(20):
            clocked.advance(60)
        may_answer.set()
        assert seat.shows("agent") == "none"
        for _ in range(10):
            clocked.advance(60)
        assert seat.end() == 0
        assert "已有 30 分钟没有操作" in seat.screen


def test_an_idle_file_transfer_ends_too(patient: HostProcess, guest_of: Guests) -> None:
    """Whoever only holds the connection open is sent home."""
    clocked, guest = patient, guest_of(patient)
    process = subprocess.Popen(
        ["/usr/bin/sftp", "-F", guest.config, "host"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdin.write(b"pwd\n")  # type: ignore[union-attr]
    process.stdin.flush()  # type: ignore[union-attr]
    assert b"Remote working directory" in process.stdout.readline() + process.stdout.readline()
    for _ in range(30):
        clocked.advance(60)
    clocked.logged("logout", account=guest.person.account)
    process.communicate(timeout=PATIENCE)


def test_a_client_that_answers_is_kept_and_a_silent_one_is_not(
    clocked: HostProcess, guest_of: Guests
) -> None:
    """Signs of life are asked for; a client that is frozen gives none, and its session ends in order."""
    guest, other = guest_of(clocked), guest_of(clocked, "operator", 1)
    with guest.sit() as seat, other.sit() as alive:
        for each in (seat, alive):
            each.shows("user")
        pid = int((clocked.kept(guest.person) / "pid").read_text())
        os.kill(seat.ssh, signal.SIGSTOP)
        for _ in range(5):
            clocked.advance(30)
            alive.press(b"x")
            alive.until("x")
        assert gone(pid)
        clocked.logged("a client is silent")
        alive.press(QUIT)
        assert alive.end() == 7
        os.kill(seat.ssh, signal.SIGKILL)


def test_whoever_does_not_log_in_is_sent_away(clocked: HostProcess) -> None:
    """Not only after the key exchange: who says nothing at all is no better."""
    silent, greeting = line(clocked), line(clocked)
    greeting.sendall(b"SSH-2.0-nobody\r\n")
    for each in (silent, greeting):
        assert each.recv(1) == b"S"
    clocked.advance(61)
    for each in (silent, greeting):
        assert closed(each)
        each.close()
    clocked.logged("refused", 2, why="no login in time")


# -- by count ------------------------------------------------------------------------------------


def test_so_many_sessions_and_no_more(open_host: Hosts, guest_of: Guests) -> None:
    """One person's limit and everybody's are told apart; one that ends makes room."""
    host = open_host(sessions=3, sessions_per_user=2)
    guest, other = guest_of(host), guest_of(host, "operator", 1)
    seats = [guest.sit(), guest.sit()]
    for seat in seats:
        seat.shows("user")
    with guest.sit(environment={"LANG": "zh_CN.UTF-8"}) as third:
        assert third.end() == 1
        assert "您的上限：2" in third.screen
    done = guest.sftp("ls")
    assert (done.returncode, "yours: 2" in done.stderr) != (0, False)
    seats.append(other.sit())
    seats[2].shows("user")
    with other.sit() as fourth:
        assert fourth.end() == 1
        assert "of everybody: 3" in fourth.screen
    seats[0].press(QUIT)
    seats[0].end()
    with guest.sit() as again:
        again.shows("user")
        again.press(QUIT)
        again.end()
    for seat in seats:
        seat.__exit__(None, None, None)


def test_so_many_connections_and_no_more(open_host: Hosts, guest_of: Guests) -> None:
    """Of one address; whoever is in is not disturbed, and one that ends makes room."""
    host = open_host(connections_per_address=3, strangers=50)
    guest = guest_of(host)
    with guest.sit() as seat:
        seat.shows("user")
        lines = [line(host), line(host)]
        for each in lines:
            assert each.recv(4) == b"SSH-"
        over = line(host)
        assert closed(over)
        host.logged("refused", why="too many connections")
        lines[0].close()
        assert wait_until(lambda: guest.run("host", "-T").returncode == 1)
        seat.press(QUIT)
        assert seat.end() == 7
        lines[1].close()


def test_strangers_do_not_keep_people_out_for_long(open_host: Hosts, guest_of: Guests) -> None:
    """Connections without a login are counted on their own, so that they cannot take all places."""
    host = open_host(strangers=4, strangers_per_address=2)
    guest = guest_of(host)
    with guest.sit() as seat:
        seat.shows("user")
        lines = [line(host), line(host)]
        for each in lines:
            assert each.recv(4) == b"SSH-"
        assert closed(line(host))
        host.logged("refused", why="too many connections without a login")
        for each in lines:
            each.close()
        assert wait_until(lambda: guest.run("host", "-T").returncode == 1)
        seat.press(QUIT)
        seat.end()


def test_so_many_channels_and_no_more(open_host: Hosts, guest_of: Guests) -> None:
    """Of one connection: OpenSSH's multiplexing opens as many as it is let."""
    host = open_host(channels=2)
    guest = guest_of(host)
    path = str(guest.folder / "control")
    with guest.sit("-o", "ControlMaster=yes", "-o", f"ControlPath={path}") as seat:
        seat.shows("user")
        with guest.sit("-o", f"ControlPath={path}") as second:
            second.shows("user")
            done = guest.run("-o", f"ControlPath={path}", "host", "-T")
            assert "Session open refused by peer" in done.stderr
            second.press(QUIT)
            second.end()
        seat.press(QUIT)
        seat.end()


def test_a_session_that_takes_too_much_memory_ends_alone(open_host: Hosts, guest_of: Guests) -> None:
    """The limit is the process's own: it fails there, with a number, and nowhere else."""
    host = open_host(memory_bytes=1024 * 1024)
    guest: Guest = guest_of(host)
    with guest.sit() as seat:
        assert seat.end() != 7
    assert guest.run("host", "-T").returncode == 1


def test_turns_are_taken_one_after_the_other_and_each_key_has_its_own() -> None:
    """Some at once, then one after the other; too long a wait takes none; time gives turns back."""
    now = [0.0]
    turns = Turns(per_second=2, burst=3, seconds=lambda: now[0])
    assert [turns.take("a", 10) for _ in range(5)] == [0, 0, 0, 0.5, 1]
    assert turns.take("a", 1) is None
    assert turns.take("a", 1.5) == 1.5
    assert turns.take("b", 0) == 0
    now[0] = 3.5
    assert [turns.take("a", 10) for _ in range(4)] == [0, 0, 0, 0.5]


def test_whoever_offers_keys_without_end_waits(open_host: Hosts, guest_of: Guests) -> None:
    """Of one address the gateway is asked so often only, and what is not asked is told."""
    host = open_host(keys_at_once=2, keys_per_second=0.001)
    guest = guest_of(host)
    assert "no shell" in guest.run("host", "-T").stderr  # the offer and the signature
    done = guest.run("-o", "LogLevel=INFO", "host", "-T")
    assert done.returncode == 255
    assert "try again in a minute" in done.stderr
    host.logged("refused", why="too many keys from this address")
