"""What terminals ask around a stocktake: lookups, the desk's queue, actions, histories, statistics."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from messages.wire import wire_date
from receipts.document import Receipt
from tests.scenarios.house import Desk, House

BOOK = {"mgmtMode": "1", "etpsCode": "3122260001", "bookNo": "E22016000001"}
SAMPLE, CHANGE = "bonded/BVS111-book.xml", "bonded/BVS111-change.xml"


def told(desk: Desk, path: str, **query: Any) -> Any:
    """What the gateway tells, as JSON."""
    answer = desk.client.get(f"/v1/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def objections(desk: Desk, number: str) -> dict[str, str | None]:
    """What stands against each action on a case."""
    return {each["event"]: each["objection"] for each in told(desk, f"cases/bonded/{number}")["actions"]}


def sent(desk: Desk, file: str, receipts: int, **changes: str) -> list[Receipt]:
    """Send a sample; its receipts."""
    data = desk.person.signed(file, **changes)
    assert desk.send(desk.person.envelope(data)).code == "0000"
    return [one for one in desk.until(receipts) if isinstance(one, Receipt)]


@pytest.fixture(scope="module")
def filed(house: House) -> House:
    """The house, with the books of the sample filed."""
    desk = Desk(house, house.person("customs"))
    assert {one.status for one in sent(desk, "bonded/BVS131.xml", 2)} == {120}
    return house


@pytest.mark.usefixtures("filed")
def test_a_form_is_filled_from_what_is_registered_and_filed(operator: Desk, customs: Desk) -> None:
    """核查企业名称 by its code, a line by its 备案序号; customs reads the whole book."""
    party = told(operator, "lookups/bonded/party", etpsCode=BOOK["etpsCode"])
    assert party["values"] == {"etpsName": operator.person.name}
    line = told(operator, "lookups/bonded/book", **BOOK, recordNo="3")
    assert line["values"] == {
        "codeTs": "3920620000", "gName": "聚酯薄膜", "gModel": "0.05mm×1m", "unit": "035",
    }  # fmt: skip
    unknown = operator.client.get("/v1/lookups/bonded/book", params={**BOOK, "recordNo": "99"})
    assert unknown.status_code == 404
    whole = told(customs, "lookups/bonded/filed-book", bookNo=BOOK["bookNo"])["values"]
    assert [entry["recordNo"] for entry in whole["BookLine"]] == ["1", "2", "3", "4"]
    refused = operator.client.get("/v1/lookups/bonded/filed-book", params={"bookNo": BOOK["bookNo"]})
    assert refused.status_code == 403


@pytest.mark.usefixtures("filed")
def test_the_desk_sees_what_waits_and_by_how_much_it_differs(operator: Desk, customs: Desk) -> None:
    """入库成功 of all parties, the oldest first; drafts are not there; the owner sees no comparison."""
    (draft,) = sent(operator, "bonded/BVS111-draft.xml", 1)
    good = sent(operator, SAMPLE, 2)[-1].case
    wrong = sent(operator, SAMPLE, 2, totalQty="20000")[-1].case
    queue = told(customs, "cases/bonded", state="入库成功", order="changed")["cases"]
    places = {case["number"]: place for place, case in enumerate(queue)}
    assert places[good] < places[wrong]
    assert draft.case not in places
    assert "worst" not in queue[places[good]]["search"]
    assert queue[places[wrong]]["search"]["worst"] == "19553.375"  # of 446.625
    assert "comparison" in told(customs, f"cases/bonded/{wrong}")["body"]
    assert "comparison" not in told(operator, f"cases/bonded/{wrong}")["body"]
    today = wire_date(datetime.now(UTC))
    day = told(operator, "cases/bonded", **{"declDate.from": today, "order": "-declDate"})
    assert {good, wrong} <= {case["number"] for case in day["cases"]}


@pytest.mark.usefixtures("filed")
def test_what_is_offered_is_what_the_gateway_takes(operator: Desk, customs: Desk) -> None:
    """库存重新申报 is offered once, and refused afterwards in the very words it is no more offered with."""
    number = sent(operator, "bonded/BVS111.xml", 2)[-1].case or ""
    assert objections(customs, number) == {"approve": None, "refuse": None}
    own = objections(operator, number)
    assert (own["save"], own["declare"]) == (None, None)
    assert own["delete"] is not None
    for again, statuses in (("20240918090000", [2, 120]), ("20240919090000", [-111104])):
        sent(customs, "bonded/BVS121-approve.xml", 1, caseNo=number)
        operator.until(1)
        offered = objections(operator, number)["declare"]
        got = sent(operator, CHANGE, len(statuses), caseNo=number, appTime=again, appStatus="2")
        assert [one.status for one in got] == statuses
        assert offered == (None if statuses[0] > 0 else got[0].info)
    steps = told(operator, f"cases/bonded/{number}/history")["steps"]
    assert [step["status"] for step in steps] == [-111104, 399, 120, 2, 399, 120, 2]
    assert steps[0]["refused"]
    assert {step["holder"] for step in steps} == {"操作员 李录"}
    desk = told(customs, f"cases/bonded/{number}/history")["steps"]
    assert [step["zh"] for step in desk][:3] == ["审批通过", "入库成功", "申报中"]


@pytest.mark.usefixtures("filed")
def test_customs_sees_how_it_goes(operator: Desk, customs: Desk) -> None:
    """Traffic of this hour, what was refused and why, what waits; an operator does not."""
    sent(operator, "bonded/BVS111.xml", 2)
    sent(operator, CHANGE, 1, caseNo="Z" + "9" * 18)
    traffic = told(customs, "statistics/traffic")["hours"]
    assert sum(hour["messages"].get("BVS111", 0) for hour in traffic) >= 2
    assert sum(hour["receipts"].get("BVS112", 0) for hour in traffic) >= 3
    reasons = {each["code"]: each for each in told(customs, "statistics/refusals")["reasons"]}
    assert reasons["-111102"]["zh"] == "统一编号或账册不存在"
    queues = {each["queue"]: each for each in told(customs, "statistics/queues")["queues"]}
    assert queues["bonded/入库成功"]["count"] >= 1
    assert operator.client.get("/v1/statistics/traffic").status_code == 403
