"""The calls about a callback: what is proven is registered, for the own party only, and so often only."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.push.registrar import AT_ONCE
from receipts import cursor
from storage import callbacks, pushes
from storage.journal import ORIGIN
from storage.tables import journal
from tests.gateway.http.client import Answer
from tests.gateway.http.conftest import CUSTOMS_ID, ENTERPRISE, OTHER, THIRD, Api
from tests.gateway.http.test_calls import NOW, put_receipts
from tests.gateway.http.test_openapi import ROOT, _check
from tests.gateway.push.peer import OK, Peer, Post, answered, proof


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    """A receiver on 127.0.0.1; ask for it before `api`, which trusts its CA then."""
    made = Peer(tmp_path / "peer")
    yield made
    made.stop()


def put(api: Api, url: str, party: str = ENTERPRISE, **fields: Any) -> Answer:
    """Register."""
    body = json.dumps({"url": url, **fields}).encode()
    return api.ask("PUT /v1/callback", body, api.token(party), Content_Type="application/json")


def entries(api: Api) -> list[tuple[str, str]]:
    """What the journal says of callbacks."""
    with api.database.read() as connection:
        rows = connection.execute(journal.select().order_by(journal.c.seq)).all()
    assert not rows or rows[0].previous == ORIGIN
    return [(row.party, row.reference) for row in rows if row.kind == "callback"]


def test_a_callback_that_answers_its_challenge_is_registered(peer: Peer, api: Api) -> None:
    """It is told, begins behind what is there, and is in the journal; so is its end."""
    put_receipts(api, ["M1", "M2"])
    answer = put(api, peer.url)
    assert answer.status == 200, answer.json
    assert answer.json["url"] == peer.url
    assert answer.json["state"] == "active"
    assert answer.json["after"] == cursor.encode(2)
    assert answer.json["waiting"] == 0
    (challenge,) = peer.posts
    assert challenge.kind == "challenge"
    assert json.loads(challenge.body)["party"] == ENTERPRISE
    assert api.ask("GET /v1/callback", token=api.token()).json == answer.json
    assert api.ask("GET /v1/callback", token=api.token(OTHER)).status == 404
    assert api.ask("DELETE /v1/callback", token=api.token(OTHER)).status == 404
    assert api.ask("DELETE /v1/callback", token=api.token()).status == 204
    assert api.ask("GET /v1/callback", token=api.token()).status == 404
    assert entries(api) == [(ENTERPRISE, peer.url), (ENTERPRISE, "")]


def test_a_callback_begins_behind_a_cursor(peer: Peer, api: Api) -> None:
    """The one that was polled to, or the mailbox's beginning; nonsense is refused before any post."""
    put_receipts(api, ["M1", "M2"])
    assert put(api, peer.url, after=cursor.encode(1)).json["waiting"] == 1
    assert put(api, peer.url, after="").json["waiting"] == 2
    assert put(api, peer.url).json["waiting"] == 2
    assert put(api, peer.url, after="yesterday").status == 422
    assert len(peer.posts) == 3


def _echo(post: Post) -> bytes:
    return answered(post.body)


def _the_challenge(post: Post) -> bytes:
    return answered(json.loads(post.body)["challenge"].encode())


def _wordy(post: Post) -> bytes:
    return answered(b'{"proof": "' + proof(post) + b'"}')


def _another(post: Post) -> bytes:
    return answered(hashlib.sha256(post.body).hexdigest().encode())


def _refused(post: Post) -> bytes:
    return answered(proof(post), "403 Forbidden")


@pytest.mark.parametrize("answer", [lambda post: OK, _echo, _the_challenge, _wordy, _another, _refused])
def test_whoever_does_not_know_what_it_is_about_proves_nothing(peer: Peer, api: Api, answer: Any) -> None:
    """A server that says yes to all, or echoes, is nobody's callback; nothing is stored."""
    peer.answer = answer
    refused = put(api, peer.url)
    assert refused.status == 422
    assert "did not take the challenge" in refused.json["info"]
    assert api.ask("GET /v1/callback", token=api.token()).status == 404
    assert entries(api) == []


def test_a_proof_may_have_white_space_and_capitals(peer: Peer, api: Api) -> None:
    """As a shell's echo or another hex writer makes them."""
    peer.answer = lambda post: answered(proof(post).upper() + b"\r\n")
    assert put(api, peer.url).status == 200


