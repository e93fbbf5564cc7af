"""The terminal over the line: its screen, its surroundings, how it ends, and that it harms nobody else's."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path

import pytest

from terminals.host.screen import RESET
from tests.terminals.host.conftest import Guests, Hosts
from tests.terminals.host.house import (
    ABOUT,
    CRASH,
    HANG,
    QUIT,
    SPEW,
    Guest,
    HostProcess,
    gone,
    resident,
    wait_until,
)

MEGABYTE = 1 << 20


def about(host: HostProcess, guest: Guest) -> dict[str, str]:
    """What the application wrote down of itself."""
    text = (host.kept(guest.person) / "about").read_text()
    return dict(line.split("=", 1) for line in text.splitlines())


def pid_of(host: HostProcess, guest: Guest) -> int:
    """The session's process."""
    return int((host.kept(guest.person) / "pid").read_text())


def test_the_screen_has_the_size_of_the_window_from_the_start_and_follows_it(guest: Guest) -> None:
    """The size is there before the application starts, and each change of the window reaches it."""
    with guest.sit(size=(100, 33)) as seat:
        assert seat.shows("size") == "100x33"
        for columns, rows in ((80, 24), (120, 40), (61, 17)):
            seat.sizes(columns, rows)
            while seat.shows("size") != f"{columns}x{rows}":
                pass
        seat.press(QUIT)
        assert seat.end() == 7


@pytest.mark.parametrize(("size", "shown"), [((0, 0), "80x24"), ((9999, 9999), "500x300"), ((1, 1), "2x2")])
def test_a_size_that_no_screen_has_becomes_one_that_a_screen_may_have(
    guest: Guest, size: tuple[int, int], shown: str
) -> None:
    """Nothing said is 80×24; what would cost the session its memory is cut."""
    with guest.sit("-o", "LogLevel=ERROR", size=size) as seat:
        if shown == "2x2":  # too small to say anything
            seat.sizes(80, 24)
            shown = "80x24"
        assert seat.shows("size") == shown


def test_the_surroundings_are_the_clients_language_and_nothing_else(guest: Guest, host: HostProcess) -> None:
    """TERM, LANG and LC_* come along; other variables do not, nor anything of the host's own."""
    environment = {"TERM": "xterm-256color", "LANG": "zh_CN.UTF-8", "LC_TIME": "C", "EVIL": "1"}
    with guest.sit(environment=environment) as seat:
        seat.shows("user")
        seat.press(ABOUT)
        seat.shows("about")
        seat.press(QUIT)
        seat.end()
    found = about(host, guest)
    assert (found["TERM"], found["LANG"], found["LC_TIME"]) == ("xterm-256color", "zh_CN.UTF-8", "C")
    assert (found["EVIL"], found["EPORT_SECRET"], found["SSH_AUTH_SOCK"]) == ("-", "-", "-")
    assert found["HOME"] == str(host.kept(guest.person))
    assert (found["language"], found["peer"], found["area"]) == (
        "zh",
        "127.0.0.1",
        str(host.area(guest.person)),
    )


def test_a_locale_that_is_none_is_left_out(guest: Guest, host: HostProcess) -> None:
    """What a client sends as a variable may be anything."""
    odd = {"LANG": "$(reboot)", "LC_TIME": "x" * 300, "LC_ALL": "C", "TERM": "../../etc/passwd"}
    with guest.sit(environment=odd) as seat:
        seat.shows("user")
        seat.press(ABOUT)
        seat.shows("about")
        seat.press(QUIT)
        seat.end()
    found = about(host, guest)
    assert (found["TERM"], found["LANG"], found["LC_TIME"]) == ("xterm-256color", "-", "-")


def test_of_very_many_locales_a_few_are_taken(guest: Guest, host: HostProcess) -> None:
    """Whoever sends them without end fills no memory; the terminal comes all the same."""
    many = {f"LC_{chr(65 + number // 26)}{chr(65 + number % 26)}": "C" for number in range(100)}
    with guest.sit(environment=many) as seat:
        assert seat.shows("user") == guest.person.account
        seat.press(ABOUT)
        seat.shows("about")
        seat.press(QUIT)
        seat.end()
    own = host.logged("about")[-1]["own"]
    assert 20 < sum(name in many for name in own) <= 32


