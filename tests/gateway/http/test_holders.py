"""Who holds an SSH key, as a terminal host is told, and for whom a host's logins count."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.serialization import Encoding

from gateway import pki
from gateway.cli.certificates import entry
from gateway.passwords import hashed
from messages.signature.trust import Trust
from storage import cards, registry
from storage.cards import Card
from storage.keys import ssh_fingerprint
from tests.gateway.http.conftest import ENTERPRISE, OTHER, Api
from tests.gateway.http.test_openapi import ROOT, _check, operations

HOST = "DXPHOST000000001"
ALICE = "Alice 李录"


class Registry:
    """A CA, and what is registered under it."""

    def __init__(self, api: Api) -> None:
        self.api, self.now = api, datetime.now(UTC)
        self.ca = pki.authority("CA", self.now)
        with api.database.write() as connection:
            party = registry.Party(HOST, "TERMHOST01", "the host", "host", self.now)
            registry.add_party(connection, party)
        self.host = api.token(HOST, "host")

    def certificate(
        self, key: Any, dxp_id: str = ENTERPRISE, role: str = "operator", days: int = 30, ca: Any = None,
        holder: str = ALICE, card: str = "",
    ) -> bytes:  # fmt: skip
        """Register a certificate; its DER."""
        began = self.now - timedelta(days=60) if days < 0 else self.now
        made = pki.issue_signer(ca or self.ca, key, pki.subject(holder), began, days=abs(days))
        new = entry(made, dxp_id, role)
        with self.api.database.write() as connection:
            if card:
                cards.activate(connection, card, "", [new], self.now, "test")
            else:
                registry.add_certificate(connection, new)
        return made.public_bytes(Encoding.DER)

    def account(
        self, name: str, dxp_id: str = ENTERPRISE, role: str = "operator", holder: str = ALICE
    ) -> None:
        """Register an account with the password «correct horse»."""
        new = registry.Account(name, dxp_id, role, holder, hashed("correct horse"), self.now)
        with self.api.database.write() as connection:
            registry.add_account(connection, new)

    def ask(self, der: bytes, token: str = "") -> Any:
        """What the host is told of the certificate's key."""
        key = (ssh_fingerprint(der) or "").replace("+", "%2B")
        answer = self.api.ask(f"GET /v1/holders?key={key}", token=token or self.host)
        assert answer.status == 200, answer.json
        return answer.json["holders"]


@pytest.fixture
def office(api: Api) -> Registry:
    """Nobody but the host is registered yet; certificates are held to the CA and to their dates."""
    made = Registry(api)
    object.__setattr__(api, "believe", Trust([made.ca.certificate]).check)
    return made


def test_a_registered_key_is_told_with_its_holder_and_accounts(office: Registry, api: Api) -> None:
    """Party, role, holder, the accounts of the same person in the same role, and the certificate itself."""
    der = office.certificate(pki.new_key())
    for name, role in (("alice", "operator"), ("alice2", "operator"), ("boss", "enterprise")):
        office.account(name, role=role)
    office.account("bob", holder="Bob")
    office.account("alice3", OTHER)
    (found,) = office.ask(der)
    assert (found["dxpId"], found["role"], found["holder"]) == (ENTERPRISE, "operator", ALICE)
    assert found["accounts"] == ["alice", "alice2"]
    assert [base64.b64decode(each) for each in found["certificates"]] == [der]
    described = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
    promised = operations(described)["GET", "/v1/holders"]["responses"]["200"]
    schema = promised["content"]["application/json"]["schema"]
    _check({"key": "SHA256:", "holders": [found]}, schema, described, "holders")


def test_nobody_holds_an_unknown_a_revoked_an_ended_or_a_strangers_key(office: Registry, api: Api) -> None:
    """What would open no session of its own opens none at a host either, from the moment on it is so."""
    good, ended = office.certificate(pki.new_key()), office.certificate(pki.new_key(), days=-1)
    foreign = office.certificate(pki.new_key(), ca=pki.authority("somebody", office.now))
    other = pki.issue_signer(office.ca, pki.new_key(), pki.subject("x"), office.now)
    for der in (ended, foreign, other.public_bytes(Encoding.DER)):
        assert office.ask(der) == []
    assert office.ask(good)
    fingerprint = pki.fingerprint(pki.x509.load_der_x509_certificate(good))
    with api.database.write() as connection:
        registry.revoke_certificate(connection, fingerprint, office.now, "lost")
    assert office.ask(good) == []


