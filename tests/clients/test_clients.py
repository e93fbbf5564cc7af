"""The sample clients: each does a message's whole way, meets faults well, and believes nobody else."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from hardware.file import keys
from messages import reply
from messages.signature.template import TemplateSigner
from tests.clients.conftest import Client
from tests.clients.peer import answering
from tests.scenarios.house import Desk, House, Person

KEYS = {"RSA": 0, "P-256": 1}  # the demo's operators, by the kind of their key
RETURNED = "100"
DONE = (0, ["0000", "2", "120"])  # accepted, declared, stored


def order(house: House, person: Person, **fault: Any) -> None:
    """Order a fault for this person's next message."""
    answer = Desk(house, person).client.put("/v1/sandbox", json={"faults": [fault]})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("key", KEYS)
def test_a_message_is_signed_sent_and_its_receipts_proven(house: House, client: Client, key: str) -> None:
    """With the key of an RSA card and of one on a P-256 curve."""
    person = house.person("operator", KEYS[key])
    said = client.send(house, person, client.message(person))
    assert said[:2] == DONE, said


def test_a_lost_answer_is_asked_for_again_and_the_message_counts_once(house: House, client: Client) -> None:
    """The same bytes go out until there is an answer."""
    person = house.person("operator")
    order(house, person, fault="lost-answer", times=2)
    said = client.send(house, person, client.message(person))
    assert said[:2] == DONE, said


def test_what_was_sent_once_is_never_signed_anew(house: House, client: Client) -> None:
    """Run again after its end, it sends the same bytes and finds the same case."""
    person = house.person("operator", KEYS["P-256"])
    file = client.message(person)
    first = client.send(house, person, file)
    assert first[:2] == client.send(house, person, file)[:2] == DONE


def test_a_gateway_that_cannot_now_is_asked_again_when_it_says(house: House, client: Client) -> None:
    """3001 and 503 say: not taken, the same bytes later; and Retry-After says how much later."""
    person = house.person("operator")
    order(house, person, fault="unavailable", seconds=3)
    began = time.monotonic()
    said = client.send(house, person, client.message(person))
    assert said[:2] == DONE, said
    assert time.monotonic() - began >= 3  # of its own it would have come after 1


def test_a_late_answer_is_waited_for(house: House, client: Client) -> None:
    """Nobody gives up after the first second."""
    person = house.person("operator")
    order(house, person, fault="delay", seconds=2)
    said = client.send(house, person, client.message(person))
    assert said[:2] == DONE, said


def test_a_returned_message_is_told_by_its_exit_code(house: House, client: Client) -> None:
    """退单: accepted, and refused by its receipt."""
    person = house.person("operator")
    order(house, person, fault="returned")
    said = client.send(house, person, client.message(person))
    assert said[:2] == (3, ["0000", RETURNED]), said


def test_a_refused_message_is_told_and_may_be_mended(house: House, client: Client) -> None:
    """What does not fit its schema is refused for good, and signed anew once it was changed."""
    person = house.person("operator")
    file = client.message(person)
    good = file.read_text()
    file.write_text(good.replace("<stockDate>20240916</stockDate>", "<stockDate>yesterday</stockDate>"))
    said = client.send(house, person, file)
    assert said[:2] == (3, ["0002"]), said
    file.write_text(good)
    said = client.send(house, person, file)
    assert said[:2] == DONE, said


def test_a_reply_that_no_gateway_signed_is_not_believed(house: House, client: Client) -> None:
    """Not one of another party of the same CA, and not a real one whose words were changed."""
    person, other = house.person("operator"), house.person("enterprise", 1)
    said = reply.Reply(person.dxp_id, "0000", "accepted", (), datetime.now(UTC))
    anothers = reply.build(said, TemplateSigner(*keys(other.p12, other.password)))
    own = load_pem_private_key((house.home / "keys" / "gateway.key").read_bytes(), None)
    assert isinstance(own, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    certificate = load_pem_x509_certificate((house.home / "certs" / "gateway.pem").read_bytes())
    refused = reply.Reply(person.dxp_id, "1001", "no", (), datetime.now(UTC))
    changed = reply.build(refused, TemplateSigner(own, certificate)).replace(b">1001<", b">0000<")
    file = client.message(person)
    for answer in (anothers, changed):
        with answering(house.home, answer) as url:
            said = client.send(house, person, file, url=url)
        assert said[:2] == (1, []), said
        assert "not proven" in said.trouble