@pytest.mark.parametrize(
    "url",
    ["http://localhost/", "https://user@localhost/", "https://2130706433/", "https://localhost:22/", "",
     "https://localhost/\r\nX: y", "https://127.1/", "https://" + "x" * 2000 + "/"],
)  # fmt: skip
def test_a_url_that_is_none_for_callbacks_is_refused(api: Api, url: str) -> None:
    """With what is wrong about it."""
    refused = put(api, url)
    assert refused.status == 422
    assert len(refused.json["info"]) > 20


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "10.0.0.1", "[::1]", "[fd00:ec2::254]", "[::ffff:10.0.0.1]"]
)
def test_an_address_inside_is_refused_without_a_connection(api: Api, host: str) -> None:
    """The answer says so, and no more than that."""
    assert put(api, f"https://{host}/").json["info"].endswith("has an address that is not public")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"url": 5}', b'{"url": null}', b'{"url": "x", "more": 1}']
)
def test_a_body_that_is_no_registration_is_refused(api: Api, body: bytes) -> None:
    """400 for what is not JSON, 422 for what does not say it."""
    answer = api.ask("PUT /v1/callback", body, api.token(), Content_Type="application/json")
    assert answer.status in (400, 422)


def test_a_party_that_registers_a_thousand_times_is_told_to_wait(peer: Peer, api: Api) -> None:
    """Nobody's server is knocked at without end; another party is not held up."""
    token = api.token()
    body = json.dumps({"url": peer.url}).encode()
    found = []
    with api.client() as client:
        for _ in range(1000):
            answer = client.ask("PUT /v1/callback", body, Authorization=token)
            found.append(answer.status)
    assert found[:5] == [200] * 5
    assert set(found[5:]) == {429}
    assert int(answer.headers["retry-after"]) >= 1
    assert len(peer.posts) == 5
    assert put(api, peer.url, OTHER).status == 200


def test_parties_that_prove_slowly_take_only_so_many_places(peer: Peer, api: Api) -> None:
    """One at a time for each party, and a few for all; the rest come again."""
    gate = threading.Event()

    def hold(post: Post) -> bytes:
        gate.wait(20)
        return answered(proof(post))

    peer.answer = hold
    with ThreadPoolExecutor(AT_ONCE) as pool:
        first = pool.submit(put, api, peer.url, ENTERPRISE)
        peer.until(lambda: len(peer.posts) == 1)
        assert put(api, peer.url, ENTERPRISE).status == 429
        others = [pool.submit(put, api, peer.url, party) for party in (OTHER, THIRD, CUSTOMS_ID)]
        peer.until(lambda: len(peer.posts) == 4)
        gate.set()
        assert {each.result().status for each in (first, *others)} == {200}


def test_what_whoever_runs_the_gateway_has_paused_is_not_the_partys_to_change(peer: Peer, api: Api) -> None:
    """Neither another URL nor none; it is told why."""
    put(api, peer.url)
    with api.database.write() as connection:
        callbacks.pause(connection, ENTERPRISE, "too much of it", NOW)
    assert put(api, peer.url).status == 409
    assert api.ask("DELETE /v1/callback", token=api.token()).status == 409
    shown = api.ask("GET /v1/callback", token=api.token()).json
    assert (shown["state"], shown["error"]) == ("paused", "too much of it")


def test_a_broken_callback_says_what_it_failed_with(peer: Peer, api: Api) -> None:
    """And when it is tried again; the fields are those described."""
    put_receipts(api, ["M1"])
    put(api, peer.url, after="")
    with api.database.write() as connection:
        (mine,) = pushes.take(connection, [ENTERPRISE], "1", callbacks_due(api), callbacks_due(api))
        pushes.failed(connection, mine, NOW, "it answered 500", NOW, slow=1)
    shown = api.ask("GET /v1/callback", token=api.token()).json
    assert (shown["state"], shown["failures"], shown["error"]) == ("broken", 1, "it answered 500")
    assert shown["nextTry"] is not None
    assert shown["brokenSince"] is not None
    described = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
    _check(shown, {"$ref": "#/components/schemas/Callback"}, described, "callback")


def callbacks_due(api: Api) -> Any:
    """When the party's callback is due."""
    with api.database.read() as connection:
        found = callbacks.of(connection, ENTERPRISE)
    assert found is not None
    return found.due_at
