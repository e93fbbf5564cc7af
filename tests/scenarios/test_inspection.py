"""Pre-shipment inspection as agencies' and enterprises' own software does it: messages and files, no screen.

From the first application to an annual report, on both databases, against a gateway in its own process, which
is stopped and started while a disposal is in force; and what another enterprise learns of it: nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from messages.wire import app_time
from receipts.document import Receipt
from tests.conftest import create_postgres, drop_postgres
from tests.scenarios import offices
from tests.scenarios.house import House
from tests.scenarios.offices import statuses

REFUSED = -131110


class Office(offices.Office):
    """An agency's, an enterprise's or customs' own software."""

    SYSTEM = "inspection"

    def told(self, count: int = 1) -> list[int]:
        """The statuses of the next receipts that come by themselves."""
        return statuses([one for one in self.until(count) if isinstance(one, Receipt)])

    def agencies(self) -> list[dict[str, Any]]:
        """The public query."""
        found: list[dict[str, Any]] = self.get("/v1/lookups/inspection/agencies")["values"]["Agency"]
        return found

    def can_name(self) -> bool:
        """Whether the drop-down of an entrustment has the agency."""
        return bool(self.get("/v1/lookups/inspection/open-agencies")["values"]["Agency"])


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway that serves; one on each database."""
    folder: Path = tmp_path_factory.mktemp("inspection")
    server, url = "", ""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_url")
        url = create_postgres(server, "inspection")
    house = House(folder / "home", url)
    house.start()
    yield house
    house.close()
    if server:
        drop_postgres(server, "inspection")


def at_work(house: House, role: str, place: int = 0, *files: str) -> Office:
    """Somebody with a session, files and an empty mailbox."""
    office = Office(house, house.person(role, place))
    office.upload(*files)
    office.drain()
    return office


@pytest.fixture
def agency(house: House) -> Office:
    """The inspection agency, filed or not."""
    return at_work(house, "agency", 0, "licence.pdf", "certificate.pdf", "improved.pdf")


@pytest.fixture
def trader(house: House) -> Office:
    """The entrusting enterprise."""
    return at_work(house, "enterprise", 0, "photos.pdf")


@pytest.fixture
def desk(house: House) -> Office:
    """Customs."""
    return at_work(house, "customs", 0, "policy.pdf")


def filed(agency: Office, desk: Office, trader: Office) -> None:
    """The agency is filed, if it is not yet."""
    if not trader.agencies():
        number = agency.submit("PSI111")[0].case
        assert statuses(desk.submit("PSI121-accept", caseNo=str(number))) == [399]
    agency.drain()
    desk.drain()


def test_an_agency_is_filed_and_changes_what_is_filed(agency: Office, trader: Office, desk: Office) -> None:
    """暂存, 申请, 补充材料, 申请, 受理 with a number that everybody finds; a change is reviewed first."""
    number = str(agency.submit("PSI111-draft")[0].case)
    assert desk.status(f"/v1/cases/inspection/{number}") == 404
    assert statuses(agency.submit("PSI111-change", caseNo=number)) == [120]
    assert desk.numbers(kind="filing", state="备案待审核") == {number}
    assert desk.file("licence.pdf") == 200
    assert trader.status(f"/v1/cases/inspection/{number}") == 404
    assert trader.file("licence.pdf") == 404
    assert statuses(desk.submit("PSI121-supplement", caseNo=number)) == [100]
    assert agency.told() == [100]
    titles = [each["title"] for each in agency.get("/v1/bulletins", kind="notice")["bulletins"]]
    assert titles == ["备案补充材料"]
    assert trader.get("/v1/bulletins", kind="notice")["bulletins"] == []
    assert statuses(agency.submit("PSI111-change", caseNo=number)) == [120]
    assert statuses(desk.submit("PSI121-accept", caseNo=number)) == [399]
    cert = agency.case(number)["body"]["certNo"]
    assert agency.numbers(words=cert) == {number}
    (found,) = trader.get("/v1/lookups/inspection/agencies-by-number", certNo=cert)["values"]["Agency"]
    assert (found["agencyName"], found["state"]) == ("欧洲检验有限公司", "正常")
    assert statuses(agency.submit("PSI111-change", caseNo=number, agencyName="改名检验")) == [120]
    assert trader.agencies()[0]["agencyName"] == "欧洲检验有限公司"
    assert statuses(desk.submit("PSI121-refuse", caseNo=number)) == [-111102]
    assert trader.agencies()[0]["agencyName"] == "欧洲检验有限公司"
    assert statuses(agency.submit("PSI111-change", caseNo=number, agencyName="改名检验")) == [120]
    assert statuses(desk.submit("PSI121-accept", caseNo=number)) == [399]
    assert trader.agencies()[0]["agencyName"] == "改名检验"
    assert statuses(agency.submit("PSI111")) == [-111109]


def test_an_entrustment_goes_its_whole_way(
    house: House, agency: Office, trader: Office, desk: Office
) -> None:
    """暂存, 提交, 退回, 提交, 接受, 检验结果: both see it at once, and nobody else does."""
    filed(agency, desk, trader)
    number = str(trader.submit("PSI131-draft")[0].case)
    assert agency.status(f"/v1/cases/inspection/{number}") == 404
    assert statuses(trader.submit("PSI131-change", caseNo=number)) == [120]
    assert agency.told() == [120]
    assert agency.numbers(shared="1", state="待受理") == {number}
    assert number not in agency.numbers()
    assert agency.case(number)["body"]["stored"]["totalAmount"] == "230000.50"
    assert agency.file("photos.pdf") == 200
    assert {each["event"]: each["objection"] for each in agency.case(number)["actions"]}["accept"] is None
    assert statuses(agency.submit("PSI141-return", caseNo=number)) == [100]
    assert trader.told() == [100]
    assert trader.case(number)["state"] == "委托补充材料"
    assert statuses(trader.submit("PSI131-change", caseNo=number)) == [120]
    agency.drain()
    assert statuses(agency.submit("PSI141-accept", caseNo=number)) == [300]
    assert statuses(agency.submit("PSI151", caseNo=number)) == [899]
    assert trader.file("certificate.pdf") == 200
    for office in (trader, agency, desk):
        shown = office.case(number)
        assert (shown["state"], shown["body"]["result"]["resultNo"]) == ("检验完成", "EU-2026-1")
    steps = agency.get(f"/v1/cases/inspection/{number}/history")["steps"]
    assert [(step["type"], step["status"]) for step in steps] == [
        ("PSI152", 899), ("PSI142", 300), ("PSI132", 120), ("PSI142", 100), ("PSI132", 120),
    ]  # fmt: skip
    steps = trader.get(f"/v1/cases/inspection/{number}/history")["steps"]
    assert [step["status"] for step in steps] == [899, 300, 120, 100, 120, 1]
    stranger = at_work(house, "enterprise", 1)
    assert number not in stranger.numbers() | stranger.numbers(shared="1")
    for path in ("", "/history"):
        assert stranger.status(f"/v1/cases/inspection/{number}{path}") == 404
    assert stranger.file("photos.pdf") == stranger.file("certificate.pdf") == 404
    assert statuses(stranger.submit("PSI131-change", caseNo=number)) == [-131103]


def test_a_disposal_begins_and_ends_while_the_gateway_is_restarted(
    house: House, agency: Office, trader: Office, desk: Office
) -> None:
    """Entrusted until its beginning, refused to its end whatever is restarted, entrusted again."""
    filed(agency, desk, trader)
    begin = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=4)
    period = {"beginTime": app_time(begin), "endTime": app_time(begin + timedelta(seconds=10))}
    number = str(desk.submit("PSI191-timed", 1, **period)[0].case)
    waiting = str(trader.submit("PSI131")[0].case)
    assert datetime.now(UTC) < begin, "this machine is too slow for the test"
    assert desk.told() == [600]
    assert datetime.now(UTC) >= begin
    (refused,) = trader.submit("PSI131")
    assert refused.status == REFUSED
    assert period["endTime"] in refused.info
    assert not trader.can_name()
    (shown,) = trader.agencies()
    assert (shown["state"], shown["endTime"]) == ("不予认可装运前检验结果", period["endTime"])
    assert house.stop() == 0
    house.start()
    agency, trader, desk = (at_work(house, role) for role in ("agency", "enterprise", "customs"))
    assert datetime.now(UTC) < begin + timedelta(seconds=10), "this machine is too slow for the test"
    assert statuses(trader.submit("PSI131")) == [REFUSED]
    assert statuses(agency.submit("PSI141-accept", caseNo=waiting)) == [-141110]
    assert desk.told() == [800]
    assert datetime.now(UTC) >= begin + timedelta(seconds=10)
    assert desk.case(number)["state"] == "已到期"
    assert trader.can_name()
    assert statuses(trader.submit("PSI131")) == [120]
    agency.drain()
    assert statuses(agency.submit("PSI141-accept", caseNo=waiting)) == [300]


def test_customs_checks_and_the_agency_answers(agency: Office, trader: Office, desk: Office) -> None:
    """质量问题, 文件检查, 实地检查, 限期整改 with what was put right, 年度报告: each to its end."""
    filed(agency, desk, trader)
    for sample, reviews in (("problem", ()), ("documents", ("supplement", "pass")), ("visit", ("pass",))):
        number = str(desk.submit(f"PSI161-{sample}")[0].case)
        assert agency.told() == [3]
        for review in reviews:
            if sample != "visit":
                assert statuses(agency.submit("PSI171", caseNo=number)) == [120]
            desk.drain()
            assert statuses(desk.submit(f"PSI181-{review}", caseNo=number)) == [
                100 if review != "pass" else 399
            ]
            agency.drain()
    assert statuses(agency.submit("PSI171", caseNo=desk_problem(desk))) == [120]
    assert desk.file("improved.pdf") == 200
    assert trader.file("improved.pdf") == 404
    assert desk.numbers(kind="problem", **{"words.contains": "改正"}) != set()
    number = str(desk.submit("PSI191-rectify", 2)[0].case)
    assert trader.agencies()[0]["state"] == "限期整改"
    assert statuses(trader.submit("PSI131")) == [-131111]
    assert statuses(agency.submit("PSI111")) == [-111111]
    assert statuses(agency.submit("PSI171", caseNo=number)) == [120]
    desk.drain()
    assert statuses(desk.submit("PSI181-pass", caseNo=number)) == [800]
    assert trader.can_name()
    desk.drain()
    number = str(desk.submit("PSI201")[0].case)
    assert agency.numbers(kind="report", words="2025") == {number}
    agency.drain()
    assert statuses(agency.submit("PSI211-draft", caseNo=number)) == [1]
    assert statuses(agency.submit("PSI211", caseNo=number)) == [120]
    assert desk.case(number)["body"]["reply"]["batches"] == "36"


def desk_problem(desk: Office) -> str:
    """The quality problem that waits for an answer."""
    (number,) = desk.numbers(kind="problem", state="待反馈")
    return number


def test_what_customs_publishes_is_read_by_all(agency: Office, trader: Office, desk: Office) -> None:
    """公告 and 法规 as bulletins with files, 业务规则 by code; what is withdrawn is gone."""
    published = desk.submit("PSI221", 2)
    assert statuses(desk.submit("PSI231", 2)) == [120, 120]
    for office in (agency, trader):
        (found,) = office.get("/v1/bulletins", kind="regulation")["bulletins"]
        assert found["files"][0]["name"] == "policy.pdf"
        assert office.file("policy.pdf") == 200
        asked = office.get("/v1/lookups/inspection/rules-by-code", codeTs="9022140000")
        assert [rule["inspect"] for rule in asked["values"]["Rule"]] == ["2"]
    for one in published:
        assert statuses(desk.submit("PSI221-withdraw", caseNo=str(one.case))) == [1]
    assert trader.get("/v1/bulletins", kind="regulation")["bulletins"] == []
    assert trader.file("policy.pdf") == 404


def test_a_revoked_agency_is_gone_and_files_anew(agency: Office, trader: Office, desk: Office) -> None:
    """撤销备案: not found, not entrusted; a new application is taken."""
    filed(agency, desk, trader)
    assert statuses(desk.submit("PSI191-revoke", 2)) == [3, 600]
    assert trader.agencies() == []
    assert statuses(trader.submit("PSI131")) == [-131112]
    filed(agency, desk, trader)
    assert statuses(trader.submit("PSI131")) == [120]


def test_each_side_sends_its_own_messages_only(agency: Office, trader: Office, desk: Office) -> None:
    """2002 for an enterprise that files itself as an agency, and for an agency that lifts a disposal."""
    for office, sample in (
        (trader, "PSI111"), (trader, "PSI141-accept"), (agency, "PSI131"), (agency, "PSI191-lift"),
        (desk, "PSI151"), (desk, "PSI171"),
    ):  # fmt: skip
        data = office.person.signed(f"inspection/{sample}.xml")
        assert office.send(office.person.envelope(data)).code == "2002", sample
