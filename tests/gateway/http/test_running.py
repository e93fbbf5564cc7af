"""The calls of those who run the gateway: who may, what they see, what they may do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from storage import alarms, nodes, work
from storage.alarms import Finding
from storage.work import NewWork
from tests.gateway.http.conftest import ENTERPRISE, Api

LONG_AGO = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
WATCH = "operations"
CALLS = ("GET /v1/operations", "POST /v1/operations/alarms/1", "POST /v1/operations/work/1")


def watcher(api: Api) -> str:
    """The token of somebody who runs the gateway."""
    return api.token(ENTERPRISE, WATCH)


def fail(api: Api) -> int:
    """A work item that failed twice; its number."""
    with api.database.write() as connection:
        work.add(connection, [NewWork("node", f"{ENTERPRISE}/Z1", 0, LONG_AGO)])
        (item,) = work.due(connection, LONG_AGO, 1)
        for _ in range(2):
            work.postpone(connection, item.id, datetime.now(UTC) + timedelta(hours=1), "first\nsecond line")
    return item.id


@pytest.mark.parametrize("role", ["enterprise", "customs", "operator", "host"])
@pytest.mark.parametrize("call", CALLS)
def test_only_those_who_run_the_gateway_may_look_and_act(api: Api, call: str, role: str) -> None:
    """No other role, and nobody without a session."""
    assert api.ask(call, token=api.token(ENTERPRISE, role)).status == 403
    assert api.ask(call).status == 401


def test_all_is_seen_at_once(api: Api) -> None:
    """Gateways and their states, what failed, open alarms and those that are over."""
    number = fail(api)
    with api.database.write() as connection:
        for name in ("1", "2", "3"):
            nodes.number(connection, name)
            if name != "3":
                nodes.started(connection, name, "1.0")
        nodes.stopped(connection, "2")
        alarms.weigh(connection, "backlog", [Finding("", "7", LONG_AGO)], "1", LONG_AGO)
        alarms.weigh(connection, "disk", [Finding("1", "3 MiB", LONG_AGO)], "1", LONG_AGO, "1")
        alarms.weigh(connection, "disk", [], "1", LONG_AGO, "1")
    answer = api.ask("GET /v1/operations", token=watcher(api))
    assert answer.status == 200
    seen = answer.json
    assert [(each["name"], each["state"]) for each in seen["nodes"]] == [
        ("1", "serving"), ("2", "stopped"), ("3", "stopped"),
    ]  # fmt: skip
    assert seen["work"]["failed"] == 1
    (item,) = seen["work"]["items"]
    assert (item["id"], item["party"], item["attempts"], item["error"]) == (number, ENTERPRISE, 2, "first")
    assert [each["name"] for each in seen["alarms"]] == ["backlog"]
    assert seen["alarms"][0]["en"].endswith(": 7")
    assert [each["name"] for each in seen["ended"]] == ["disk"]


def test_a_gateway_without_a_sign_of_life_is_silent(api: Api) -> None:
    """After as long as the gateway was told."""
    with api.database.write() as connection:
        nodes.number(connection, "9")
        nodes.started(connection, "9", "1.0")
        connection.exec_driver_sql("UPDATE gateways SET seen_at = 1")
    (node,) = api.ask("GET /v1/operations", token=watcher(api)).json["nodes"]
    assert node["state"] == "silent"


def test_an_alarm_is_taken_by_one_who_is_named(api: Api) -> None:
    """A second one is told so, and of an alarm that there is not."""
    with api.database.write() as connection:
        ((alarm,), _) = alarms.weigh(connection, "backlog", [Finding("", "7", LONG_AGO)], "1", LONG_AGO)
    token = watcher(api)
    assert api.ask(f"POST /v1/operations/alarms/{alarm.id}", token=token).status == 204
    (seen,) = api.ask("GET /v1/operations", token=token).json["alarms"]
    assert (seen["takenBy"], bool(seen["takenAt"])) == ("somebody", True)
    for number in (alarm.id, 999):
        refused = api.ask(f"POST /v1/operations/alarms/{number}", token=token)
        assert (refused.status, bool(refused.json["info"])) == (409, True)


def test_a_failed_item_is_tried_again_at_once(api: Api) -> None:
    """It is due now; what has not failed, or is not there, is refused."""
    number = fail(api)
    token = watcher(api)
    assert api.ask(f"POST /v1/operations/work/{number}", token=token).status == 204
    with api.database.write() as connection:
        assert [each.id for each in work.due(connection, datetime.now(UTC) + timedelta(seconds=5), 9)] == [
            number
        ]
        work.add(connection, [NewWork("node", "A/Z9", 0, datetime.now(UTC))])
    for other in (number + 1, 999):
        assert api.ask(f"POST /v1/operations/work/{other}", token=token).status == 409
