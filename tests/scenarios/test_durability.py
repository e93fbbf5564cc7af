"""What survives: every answered message, through kill -9, power loss order, stop, and restore."""

from __future__ import annotations

import re
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import httpx
import pytest

from messages.reply import parse as parse_reply
from receipts.document import Receipt
from tests.scenarios.house import Desk, House, command

MESSAGES = 1_000
KILLS = 8
SENDERS = 8


@pytest.fixture
def own_house(tmp_path: Path, database_url: str) -> Iterator[House]:
    """A gateway of the test's own, on each database."""
    house = House(tmp_path / "home", database_url)
    yield house
    house.close()


@pytest.fixture
def plain_house(tmp_path: Path) -> Iterator[House]:
    """A gateway of the test's own, on SQLite."""
    house = House(tmp_path / "home")
    yield house
    house.close()


class Fleet:
    """Senders that never give up: the same bytes again until there is an answer."""

    def __init__(self, house: House, bodies: list[bytes]) -> None:
        self.house = house
        self.answered = SimpleQueue[str]()
        self.up = threading.Event()
        self._pool = ThreadPoolExecutor(SENDERS)
        self._parts = [bodies[place::SENDERS] for place in range(SENDERS)]

    def go(self) -> list[str]:
        """The codes of all answers, when the last has come."""
        found = self._pool.map(self._send, self._parts)
        return [code for part in found for code in part]

    def _send(self, bodies: list[bytes]) -> list[str]:
        codes = []
        client = self.house.client()
        for body in bodies:
            while True:
                self.up.wait()
                try:
                    answer = client.post("/v1/messages", content=body)
                except httpx.TransportError:
                    continue  # killed before it answered, or not up again yet
                code = parse_reply(answer.content).code
                if code != "3001":
                    break
            codes.append(code)
            self.answered.put(code)
        return codes


def test_nothing_answered_is_lost_and_nothing_happens_twice_under_kill_9(own_house: House) -> None:
    """1,000 messages, the server killed eight times meanwhile: each stored once, two receipts each."""
    house = own_house
    person = house.person("operator")
    bodies = [person.envelope(person.signed()) for _ in range(MESSAGES)]
    fleet = Fleet(house, bodies)
    sending = ThreadPoolExecutor(1).submit(fleet.go)
    house.start()
    fleet.up.set()
    for _ in range(KILLS):
        for _ in range(MESSAGES // (KILLS + 1)):
            fleet.answered.get()
        fleet.up.clear()
        house.kill()
        house.start()
        fleet.up.set()
    assert Counter(sending.result()) == {"0000": MESSAGES}

    desk = Desk(house, person)
    receipts = [one for one in desk.until(2 * MESSAGES) if isinstance(one, Receipt)]
    assert desk.poll() == []
    statuses = Counter((one.ori_cop_msg_id, one.status) for one in receipts)
    assert set(statuses.values()) == {1}
    assert Counter(status for _, status in statuses) == {2: MESSAGES, 120: MESSAGES}
    cases = Counter(one.case for one in receipts)
    assert len(cases) == MESSAGES
    assert set(cases.values()) == {2}
    assert house.stop() == 0
    verified = command("eport-gateway", "journal", "verify", "--home", str(house.home))
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_the_reply_leaves_only_after_the_message_is_on_disk(tmp_path: Path) -> None:
    """Traced system calls: between the request and its reply the WAL is written and synced."""
    assert shutil.which("strace"), "strace is one of the tests' system packages"
    house = House(tmp_path / "home", EPORT_LISTEN__TLS="false")
    trace = tmp_path / "trace"
    calls = "trace=fsync,fdatasync,pwrite64,sendto,recvfrom,write,read"
    try:
        house.start("strace", "-f", "-y", "-s", "400", "-e", calls, "-o", str(trace))
        person = house.person("operator")
        client = httpx.Client(base_url=house.url.replace("https", "http"))
        for _ in range(5):
            answer = client.post("/v1/messages", content=person.envelope(person.signed()))
            assert parse_reply(answer.content).code == "0000"
    finally:
        house.close()
    events = [
        "request" if "POST /v1/messages" in line else "reply" if "<ResponseCode>0000" in line else "sync"
        for line in trace.read_text(errors="replace").splitlines()
        if "POST /v1/messages" in line
        or "<ResponseCode>0000" in line
        or re.search(r"f(data)?sync\(\d+<[^>]*gateway\.db-wal>\) += 0", line)
        or re.search(r"f(data)?sync resumed", line)
    ]
    story = "".join({"request": "q", "reply": "r", "sync": "s"}[event] for event in events)
    assert story.count("r") == 5
    assert re.fullmatch(r"s*(q[^qr]*s[^qr]*r[^qr]*){5}", story), story


def test_a_stop_finishes_what_it_answers_for(plain_house: House) -> None:
    """SIGTERM under load: every reply that was given is of a stored message, and the exit code is 0."""
    house = plain_house
    house.start()
    person = house.person("operator")
    bodies = [person.envelope(person.signed()) for _ in range(200)]
    fleet = Fleet(house, bodies)
    fleet.up.set()
    sending = ThreadPoolExecutor(1).submit(fleet.go)
    for _ in range(50):
        fleet.answered.get()
    fleet.up.clear()
    assert house.stop() == 0
    house.start()
    fleet.up.set()
    assert Counter(sending.result()) == {"0000": 200}
    assert len(Desk(house, person).until(400)) == 400


def test_a_restored_gateway_goes_on(plain_house: House, tmp_path: Path) -> None:
    """Backup while it serves, restore: old replies, old and new receipts, a journal that verifies."""
    house = plain_house
    house.start()
    desk = Desk(house, house.person("operator"))
    body = desk.person.envelope(desk.person.signed())
    first = desk.client.post("/v1/messages", content=body).content
    desk.until(2)
    saved = tmp_path / "backup.tar"
    done = command("eport-gateway", "backup", "--home", str(house.home), "--to", str(saved))
    assert done.returncode == 0, done.stdout + done.stderr
    after_backup = desk.person.envelope(desk.person.signed())
    desk.send(after_backup)
    desk.until(2)
    house.kill()
    shutil.rmtree(house.home)
    done = command("eport-gateway", "restore", str(saved), "--home", str(house.home))
    assert done.returncode == 0, done.stdout + done.stderr
    house.start()
    again = Desk(house, desk.person)
    again.cursor = desk.cursor  # read beyond what the backup holds: nothing new may be stepped over
    assert again.client.post("/v1/messages", content=body).content == first
    assert again.send(after_backup).code == "0000"
    assert len(again.until(2)) == 2
    assert house.stop() == 0
    verified = command("eport-gateway", "journal", "verify", "--home", str(house.home))
    assert verified.returncode == 0, verified.stdout + verified.stderr
