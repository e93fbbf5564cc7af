"""Several gateways on one PostgreSQL: clients choose any, each may die at any time, nothing is lost."""

from __future__ import annotations

import base64
import hashlib
import itertools
import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import httpx
import psycopg
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from messages.reply import parse as parse_reply
from messages.signature.sign import sign
from messages.wire import new_guid
from receipts.document import Receipt
from tests.scenarios.house import BVS, PATIENCE, Desk, House, Person, command

NODES = 3
CASES = 25  # of each sender, one after the other
SENDERS = 6
KILLS = 6
STORY = ("1", "1", "1", "2")  # appStatus: kept, changed twice and declared; nobody waits for a receipt
TOLD = [1, 1, 1, 2, 120]


@pytest.fixture
def town(tmp_path: Path, postgres_database_url: str) -> Iterator[list[House]]:
    """The homes of three gateways, made as an operator makes them."""
    houses = [House(tmp_path / "n1", postgres_database_url)]
    for number in range(2, NODES + 1):
        home = tmp_path / f"n{number}"
        made = command("eport-gateway", "node", "add", str(home), "--home", str(houses[0].home))
        assert made.returncode == 0, made.stdout + made.stderr
        houses.append(House(home, made=True))
    yield houses
    for house in houses:
        house.close()


def nobody_waits(url: str) -> bool:
    """Whether everything that was accepted is done."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM work").fetchone()
        assert row is not None
        return bool(row[0] == 0)


class Crowd:
    """Senders that send each message to any gateway, and again to any until one has answered."""

    def __init__(self, town: Sequence[House], person: Person) -> None:
        self.town, self.person = town, person
        self.answered = SimpleQueue[None]()
        self.sent: dict[str, str] = {}  # CopMsgId → inner number
        self.cases: dict[str, str] = {}  # inner number → case
        self._seconds = itertools.count()
        self._lock = threading.Lock()

    def begin(self) -> list[str]:
        """A stocktake of each inner number is kept; all answers' codes."""
        inners = [new_guid().replace("-", "")[:20] for _ in range(SENDERS * CASES)]
        return self._all(inners, ("1",))

    def go_on(self) -> list[str]:
        """The rest of each stocktake's story, as fast as there are answers; all answers' codes."""
        return self._all(list(self.cases), STORY[1:])

    def _all(self, inners: list[str], story: Sequence[str]) -> list[str]:
        with ThreadPoolExecutor(SENDERS) as pool:
            parts = [pool.submit(self._work, n, inners[n::SENDERS], story) for n in range(SENDERS)]
            return [code for part in parts for code in part.result()]

    def _work(self, seed: int, inners: Sequence[str], story: Sequence[str]) -> list[str]:
        chance = random.Random(seed)
        clients = [house.client() for house in self.town]
        codes = []
        for inner, status in itertools.product(inners, story):
            body = self._message(inner, status)
            codes.append(self._until_answered(body, clients, chance))
            self.answered.put(None)
        return codes

    def _message(self, inner: str, status: str) -> bytes:
        with self._lock:
            later = next(self._seconds)
        name = new_guid()
        self.sent[name] = inner
        root = self.person.message(
            etpsInnerNo=inner,
            appStatus=status,
            appType="2" if inner in self.cases else "1",
            appTime=f"20261101{later // 3600:02}{later // 60 % 60:02}{later % 60:02}",
        )
        if inner in self.cases:
            named = etree.Element(f"{{{BVS}}}caseNo")
            named.text = self.cases[inner]
            root[0].insert(4, named)
        return self.person.envelope(etree.tostring(sign(root, self.person.signer)), name)

    @staticmethod
    def _until_answered(body: bytes, clients: list[httpx.Client], chance: random.Random) -> str:
        while True:
            try:
                answer = chance.choice(clients).post("/v1/messages", content=body)
            except httpx.TransportError:
                continue  # that one is dead, or died before it answered: to another with the same bytes
            code = parse_reply(answer.content).code
            if code != "3001":
                return code


class Reading:
    """Who logs in once and reads on with one cursor, at each gateway in turn."""

    def __init__(self, town: Sequence[House], crowd: Crowd) -> None:
        first = Desk(town[0], crowd.person)
        clients = [house.client() for house in town]
        for client in clients:
            client.headers["Authorization"] = first.client.headers["Authorization"]
        self._desk, self._clients, self._crowd = first, itertools.cycle(clients), crowd
        self.told: dict[str, list[int]] = {}  # by inner number
        self.cases: dict[str, str] = {}

    def until(self, count: int) -> None:
        """Read until so many receipts have come, all in all."""
        while sum(map(len, self.told.values())) < count:
            self._desk.client = next(self._clients)
            for one in self._desk.poll(wait=20, limit=97):
                assert isinstance(one, Receipt)
                assert one.case is not None, one
                inner = self._crowd.sent[one.ori_cop_msg_id]
                self.told.setdefault(inner, []).append(one.status)
                assert self.cases.setdefault(inner, one.case) == one.case


