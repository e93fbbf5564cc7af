"""Smart-assisted declaration by messages alone: thousands declared unattended while the gateway is killed.

An enterprise's software, a carrier's and customs' own against a gateway in its own process, on both
databases.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.x509 import load_pem_x509_certificate

from messages.schemas import Schemas
from messages.wire import new_guid
from messages.xml import parse
from receipts.document import Receipt
from tests.scenarios import xmlsec
from tests.scenarios.declaring import Office, at_work, numbered
from tests.scenarios.house import House, command
from tests.scenarios.offices import statuses

DECLARED = {"sqlite": 10_000, "postgresql": 2_000}
PATIENCE = 300.0  # seconds for the whole run, on a busy machine


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A demo gateway of the test's own on each database."""
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_database_url")
    house = House(tmp_path / "home", url)
    house.start()
    yield house
    house.close()


def test_thousands_are_declared_unattended_and_each_once_though_the_gateway_is_killed(
    house: House, request: pytest.FixtureRequest
) -> None:
    """Killed twice in it: every one declared and stored once, the counts are right, the journal verifies."""
    count = DECLARED[request.node.callspec.params["house"]]
    legal = at_work(house, "enterprise")
    assert statuses(legal.submit("DEC131")) == [1]
    legal.keep(count)
    kept = [one for one in legal.until(count, PATIENCE) if isinstance(one, Receipt)]
    assert {one.status for one in kept} == {1}
    rule = numbered(legal.submit("DEC141"))
    run = numbered(at_work(house, "operator").submit("DEC161-start", ruleNo=rule))
    cursor = legal.cursor
    told: list[Receipt] = []
    for part in (count // 4, count // 2):
        while len(told) < part:  # a receipt 2 or 120 each
            told += [one for one in legal.poll(wait=10) if isinstance(one, Receipt)]
        cursor = legal.cursor
        house.kill()
        house.start()
        legal = Office(house, house.person("enterprise"))
        legal.cursor = cursor
    rest = 2 * count + 2 - len(told)  # and those of the start and of the agreement that is made
    told += [one for one in legal.until(rest, PATIENCE) if isinstance(one, Receipt)]
    cases = {one.case for one in kept}
    each = Counter((one.case, one.status) for one in told if one.case in cases)
    assert set(each.values()) == {1}
    assert Counter(status for _, status in each) == {2: count, 120: count}
    assert {case for case, _ in each} == cases
    seen = legal.run(run)
    assert {name: seen["batch"][name] for name in ("total", "looked", "declared", "failed", "waiting")} == {
        "total": count, "looked": count, "declared": count, "failed": 0, "waiting": 0,
    }  # fmt: skip
    assert statuses(legal.submit("DEC161-stop", caseNo=run)) == [1]
    assert legal.case(run)["state"] == "已停止"
    assert legal.poll() == []
    assert house.stop() == 0
    verified = command("eport-gateway", "journal", "verify", "--home", str(house.home))
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_what_is_missing_keeps_a_declaration_back_until_it_comes(house: House, tmp_path: Path) -> None:
    """A strict rule: manifest, arrival and taxes come one by one; each time the record says what lacks."""
    gateway = load_pem_x509_certificate((house.home / "demo" / "gateway.pem").read_bytes())
    legal, carrier, desk = (at_work(house, role) for role in ("enterprise", "carrier", "customs"))
    assert statuses(legal.submit("DEC131")) == [1]
    assert statuses(desk.submit("DEC201")) == [120]
    assert statuses(desk.submit("DEC211")) == [120]
    number = numbered(legal.submit("DEC111-self"))
    rule = numbered(legal.submit("DEC141-strict", wait="10"))

    def said() -> str:
        """Start, look once, stop; what the record says then."""
        run = numbered(legal.submit("DEC161-start", ruleNo=rule))
        while "next" not in legal.run(run):
            pass
        assert statuses(legal.submit("DEC161-stop", caseNo=run)) == [1]
        legal.drain()
        return str(legal.case(number)["body"]["log"][-1]["zh"])

    assert said() == "税费未确认；没有舱单；未运抵"
    assert statuses(carrier.submit("DEC171", packNo="11")) == [120]
    assert said() == "税费未确认；未运抵；与舱单不一致，件数：报关单 10，舱单 11"
    assert statuses(carrier.submit("DEC171")) == [120]
    assert statuses(carrier.submit("DEC181")) == [120]
    assert said() == "税费未确认"
    taxes = legal.get("/v1/lookups/declaration/taxes", caseNo=number)["values"]
    assert taxes["total"] == "86549.31"
    digest = taxes["draftDigest"]
    confirmed = legal.submit("DEC191-taxes", caseNo=number, draftDigest=digest, taxTotal=taxes["total"])
    assert statuses(confirmed) == [1]
    assert said() == "申报成功（自动）"
    assert legal.case(number)["state"] == "入库"
    seen = desk.case(number)
    assert "log" not in seen["body"]
    assert set(seen["search"]) == {"billNo", "trade", "kind", "day"}  # nothing of how it came to be declared
    assert desk.status("/v1/cases/declaration?office.contains=-2") == 400
    assert number in legal.numbers(**{"office.contains": "-2"})
    assert statuses(desk.submit("DEC121-conclude", caseNo=number)) == [399]
    made = next(iter(legal.numbers(kind="agreement")))
    second = Office(house, house.person("enterprise", 1))
    assert second.case(made)["body"]["agentName"] == "浦东演示进出口有限公司"
    for party in (legal, second):
        party.cursor = ""
        (signed,) = (each for each in party.poll_raw() if b"<Agreement>" in each)
        assert f"<agreementNo>{made}</agreementNo>".encode() in signed
        assert xmlsec.verifies(signed, gateway, tmp_path)
        Schemas().check(parse(signed))
    assert second.status(f"/v1/cases/declaration/{number}") == 404
    assert desk.status(f"/v1/cases/declaration/{rule}") == 404


def test_the_samples_of_a_run_go_as_they_are_in_a_fresh_demo(house: House) -> None:
    """As their README says: enabled, a rule, the run by the rule's number, its stop by the run's."""
    legal = at_work(house, "enterprise")
    for sample in ("DEC131", "DEC141", "DEC161-start", "DEC161-stop"):
        assert statuses(legal.submit(sample)) == [1], sample


def test_two_confirmations_for_one_pair_in_one_message_make_one_agreement(house: House) -> None:
    """The other is told which is in force, and the next that it is there."""
    legal = at_work(house, "enterprise")
    numbers = [numbered(legal.submit("DEC111-draft")) for _ in range(3)]

    def confirming(*some: str) -> list[int]:
        message = legal.person.message("declaration/DEC191-agreement.xml")
        (node,) = message.iterfind("{*}Confirmation")
        for number in some:
            another = copy.deepcopy(node)
            changes = {
                "guid": new_guid(),
                "caseNo": number,
                "draftDigest": legal.draft(number)["draftDigest"],
            }
            for name, value in changes.items():
                element = another.find(f"{{*}}{name}")
                assert element is not None
                element.text = value
            node.addprevious(another)
        message.remove(node)
        return sorted(statuses(legal.submit_tree(message, len(some))))

    assert confirming(*numbers[:2]) == [-191105, 120]
    assert confirming(numbers[2]) == [-191105]
    assert len(legal.numbers(kind="agreement")) == 1


def test_rules_want_the_legal_persons_card_and_marks_the_draft_that_was_seen(house: House) -> None:
    """An operator's try is refused by the gateway; what changed since it was looked at is not marked."""
    legal, operator = at_work(house, "enterprise"), at_work(house, "operator")
    data = operator.person.signed("declaration/DEC141.xml")
    refused = operator.send(operator.person.envelope(data))
    assert refused.code == "2002"
    assert any("法人卡" in each for each in (refused.info, *map(str, refused.results)))
    assert statuses(legal.submit("DEC131")) == [1]
    operator.drain()
    number = numbered(operator.submit("DEC111-draft"))
    before = operator.draft(number)
    assert statuses(operator.submit("DEC111-change", appStatus="1", caseNo=number)) == [1]
    assert statuses(operator.submit("DEC151-mark", caseNo=number, **before)) == [-151113]
    now = operator.draft(number)
    assert statuses(operator.submit("DEC151-mark", caseNo=number, **now)) == [1]
    assert operator.case(number)["body"]["smart"] == "1"
    assert statuses(operator.submit("DEC151-cancel", caseNo=number)) == [1]
    assert statuses(operator.submit("DEC151-cancel", caseNo=number)) == [-151114]
