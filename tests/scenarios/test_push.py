"""Push across kill -9, on each database and with two gateways: in order, never lost, verified by others."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from storage import callbacks
from storage.database import Database
from tests.gateway.push.peer import OK, TIMEOUT, Peer, Post, well
from tests.scenarios.house import ROOT, Desk, House, Person, command

ROUNDS = 4


def environment(peer: Peer) -> dict[str, Any]:
    """Of a gateway to which loopback is public."""
    return {
        "EPORT_PUSH__ALLOW": '["127.0.0.0/8", "::1/128"]', "EPORT_PUSH__CA": str(peer.ca),
        "EPORT_PUSH__RETRY_SECONDS": "0.2",
    }  # fmt: skip


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    """A receiver."""
    made = Peer(tmp_path / "peer")
    yield made
    made.stop()


@pytest.fixture
def house(tmp_path: Path, database_url: str, peer: Peer) -> Iterator[House]:
    """A gateway that pushes, on a fresh database of each kind."""
    database = database_url if database_url.startswith("postgresql") else ""
    made = House(tmp_path / "home", database, **environment(peer))
    made.start()
    yield made
    made.close()


def register(desk: Desk, peer: Peer, **fields: str) -> None:
    """As a developer's script does."""
    answer = desk.client.put("/v1/callback", json={"url": peer.url, **fields})
    assert answer.status_code == 200, answer.text


def send(desk: Desk, person: Person, count: int = 1) -> None:
    """Messages that are accepted; each has several receipts."""
    for _ in range(count):
        assert desk.send(person.envelope(person.signed())).code == "0000"


def names(page: bytes) -> list[str]:
    """The CopMsgId of each DxpMsg of a page."""
    found = etree.fromstring(page).iterfind("{*}DxpMsg/{*}TransInfo/{*}CopMsgId")
    return [each.text or "" for each in found]


def polled(desk: Desk) -> list[str]:
    """The whole mailbox, as a poll has it."""
    answer = desk.client.get("/v1/receipts", params={"limit": 500})
    assert answer.status_code == 200, answer.text
    return names(answer.content)


def pushed(peer: Peer, party: str = "") -> list[str]:
    """What has come, in its order, repetitions too."""
    return [
        name
        for post in list(peer.posts)
        if post.kind == "receipts" and party in ("", post.headers["eport-party"])
        for name in names(post.body)
    ]


def firsts(found: list[str]) -> list[str]:
    """Without the repetitions."""
    return list(dict.fromkeys(found))


def whole(desk: Desk, count: int) -> list[str]:
    """The mailbox once so many receipts have come."""
    desk.cursor = ""
    desk.until(count)
    return polled(desk)


def hold(go_on: threading.Event) -> Callable[[Post], Callable[[socket.socket], None]]:
    """Receipts come, and no answer goes."""

    def answer(_post: Post) -> Callable[[socket.socket], None]:
        def wait(_: socket.socket) -> None:
            go_on.wait(TIMEOUT)

        return wait

    return answer


def test_what_is_pushed_is_what_is_polled_and_verifies_with_openssl_and_xmlsec1(
    house: House, peer: Peer, tmp_path: Path
) -> None:
    """The commands of docs/push.md, word by word, on a post as it came; on another body they fail."""
    person = house.person("operator")
    desk = Desk(house, person)
    register(desk, peer)
    send(desk, person, 2)
    expected = whole(desk, 4)
    peer.until(lambda: len(pushed(peer)) >= len(expected))
    assert pushed(peer) == expected
    post = peer.posts[-1]
    folder = tmp_path / "receiver"
    folder.mkdir()
    shutil.copy(house.home / "demo" / "gateway.pem", folder / "gateway.pem")
    (folder / "body").write_bytes(post.body)
    given = {name: post.headers[f"eport-{name}"] for name in ("kind", "party", "time", "signature")}
    variables = "".join(f"{name}='{value}'\n" for name, value in {**given, "url": peer.url}.items())
    text = (ROOT / "docs" / "push.md").read_text(encoding="utf-8")
    verify, receipts = re.findall(r"```sh (?:verify|receipts)\n(.*?)```", text, re.DOTALL)
    shell = ["bash", "-c", variables + verify]
    assert subprocess.run(shell, cwd=folder, capture_output=True, check=False).stdout == b"Verified OK\n"
    read = ["bash", "-ec", receipts]
    assert subprocess.run(read, cwd=folder, capture_output=True, check=False).returncode == 0
    documents = (folder / "receipts.base64").read_text().split()
    assert len(documents) == len(names(post.body))
    assert b"BVS112Return" in b64decode(documents[0])
    (folder / "body").write_bytes(post.body.replace(b"<Data>", b"<Data> ", 1))
    assert subprocess.run(shell, cwd=folder, capture_output=True, check=False).returncode != 0


