"""Faults on order: who may order which, and what a message then meets."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from twisted.internet.task import Clock

from gateway.http.api import Services
from gateway.sandbox import DELAY, MOST_ORDERS, RETURNED, Order, Sandbox
from gateway.services import Answer
from messages.envelope import Head, build
from messages.workflow import Event, Issue, Origin
from tests.gateway.http.conftest import ENTERPRISE, OTHER, Api, Intake

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def envelope(sender: str = ENTERPRISE, cop_msg_id: str = "A-1") -> bytes:
    """An envelope whose data nobody looks at."""
    return build(Head(cop_msg_id, sender, ("DXPCUS0000000001",), NOW, "BVS111Message"), b"<x/>")


def order(api: Api, *faults: dict[str, Any], party: str = ENTERPRISE) -> Any:
    """Order these; the answer."""
    body = json.dumps({"faults": list(faults)}).encode()
    return api.ask("PUT /v1/sandbox", body, token=api.token(party), Content_Type="application/json")


def test_what_was_ordered_is_told_until_it_is_used_up(api: Api) -> None:
    """Each message takes one; the next order takes the place of the former."""
    assert order(api, {"fault": "unavailable", "times": 2, "seconds": 7}).status == 200
    answer = api.ask("POST /v1/messages", envelope())
    assert (answer.status, answer.headers["retry-after"]) == (503, "7")
    left = api.ask("GET /v1/sandbox", token=api.token()).json["faults"]
    assert left == [{"fault": "unavailable", "times": 1, "seconds": 7.0, "copMsgId": ""}]
    assert order(api).json == {"faults": []}
    assert api.ask("POST /v1/messages", envelope()).status == 200


def test_others_meet_nothing_of_it(api: Api) -> None:
    """A party orders for its own messages only, and sees its own orders only."""
    order(api, {"fault": "unavailable"}, party=OTHER)
    assert api.ask("POST /v1/messages", envelope(ENTERPRISE)).status == 200
    assert api.ask("GET /v1/sandbox", token=api.token(ENTERPRISE)).json == {"faults": []}
    assert api.ask("POST /v1/messages", envelope(OTHER)).status == 503


def test_a_fault_may_be_for_one_message(api: Api) -> None:
    """The others pass it by."""
    order(api, {"fault": "unavailable", "copMsgId": "B-2"})
    assert api.ask("POST /v1/messages", envelope(cop_msg_id="A-1")).status == 200
    assert api.ask("POST /v1/messages", envelope(cop_msg_id="B-2")).status == 503


def test_a_lost_answer_is_that_of_a_message_that_was_taken(api: Api) -> None:
    """The connection ends without a byte, and the same bytes find the message there."""
    order(api, {"fault": "lost-answer"})
    with pytest.raises((EOFError, ConnectionResetError)):
        api.ask("POST /v1/messages", envelope())
    assert len(api.intake.taken) == 1
    assert api.ask("POST /v1/messages", envelope()).status == 200


def test_nothing_is_ordered_any_more_after_delete(api: Api) -> None:
    """Whatever was left of it."""
    order(api, {"fault": "unavailable", "times": 100})
    assert api.ask("DELETE /v1/sandbox", token=api.token()).status == 204
    assert api.ask("POST /v1/messages", envelope()).status == 200


@pytest.mark.parametrize(
    "fault",
    [
        {}, {"fault": "fire"}, {"fault": ["delay"]}, {"fault": "delay", "times": 0},
        {"fault": "delay", "times": 1001},
        {"fault": "delay", "times": True}, {"fault": "delay", "times": 1.5},
        {"fault": "delay", "seconds": 61}, {"fault": "delay", "seconds": -1},
        {"fault": "delay", "seconds": "1"}, {"fault": "delay", "copMsgId": "a/b"},
        {"fault": "delay", "copMsgId": 1}, {"fault": "delay", "party": OTHER}, "delay",
    ],
)  # fmt: skip
def test_what_cannot_be_ordered_is_refused_and_the_former_stays(api: Api, fault: Any) -> None:
    """With words; nothing of the list is taken."""
    order(api, {"fault": "delay", "seconds": 1})
    refused = order(api, {"fault": "unavailable"}, fault)
    assert (refused.status, bool(refused.json["info"])) == (422, True)
    assert [each["fault"] for each in api.ask("GET /v1/sandbox", token=api.token()).json["faults"]] == [
        "delay"
    ]


def test_a_list_is_bounded(api: Api) -> None:
    """Orders are kept in memory."""
    assert order(api, *[{"fault": "delay"}] * MOST_ORDERS).status == 200
    assert order(api, *[{"fault": "delay"}] * (MOST_ORDERS + 1)).status == 422


def test_an_answer_is_late_by_as_much_as_was_ordered() -> None:
    """And is the answer that it would have been."""
    clock, answers = Clock(), list[Answer]()
    sandbox = Sandbox(Intake(), clock)
    sandbox.order(ENTERPRISE, [Order(DELAY, seconds=3)])
    sandbox.take(envelope(), "peer").addCallback(answers.append)
    clock.advance(2.9)
    assert answers == []
    clock.advance(0.2)
    assert [each.status for each in answers] == [200]


def test_a_returned_message_gets_receipt_100_in_place_of_its_workflow() -> None:
    """It alone: the same sender's next one goes its way."""
    sandbox = Sandbox(Intake(), Clock())
    sandbox.order(ENTERPRISE, [Order(RETURNED)])
    for cop_msg_id in ("A-1", "B-2"):
        sandbox.take(envelope(cop_msg_id=cop_msg_id), "peer")

    def event(cop_msg_id: str) -> Event:
        return Event("bonded", "declare", {}, Origin(1, "BVS111", cop_msg_id, "G", "d", ENTERPRISE))

    [issued] = sandbox.instead(event("A-1")) or [None]
    assert isinstance(issued, Issue)
    assert (issued.to, issued.type, issued.status) == (ENTERPRISE, "BVS112", 100)
    assert sandbox.instead(event("B-2")) is None


def test_what_is_no_envelope_meets_the_intake_only(api: Api) -> None:
    """The sandbox has no word of its own for it."""
    order(api, {"fault": "unavailable"})
    assert api.ask("POST /v1/messages", b"no XML").status == 200


def test_there_is_no_sandbox_unless_it_was_asked_for() -> None:
    """A gateway in earnest has no such calls: it is given none."""
    assert Services.__dataclass_fields__["sandbox"].default is None
