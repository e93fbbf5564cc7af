"""Statistics as they are asked for: who may look, which span, what is counted as what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from messages.wire import wire_time
from storage.journal import Chain, Entry
from tests.gateway.http.conftest import CUSTOMS_ID, ENTERPRISE, Api
from tests.gateway.http.test_calls import put_cases, put_message
from tests.gateway.http.test_cases import put, put_steps


def shown(api: Api, what: str, query: str = "", role: str = "customs") -> Any:
    """What is answered."""
    answer = api.ask(f"GET /v1/statistics/{what}{query}", token=api.token(CUSTOMS_ID, role))
    assert answer.status == 200, answer.json
    return answer.json


def span(begin: datetime, end: datetime) -> str:
    """From–to as a query."""
    return f"?from={quote(wire_time(begin))}&to={quote(wire_time(end))}"


def refuse(api: Api, code: str, at: datetime) -> None:
    """A refusal in the journal, as intake leaves it."""
    with api.database.write() as connection:
        Chain("1").append(connection, [Entry(f"refusal {code}", ENTERPRISE, "M9", "", at)])


@pytest.mark.parametrize("role", ["customs", "operations"])
def test_customs_and_operations_may_look(api: Api, role: str) -> None:
    """Both see the last day, hour by hour."""
    assert len(shown(api, "traffic", role=role)["hours"]) in (24, 25)  # the day may begin within an hour


@pytest.mark.parametrize("role", ["enterprise", "operator", "agency", "officer", "host"])
def test_nobody_else_may_look(api: Api, role: str) -> None:
    """What others do is no party's business."""
    assert api.ask("GET /v1/statistics/traffic", token=api.token(role=role)).status == 403


def test_traffic_is_counted_by_the_hour(api: Api) -> None:
    """Messages and receipts by type, refused messages, empty hours too."""
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)  # when put_message accepts
    put_message(api, "M1", 1, 0)
    put_message(api, "M2", 2, 0)
    refuse(api, "2002", at)
    hours = shown(api, "traffic", span(at - timedelta(hours=1), at + timedelta(hours=1)))["hours"]
    assert [hour["hour"] for hour in hours] == [
        "2026-01-02T10:00:00+08:00", "2026-01-02T11:00:00+08:00", "2026-01-02T12:00:00+08:00",
    ]  # fmt: skip
    assert [hour["messages"] for hour in hours] == [{}, {"BVS111": 2}, {}]
    assert [hour["refusals"] for hour in hours] == [0, 1, 0]


def test_receipts_are_counted_when_they_were_issued(api: Api) -> None:
    """All statuses of a type together."""
    put_steps(api, "Z1", {2: "x", 120: "x", -111103: "x"})
    assert sum(hour["receipts"].get("BVS112", 0) for hour in shown(api, "traffic")["hours"]) == 3


def test_refusals_have_reasons_in_words_the_most_frequent_first(api: Api) -> None:
    """Response codes of refused messages, and receipts that say no; what went well is none."""
    for number in ("Z1", "Z2", "Z3"):
        put_steps(api, number, {2: "x", 120: "x", -111103: "x"})
    put_steps(api, "Z4", {100: "x"})
    refuse(api, "0002", datetime.now(UTC))
    refuse(api, "9999", datetime.now(UTC))
    reasons = shown(api, "refusals")["reasons"]
    assert [(each["of"], each["code"], each["count"]) for each in reasons] == [
        ("receipt", "-111103", 3), ("receipt", "100", 1), ("reply", "0002", 1), ("reply", "9999", 1),
    ]  # fmt: skip
    assert [each["en"] for each in reasons] == [
        "not possible in this state", "returned by customs", "does not fit its schema", "9999",
    ]  # fmt: skip


def test_queues_tell_what_waits_and_how_long(api: Api) -> None:
    """Nodes to be worked off, and the cases of each state that customs has to decide."""
    put_cases(api)  # three, declared at the beginning of 2026
    put(api, ("Y1", ENTERPRISE, "filed", ""))
    put_message(api, "M1", 1, 2)
    work, declared = shown(api, "queues")["queues"]
    assert (work["queue"], work["count"]) == ("dispatch", 2)
    assert (declared["queue"], declared["zh"], declared["count"]) == ("bonded/declared", "申报中", 3)
    assert declared["oldest"].startswith("2026-01-02")
    assert [age["count"] for age in declared["ages"]][-1] == 3
    assert declared["ages"][-1]["within"] is None
    assert not declared["more"]


def test_what_waits_is_told_by_a_search_column(api: Api) -> None:
    """Where it waits, the most of it first; what waits for nobody is left out."""
    put_cases(api)  # three, declared
    put(api, ("Y1", ENTERPRISE, "filed", ""))
    token = api.token(CUSTOMS_ID, "customs")
    (declared,) = shown(api, "waiting", "?system=bonded&by=bookNo")["states"]
    assert (declared["state"], declared["zh"]) == ("declared", "申报中")
    assert [(each["value"], each["count"]) for each in declared["values"]] == [("T1", 2), ("T2", 1)]
    assert declared["values"][0]["oldest"].startswith("2026-01-02")
    for query in ("", "?system=bonded", "?system=bonded&by=weather", "?system=weather&by=bookNo"):
        assert api.ask(f"GET /v1/statistics/waiting{query}", token=token).status == 400
    assert api.ask("GET /v1/statistics/traffic?system=bonded", token=token).status == 400


@pytest.mark.parametrize(
    "query", ["from=yesterday", "from=2026-01-01", "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
              "from=2026-01-01T00:00:00Z&to=2026-02-02T00:00:00Z", "hours=3"],
)  # fmt: skip
def test_a_span_that_makes_no_sense_or_is_too_long_is_refused(api: Api, query: str) -> None:
    """With what is asked for instead."""
    token = api.token(CUSTOMS_ID, "customs")
    answer = api.ask(f"GET /v1/statistics/traffic?{query}", token=token)
    assert answer.status == 400
    assert answer.json["info"]
    assert api.ask("GET /v1/statistics/queues?from=2026-01-01T00:00:00Z", token=token).status == 400
    assert api.ask("GET /v1/statistics/weather", token=token).status == 404
