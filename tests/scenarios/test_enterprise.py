"""Customs–enterprise cooperation as enterprises' own software does it: signed messages, receipts, no screen.

On both databases, against a gateway in its own process: what is filed, asked before a form opens, applied
for, reviewed; objections and their query, notices, consultations; nobody learns of another enterprise.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from messages.wire import wire_date
from receipts.document import Receipt
from tests.conftest import create_postgres, drop_postgres
from tests.scenarios import offices
from tests.scenarios.house import House
from tests.scenarios.offices import digest, statuses

SYSTEM = "enterprise"


class Office(offices.Office):
    """An enterprise's software, or customs' own."""

    SYSTEM = SYSTEM

    def opening(self, code: str) -> Any:
        """What the gateway says before a form of this type opens."""
        return self.get(f"/v1/lookups/{SYSTEM}/opening", type=code)["values"]

    def registration(self) -> Any:
        """What customs holds of this enterprise."""
        return self.get(f"/v1/lookups/{SYSTEM}/registration")["values"]


class Desk(Office):
    """Customs'."""

    def refile(self, place: int, **changes: str) -> None:
        """Change one of the registrations that ENT511 files, as it stands in the sample."""
        message = self.person.message(f"{SYSTEM}/ENT511.xml", appType="2")
        namespace = message.nsmap[None]
        for node in [node for at, node in enumerate(message[:3]) if at != place]:
            message.remove(node)
        for name, value in changes.items():
            element = message[0].find(f"{{{namespace}}}{name}")
            assert element is not None
            element.text = value
        assert statuses(self.submit_tree(message, 1)) == [120]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def gateway(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway that serves; one on each database."""
    folder: Path = tmp_path_factory.mktemp(SYSTEM)
    server, url = "", ""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_url")
        url = create_postgres(server, SYSTEM)
    house = House(folder / "home", url)
    house.start()
    yield house
    house.close()
    if server:
        drop_postgres(server, SYSTEM)


@pytest.fixture
def desk(gateway: House) -> Desk:
    """Customs', which has filed the three enterprises of the demo anew."""
    desk = Desk(gateway, gateway.person("customs"))
    desk.submit("ENT511", 3, appType="3")
    assert statuses(desk.submit("ENT511", 3)) == [120, 120, 120]
    return desk


def office(gateway: House, role: str, place: int = 0) -> Office:
    """Somebody's, with nothing unread."""
    found = Office(gateway, gateway.person(role, place))
    found.drain()
    return found


@pytest.fixture
def trader(gateway: House, desk: Desk) -> Iterator[Office]:
    """The first enterprise's operator, with the samples' files; what is under way is decided afterwards."""
    found = office(gateway, "operator")
    found.upload("licence.pdf", "decision.pdf")
    yield found
    settle(found, desk)


def settle(of: Office, desk: Desk) -> None:
    """Nothing is under way any more."""
    for case in of.get(f"/v1/cases/{SYSTEM}", state="待审核", size=100)["cases"]:
        form = of.case(case["number"])["body"]["stored"]
        desk.submit("ENT411-refuse", caseNo=case["number"], regCode=form["regCode"], scc=form["scc"])


def test_a_change_goes_its_whole_way(trader: Office, desk: Desk) -> None:
    """Asked, kept, declared with a notice, not approved, declared anew, approved: then it is filed."""
    opened = trader.opening("ENT111")["content"]
    assert (opened["crossTypes"], opened["licensed"], len(opened["Manager"])) == ("1", "0", 3)
    (kept,) = trader.submit("ENT111-draft")
    number = str(kept.case)
    assert kept.status == 1
    assert "必须包含报关业务负责人和财务负责人" in kept.info
    assert desk.status(f"/v1/cases/{SYSTEM}/{number}") == 404
    (declared,) = trader.submit("ENT111-change", caseNo=number)
    assert (declared.status, declared.case) == (300, number)
    assert "变更为支付企业" in declared.info
    assert number in desk.numbers(state="待审核", type="ENT111", **{"cnName.contains": "浦东"})
    assert desk.file("licence.pdf") == 200
    seen = desk.case(number)
    assert {each["event"]: each["objection"] for each in seen["actions"]}["approve"] is None
    told = {(one["path"], one["old"], one["new"]) for one in seen["body"]["differences"]}
    assert {
        ("crossTypes", "1", "1 4"), ("Manager/mobile", "13800000002", "13900000002"),
        ("Broker/cancelled", "", "1"),
    } <= told  # fmt: skip
    assert trader.registration()["Pending"] == [{"caseNo": number, "type": "ENT111"}]
    assert statuses(desk.submit("ENT411-refuse", caseNo=number)) == [100]
    (refused,) = trader.until(1)
    assert isinstance(refused, Receipt)
    assert "营业执照不清晰" in refused.info
    assert trader.registration()["crossTypes"] == "1"
    assert statuses(trader.submit("ENT111-change", caseNo=number)) == [300]
    desk.drain()
    assert statuses(desk.submit("ENT411-approve", caseNo=number)) == [399]
    assert [one.status for one in trader.until(1) if isinstance(one, Receipt)] == [399]
    now = trader.registration()
    assert (now["crossTypes"], now["contactMobile"], now["Pending"]) == ("1 4", "13900000009", [])
    assert [one["name"] for one in now["Manager"]] == ["陈立", "周敏", "郑宁"]
    steps = trader.get(f"/v1/cases/{SYSTEM}/{number}/history")["steps"]
    assert [(step["status"], step["zh"]) for step in steps] == [
        (399, "审核通过"), (300, "待审核"), (100, "审核不通过"), (300, "待审核"), (1, "暂存"),
    ]  # fmt: skip


def test_what_may_not_change_is_refused_with_its_field(trader: Office) -> None:
    """A kept field, the legal representative, two check characters: all told, nothing stored."""
    before = trader.numbers()
    (refused,) = trader.submit("ENT111-refused")
    assert refused.status == -111107
    for path in ("(regAddr)", "(agentScc)", "(Manager[1]/name)", "(Manager[2]/idNo)"):
        assert path in refused.info
    assert trader.numbers() == before


def test_of_two_changes_at_the_same_instant_one_is_taken(trader: Office) -> None:
    """The other is told why, and so is whoever asks before a form opens."""
    for _ in range(2):
        trader.send_only("ENT111")
    found = [one for one in trader.until(2) if isinstance(one, Receipt)]
    assert sorted(statuses(found)) == [-111115, 300]
    sentence = "同一统一社会信用代码的企业，有待审批的变更申请的数据，不允许再提交变更作业"
    (refused,) = (one for one in found if one.status < 0)
    assert sentence in refused.info
    assert trader.opening("ENT111")["objection"] == refused.info
    assert trader.opening("ENT131")["objection"].startswith("当前备案信息不可以注销")


def test_drafts_are_declared_together_and_one_is_taken(trader: Office) -> None:
    """Two cases in one message, which wait for each other in no queue."""
    drafts = [str(trader.submit("ENT111-draft")[0].case) for _ in range(2)]
    message = trader.person.message(f"{SYSTEM}/ENT111-change.xml", caseNo=drafts[0])
    other = trader.person.message(f"{SYSTEM}/ENT111-change.xml", caseNo=drafts[1])
    message.insert(1, other[0])
    assert sorted(statuses(trader.submit_tree(message, 2))) == [-111115, 300]
    assert trader.submit("ENT111-delete", caseNo=drafts[0])[0].status in (1, -111102)


def test_a_brokers_licence_is_changed_extended_and_cancelled(gateway: House, desk: Desk) -> None:
    """The agency's: name and legal representative, the window before its end, 自贸区."""
    broker = office(gateway, "agency")
    assert "不在有效期届满前" in broker.opening("ENT221")["objection"]
    scc = str(broker.registration()["scc"])
    named = {"regCode": broker.person.cop_code, "scc": scc}
    number = str(broker.submit("ENT211")[0].case)
    assert statuses(desk.submit("ENT411-approve", caseNo=number, **named)) == [399]
    assert broker.registration()["cnName"] == "演示国际报关有限公司"
    assert broker.registration()["Manager"][0]["name"] == "何新"
    soon = wire_date(datetime.now(UTC) + timedelta(days=30))
    desk.refile(2, validTo=soon)
    broker.drain()
    number = str(broker.submit("ENT221")[0].case)
    assert "有待审批的延续申请" in broker.opening("ENT221")["objection"]
    assert statuses(desk.submit("ENT411-approve", caseNo=number, **named)) == [-411104]
    assert statuses(desk.submit("ENT411-extend", caseNo=number, **named)) == [399]
    assert broker.registration()["validTo"] == "20991231"
    desk.refile(2, freeTrade="1")
    for code in ("ENT211", "ENT221", "ENT231"):
        assert "无须行政许可" in broker.opening(code)["objection"]
    assert broker.opening("ENT111")["content"]["licensed"] == "0"
    desk.refile(2)
    broker.drain()
    number = str(broker.submit("ENT231")[0].case)
    assert statuses(desk.submit("ENT411-approve", caseNo=number, **named)) == [399]
    assert broker.registration()["regStatus"] == "2"
    assert "处于注销状态" in broker.opening("ENT111")["objection"]


def test_a_warehouse_renews_and_cancels_its_registration(gateway: House, desk: Desk) -> None:
    """The second enterprise's; the first one's type has nothing to renew."""
    second = office(gateway, "enterprise", 1)
    assert "无可进行换证的信息" in office(gateway, "operator").opening("ENT121")["objection"]
    number = str(second.submit("ENT121")[0].case)
    assert statuses(desk.submit("ENT411-extend", caseNo=number)) == [399]
    assert second.registration()["validTo"] == "20991231"
    second.drain()
    cancelled = {"regCode": second.person.cop_code, "scc": str(second.registration()["scc"])}
    own = {**cancelled, "cnName": "深圳演示电子有限公司"}
    number = str(second.submit("ENT131", **own)[0].case)
    assert "有待审批的注销申请" in second.opening("ENT111")["objection"]
    assert statuses(desk.submit("ENT411-approve", caseNo=number, **cancelled)) == [399]
    assert "企业已注销" in second.opening("ENT131")["objection"]


def test_objections_are_found_by_kind_and_day(trader: Office, desk: Desk) -> None:
    """异议申请 with one of the penalties on file, and 异议查询."""
    offered = trader.opening("ENT311")["content"]["Penalty"]
    known = trader.get(f"/v1/lookups/{SYSTEM}/penalty", penaltyNo=offered[0]["penaltyNo"])["values"]
    assert known == offered[0]
    number = str(trader.submit("ENT311")[0].case)
    (refused,) = trader.submit("ENT311", penaltyNo="沪关缉字[2025]9号")
    assert refused.status == -311105
    day = wire_date(datetime.now(UTC))
    dates = {"applyDate.from": "20240101", "applyDate.to": day}
    assert number in trader.numbers(type="ENT311", objectionType="3", **dates)
    assert number not in trader.numbers(type="ENT311", objectionType="2", **dates)
    assert number not in trader.numbers(type="ENT311", **{"applyDate.to": "20240101"})
    assert statuses(desk.submit("ENT411-approve", caseNo=number)) == [399]
    assert trader.case(number)["state"] == "审核通过"


def test_notices_reach_enterprises_and_consultations_customs(
    gateway: House, trader: Office, desk: Desk
) -> None:
    """Published to all or to one, withdrawn; asked, answered, asked on."""
    desk.upload("notice.pdf")
    notices = desk.submit("ENT611", 2)
    second, officer = office(gateway, "enterprise", 1), Office(gateway, gateway.person("officer"))
    for reader, count in ((trader, 2), (second, 1), (officer, 0)):
        assert len(reader.get("/v1/bulletins", kind="notice")["bulletins"]) == count
        assert reader.file("notice.pdf") == (200 if count else 404)
    for notice in notices:
        assert statuses(desk.submit("ENT611-withdraw", caseNo=str(notice.case))) == [1]
    assert trader.get("/v1/bulletins", kind="notice")["bulletins"] == []
    trader.drain()
    number = str(trader.submit("ENT711")[0].case)
    assert number in desk.numbers(state="待答复", type="ENT711")
    desk.drain()
    assert statuses(desk.submit("ENT721", caseNo=number)) == [899]
    (answer,) = trader.until(1)
    assert isinstance(answer, Receipt)
    assert "有效期内均可申请换证" in answer.info
    assert statuses(trader.submit("ENT711-again", caseNo=number)) == [3]
    assert [one["role"] for one in trader.case(number)["body"]["thread"]] == [
        "operator",
        "customs",
        "operator",
    ]


def test_another_enterprise_learns_nothing_by_any_call(gateway: House, trader: Office, desk: Desk) -> None:
    """Cases, history, files, registrations; nor does a foreign officer."""
    number = str(trader.submit("ENT111")[0].case)
    asked = str(trader.submit("ENT711")[0].case)
    second = Office(gateway, gateway.person("enterprise", 1))
    officer = Office(gateway, gateway.person("officer"))
    for stranger in (second, officer):
        assert {number, asked}.isdisjoint(stranger.numbers())
        for case in (number, asked):
            assert stranger.status(f"/v1/cases/{SYSTEM}/{case}") == 404
            assert stranger.status(f"/v1/cases/{SYSTEM}/{case}/history") == 404
        assert stranger.status(f"/v1/attachments/{digest(SYSTEM, 'licence.pdf')}") == 404
        assert stranger.status(f"/v1/lookups/{SYSTEM}/filed-registration?regCode=3122260001") == 403
    assert second.registration()["regCode"] == "4403160002"
    assert officer.status(f"/v1/lookups/{SYSTEM}/registration") == 403
    (refused,) = second.submit("ENT111-delete", caseNo=number)
    assert refused.status == -111101
    data = second.person.signed(f"{SYSTEM}/ENT411-approve.xml", caseNo=number)
    assert second.send(second.person.envelope(data)).code == "2002"