def test_a_gateway_killed_between_a_post_and_its_note_posts_the_same_again(house: House, peer: Peer) -> None:
    """The receiver had it, the gateway does not know: it comes again, and then what is behind it."""
    person = house.person("operator")
    desk = Desk(house, person)
    register(desk, peer)
    go_on = threading.Event()
    peer.answer = hold(go_on)
    send(desk, person)
    peer.until(lambda: len(pushed(peer)) >= 1)
    house.kill()
    go_on.set()
    before = pushed(peer)
    peer.answer = well
    house.start()
    desk = Desk(house, person)
    send(desk, person)
    expected = whole(desk, 4)
    peer.until(lambda: firsts(pushed(peer)) == expected)
    assert pushed(peer)[len(before) : len(before) + 1] == before[:1]


def test_nothing_is_lost_or_out_of_order_when_a_gateway_is_killed_again_and_again(
    house: House, peer: Peer
) -> None:
    """While messages come in and the receiver fails now and then, too."""
    person = house.person("operator")
    register(Desk(house, person), peer)
    turn = iter(range(10_000))
    peer.answer = lambda post: (
        b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n" if next(turn) % 3 == 1 else OK
    )
    for number in range(ROUNDS):
        desk = Desk(house, person)
        came = len(peer.posts)
        send(desk, person, 5)
        peer.until(lambda came=came: len(peer.posts) > came)  # type: ignore[misc]
        house.kill()
        house.start()
        assert number < ROUNDS
    desk = Desk(house, person)
    expected = whole(desk, 5 * 2 * ROUNDS)
    peer.until(lambda: len(firsts(pushed(peer))) == len(expected))
    assert firsts(pushed(peer)) == expected
    verified = command("eport-gateway", "journal", "verify", "--home", str(house.home))
    assert verified.returncode == 0, verified.stdout


def test_a_broken_callback_holds_nothing_up_and_is_listed_paused_and_let_go_on(
    house: House, peer: Peer
) -> None:
    """Receipts are polled as ever; whoever runs the gateway sees it, pauses it, and lets it go on."""
    person = house.person("operator")
    desk = Desk(house, person)
    register(desk, peer)
    peer.stop()
    send(desk, person, 3)
    expected = whole(desk, 6)
    home = ("--home", str(house.home))
    listed = command("eport-gateway", "callback", "list", *home)
    assert listed.returncode == 0, listed.stderr
    assert person.dxp_id in listed.stdout
    assert peer.url in listed.stdout
    paused = command("eport-gateway", "callback", "pause", person.dxp_id, "--reason", "a test", *home)
    assert paused.returncode == 0, paused.stderr
    assert desk.client.get("/v1/callback").json()["error"] == "a test"
    assert desk.client.put("/v1/callback", json={"url": peer.url}).status_code in (409, 422)
    peer.start()
    resumed = command("eport-gateway", "callback", "resume", person.dxp_id, *home)
    assert resumed.returncode == 0, resumed.stderr
    peer.until(lambda: firsts(pushed(peer)) == expected)
    assert command("eport-gateway", "callback", "resume", "DXPNOBODY", *home).returncode == 1


def test_two_gateways_push_each_receipt_once_and_go_on_when_one_is_killed(
    postgres_database_url: str, tmp_path: Path, peer: Peer
) -> None:
    """In good times nothing comes twice; what a killed one had is done by its successor."""
    first = House(tmp_path / "one", postgres_database_url, **environment(peer))
    second = House(tmp_path / "two", **environment(peer))
    shutil.rmtree(second.home)
    added = command("eport-gateway", "node", "add", str(second.home), "--home", str(first.home))
    assert added.returncode == 0, added.stderr
    try:
        first.start()
        second.start()
        person = first.person("operator")
        desks = [Desk(each, person) for each in (first, second)]
        register(desks[0], peer)
        for _ in range(5):
            for desk in desks:
                send(desk, person)
        expected = whole(desks[1], 20)
        peer.until(lambda: len(pushed(peer)) >= len(expected))
        assert pushed(peer) == expected
        go_on = threading.Event()
        peer.answer = hold(go_on)
        send(desks[0], person)
        send(desks[1], person)
        peer.until(lambda: len(pushed(peer)) > len(expected))
        database = Database(postgres_database_url)
        with database.read() as connection:
            found = callbacks.of(connection, person.dxp_id)
        database.close()
        assert found is not None
        assert found.taken_by in ("1", "2")
        victim = first if found.taken_by == "1" else second
        victim.kill()
        go_on.set()
        peer.answer = well
        victim.start()
        expected = whole(Desk(victim, person), 24)
        peer.until(lambda: firsts(pushed(peer)) == expected)
    finally:
        first.close()
        second.close()
