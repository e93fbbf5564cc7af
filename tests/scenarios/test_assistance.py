"""Mutual assistance as a foreign customs' own software does it: signed messages, receipts, files, no screen.

Both directions, on both databases, against a gateway in its own process; and what the officers of another
country, and everybody else, learn of it: nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from receipts.document import Receipt
from tests.conftest import create_postgres, drop_postgres
from tests.scenarios import offices
from tests.scenarios.house import House
from tests.scenarios.offices import statuses

_letters = itertools.count(1)


class Office(offices.Office):
    """A foreign customs' software, or China customs' own."""

    SYSTEM = "assistance"


def digest(name: str) -> str:
    """Of one of the samples' files."""
    return offices.digest(Office.SYSTEM, name)


def letter() -> str:
    """A reference number that nobody has used."""
    return f"FC/{next(_letters)}"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway that serves; one on each database."""
    folder: Path = tmp_path_factory.mktemp("assistance")
    server, url = "", ""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_url")
        url = create_postgres(server, "assistance")
    house = House(folder / "home", url)
    house.start()
    filing = Office(house, house.person("customs"))
    assert [one.status for one in filing.submit("CMA191", 2)] == [120, 120]
    assert [one.status for one in filing.submit("CMA181", 2)] == [120, 120]
    yield house
    house.close()
    if server:
        drop_postgres(server, "assistance")


@pytest.fixture
def officer(house: House) -> Office:
    """Korea's, with the files of the samples."""
    office = Office(house, house.person("officer"))
    office.upload("letter.pdf", "declaration.pdf", "certificate.pdf")
    office.drain()
    return office


@pytest.fixture
def other(house: House) -> Office:
    """Thailand's, who has sent nothing."""
    return Office(house, house.person("officer", 1))


@pytest.fixture
def desk(house: House) -> Office:
    """China's."""
    office = Office(house, house.person("customs"))
    office.drain()
    return office


def test_a_foreign_request_goes_its_whole_way(officer: Office, desk: Office) -> None:
    """Draft with its faults, submission, 退回 with the reason, submission, 反馈 with a file, 评价."""
    (kept,) = officer.submit("CMA111-draft")
    assert kept.status == 1
    assert "外方协查函编号不能为空(letterNo)" in kept.info
    assert desk.status(f"/v1/cases/assistance/{kept.case}") == 404
    number = kept.case
    assert number is not None
    own = letter()
    (sent,) = officer.submit("CMA111-change", caseNo=number, letterNo=own)
    assert (sent.status, sent.case) == (120, number)
    assert desk.numbers(letterNo=own) == desk.numbers(state="待处理", letterNo=own) == {number}
    assert desk.file("certificate.pdf") == 200
    assert statuses(desk.submit("CMA121-return", caseNo=number)) == [100]
    (returned,) = officer.until(1)
    assert isinstance(returned, Receipt)
    assert returned.status == 100
    assert "cannot be read" in returned.info
    assert statuses(officer.submit("CMA111-change", caseNo=number, letterNo=own)) == [120]
    desk.upload("findings.pdf")
    assert statuses(desk.submit("CMA121-answer", caseNo=number)) == [399]
    officer.until(1)
    shown = officer.case(number)
    assert shown["state"] == "已反馈"
    assert shown["body"]["answer"]["conclusion"] == "1"
    assert {each["event"]: each["objection"] for each in shown["actions"]}["evaluate"] is None
    assert officer.file("findings.pdf") == 200
    desk.drain()
    assert statuses(officer.submit("CMA131", caseNo=number)) == [899]
    assert [one.status for one in desk.until(1) if isinstance(one, Receipt)] == [899]
    assert desk.case(number)["body"]["evaluation"]["grade"] == "5"
    told = officer.get(f"/v1/cases/assistance/{number}/history")["steps"]
    assert [(step["status"], step["zh"]) for step in told] == [
        (899, "已评价"), (399, "已反馈"), (120, "待处理"), (100, "退回"), (120, "待处理"), (1, "草稿"),
    ]  # fmt: skip
    assert [step["status"] for step in desk.get(f"/v1/cases/assistance/{number}/history")["steps"]] == [
        899, 399, 120, 100, 120,
    ]  # fmt: skip