def test_gateways_die_in_turn_under_load_and_nobody_notices(
    town: list[House], postgres_database_url: str
) -> None:
    """Three gateways, each killed twice: every message is accepted once, each case goes through its steps in
    order, the mailbox has no gap and nothing twice, and the journal of all three verifies.
    """
    for house in town:
        house.start()
    crowd = Crowd(town, town[0].person("operator"))
    reading = Reading(town, crowd)
    assert set(crowd.begin()) == {"0000"}
    reading.until(SENDERS * CASES)
    crowd.cases = dict(reading.cases)
    count = SENDERS * CASES * (len(STORY) - 1)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(crowd.go_on)
        for kill in range(KILLS):
            for _ in range(count // (KILLS + 1)):
                crowd.answered.get(timeout=PATIENCE)
            town[kill % NODES].kill()
            town[kill % NODES].start()
        assert Counter(sending.result()) == {"0000": count}
    wanted = SENDERS * CASES * len(TOLD)
    reading.until(wanted)
    assert Counter(map(tuple, reading.told.values())) == {tuple(TOLD): SENDERS * CASES}
    assert len(set(reading.cases.values())) == SENDERS * CASES

    assert nobody_waits(postgres_database_url)
    for house in town:
        assert house.stop() == 0
    with psycopg.connect(postgres_database_url) as connection:
        places = connection.execute("SELECT position FROM receipts ORDER BY position").fetchall()
        seen = connection.execute("SELECT name, seen_at FROM gateways ORDER BY number").fetchall()
        chains = connection.execute("SELECT DISTINCT node FROM journal").fetchall()
    assert [place for (place,) in places] == [*range(1, wanted + 1)]
    assert seen == [("1", None), ("2", None), ("3", None)]
    assert {name for (name,) in chains} == {"1", "2", "3"}
    verified = command("eport-gateway", "journal", "verify", "--home", str(town[0].home))
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_what_one_gateway_accepted_another_does(town: list[House]) -> None:
    """A gateway that only accepts, or dies with its work undone: the others do it, and a poll that waits at
    one is answered by what another delivers.
    """
    accepting, working = town[:2]
    accepting.environment["EPORT_EXCHANGE__DISPATCH"] = "false"
    accepting.start()
    person = accepting.person("operator")
    client = accepting.client()
    for _ in range(3):
        answer = client.post("/v1/messages", content=person.envelope(person.signed()))
        assert parse_reply(answer.content).code == "0000"
    accepting.kill()
    working.start()
    desk = Desk(working, person)
    assert len(desk.until(6)) == 6
    accepting.start()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(desk.until, 2)
        answer = accepting.client().post("/v1/messages", content=person.envelope(person.signed()))
        assert parse_reply(answer.content).code == "0000"
        assert [one.status for one in waiting.result() if isinstance(one, Receipt)] == [2, 120]


def test_who_is_known_at_one_gateway_is_known_at_all(town: list[House]) -> None:
    """Nonces, sessions, repeats, revocations and files: whatever one has done holds at the others."""
    one, other = town[:2]
    one.start()
    other.start()
    desk = Desk(one, one.person("operator"))
    elsewhere = other.client()
    elsewhere.headers["Authorization"] = desk.client.headers["Authorization"]

    body = desk.person.envelope(desk.person.signed())
    first = desk.client.post("/v1/messages", content=body).content
    assert elsewhere.post("/v1/messages", content=body).content == first
    assert len(desk.until(2)) == 2

    content = b"%PDF-1.7 an invoice"
    digest = hashlib.sha256(content).hexdigest()
    headers = {"Content-Type": "application/pdf"}
    put = desk.client.put(f"/v1/attachments/{digest}", content=content, headers=headers)
    assert put.status_code in (200, 201), put.text
    assert elsewhere.get(f"/v1/attachments/{digest}").content == content

    nonce = desk.client.post("/v1/challenges", json={}).json()["nonce"]
    proof = _proof(desk.person, other.url, nonce)
    assert other.client().post("/v1/sessions", json=proof).status_code in (200, 201)
    assert one.client().post("/v1/sessions", json=_proof(desk.person, one.url, nonce)).status_code == 401

    assert elsewhere.delete("/v1/sessions/current").status_code in (200, 204)
    while desk.client.get("/v1/receipts").status_code != 401:
        pass  # believed for two seconds at the most

    one.revoke(desk.person)
    refused = other.client().post("/v1/messages", content=desk.person.envelope(desk.person.signed()))
    assert parse_reply(refused.content).code == "1002"


def _proof(person: Person, url: str, nonce: str) -> dict[str, str]:
    signature = person.signer.sign(f"eport-gateway login v1\n{url}\n{nonce}".encode())
    return {
        "nonce": nonce,
        "certificate": base64.b64encode(person.signer.certificate.public_bytes(Encoding.DER)).decode(),
        "signature": base64.b64encode(signature).decode(),
    }
