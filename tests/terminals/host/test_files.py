"""Files over the line, with OpenSSH's sftp and scp."""

from __future__ import annotations

import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from terminals.host.people import Person
from tests.scenarios.house import PATIENCE
from tests.terminals.host.conftest import Guests, Hosts
from tests.terminals.host.house import Guest, HostProcess, resident, wait_until

MEGABYTE = 1 << 20


def test_a_file_goes_up_and_comes_down_the_same(guest: Guest, host: HostProcess) -> None:
    """With sftp and with scp, large and empty, with a Chinese name; what arrives is what was sent."""
    data = os.urandom(5 * MEGABYTE + 17)
    (guest.folder / "big.bin").write_bytes(data)
    (guest.folder / "empty").touch()
    done = guest.sftp(
        f"put {guest.folder}/big.bin attachments/大文件.bin", f"put -p {guest.folder}/empty attachments/",
        "ls -l attachments", f"get attachments/大文件.bin {guest.folder}/back.bin",
        "mkdir attachments/合同", "rename attachments/empty attachments/合同/空", "ls attachments/合同",
        "rm attachments/合同/空", "rmdir attachments/合同", "df -h",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (guest.folder / "back.bin").read_bytes() == data
    assert (host.area(guest.person) / "attachments" / "大文件.bin").read_bytes() == data
    for arguments in (
        (f"{guest.folder}/big.bin", "host:attachments/scp.bin"),
        ("host:attachments/scp.bin", f"{guest.folder}/scp.bin"),
        ("-r", "host:attachments", f"{guest.folder}/all"),
    ):
        done = guest.run(*arguments, program="scp")
        assert done.returncode == 0, done.stderr
    assert (guest.folder / "scp.bin").read_bytes() == data
    assert (guest.folder / "all" / "大文件.bin").read_bytes() == data
    assert guest.sftp("rm attachments/大文件.bin", "rm attachments/scp.bin").returncode == 0


def test_nobody_sees_anothers_files(host: HostProcess, guest_of: Guests) -> None:
    """Not of another party, and not of another account of the same party."""
    one, colleague, other = guest_of(host), guest_of(host, "enterprise"), guest_of(host, "operator", 1)
    assert one.person.dxp_id == colleague.person.dxp_id
    (one.folder / "mine").write_text("mine")
    assert one.sftp(f"put {one.folder}/mine attachments/mine").returncode == 0
    for guest in (colleague, other):
        for path in (
            "attachments/mine", f"../account-{one.person.account}/attachments/mine",
            f"/../../{one.person.dxp_id}/account-{one.person.account}/attachments/mine",
            str(host.area(one.person) / "attachments" / "mine"),
        ):  # fmt: skip
            assert guest.sftp(f"get {path} {guest.folder}/stolen").returncode != 0, path
    assert not any((guest.folder / "stolen").exists() for guest in (colleague, other))


def test_there_is_no_way_out(guest: Guest, host: HostProcess) -> None:
    """Paths, links, modes: each tried."""
    (guest.folder / "x").write_text("x")
    for line in (
        "get /etc/passwd", "get ../../../../../../etc/passwd", "ls ../../../../proc/self",
        "ln -s /etc/passwd link", "ln -s .. up", "ln attachments hard", "symlink / root",
        f"put {guest.folder}/x /etc/cron.d/x", "chmod 4755 exports",
        "get .incoming", "ls .incoming", "rename exports .incoming/x", "rmdir /", "rename / elsewhere",
    ):  # fmt: skip
        assert guest.sftp(f"lcd {guest.folder}", line).returncode != 0, line
    assert guest.sftp(f"put {guest.folder}/x ../../x").returncode == 0
    assert (host.area(guest.person) / "x").read_text() == "x"
    done = guest.sftp("rm x", "cd ../../..", "pwd", "cd exports", "cd ..", "pwd")
    assert (done.returncode, done.stdout.count("Remote working directory: /\n")) == (0, 2)


def test_the_quota_refuses_what_is_too_much_and_says_so(open_host: Hosts, guest_of: Guests) -> None:
    """A file that does not fit is not there, and another that fits still is; folders are counted too."""
    host = open_host(area_bytes=MEGABYTE, file_bytes=MEGABYTE // 2, area_files=5)
    guest = guest_of(host)
    for name, size in (("large", MEGABYTE), ("half", MEGABYTE // 2), ("other", MEGABYTE // 2), ("small", 10)):
        (guest.folder / name).write_bytes(b"x" * size)

    def put(name: str, target: str = "") -> bool:
        return guest.sftp(f"put {guest.folder}/{name} attachments/{target or name}").returncode == 0

    assert [put(name) for name in ("large", "half", "other", "small")] == [False, True, True, False]
    assert guest.sftp("rm attachments/other").returncode == 0
    assert [put("small", f"s{number}") for number in range(5)] == [True, True, True, True, False]
    folder = host.area(guest.person) / "attachments"
    assert {each.name for each in folder.iterdir()} == {"half", "s0", "s1", "s2", "s3"}
    assert list((host.area(guest.person) / ".incoming").iterdir()) == []


def test_an_upload_that_breaks_off_never_was(guest: Guest, host: HostProcess) -> None:
    """The client is killed in the middle: nothing of the file is there, the former one stays."""
    (guest.folder / "old").write_text("old")
    assert guest.sftp(f"put {guest.folder}/old attachments/file").returncode == 0
    with (guest.folder / "huge").open("wb") as file:
        file.truncate(40 * MEGABYTE)
    incoming = host.area(guest.person) / ".incoming"
    process = subprocess.Popen(
        ["/usr/bin/sftp", "-l", "20000", "-F", guest.config, "-b", "-", "host"], stdin=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(f"put {guest.folder}/huge attachments/file\n".encode())
    process.stdin.close()
    assert wait_until(lambda: any(each.stat().st_size for each in incoming.iterdir()))
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)
    assert wait_until(lambda: not list(incoming.iterdir()))
    assert (host.area(guest.person) / "attachments" / "file").read_text() == "old"


def test_an_upload_goes_on_where_it_was(guest: Guest, host: HostProcess) -> None:
    """`reput` sends the rest of a file of which the beginning is there."""
    data = os.urandom(MEGABYTE)
    (guest.folder / "f").write_bytes(data[: MEGABYTE // 2])
    assert guest.sftp(f"put {guest.folder}/f attachments/f").returncode == 0
    (guest.folder / "f").write_bytes(data)
    done = guest.sftp(f"reput {guest.folder}/f attachments/f")
    assert done.returncode == 0, done.stderr
    assert (host.area(guest.person) / "attachments" / "f").read_bytes() == data


def test_several_transfers_at_once_do_not_disturb_each_other(guest: Guest, host: HostProcess) -> None:
    """The connections of one account share the area and its quota."""

    def carry(number: int) -> bool:
        data = os.urandom(MEGABYTE)
        there, back = guest.folder / f"up{number}", guest.folder / f"down{number}"
        there.write_bytes(data)
        done = guest.sftp(f"put {there} attachments/{number}", f"get attachments/{number} {back}")
        return done.returncode == 0 and back.read_bytes() == data

    with ThreadPoolExecutor(5) as pool:
        assert all(pool.map(carry, range(5)))


def test_a_client_that_asks_and_does_not_read_costs_no_memory(guest: Guest, host: HostProcess) -> None:
    """A reader is frozen in the middle of a large download: its answers wait in the file."""
    with (guest.folder / "huge").open("wb") as file:
        file.truncate(45 * MEGABYTE)
    assert guest.sftp(f"put {guest.folder}/huge attachments/huge").returncode == 0
    before = resident(host.process.pid)
    target = guest.folder / "slow"
    process = subprocess.Popen(
        ["/usr/bin/sftp", "-F", guest.config, "-R", "2048", "-b", "-", "host"], stdin=subprocess.PIPE,
        start_new_session=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(f"get attachments/huge {target}\n".encode())
    process.stdin.close()
    assert wait_until(target.exists)
    os.killpg(process.pid, signal.SIGSTOP)
    assert guest.sftp("ls").returncode == 0  # somebody else's turn
    assert resident(host.process.pid) - before < 12 * MEGABYTE
    os.killpg(process.pid, signal.SIGCONT)
    assert process.wait(PATIENCE) == 0
    assert target.stat().st_size == 45 * MEGABYTE
    assert guest.sftp("rm attachments/huge").returncode == 0


def test_an_account_with_an_odd_name_has_a_folder_like_any_other() -> None:
    """Slashes, dots and long names lead nowhere else."""
    folders = set()
    for account in (
        "..",
        ".",
        "a/b",
        "../../x",
        "/etc",
        "a\0b",
        "张三",
        "x" * 64,
        "张" * 64,
        "张" * 63 + "李",
    ):
        folder = Person(account, "", "", "", "DXP/../..").folder
        assert len(folder.parts) == 2
        assert not {"..", ".", "/"} & set(folder.parts)
        assert all(len(part) < 200 for part in folder.parts)
        folders.add(folder)
    assert len(folders) == 10
    assert Path(folder).name.startswith("account-")