def test_a_chinese_request_goes_its_whole_way(officer: Office, other: Office, desk: Office) -> None:
    """The addressed customs is told by a receipt, reads the case and its files, feeds back, is evaluated."""
    desk.upload("letter.pdf", "declaration.pdf", "certificate.pdf")
    other.drain()
    number = desk.submit("CMA141-draft")[0].case
    assert number is not None
    assert officer.status(f"/v1/cases/assistance/{number}") == 404
    assert statuses(desk.submit("CMA141-delete", caseNo=number)) == [1]
    officer.drain()
    number = desk.submit("CMA141", letterNo=letter())[0].case
    (told,) = officer.until(1)
    assert isinstance(told, Receipt)
    assert (told.status, told.case) == (3, number)
    assert officer.status(f"/v1/messages/{told.ori_cop_msg_id}") == 404  # it is customs' message
    assert officer.numbers(state="未反馈") == {number}
    assert officer.case(number)["body"]["stored"]["reqSender"] == "王核"
    assert other.status(f"/v1/cases/assistance/{number}") == 404
    officer.upload("reply.pdf")
    desk.drain()
    assert statuses(officer.submit("CMA151", caseNo=str(number))) == [399]
    assert [one.status for one in desk.until(1) if isinstance(one, Receipt)] == [399]
    assert desk.file("reply.pdf") == 200
    officer.drain()
    assert statuses(desk.submit("CMA161", caseNo=str(number))) == [899]
    assert [one.status for one in officer.until(1) if isinstance(one, Receipt)] == [899]
    assert officer.case(number)["body"]["evaluation"]["grade"] == "4"
    for office in (officer, desk):
        told_steps = office.get(f"/v1/cases/assistance/{number}/history")["steps"]
        assert [(step["status"], step["zh"]) for step in told_steps] == [
            (899, "已评价"), (399, "已反馈"), (3, "未反馈"),
        ]  # fmt: skip
    assert other.poll() == []


def test_drafts_are_submitted_and_deleted_together(officer: Office, desk: Office) -> None:
    """One message of several nodes; each has its own receipt, and what is wrong with one stops no other."""
    drafts = [officer.submit("CMA111-draft")[0].case for _ in range(3)]
    batch = officer.person.message("assistance/CMA111-batch.xml")
    names = [letter(), letter()]
    _name_each(batch, "caseNo", drafts)
    _name_each(batch, "letterNo", [names[0], names[0], names[1]])
    sent = officer.submit_tree(batch, 3)
    assert statuses(sent) == [120, -111010, 120]
    rest = str(drafts[1])
    deletion = officer.person.message("assistance/CMA111-delete.xml", caseNo=rest)
    twice = etree.fromstring(etree.tostring(deletion[0]))
    twice[0].text = "8F3C1D52-0A47-4B1E-9E7A-5C6D7E8F9A0B"
    twice.find("{*}caseNo").text = str(drafts[0])  # type: ignore[union-attr]
    deletion.insert(1, twice)
    assert statuses(officer.submit_tree(deletion, 2)) == [1, -111102]
    assert officer.case(rest)["state"] == "已删除"


def test_a_request_with_faults_is_refused_with_all_of_them(officer: Office) -> None:
    """Each with its field; nothing is kept of it."""
    before = officer.numbers()
    (refused,) = officer.submit("CMA111-refused", letterNo=letter())
    assert refused.status == -111105
    for path in ("(reqMail)", "(Bill[1]/containerNo)", "(Bill[1]/ownerScc)", "(Bill[1]/Goods[1]/netWt)",
                 "原产地证书"):  # fmt: skip
        assert path in refused.info
    assert officer.numbers() == before


def test_a_file_that_was_not_sent_by_the_same_party_cannot_be_named(other: Office, officer: Office) -> None:
    """Knowing a digest, even of a file that is there, buys nothing."""
    (refused,) = other.submit("CMA111", country="THA", letterNo=letter(), agreementNo="THA-1")
    assert "未上传或不属于贵方" in refused.info
    assert officer.file("letter.pdf") == 200
    assert other.file("letter.pdf") == 404


