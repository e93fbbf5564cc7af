"""Letters and registrations across kill -9, on each database: nothing lost, nothing under a new name."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import notices
from storage.database import Database
from tests.gateway.outbound.post import TIMEOUT, Post
from tests.scenarios.house import House, command
from tests.scenarios.offices import Office, statuses

PASSWORD = "a long password"
WHO = {
    "kind": "account", "role": "agency", "copCode": "1100980088", "name": "新检验有限公司", "contact": "孙理",
    "mail": "new@agency.example", "password": PASSWORD,
}  # fmt: skip


@pytest.fixture
def post() -> Iterator[Post]:
    """A mail server."""
    server = Post().start()
    yield server
    server.end()


@pytest.fixture
def house(tmp_path: Path, database_url: str, post: Post) -> Iterator[House]:
    """A gateway that sends letters, on a fresh database of each kind."""
    made = House(
        tmp_path / "home", database_url if database_url.startswith("postgresql") else "",
        EPORT_MAIL__HOST="localhost", EPORT_MAIL__PORT=str(post.port), EPORT_MAIL__SECURITY="none",
        EPORT_MAIL__SENDER="gate@gate.example", EPORT_MAIL__RETRY_SECONDS="0.2",
    )  # fmt: skip
    made.start()
    yield made
    made.close()


def letters(house: House) -> list[notices.Notice]:
    """What the outbox holds."""
    settings = house.home / "gateway.toml"
    found = re.search(r'^database = "(.+)"', settings.read_text("utf-8"), re.MULTILINE)
    database = Database(found[1] if found else f"sqlite:///{house.home / 'gateway.db'}")
    try:
        with database.read() as connection:
            return notices.listed(connection)
    finally:
        database.close()


def test_a_registration_survives_a_killed_gateway_and_a_mail_server_that_was_down(
    house: House, post: Post
) -> None:
    """Asked while the mail server is down, killed, started, mail server up: one letter, one account."""
    post.stop()
    with house.client() as client:
        assert client.post("/v1/registrations", json=WHO).status_code == 202
    house.kill()
    (waiting,) = letters(house)
    post.start()
    house.start()
    post.until(lambda: bool(post.letters))
    assert post.letters[0]["Message-ID"] == waiting.name
    token = re.findall(r"\w{5}(?:-\w{5}){3}", post.letters[0].get_content())[0]
    proof = {"token": token, "password": PASSWORD}
    with house.client() as client:
        first = client.post("/v1/registrations/confirmations", json=proof).json()
    house.kill()
    house.start()
    with house.client() as client:
        assert client.post("/v1/registrations/confirmations", json=proof).json() == first
        opened = client.post("/v1/sessions", json={"account": WHO["mail"], "password": PASSWORD})
    assert first == {"state": "approved", "account": WHO["mail"]}
    assert opened.status_code == 201
    verified = command("eport-gateway", "journal", "verify", "--home", str(house.home))
    assert verified.returncode == 0, verified.stdout


def test_a_gateway_killed_while_it_hands_a_letter_over_hands_the_same_over_again(
    house: House, post: Post
) -> None:
    """Nobody knows whether it was taken: its successor sends it at once, byte for byte."""
    came, go_on = threading.Event(), threading.Event()

    def answer(asked: str, _address: str) -> str:
        if asked == "DATA":
            came.set()
            go_on.wait(TIMEOUT)
        return ""

    post.answer = answer
    with house.client() as client:
        assert client.post("/v1/registrations", json=WHO).status_code == 202
    assert came.wait(TIMEOUT)
    house.kill()
    go_on.set()
    house.start()
    post.until(lambda: len(post.seen) >= 2)
    assert len({each["Message-ID"] for each in post.seen}) == 1
    assert len({each.content for each in post.envelopes}) == 1


def test_an_operator_approves_while_the_gateway_serves(house: House, post: Post) -> None:
    """A known number waits; the command lets the newcomer in, and the gateway sends the letter about it."""
    known = json.loads((house.home / "demo" / "parties.json").read_text("utf-8"))
    party = next(each for each in known if each["role"] == "agency")
    with house.client() as client:
        asked = {**WHO, "copCode": party["copCode"]}
        assert client.post("/v1/registrations", json=asked).status_code == 202
        post.until(lambda: bool(post.letters))
        token = re.findall(r"\w{5}(?:-\w{5}){3}", post.letters[0].get_content())[0]
        proof = {"token": token, "password": PASSWORD}
        assert client.post("/v1/registrations/confirmations", json=proof).json()["state"] == "pending"
        login = {"account": WHO["mail"], "password": PASSWORD}
        assert client.post("/v1/sessions", json=login).status_code == 401
        home = ("--home", str(house.home))
        approve = ("registration", "approve", "1", "--dxp-id", party["dxpId"], *home)
        done = command("eport-gateway", *approve, **house.environment)
        assert done.returncode == 0, done.stderr
        post.until(lambda: len(post.letters) == 2)
        assert "Registration approved" in post.letters[1]["Subject"]
        assert client.post("/v1/sessions", json=login).json()["dxpId"] == party["dxpId"]


class _Desk(Office):
    """Customs', of customs–enterprise cooperation."""

    SYSTEM = "enterprise"


def test_whoever_registers_under_a_filed_number_reads_nothing_that_is_filed_under_it(
    house: House, post: Post
) -> None:
    """Before it is filed or after: an e-mail address proves no number, and people's identity is in there."""
    desk = _Desk(house, house.person("customs"))
    message = desk.person.message("enterprise/ENT511.xml")
    filed = list(message.iterfind("{*}Registration"))
    for node in filed[1:]:
        message.remove(node)
    code = filed[0].find("{*}regCode")
    assert code is not None
    code.text = "3199960077"
    assert statuses(desk.submit_tree(message, 1)) == [120]
    with house.client() as client:
        asked = {**WHO, "role": "enterprise", "copCode": code.text}
        assert client.post("/v1/registrations", json=asked).status_code == 202
        post.until(lambda: bool(post.letters))
        token = re.findall(r"\w{5}(?:-\w{5}){3}", post.letters[0].get_content())[0]
        proof = {"token": token, "password": PASSWORD}
        assert client.post("/v1/registrations/confirmations", json=proof).status_code == 200
        login = {"account": WHO["mail"], "password": PASSWORD}
        opened = client.post("/v1/sessions", json=login).json()
        assert opened["copCode"] == code.text
        client.headers["Authorization"] = f"Bearer {opened['token']}"
        for name in ("registration", "penalty?penaltyNo=P20260001"):
            assert client.get(f"/v1/lookups/enterprise/{name}").status_code == 404
        form = client.get("/v1/lookups/enterprise/opening", params={"type": "ENT111"}).json()
        assert set(form["values"]) == {"objection"}
