"""What parties and customs see of cases, what they may do with them, and what became of them."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from gateway import pki
from gateway.cli.certificates import entry
from messages.envelope import Head, build
from messages.wire import sortable
from messages.workflow import Case, CaseByNumber
from receipts import document
from receipts.document import Issuer, Receipt
from storage import cases, mailboxes, messages, registry
from storage.mailboxes import NewReceipt
from storage.messages import NewMessage
from tests.gateway.http.conftest import CUSTOMS_ID, ENTERPRISE, OTHER, Api
from tests.gateway.http.forms import FORMS

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_ids = itertools.count(1_000)


class Unsigned:
    """Seals nothing: who reads these receipts looks at no signature."""

    def seal(self, data: bytes) -> bytes:
        """As it is."""
        return data


def put(api: Api, *rows: tuple[str, str, str, str]) -> None:
    """Cases as (number, owner, state, worst)."""
    with api.database.write() as connection:
        for place, (number, owner, state, worst) in enumerate(rows):
            search = {"worst": sortable(Decimal(worst))} if worst else {}
            body = {"note": number, "secret": "for customs"}
            at = NOW + timedelta(minutes=place)
            case = Case(number, "bonded", owner, state, body, NOW, at, None, search)
            cases.save(connection, [case], {"bonded": FORMS.search})


def put_steps(
    api: Api, number: str, steps: Mapping[int, str], party: str = ENTERPRISE, message: int | None = None
) -> None:
    """Receipts about a case, (status, info) each, as the dispatch writes them."""
    with api.database.write() as connection:
        for status, info in steps.items():
            this, guid = next(_ids), "8F3C0000-0000-0000-0000-00000000000A"
            told = Receipt(guid, "M1", guid, "d" * 64, status, NOW, info, number)
            issuer = Issuer("0100000001", "gateway", CUSTOMS_ID)
            data = document.build("BVS112", FORMS.namespace, guid, [told], issuer, Unsigned())
            whole = build(Head(f"S{this}", CUSTOMS_ID, (party,), NOW, "BVS112Message"), data)
            digest = hashlib.sha256(whole).hexdigest()
            receipt = NewReceipt(
                party,
                this,
                "BVS112",
                f"S{this}",
                message,
                "M1",
                status,
                number,
                digest,
                whole,
                datetime.now(UTC),
            )
            mailboxes.deliver(connection, [receipt])


def numbers(api: Api, query: str, role: str = "customs") -> list[str]:
    """The numbers that a search finds."""
    token = api.token(CUSTOMS_ID if role == "customs" else ENTERPRISE, role)
    answer = api.ask(f"GET /v1/cases/bonded?{query}", token=token)
    assert answer.status == 200, answer.json
    return [case["number"] for case in answer.json["cases"]]


# -- who sees what


def test_a_partner_finds_the_cases_of_others_that_it_takes_part_in(api: Api) -> None:
    """Apart from its own, without what is the owner's alone, and with the steps that it was told itself."""
    put(
        api,
        ("Z1", ENTERPRISE, "declared", ""),
        ("Z2", ENTERPRISE, "declared", ""),
        ("Z3", OTHER, "draft", ""),
    )
    with api.database.write() as connection:
        facts = cases.load(connection, [CaseByNumber("Z2")], NOW, {})
        shared = replace(facts[CaseByNumber("Z2")], partner=OTHER)
        cases.save(connection, [shared], {"bonded": FORMS.search})
    put_steps(api, "Z2", {2: "the owner's"})
    put_steps(api, "Z2", {120: "the partner's"}, party=OTHER)
    token = api.token(OTHER)

    def found(query: str, token: str) -> list[str]:
        answer = api.ask(f"GET /v1/cases/bonded?order=number{query}", token=token)
        return [case["number"] for case in answer.json["cases"]]

    assert found("", token) == ["Z3"]
    assert found("&shared=1", token) == ["Z2"]
    assert found("&shared=1", api.token()) == []
    assert found("", api.token()) == ["Z1", "Z2"]
    assert api.ask("GET /v1/cases/bonded/Z1", token=token).status == 404
    assert "secret" in api.ask("GET /v1/cases/bonded/Z2", token=token).json["body"]
    assert "secret" not in api.ask("GET /v1/cases/bonded/Z2", token=api.token()).json["body"]
    steps = api.ask("GET /v1/cases/bonded/Z2/history", token=token).json["steps"]
    assert [step["info"] for step in steps] == ["the partner's"]