def test_news_and_material_are_for_officers(
    house: House, officer: Office, other: Office, desk: Office
) -> None:
    """Both countries' read them and fetch the files; enterprises do not; what is withdrawn is gone."""
    desk.upload("manual.pdf")
    material = desk.submit("CMA171", 2)[0].case
    enterprise = Office(house, house.person("enterprise"))
    for office in (officer, other):
        (found,) = office.get("/v1/bulletins", kind="material")["bulletins"]
        assert [file["sha256"] for file in found["files"]] == [digest("manual.pdf")]
        assert office.file("manual.pdf") == 200
        assert office.get("/v1/bulletins", kind="news")["bulletins"][0]["title"].endswith("in service")
    assert enterprise.get("/v1/bulletins")["bulletins"] == []
    assert enterprise.file("manual.pdf") == 404
    assert statuses(desk.submit("CMA171-withdraw", caseNo=str(material))) == [1]
    assert officer.get("/v1/bulletins", kind="material")["bulletins"] == []
    assert officer.file("manual.pdf") == 404


def test_another_country_learns_nothing_by_any_call(
    house: House, officer: Office, other: Office, desk: Office
) -> None:
    """Cases, one case, history, receipts, messages, files, lookups, statistics; nor does an enterprise."""
    other.drain()
    officer.drain()
    data = officer.person.signed("assistance/CMA111.xml", letterNo=letter())
    officer.send(officer.person.envelope(data, "A-SECRET"))
    (sent,) = officer.until(1)
    assert isinstance(sent, Receipt)
    number = str(sent.case)
    desk.upload("findings.pdf")
    assert statuses(desk.submit("CMA121-answer", caseNo=number)) == [399]
    assert officer.numbers() >= {number}
    for stranger in (other, Office(house, house.person("enterprise"))):
        assert number not in stranger.numbers()
        for query in ({"letterNo.starts": "FC"}, {"country": "KOR"}, {"number": number}, {"state": "已反馈"}):
            assert number not in stranger.numbers(**query)
        assert number not in stranger.numbers(owner=officer.person.dxp_id)
        for path in (
            f"/v1/cases/assistance/{number}", f"/v1/cases/assistance/{number}/history",
            "/v1/messages/A-SECRET",
        ):  # fmt: skip
            assert stranger.status(path) == 404, path
        asked = stranger.client.post("/v1/messages/status", json={"copMsgIds": ["A-SECRET"]})
        assert asked.json()["messages"] == [{"copMsgId": "A-SECRET", "state": "unknown"}]
        for name in ("letter.pdf", "certificate.pdf", "findings.pdf"):
            assert stranger.file(name) == 404
        for what in ("traffic", "refusals", "queues"):
            assert stranger.status(f"/v1/statistics/{what}") == 403
    assert other.status("/v1/lookups/assistance/agreement?country=KOR") == 404
    assert officer.get("/v1/lookups/assistance/agreement", country="KOR")["values"]["agreementNo"] == "KOR-1"
    assert officer.get("/v1/lookups/assistance/office")["values"]["country"] == "KOR"
    assert other.get("/v1/lookups/assistance/office")["values"]["country"] == "THA"
    assert other.poll() == []
    (refused,) = other.submit("CMA131", caseNo=number)
    (unknown,) = other.submit("CMA131", caseNo="A" + "9" * 18)
    assert refused.info.replace(number, "A" + "9" * 18) == unknown.info
    assert refused.status == unknown.status == -131101


def test_each_side_sends_its_own_messages_only(officer: Office, desk: Office) -> None:
    """2002 for an officer who answers for China, and for customs that asks as a foreign one."""
    for office, sample in (
        (officer, "CMA121-answer"),
        (officer, "CMA171"),
        (desk, "CMA111"),
        (desk, "CMA151"),
    ):
        data = office.person.signed(f"assistance/{sample}.xml")
        assert office.send(office.person.envelope(data)).code == "2002"


def _name_each(message: etree._Element, name: str, values: list[Any]) -> None:
    for element, value in zip(message.iterfind(f"*/{{*}}{name}"), values, strict=True):
        element.text = str(value)
