"""The story of a stocktake: declared, stored, reviewed; each receipt signed so that others can check it."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography import x509
from lxml import etree

from messages.reply import parse as parse_reply
from messages.signature.oids import is_gateway
from receipts import document
from tests.scenarios import xmlsec
from tests.scenarios.house import DESK, Desk, House, command


def _gateway_certificate(house: House) -> x509.Certificate:
    return x509.load_pem_x509_certificate((house.home / "demo" / "gateway.pem").read_bytes())


def test_a_stocktake_goes_from_the_sample_to_its_approval(
    house: House, operator: Desk, customs: Desk, folder: Path
) -> None:
    """Sample in, receipts 2 and 120; the desk approves, 399; xmlsec1 verifies every one of them."""
    gateway = _gateway_certificate(house)
    data = operator.person.signed()
    answer = operator.client.post("/v1/messages", content=operator.person.envelope(data))
    assert parse_reply(answer.content).code == "0000"
    assert xmlsec.verifies(answer.content, gateway, folder)

    raw = []
    while len(raw) < 2:
        raw += operator.poll_raw(wait=10)
    first, second = (document.parse(etree.fromstring(one))[0] for one in raw)
    assert (first.status, second.status) == (2, 120)
    assert first.case == second.case
    assert first.case.startswith("Z")
    assert all(xmlsec.verifies(one, gateway, folder) for one in raw)

    review = customs.person.signed("bonded/BVS121-approve.xml", caseNo=first.case)
    assert customs.send(customs.person.envelope(review)).code == "0000"
    (third,) = operator.poll_raw(wait=10)
    assert document.parse(etree.fromstring(third))[0].status == 399
    assert xmlsec.verifies(third, gateway, folder)
    (fourth,) = customs.until(1)
    assert (fourth.status, fourth.case) == (399, first.case)


def test_the_gateways_certificate_is_the_only_kind_that_signs_receipts(house: House) -> None:
    """Its extended key usage sets it apart from every party's certificate of the same CA."""
    assert is_gateway(_gateway_certificate(house))
    assert not any(is_gateway(person.signer.certificate) for person in house.people())


def test_a_message_signed_by_xmlsec1_is_accepted(house: House, operator: Desk, folder: Path) -> None:
    """Enterprise software need not use this project's code: xmlsec1's signature is as good."""
    person = operator.person
    data = xmlsec.sign(person.message(), person.p12, person.password, folder)
    assert operator.send(person.envelope(data)).code == "0000"
    assert [one.status for one in operator.until(2)] == [2, 120]


def test_the_commands_tell_the_same_story(house: House, folder: Path) -> None:
    """`eport-terminal send --wait 120` and `poll` with a certificate file, as the README shows them."""
    demo = ["--demo", str(house.home), "--as", "operator1", "--url", house.url]
    environment = {"XDG_STATE_HOME": str(folder / "state"), "XDG_CONFIG_HOME": str(folder / "config")}
    sent = command(
        "eport-terminal",
        "send",
        *demo,
        "--fresh",
        "--wait",
        "120",
        "tests/samples/bonded/BVS111.xml",
        **environment,
    )
    assert sent.returncode == 0, sent.stdout + sent.stderr
    assert "0000" in sent.stdout
    assert "120" in sent.stdout


def test_a_book_is_filed_and_a_stocktake_compared_with_it(operator: Desk, customs: Desk) -> None:
    """电子账册: BVS131 files the book, a stocktake is stored against it, the desk sees the differences."""
    book = customs.person.signed("bonded/BVS131.xml")
    assert customs.send(customs.person.envelope(book)).code == "0000"
    assert {one.status for one in customs.until(2)} == {120}
    data = operator.person.signed("bonded/BVS111-book.xml")
    assert operator.send(operator.person.envelope(data)).code == "0000"
    case = operator.until(2)[-1].case
    found = customs.client.get(f"/v1/cases/bonded/{case}")
    assert found.status_code == 200, found.text
    comparison = json.loads(found.text)["body"]["comparison"]
    assert comparison
    assert all("difference" in row for row in comparison)


def test_customs_receives_only_what_is_meant_for_it(operator: Desk) -> None:
    """2001 for any other receiver of a system's message."""
    data = operator.person.signed()
    assert operator.send(operator.person.envelope(data, receivers=("DXPENT0000000002",))).code == "2001"
    assert operator.send(operator.person.envelope(data, receivers=(DESK, "DXPENT0000000002"))).code == "2001"
