"""The folder client against a real gateway: killed at every step and at random under load, fed with junk."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from hardware.virtual.stack import Stack
from receipts.document import Receipt
from receipts.document import parse as parse_returns
from tests.scenarios.house import BIN, PATIENCE, ROOT, House, Person
from tests.scenarios.signing import card_of
from tests.terminals.typist import secret

PIN = "73519264"
FILES = 400
KILLS = 6
CUT = 3  # seconds of work, at most, before a random kill


@pytest.fixture
def operator_of(house: House) -> Person:
    """The first enterprise's operator, with an RSA certificate file."""
    return house.person("operator")


class Killer:
    """tests.scenarios.killed in a process of its own."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.scenarios.killed"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
        )  # fmt: skip

    def run(self, arguments: list[str], kill: int = 0) -> tuple[int, int]:
        """Wait status of one run, and how many steps it made."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"args": arguments, "kill": kill}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer["status"], answer["steps"]

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._log.close()


@pytest.fixture
def killer(tmp_path: Path) -> Iterator[Killer]:
    """Runs clients that die."""
    killer = Killer(tmp_path / "killed.log")
    yield killer
    killer.close()


class Box:
    """One root with the box BVS, and what a user sees in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / "BVS"
        (self.path / "OutBox").mkdir(parents=True)

    def put(self, name: str | bytes, content: bytes) -> None:
        """A file, complete: renamed into place by a program that wrote it a while ago."""
        draft = self.path / "OutBox" / ".draft"
        draft.write_bytes(content)
        os.utime(draft, ns=(1_700_000_000_000_000_000, 1_700_000_000_000_000_000))
        draft.rename(self.path / "OutBox" / os.fsdecode(name))

    def names(self, folder: str) -> list[str]:
        """The names in one of its folders, but for our own drafts."""
        there = self.path / folder
        found = there.iterdir() if there.is_dir() else ()
        return sorted(one.name for one in found if not one.name.startswith("."))

    def arrived(self, prefix: str) -> Counter[str]:
        """How often each file's result is in InBox: its name without prefix and time."""
        found = (one for one in self.names("InBox") if one.startswith(f"{prefix}_"))
        return Counter(one.removeprefix(f"{prefix}_").rpartition("_")[0] for one in found)

    def statuses(self) -> Counter[tuple[str, int]]:
        """How often each node guid has each status, over all receipts in InBox."""
        counted: Counter[tuple[str, int]] = Counter()
        for name in self.names("InBox"):
            if name.startswith("Receipt_"):
                root = etree.fromstring((self.path / "InBox" / name).read_bytes())
                counted.update(
                    (one.ori_guid, one.status) for one in parse_returns(root) if isinstance(one, Receipt)
                )
        return counted

    @property
    def under_way(self) -> list[Path]:
        """What is left of files that were taken."""
        return list((self.path / ".eport" / "sending").iterdir())

    @property
    def drafts(self) -> list[Path]:
        """Files that are half written."""
        return [one for one in self.path.rglob(".*") if one.name.endswith(".tmp")]


def guid(message: bytes) -> str:
    """The node guid of a BVS111."""
    return etree.fromstring(message).findtext("{*}Stocktake/{*}guid") or ""


def arguments(house: House, root: Path, *more: str) -> list[str]:
    """The command's arguments, as the operator."""
    return [
        "folder", str(root), "--box", "BVS", "--demo", str(house.home), "--as", "operator1",
        "--url", house.url, *more,
    ]  # fmt: skip


def client(house: House, root: Path, log: Path, *more: str) -> subprocess.Popen[bytes]:
    """A client in a process group of its own."""
    with log.open("ab") as errors:
        return subprocess.Popen(
            [str(BIN / "eport-terminal"), *arguments(house, root, *more)],
            cwd=ROOT, stdin=subprocess.DEVNULL, stderr=errors, start_new_session=True,
        )  # fmt: skip


