"""Registrations are decided over HTTP by those who run the gateway: once, journaled, told by letter."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from gateway.http.approvals import Approvals
from gateway.http.exchange import Request, Response
from gateway.http.parser import Head
from gateway.outbound.letter import valid
from gateway.outbound.notices import Notices
from gateway.passwords import hashed
from gateway.threads import Reader, Writer
from storage import notices, registrations, registry
from storage.database import Database
from storage.journal import Chain
from storage.sessions import Session
from storage.verification import verify
from tests.gateway.http.conftest import ENTERPRISE, Api
from tests.gateway.http.test_openapi import ROOT, _check, operations
from tests.gateway.loop import Loop, reactor

MAIL = "new@agency.example"
CODE = "1100980009"
BODY = {"role": "agency", "copCode": CODE, "name": "新检验有限公司", "contact": "孙理", "telephone": ""}
LIST = "GET /v1/operations/registrations"


def file(database: Database, mail: str = MAIL, days: int = 30, **body: str) -> int:
    """A request of somebody that waits for so many days more; its number."""
    now = datetime.now(UTC)
    with database.write() as connection:
        return registrations.ask(
            connection, {**BODY, **body}, mail=mail, secret=hashed("a long password"),
            token_hash=f"t{mail}{body}", state=registrations.PENDING, at=now,
            expires_at=now + timedelta(days=days),
        )  # fmt: skip


def join(database: Database, code: str = CODE) -> str:
    """A party that has the number already."""
    party = registry.Party("DXPAGE0000000077", code, "老检验有限公司", "agency", datetime.now(UTC))
    with database.write() as connection:
        registry.add_party(connection, party)
    return party.dxp_id


def decide(api: Api, number: int, **body: str) -> tuple[int, Any]:
    """Status and answer."""
    answer = api.ask(
        f"POST /v1/operations/registrations/{number}", json.dumps(body).encode(),
        api.token(ENTERPRISE, "operations"), Content_Type="application/json",
    )  # fmt: skip
    return answer.status, answer.json


@pytest.mark.parametrize("role", ["enterprise", "customs", "operator", "host"])
def test_no_other_role_sees_or_decides(api: Api, role: str) -> None:
    """And nobody without a session."""
    number = file(api.database)
    for call, body in ((LIST, b""), (f"POST /v1/operations/registrations/{number}", b"{}")):
        assert api.ask(call, body, api.token(ENTERPRISE, role)).status == 403
        assert api.ask(call, body).status == 401
    with api.database.read() as connection:
        assert registrations.count(connection) == 1


def test_what_waits_is_shown_without_its_secrets(api: Api) -> None:
    """All an operator needs, the parties of the number with it; no password's hash and no code's."""
    there = join(api.database)
    number = file(api.database)
    answer = api.ask(LIST, token=api.token(ENTERPRISE, "operations"))
    (one,) = answer.json["registrations"]
    assert (one["id"], one["mail"], one["name"], one["hasAccount"]) == (number, MAIL, BODY["name"], False)
    assert one["parties"] == [{"dxpId": there, "name": "老检验有限公司", "kind": "agency"}]
    with api.database.read() as connection:
        stored = registrations.get(connection, number)
    assert stored is not None
    assert str(stored.secret).encode() not in answer.body
    assert b"t" + MAIL.encode() not in answer.body


def test_a_newcomer_becomes_a_new_party_and_is_told(api: Api) -> None:
    """Party and account are there, the letter is on its way, the journal has the decision and verifies."""
    number = file(api.database)
    status, told = decide(api, number, decision="approve", party="new")
    assert (status, told["state"]) == (200, "approved")
    with api.database.read() as connection:
        account = registry.account(connection, MAIL)
        assert account is not None
        assert (account.dxp_id, account.role) == (told["party"], "agency")
        (letter,) = notices.listed(connection)
        assert (letter.address, "approved" in letter.subject) == (MAIL, True)
        found = registrations.get(connection, number)
        assert found is not None
        assert (found.state, found.decided_by) == ("approved", "somebody")
        assert verify(connection, []).findings == []
        kinds = [row.kind for row in connection.exec_driver_sql("SELECT kind FROM journal")]
        assert kinds == ["enrolment"]


def test_a_number_that_is_known_is_not_joined_by_itself(api: Api) -> None:
    """As a new party it is refused with those that have the number; into one of them it goes, by its name."""
    there, number = join(api.database), file(api.database)
    status, told = decide(api, number, decision="approve", party="new")
    assert (status, told["why"], [each["dxpId"] for each in told["parties"]]) == (409, "undecided", [there])
    status, told = decide(api, number, decision="approve", party=ENTERPRISE)
    assert (status, told["why"]) == (409, "stranger")
    assert decide(api, number, decision="approve", party=there) == (
        200,
        {"state": "approved", "party": there},
    )
    with api.database.read() as connection:
        account = registry.account(connection, MAIL)
        assert account is not None
        assert account.dxp_id == there
        assert [each.dxp_id for each in registry.parties_of_code(connection, CODE)] == [there]


def test_whoever_is_refused_is_told_why(api: Api) -> None:
    """The reason is in the letter, and with the request; nothing has come to be."""
    number = file(api.database)
    assert decide(api, number, decision="refuse", reason="资料不全") == (
        200,
        {"state": "refused", "party": ""},
    )
    with api.database.read() as connection:
        (letter,) = notices.listed(connection)
        assert "资料不全" in letter.body
        assert registry.account(connection, MAIL) is None
    status, told = decide(api, number, decision="approve", party="new")
    assert (status, told["why"], told["by"], told["state"]) == (409, "decided", "somebody", "refused")


def test_what_cannot_be_decided_says_why(api: Api) -> None:
    """An address that has an account, a certificate that is needed, a request that is not or is too old."""
    first, second = file(api.database), file(api.database, copCode="1100980010")
    assert decide(api, first, decision="approve", party="new")[0] == 200
    assert decide(api, second, decision="approve", party="new")[1]["why"] == "taken"
    with api.database.write() as connection:
        third = registrations.add(
            connection, "certificate", {"dxpId": ENTERPRISE, "csr": "x"}, datetime.now(UTC)
        )
    assert decide(api, third, decision="approve", party="new")[1]["why"] == "files"
    assert decide(api, 999, decision="refuse", reason="x")[1]["why"] == "none"
    old = file(api.database, "old@agency.example", days=-1, copCode="1100980012")
    status, told = decide(api, old, decision="approve", party="new")
    assert (status, told["why"], told["state"]) == (409, "decided", "expired")
    assert decide(api, third, decision="refuse", reason="no card of ours")[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        {}, {"decision": "perhaps"}, {"decision": "approve"}, {"decision": "refuse"},
        {"decision": "refuse", "reason": "  "}, {"decision": "refuse", "reason": "x" * 501},
    ],
)  # fmt: skip
def test_a_decision_is_whole(api: Api, body: dict[str, str]) -> None:
    """A party for an approval, a reason for a refusal; nothing happens else."""
    number = file(api.database)
    assert decide(api, number, **body)[0] == 422
    with api.database.read() as connection:
        assert registrations.count(connection) == 1


def test_the_answers_are_as_described(api: Api) -> None:
    """Field by field, the refusal's too."""
    described = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
    join(api.database)
    number = file(api.database)
    listed = api.ask(LIST, token=api.token(ENTERPRISE, "operations"))
    answers = [("GET", "", 200, listed.json)]
    for party, status in (("new", 409), ("DXPAGE0000000077", 200)):
        answers.append(("POST", "/{id}", *decide(api, number, decision="approve", party=party)))
        assert answers[-1][2] == status
    for method, path, status, told in answers:
        call = operations(described)[method, f"/v1/operations/registrations{path}"]
        schema = call["responses"][str(status)]["content"]["application/json"]["schema"]
        _check(told, schema, described, path)