def test_the_process_is_on_its_own(guest: Guest, host: HostProcess) -> None:
    """A session of the kernel's, no core files, no descriptors but its own, nobody's look into it."""
    with guest.sit() as seat:
        seat.shows("user")
        seat.press(ABOUT)
        pid = int(seat.shows("about"))
        assert pid in host.sessions()
        found = about(host, guest)
        assert (found["sid"], found["core"]) == ("True", "0")
        assert found["fds"].startswith("[0, 1, 2, 3, ")
        status = Path(f"/proc/{pid}/status").read_text()
        (ignored,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigIgn:"))
        assert signals(int(ignored, 16)) == {signal.SIGPIPE, signal.SIGXFSZ}  # as Python has them
        if os.getuid() != 0:
            with pytest.raises(PermissionError):
                Path(f"/proc/{pid}/environ").read_bytes()
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert f"{512 * MEGABYTE}" in next(line for line in limits.splitlines() if "Max data size" in line)
        folder = host.kept(guest.person)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        seat.press(QUIT)
        seat.end()


def signals(mask: int) -> set[int]:
    """Those of a mask of the kernel's that a program may set: the C library keeps some for itself."""
    return {int(number) for number in signal.valid_signals() if mask >> (number - 1) & 1}


def test_an_application_that_cannot_start_says_a_number(open_host: Hosts, guest_of: Guests) -> None:
    """The screen is put right, a number is shown; under it the log has the rest, but no local variable."""
    host = open_host(application="tests.terminals.host.app:broken")
    guest = guest_of(host)
    with guest.sit(environment={"LANG": "zh_CN.UTF-8"}) as seat:
        assert seat.end() == 70
        screen = seat.screen
    (line,) = host.logged("the session broke")
    assert f"编号告知支持人员：{line['incident']}" in screen
    assert "RuntimeError" not in screen
    assert "nothing works for" in line["exception"]
    assert "PIN 123456" not in screen + host.raw


def test_a_crash_resets_the_clients_screen_and_touches_nobody_else(
    host: HostProcess, guest_of: Guests
) -> None:
    """A child that dies by a signal leaves a usable terminal behind, with words; the other goes on."""
    guest, other = guest_of(host), guest_of(host, "operator", 1)
    with guest.sit() as seat, other.sit() as calm:
        for each in (seat, calm):
            each.shows("user")
        seat.press(CRASH)
        assert seat.end() == 255
        assert RESET.decode() in seat.screen
        assert "SIGSEGV" in seat.screen[seat.screen.index(RESET.decode()) :]
        calm.press(ABOUT)
        assert int(calm.shows("about")) in host.sessions()
        calm.press(QUIT)
        assert calm.end() == 7
    host.logged("session ended", account=guest.person.account, signal="SIGSEGV")


def test_a_line_that_is_cut_leaves_no_process_and_loses_nothing(guest: Guest, host: HostProcess) -> None:
    """The client is killed: what was typed is kept, and the session's process ends at once."""
    with guest.sit() as seat:
        seat.shows("user")
        pid = pid_of(host, guest)
        seat.press("未申报".encode())
        assert wait_until(lambda: seat.until("未申报"))
        seat.drop()
        assert gone(pid)
    host.logged("session ended", account=guest.person.account, status=0)
    assert (host.kept(guest.person) / "typed").read_text() == "未申报"


def test_a_stuck_process_is_killed_after_the_grace(guest: Guest, host: HostProcess) -> None:
    """Whoever ignores SIGHUP is killed when the line is gone; nobody else waits for it."""
    with guest.sit() as seat:
        seat.shows("user")
        pid = pid_of(host, guest)
        seat.press(HANG)
        seat.shows("hangs")
        seat.drop()
        with guest.sit() as other:
            other.shows("user")
            other.press(QUIT)
            assert other.end() == 7
        assert gone(pid)
    host.logged("a session that did not end was killed")
    host.logged("session ended", account=guest.person.account, signal="SIGKILL")


def test_a_frozen_client_stops_its_session_and_costs_no_memory(open_host: Hosts, guest_of: Guests) -> None:
    """A process that writes without end to a client that reads nothing waits, and nobody else does."""
    host = open_host()
    guest, other = guest_of(host), guest_of(host, "operator", 1)
    with guest.sit() as seat:
        seat.shows("user")
        pid = pid_of(host, guest)
        os.kill(seat.ssh, signal.SIGSTOP)
        before = resident(host.process.pid)
        seat.press(SPEW)  # the client sends it when it goes on, as a client that was frozen in the middle
        os.kill(seat.ssh, signal.SIGCONT)
        seat.until("xxxxxxxx")
        os.kill(seat.ssh, signal.SIGSTOP)
        spent: list[tuple[str, int]] = []
        while len(spent) < 2 or spent[-1] != spent[-2]:  # what lies between them fills up first
            assert len(spent) < 10
            with other.sit() as calm:
                calm.shows("user")
                calm.press(QUIT)
                assert calm.end() == 7
            spent.append(_process(pid))
        assert spent[-1][0] == "S"
        assert resident(host.process.pid) - before < 16 * MEGABYTE
        os.kill(seat.ssh, signal.SIGKILL)
        assert gone(pid)


def _process(pid: int) -> tuple[str, int]:
    """A process's state, S for one that waits, and the processor's time that it has had, in ticks."""
    text = Path(f"/proc/{pid}/stat").read_text()
    fields = text[text.rindex(")") + 2 :].split()
    return fields[0], int(fields[11]) + int(fields[12])


def test_ten_sessions_at_once_are_ten_people(host: HostProcess, guest_of: Guests) -> None:
    """Each has its own process, screen and keys; when they leave, nothing is left."""
    everybody = [guest_of(host, "operator", number % 2) for number in range(10)]
    seats = [each.sit(size=(80 + number, 24)) for number, each in enumerate(everybody)]
    try:
        for number, seat in enumerate(seats):
            assert seat.shows("size") == f"{80 + number}x24"
        pids = host.sessions()
        assert len(pids) == 10
        for number, seat in enumerate(seats):
            seat.press(f"typed{number}".encode())
            seat.until(f"typed{number}")
        for seat in seats:
            seat.press(QUIT)
            assert seat.end() == 7
        assert all(gone(pid) for pid in pids)
    finally:
        for seat in seats:
            seat.__exit__(None, None, None)


def test_two_sessions_may_share_one_connection(guest: Guest, host: HostProcess) -> None:
    """OpenSSH's ControlMaster: a terminal and a file transfer side by side; one's end is not the other's."""
    path = guest.folder / "control"
    with guest.sit("-o", "ControlMaster=yes", "-o", f"ControlPath={path}") as seat:
        seat.shows("user")
        done = guest.run(
            "-o", f"ControlPath={path}", "-b", "-", "host", program="sftp", given="ls\n", timeout=20
        )
        assert (done.returncode, "exports" in done.stdout) == (0, True), done.stderr
        seat.press(ABOUT)
        seat.shows("about")
        seat.press(QUIT)
        assert seat.end() == 7


def test_a_key_exchange_in_the_middle_changes_nothing(guest: Guest) -> None:
    """Clients exchange keys again after so many bytes; here after very few, while the screen is drawn."""
    with guest.sit("-o", "RekeyLimit=16K") as seat:
        seat.shows("user")
        for columns in range(100, 200, 10):
            seat.sizes(columns, 50)
            while seat.shows("size") != f"{columns}x50":
                pass
        seat.press(QUIT)
        assert seat.end() == 7


def test_the_end_of_input_is_the_end_of_the_session(guest: Guest, host: HostProcess) -> None:
    """`ssh -tt … < /dev/null`: nobody can type, so the session ends in order."""
    done = guest.run("-tt", "host", TERM="xterm-256color")
    assert done.returncode == 0
    host.logged("session ended", account=guest.person.account, status=0)