def test_a_partner_does_not_know_of_drafts(api: Api) -> None:
    """A private state is its owner's alone, also where it names already who is to take part in it."""
    put(api, ("Z1", ENTERPRISE, "draft", ""), ("Z2", ENTERPRISE, "declared", ""))
    with api.database.write() as connection:
        asked = [CaseByNumber("Z1"), CaseByNumber("Z2")]
        facts = cases.load(connection, asked, NOW, {})
        shared = [replace(facts[fact], partner=OTHER) for fact in asked]
        cases.save(connection, shared, {"bonded": FORMS.search})
    token = api.token(OTHER)
    for query, seen in (("", ["Z2"]), ("&state=draft", []), ("&state=draft&state=declared", ["Z2"])):
        found = api.ask(f"GET /v1/cases/bonded?shared=1{query}", token=token)
        assert [case["number"] for case in found.json["cases"]] == seen
    for path in ("Z1", "Z1/history"):
        assert api.ask(f"GET /v1/cases/bonded/{path}", token=token).status == 404
    assert api.ask("GET /v1/cases/bonded/Z1", token=api.token()).status == 200


def test_customs_does_not_know_of_drafts(api: Api) -> None:
    """A private state is its owner's alone: not in a list, not by its number, not when it is asked for."""
    put(api, ("Z1", ENTERPRISE, "draft", ""), ("Z2", ENTERPRISE, "declared", ""))
    assert numbers(api, "order=number", "enterprise") == ["Z1", "Z2"]
    assert numbers(api, "order=number") == ["Z2"]
    assert numbers(api, "state=draft") == []
    assert numbers(api, "state=draft&state=declared") == ["Z2"]
    assert api.ask("GET /v1/cases/bonded/Z1", token=api.token()).status == 200
    for path in ("Z1", "Z1/history"):
        assert api.ask(f"GET /v1/cases/bonded/{path}", token=api.token(CUSTOMS_ID, "customs")).status == 404


def test_the_desks_queue_is_the_oldest_of_a_state_of_all_parties(api: Api) -> None:
    """By the time of the last change, with the owner of each."""
    put(
        api, ("Z1", OTHER, "declared", ""), ("Z2", ENTERPRISE, "filed", ""),
        ("Z3", ENTERPRISE, "declared", ""),
    )  # fmt: skip
    assert numbers(api, "state=declared&order=changed") == ["Z1", "Z3"]
    assert numbers(api, f"state=declared&order=changed&owner={OTHER}") == ["Z1"]


def test_a_column_of_customs_is_not_there_for_anybody_else(api: Api) -> None:
    """It is shown to customs as people write it; a party neither sees it nor searches or orders by it."""
    put(api, ("Z1", ENTERPRISE, "declared", "12.50"))
    customs = api.ask("GET /v1/cases/bonded", token=api.token(CUSTOMS_ID, "customs"))
    assert customs.json["cases"][0]["search"] == {"worst": "12.5"}
    assert api.ask("GET /v1/cases/bonded", token=api.token()).json["cases"][0]["search"] == {}
    for query in ("worst=12.5", "worst.from=1", "order=worst"):
        assert api.ask(f"GET /v1/cases/bonded?{query}", token=api.token()).status == 400


def test_numbers_are_compared_as_numbers(api: Api) -> None:
    """9 before 12.5 before 100; what is no number is refused."""
    put(
        api, ("Z1", ENTERPRISE, "declared", "100"), ("Z2", ENTERPRISE, "declared", "9"),
        ("Z3", ENTERPRISE, "declared", "12.5"), ("Z4", ENTERPRISE, "declared", ""),
    )  # fmt: skip
    assert numbers(api, "order=-worst") == ["Z1", "Z3", "Z2", "Z4"]
    assert numbers(api, "worst.from=10&order=worst") == ["Z3", "Z1"]
    assert numbers(api, "worst=12.50") == ["Z3"]
    assert numbers(api, "worst.to=50&order=worst") == ["Z2", "Z3"]
    token = api.token(CUSTOMS_ID, "customs")
    for query in ("worst=many", "worst=-1", "worst=NaN", "worst.contains=1"):
        assert api.ask(f"GET /v1/cases/bonded?{query}", token=token).status == 400, query


def test_a_criterion_that_is_given_twice_counts_twice(api: Api) -> None:
    """What fits one and not the other is not found."""
    put(api, ("Z17", ENTERPRISE, "declared", ""), ("Z18", ENTERPRISE, "declared", ""))
    assert numbers(api, "number.contains=Z&number.contains=1", "enterprise") == ["Z18", "Z17"]
    assert numbers(api, "number.contains=1&number.contains=8", "enterprise") == ["Z18"]


def test_a_body_is_shown_as_its_system_says(api: Api) -> None:
    """What is for customs is in its answer only."""
    put(api, ("Z1", ENTERPRISE, "declared", ""))
    assert api.ask("GET /v1/cases/bonded/Z1", token=api.token()).json["body"] == {"note": "Z1"}
    customs = api.ask("GET /v1/cases/bonded/Z1", token=api.token(CUSTOMS_ID, "customs"))
    assert customs.json["body"] == {"note": "Z1", "secret": "for customs"}