class _Anybody:
    """Access that lets everybody in, as somebody of that name."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def session(self, _request: Request) -> Any:
        """Somebody who runs the gateway."""
        now = datetime.now(UTC)
        return Session("", ENTERPRISE, "operations", self._name, None, None, "", now, now, now)


class Gate:
    """A gateway's calls on a database, without its sockets."""

    def __init__(self, loop: Loop, database: Database, node: str) -> None:
        self._loop = loop

        def make() -> None:
            self.writer, self.reader = Writer(reactor, database), Reader(reactor, database)
            chain = Chain(node)
            self.writer.on_failure.append(chain.forget)
            access: Any = _Anybody(f"watch{node}")
            notes = Notices({"mail": valid}, "gate.example", "Gateway", 100)
            self.calls = Approvals(access, self.writer, self.reader, chain, notes, lambda: datetime.now(UTC))

        loop.call(make)

    def decide(self, number: int, body: dict[str, str]) -> tuple[int, Any]:
        """Status and answer."""
        request = Request(Head("POST", "/", {}, None, True, False), "192.0.2.1")
        request.parameters = {"id": str(number)}
        request.body = json.dumps(body).encode()
        answer: Response = self._loop.call(self.calls.decide, request)
        return answer.status, json.loads(answer.body)

    def stop(self) -> None:
        """End its threads."""
        self._loop.call(self.writer.stop)
        self._loop.call(self.reader.stop)


@pytest.fixture
def gates(loop: Loop, database_url: str) -> Iterator[tuple[Database, Gate, Gate]]:
    """Two gateways of one database."""
    database = Database(database_url)
    both = (Gate(loop, database, "1"), Gate(loop, database, "2"))
    yield (database, *both)
    for each in both:
        each.stop()
    database.close()


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(gates: tuple[Database, Gate, Gate]) -> None:
    """On two gateways, whatever each says: one decision, one letter, one row of the journal."""
    database, *both = gates
    at_once = threading.Barrier(2)

    def run(gate: Gate, body: dict[str, str], number: int) -> tuple[int, Any]:
        at_once.wait(10)
        return gate.decide(number, body)

    for turn in range(5):
        number = file(database, f"new{turn}@agency.example", copCode=f"110098001{turn}")
        bodies = ({"decision": "approve", "party": "new"}, {"decision": "refuse", "reason": "资料不全"})
        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(run, both, bodies, (number, number)))
        answers.sort(key=lambda each: each[0])
        (status, won), (refused, told) = answers
        assert (status, refused, told["why"], told["state"]) == (200, 409, "decided", won["state"])
        assert told["by"] in ("watch1", "watch2")
        with database.read() as connection:
            assert len(notices.listed(connection)) == turn + 1
            rows = connection.exec_driver_sql("SELECT count(*) FROM journal").scalar()
            assert rows == turn + 1