def once(house: House, root: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """One run to the end."""
    return subprocess.run(
        [str(BIN / "eport-terminal"), *arguments(house, root, "--once", *more)],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def until(done: Any, seconds: float = 120.0) -> None:
    """Look at the disk until `done` says so."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


def plain(person: Person) -> bytes:
    """A message that nobody has signed."""
    return etree.tostring(person.message())


def refused(person: Person) -> bytes:
    """A message that breaks its schema."""
    root = person.message()
    found = root.find("{*}Stocktake/{*}appType")
    assert found is not None
    found.text = "9"
    return etree.tostring(root)


def test_a_kill_before_any_step_loses_nothing_and_doubles_nothing(
    house: House, operator_of: Person, tmp_path: Path, killer: Killer
) -> None:
    """One file that is accepted, one that is refused, one that is no message: killed before its n-th change
    of the disk or step on the line, for every n, a second run ends with each file in its one place, one
    result for each, one case at the gateway, and nothing left over.
    """
    total = step = 0
    while step <= total:
        box = Box(tmp_path / f"root{step}")
        if step:  # the mailbox is read on from where the last root has read it
            (tmp_path / "state").rename(box.root / ".eport")
        good = plain(operator_of)
        box.put("good.xml", good)
        box.put("refused.xml", refused(operator_of))
        box.put("junk.xml", b"no XML")
        given = arguments(house, box.root, "--once", "--lines", "1", "--processes", "1")
        if step:
            status, _ = killer.run(given, step)
            assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 3, step
        status, steps = killer.run(given)
        assert os.waitstatus_to_exitcode(status) in (0, 3), step
        total = total or steps
        assert box.names("SentBox") == ["good.xml"], step
        assert box.names("FailBox") == ["junk.xml", "junk.xml.txt", "refused.xml", "refused.xml.txt"], step
        assert box.names("OutBox") == [], step
        assert (box.arrived("Successed"), box.arrived("Failed")) == (
            Counter(["good.xml"]), Counter(["junk.xml", "refused.xml"]),
        ), step  # fmt: skip
        assert (box.under_way, box.drafts) == ([], []), step
        while not box.statuses()[guid(good), 120]:  # customs takes it in after the answer
            killer.run(given)
        assert box.statuses() == {(guid(good), 2): 1, (guid(good), 120): 1}, step
        (box.root / ".eport").rename(tmp_path / "state")
        shutil.rmtree(box.root)
        step += 1
    assert total > 40


def test_clients_and_gateways_killed_under_load_lose_nothing(tmp_path: Path) -> None:
    """Files go through while client and gateway are killed in turn: each file is sent once, each has one
    result, each node exactly one receipt of each status.
    """
    house = House(tmp_path / "home")
    house.start()
    running: list[subprocess.Popen[bytes]] = []
    try:
        person = house.person("operator")
        box = Box(tmp_path / "root")
        messages = {f"{number:04d}.xml": plain(person) for number in range(FILES)}
        for name, content in messages.items():
            box.put(name, content)
        chance = random.Random(9)
        for kill in range(KILLS):
            running.append(client(house, box.root, tmp_path / "client.log"))
            before, share = len(box.names("SentBox")), FILES // (KILLS + 2)
            wanted = min(before + chance.randrange(1, share), FILES)
            until(lambda wanted=wanted: len(box.names("SentBox")) >= wanted)  # type: ignore[misc]
            if kill % 3 == 2:
                house.kill()
                house.start()
            os.killpg(running[-1].pid, signal.SIGKILL)
            running.pop().wait(PATIENCE)
        running.append(client(house, box.root, tmp_path / "client.log"))
        until(lambda: len([n for n in box.names("InBox") if n.startswith("Receipt_")]) >= 2 * FILES)
        running[-1].send_signal(signal.SIGTERM)
        assert running.pop().wait(PATIENCE) == 0
        assert (box.names("SentBox"), box.names("OutBox")) == (sorted(messages), [])
        assert box.arrived("Successed") == Counter(list(messages))
        assert (box.under_way, box.drafts) == ([], [])
        wanted_statuses = {(guid(each), status): 1 for each in messages.values() for status in (2, 120)}
        assert box.statuses() == wanted_statuses
    finally:
        for process in running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE)
        house.close()


def test_a_hostile_folder_harms_nobody(house: House, operator_of: Person, tmp_path: Path) -> None:
    """Links, pipes, bombs, wrong zips and odd names: each is refused with its reason or sent, no other file
    is read, and the good ones beside them go through.
    """
    box = Box(tmp_path / "root")
    secret = tmp_path / "secret.xml"
    secret.write_bytes(plain(operator_of))
    good, packed, long, odd = (plain(operator_of) for _ in range(4))
    long_name = "长" * 83 + "ab.xml"
    assert len(long_name.encode()) == 255
    box.put("good.XML", good)
    box.put(long_name, long)
    box.put(b"\xb1\xa8\xb9\xd8.xml", odd)
    outbox = box.path / "OutBox"
    (outbox / "link.xml").symlink_to(secret)
    os.mkfifo(outbox / "pipe.xml")
    with zipfile.ZipFile(outbox / "报关单.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("报关单.xml", packed)
    with zipfile.ZipFile(outbox / "up.zip", "w") as made:
        made.writestr("../up.xml", good)
    with zipfile.ZipFile(outbox / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("bomb.xml", b" " * 40_000_000)
    with (outbox / "huge.xml").open("wb") as file:
        file.truncate(5_000_000_000)
    (outbox / "half.xml.tmp").write_bytes(b"<half")
    (outbox / "notes.txt").write_bytes(b"mine")
    done = once(house, box.root)
    assert done.returncode == 3, done.stderr
    assert box.names("SentBox") == sorted(
        ["good.XML", long_name, os.fsdecode(b"\xb1\xa8\xb9\xd8.xml"), "报关单.zip"]
    )
    failed = ["bomb.zip", "huge.xml", "link.xml", "pipe.xml", "up.zip"]
    assert box.names("FailBox") == sorted([*failed, *(f"{name}.txt" for name in failed)])
    assert (box.path / "FailBox" / "link.xml").is_symlink()
    reason = (box.path / "FailBox" / "link.xml.txt").read_text("utf-8")
    assert "不予读取" in reason
    assert "not followed" in reason
    assert box.names("OutBox") == ["half.xml.tmp", "notes.txt"]
    assert sum(box.arrived("Successed").values()) == 4


def test_the_same_name_again_is_another_file(house: House, operator_of: Person, tmp_path: Path) -> None:
    """A name that is in SentBox already is kept, and the next file of that name gets one beside it."""
    box = Box(tmp_path / "root")
    sent = []
    for _ in range(3):
        sent.append(plain(operator_of))
        box.put("same.xml", sent[-1])
        assert once(house, box.root).returncode == 0
    kept = [(box.path / "SentBox" / name).read_bytes() for name in box.names("SentBox")]
    assert sorted(kept) == sorted(sent)
    assert "same.xml" in box.names("SentBox")
    assert box.arrived("Successed") == {"same.xml": 3}


def test_a_second_client_of_a_root_is_refused(house: House, operator_of: Person, tmp_path: Path) -> None:
    """One root has one client: another says so and ends, also while only a process of the first is left."""
    box = Box(tmp_path / "root")
    first = client(house, box.root, tmp_path / "log")
    try:
        box.put("a.xml", plain(operator_of))
        until(lambda: box.names("SentBox"))
        done = once(house, box.root, "--lang", "zh")
        assert done.returncode == 8
        assert "已有另一个目录客户端在运行" in done.stderr
    finally:
        first.send_signal(signal.SIGTERM)
        assert first.wait(PATIENCE) == 0


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_a_disk_that_takes_nothing_more_stops_the_client_in_words(
    house: House, operator_of: Person, tmp_path: Path, how: str
) -> None:
    """A full disk, or an InBox that was made read-only: it ends with code 8 and says where; once there is
    room again all files go through, none twice.
    """
    mounted = tmp_path / "small"
    mounted.mkdir()
    count = 30
    good = [plain(operator_of) for _ in range(count)]
    staged = tmp_path / "staged"
    staged.mkdir()
    for number, content in enumerate(good):
        (staged / f"{number:02d}.xml").write_bytes(content)
    run = " ".join([str(BIN / "eport-terminal"), *arguments(house, mounted / "root", "--once")])
    limit = "fill=1" if how == "full" else "fill=0"
    script = f"""
set -u
{limit}
mount -t tmpfs -o size=4m none {mounted}
mkdir -p {mounted}/root/BVS/OutBox {mounted}/root/BVS/InBox
cp {staged}/*.xml {mounted}/root/BVS/OutBox/
if [ $fill = 1 ]; then
  dd if=/dev/zero of={mounted}/ballast bs=4k 2>/dev/null; truncate -s -40960 {mounted}/ballast
else
  mkdir {mounted}/root/BVS/.eport {mounted}/root/BVS/SentBox {mounted}/root/BVS/FailBox
  mount --bind {mounted}/root/BVS/InBox {mounted}/root/BVS/InBox
  mount -o remount,ro,bind {mounted}/root/BVS/InBox
fi
{run}; echo "first $?"
if [ $fill = 1 ]; then rm {mounted}/ballast; else umount {mounted}/root/BVS/InBox; fi
{run}; echo "second $?"
ls {mounted}/root/BVS/SentBox | wc -l
ls {mounted}/root/BVS/InBox | grep -c Successed_
ls -A {mounted}/root/BVS/.eport/sending | wc -l
"""
    unshared = ["unshare", "--mount", "--map-root-user"] if os.geteuid() else ["unshare", "--mount"]
    done = subprocess.run(
        [*unshared, "sh", "-c", script], capture_output=True, text=True, timeout=120, check=False, cwd=ROOT
    )
    assert done.stdout.split("\n")[:5] == ["first 8", "second 0", str(count), str(count), "0"], (
        done.stdout + done.stderr
    )
    assert "no file is lost" in done.stderr or "cannot be used as a folder" in done.stderr


def test_files_wait_while_the_card_is_out(house: House, stack: Stack, tmp_path: Path) -> None:
    """An IC card signs; taken out, it is said once and files stay in OutBox; put back, they go through."""
    operator = next(one for one in house.people() if one.account == "operator1")
    card = card_of(operator, tmp_path / "c", PIN)
    stack.insert(card)
    box, log = Box(tmp_path / "root"), tmp_path / "log"
    given = [
        "folder", str(box.root), "--box", "BVS", "--signer", "card", "--pin-file", str(secret(tmp_path, PIN)),
        "--demo", str(house.home), "--as", "operator1", "--url", house.url, "--log", str(log),
    ]  # fmt: skip
    with subprocess.Popen(
        [str(BIN / "eport-terminal"), *given], cwd=ROOT, stderr=subprocess.DEVNULL
    ) as running:
        try:
            box.put("before.xml", plain(operator))
            until(lambda: box.names("SentBox") == ["before.xml"])
            stack.remove()
            box.put("after.xml", plain(operator))
            until(lambda: "signer-away" in log.read_text("utf-8"))
            until(lambda: box.names("OutBox") == ["after.xml"] and not box.under_way)
            stack.insert(card)
            until(lambda: box.names("SentBox") == ["after.xml", "before.xml"])
            assert box.names("FailBox") == []
            assert "signer-back" in log.read_text("utf-8")
        finally:
            running.terminate()
            assert running.wait(PATIENCE) == 0


def test_a_certificate_that_the_gateway_does_not_take_stops_it(tmp_path: Path) -> None:
    """Revoked: it ends with code 3, and the files are in OutBox for when there is another."""
    house = House(tmp_path / "home")
    house.start()
    try:
        person = house.person("operator")
        house.revoke(person)
        box = Box(tmp_path / "root")
        for number in range(5):
            box.put(f"{number}.xml", plain(person))
        running = client(house, box.root, tmp_path / "log")
        assert running.wait(PATIENCE) in (3, 7)  # whether a file or the mailbox learns of it first
        assert box.names("OutBox") == [f"{number}.xml" for number in range(5)]
        assert (box.names("FailBox"), box.names("SentBox"), box.under_way) == ([], [], [])
    finally:
        house.close()