@pytest.mark.parametrize("column", ["body", "revision", "k1"])
def test_a_column_that_nothing_is_ordered_by_is_refused_by_name(api: Api, column: str) -> None:
    """The answer says what there is instead."""
    answer = api.ask(f"GET /v1/cases/bonded?order={column}", token=api.token())
    assert answer.status == 400
    assert "stockDate" in answer.json["info"]


def test_cases_are_put_in_order_by_their_creation(api: Api) -> None:
    """Which is that of their numbers."""
    put(api, ("Z2", ENTERPRISE, "declared", ""), ("Z1", ENTERPRISE, "declared", ""))
    assert numbers(api, "order=created") == ["Z1", "Z2"]
    assert numbers(api, "order=-created") == ["Z2", "Z1"]


# -- actions


def test_a_case_tells_what_its_reader_may_do_with_it(api: Api) -> None:
    """A line an event of the role's messages about cases, with the workflow's own objection, or none."""
    put(api, ("Z1", ENTERPRISE, "declared", ""), ("Z2", ENTERPRISE, "draft", ""))

    def actions(number: str, token: str) -> dict[tuple[str, str], str | None]:
        answer = api.ask(f"GET /v1/cases/bonded/{number}", token=token).json
        return {(each["type"], each["event"]): each["objection"] for each in answer["actions"]}

    assert actions("Z1", api.token(CUSTOMS_ID, "customs")) == {("BVS121", "approve"): None}
    assert actions("Z2", api.token()) == {("BVS111", "save"): "不能 / not now", ("BVS111", "declare"): None}
    assert actions("Z1", api.token(ENTERPRISE, "agency")) == {}


def test_an_action_that_is_used_up_says_so(api: Api) -> None:
    """The reason is the one that the gateway would refuse with."""
    with api.database.write() as connection:
        used = Case("Z1", "bonded", ENTERPRISE, "draft", {"again": True}, NOW, NOW)
        cases.save(connection, [used], {"bonded": FORMS.search})
    actions = api.ask("GET /v1/cases/bonded/Z1", token=api.token()).json["actions"]
    assert {each["objection"] for each in actions} == {"已用过 / used before"}


# -- history


def test_a_history_tells_each_step_the_newest_first(api: Api) -> None:
    """Status in the system's words, the reason, what it answers, when that was sent and who signed it."""
    put(api, ("Z1", ENTERPRISE, "declared", ""))
    fingerprint = _signer(api)
    sent = 1 << 40
    with api.database.write() as connection:
        messages.insert(connection, [NewMessage(
            sent, ENTERPRISE, "M1", "G1", "BVS111", (CUSTOMS_ID,), "a" * 64, "k", b"<x/>", fingerprint,
            b"<r/>", NOW,
        )])  # fmt: skip
    put_steps(api, "Z1", {2: "申报成功", -111103: "状态不符", 120: "入库成功"}, message=sent)
    put_steps(api, "Z1", {120: "somebody else's"}, party=OTHER)
    answer = api.ask("GET /v1/cases/bonded/Z1/history", token=api.token())
    assert answer.status == 200, answer.json
    steps = answer.json["steps"]
    assert [(step["status"], step["zh"], step["info"]) for step in steps] == [
        (120, "入库成功", "入库成功"), (-111103, "当前状态不能执行", "状态不符"), (2, "申报中", "申报成功"),
    ]  # fmt: skip
    assert [step["refused"] for step in steps] == [False, True, False]
    assert {(step["copMsgId"], step["holder"]) for step in steps} == {("M1", "Alice")}
    assert steps[0]["sent"].startswith("2026-01-01T08:04:22")
    assert len(api.ask("GET /v1/cases/bonded/Z1/history?limit=1", token=api.token()).json["steps"]) == 1
    assert api.ask("GET /v1/cases/bonded/Z1/history", token=api.token(OTHER)).status == 404


def test_customs_is_told_of_neither_drafts_nor_faults(api: Api) -> None:
    """What an enterprise kept for itself, and what the gateway refused it, is not the desk's."""
    put(api, ("Z1", ENTERPRISE, "declared", ""))
    put_steps(api, "Z1", {1: "暂存成功", 2: "申报成功", -111103: "状态不符", 120: "入库成功"})
    steps = api.ask("GET /v1/cases/bonded/Z1/history", token=api.token(CUSTOMS_ID, "customs")).json["steps"]
    assert [step["status"] for step in steps] == [120, 2]


def _signer(api: Api) -> str:
    """Alice's certificate, registered; its fingerprint."""
    now = datetime.now(UTC)
    certificate = pki.issue_signer(pki.authority("CA", now), pki.new_key(), pki.subject("Alice"), now)
    registered = entry(certificate, ENTERPRISE, "enterprise")
    with api.database.write() as connection:
        registry.add_certificate(connection, registered)
    return registered.fingerprint
