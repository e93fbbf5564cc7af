"""Uploads at a real gateway over TLS: beside one another, cut off by a kill, and after a restore."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.settings import Settings
from messages.workflow import Keep
from storage import owners
from storage.database import Database
from tests.attached import pdf
from tests.scenarios.house import Desk, House, command

SIZE = 4 * 1024 * 1024


def digest_of(content: bytes) -> str:
    """Under which it is stored."""
    return hashlib.sha256(content).hexdigest()


def put(desk: Desk, content: bytes) -> int:
    """Store a file; the status of the answer."""
    path = f"/v1/attachments/{digest_of(content)}"
    answer = desk.client.put(path, content=content, headers={"Content-Type": "application/pdf"})
    return answer.status_code


def test_uploads_beside_one_another_arrive_whole(house: House) -> None:
    """Eight at once, none of them in blocks of anybody's choosing: each comes back as it was sent."""
    files = [pdf(SIZE - 1000 * number, os.urandom(16).hex().encode()) for number in range(8)]
    statuses: list[int] = []

    def send(content: bytes) -> None:
        statuses.append(put(Desk(house, house.person("operator")), content))

    senders = [threading.Thread(target=send, args=(content,)) for content in files]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert statuses == [201] * 8
    desk = Desk(house, house.person("operator"))
    for content in files:
        assert desk.client.get(f"/v1/attachments/{digest_of(content)}").content == content


def test_a_kill_in_the_middle_of_an_upload_leaves_nothing(own_house: House) -> None:
    """What had come is gone with the next start; the same file is taken then."""
    house, content = own_house, pdf(SIZE)
    desk = Desk(house, house.person("operator"))
    store = house.home / "attachments"
    trusted = ssl.create_default_context(cafile=str(house.home / "demo" / "ca.pem"))
    host, port = house.url.removeprefix("https://").split(":")
    with trusted.wrap_socket(socket.create_connection((host, int(port))), server_hostname=host) as line:
        head = (
            f"PUT /v1/attachments/{digest_of(content)} HTTP/1.1\r\nHost: {host}\r\n"
            f"Authorization: {desk.client.headers['Authorization']}\r\nContent-Type: application/pdf\r\n"
            f"Content-Length: {SIZE}\r\n\r\n"
        )
        line.sendall(head.encode() + content[: SIZE // 2])
        while not any(file.stat().st_size for file in (store / "incoming").iterdir()):
            threading.Event().wait(0.01)
        house.kill()
    assert list((store / "incoming").iterdir())
    house.start()
    assert list((store / "incoming").iterdir()) == []
    desk = Desk(house, house.person("operator"))
    assert desk.client.get(f"/v1/attachments/{digest_of(content)}").status_code == 404
    assert put(desk, content) == 201


def test_a_restored_gateway_has_the_files_and_who_reads_them(own_house: House, tmp_path: Path) -> None:
    """Backed up while it runs: the same bytes for owner and reader, for nobody else; the journal holds."""
    house, content = own_house, pdf(SIZE)
    owner = house.person("operator")
    assert put(Desk(house, owner), content) == 201
    database = Database(Settings.load(house.home).database_url)
    with database.write() as connection:
        keep = Keep("Z1", owner.dxp_id, (digest_of(content),), ("customs",))
        owners.keep(connection, keep, datetime.now(UTC))
    database.close()
    saved = tmp_path / "backup.tar"
    done = command("eport-gateway", "backup", "--home", str(house.home), "--to", str(saved))
    assert done.returncode == 0, done.stdout + done.stderr
    house.kill()
    shutil.rmtree(house.home)
    done = command("eport-gateway", "restore", str(saved), "--home", str(house.home))
    assert done.returncode == 0, done.stdout + done.stderr
    house.start()
    for role, status in (("operator", 200), ("customs", 200), ("officer", 404)):
        answer = Desk(house, house.person(role)).client.get(f"/v1/attachments/{digest_of(content)}")
        assert answer.status_code == status
        assert status == 404 or answer.content == content
    assert house.stop() == 0
    verified = command("eport-gateway", "journal", "verify", "--home", str(house.home))
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.fixture
def own_house(tmp_path: Path) -> Iterator[House]:
    """A gateway of the test's own, which serves."""
    house = House(tmp_path / "home")
    house.start()
    yield house
    house.close()