def test_whoever_came_by_password_is_told_the_own_certificates(office: Registry, api: Api) -> None:
    """Of the same party, holder and role, good ones only, the newest first: what an agent may sign with."""
    office.account("alice")
    own = office.certificate(pki.new_key())
    office.certificate(pki.new_key(), days=-1)
    office.certificate(pki.new_key(), role="enterprise")
    office.certificate(pki.new_key(), OTHER)
    office.certificate(pki.new_key(), holder="Bob")
    token = f"Bearer {_login(api, password='correct horse').json['token']}"
    answer = api.ask("GET /v1/sessions/current/certificates", token=token)
    assert answer.status == 200, answer.json
    assert [base64.b64decode(each) for each in answer.json["certificates"]] == [own]
    described = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
    promised = operations(described)["GET", "/v1/sessions/current/certificates"]["responses"]["200"]
    _check(answer.json, promised["content"]["application/json"]["schema"], described, "certificates")


def test_the_party_must_be_active_too(office: Registry, api: Api) -> None:
    """A suspended party's people are not let in."""
    der = office.certificate(pki.new_key())
    with api.database.write() as connection:
        registry.change_party(connection, ENTERPRISE, state=registry.SUSPENDED)
    assert office.ask(der) == []


def test_one_key_may_be_of_several_parties(office: Registry) -> None:
    """An agent for two enterprises has one key and two certificates; the host sees both."""
    key = pki.new_key()
    der = office.certificate(key)
    office.certificate(key, OTHER)
    office.account("for-other", OTHER)
    assert [(each["dxpId"], each["accounts"]) for each in office.ask(der)] == [
        (ENTERPRISE, []), (OTHER, ["for-other"]),
    ]  # fmt: skip


def test_a_cards_other_certificates_come_along(office: Registry, api: Api) -> None:
    """Who logs in with one key of a card can sign with the other: its number and certificates are told."""
    card = Card("DEMO00000017", ENTERPRISE, ALICE, "unit", "operator", "operator", "card", "")
    with api.database.write() as connection:
        cards.add(connection, card)
        keys = [pki.new_key(), pki.new_key()]
        made = [pki.issue_signer(office.ca, key, pki.subject(ALICE), office.now) for key in keys]
        given = [entry(each, ENTERPRISE, "operator") for each in made]
        cards.activate(connection, card.number, "", given, office.now, "test")
    first, second = (each.public_bytes(Encoding.DER) for each in made)
    (found,) = office.ask(second)
    assert found["cardNumbers"] == [card.number]
    assert [base64.b64decode(each) for each in found["certificates"]] == [second, first]


def test_a_hosts_own_key_is_nobody_who_sits_at_a_terminal(office: Registry) -> None:
    """The host cannot be logged in to with a host's certificate."""
    assert office.ask(office.certificate(pki.new_key(), HOST, "host")) == []


def test_only_a_host_may_ask_and_only_so_often(office: Registry, api: Api) -> None:
    """Anybody else is refused; a host that asks without end has to wait; nonsense is refused as such."""
    key = "SHA256:" + "A" * 43
    assert api.ask(f"GET /v1/holders?key={key}").status == 401
    for role in ("operator", "customs", "gateway"):
        assert api.ask(f"GET /v1/holders?key={key}", token=api.token(role=role)).status == 403
    for wrong in ("", "key=", "key=MD5:00", f"key={key}=", f"key={key}&key={key}", f"key={key}&more=1"):
        assert api.ask(f"GET /v1/holders?{wrong}", token=office.host).status == 400, wrong
    with api.client() as client:
        for _ in range(300):
            answer = client.ask(f"GET /v1/holders?key={key}", b"", Authorization=office.host)
            if answer.status != 200:
                break
    assert answer.status == 429
    assert int(answer.headers["retry-after"]) >= 1


def _login(api: Api, token: str = "", **fields: object) -> Any:
    claim = {"account": "alice", "password": "wrong horse", **fields}
    return api.ask("POST /v1/sessions", json.dumps(claim).encode(), token)


def test_guesses_through_a_host_count_for_the_guessers_address(office: Registry, api: Api) -> None:
    """Whoever guesses at a host shuts out his own address there, and nobody else who comes through it."""
    office.account("alice")
    guesser, holder = "198.51.100.7", "2001:db8::5"
    for _ in range(5):
        assert _login(api, office.host, client=guesser).status == 401
    assert _login(api, office.host, client=guesser, password="correct horse").status == 429
    answer = _login(api, office.host, client=holder, password="correct horse")
    assert (answer.status, answer.json["holder"]) == (201, ALICE)


def test_only_a_host_may_say_for_whom_a_login_counts(office: Registry, api: Api) -> None:
    """Otherwise a guesser would come from another address each time."""
    office.account("alice")
    assert _login(api, client="198.51.100.7").status == 401  # of the call: no token
    assert _login(api, api.token(), client="198.51.100.7").status == 403
    for wrong in ("", "localhost", "1.2.3", 5, ["::1"]):
        assert _login(api, office.host, client=wrong).status == 422, wrong
    assert _login(api, password="correct horse").status == 201
