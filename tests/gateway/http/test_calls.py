"""Each call of the API, over a real server and a real database."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from gateway import pki
from gateway.http.api import metrics_routes
from gateway.services import Answer
from messages.workflow import Case
from storage import bulletins, cases, mailboxes, messages, registrations, registry
from storage.mailboxes import NewReceipt
from storage.messages import NewMessage, NewWork
from tests.gateway.http.conftest import CUSTOMS_ID, ENTERPRISE, OTHER, Api, Serve
from tests.gateway.http.forms import FORMS

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
COLUMNS = {"bonded": FORMS.search}


def put_receipts(api: Api, names: Sequence[str], party: str = ENTERPRISE, first: int = 1) -> dict[str, int]:
    """Put receipts into a mailbox, as the dispatch does, without telling anybody."""
    with api.database.write() as connection:
        return mailboxes.deliver(
            connection,
            [
                NewReceipt(
                    party, number, "BVS112", f"R{number}", None, name, 120, "Z1", "d" * 64,
                    f"<DxpMsg>{name}</DxpMsg>".encode(), NOW,
                )
                for number, name in enumerate(names, first)
            ],
        )  # fmt: skip


def put_message(api: Api, name: str, number: int, open_nodes: int) -> None:
    """Put an accepted message, as the intake does."""
    work = tuple(NewWork("node", f"{name}/{node}", node, NOW) for node in range(open_nodes))
    with api.database.write() as connection:
        messages.insert(
            connection,
            [
                NewMessage(
                    number, ENTERPRISE, name, f"G{number}", "BVS111", (CUSTOMS_ID,), "a" * 64, "k", b"<x/>",
                    "f" * 64, b"<r/>", NOW, work,
                )
            ],
        )  # fmt: skip


# -- messages ------------------------------------------------------------------------------------


def test_a_message_is_given_to_the_intake_and_its_answer_sent(api: Api) -> None:
    """What intake says is what the client gets: status, bytes, and when to try again."""
    answer = api.ask("POST /v1/messages", b"<DxpMsg/>")
    assert (answer.status, answer.body) == (200, b"<DxpRep>0000</DxpRep>")
    assert answer.headers["content-type"] == "application/xml"
    api.intake.answer = Answer(429, b"<DxpRep>3001</DxpRep>", 7)
    answer = api.ask("POST /v1/messages", b"<DxpMsg/>", api.token())
    assert (answer.status, answer.headers["retry-after"]) == (429, "7")
    assert api.intake.taken == [(b"<DxpMsg/>", "127.0.0.1", ""), (b"<DxpMsg/>", "127.0.0.1", ENTERPRISE)]


def test_an_address_whose_messages_are_refused_has_to_wait_before_more_are_examined(api: Api) -> None:
    """Refused bytes are charged; over the allowance 429 comes before intake is asked, not to sessions."""
    api.intake.answer = Answer(200, b"<DxpRep>1001</DxpRep>", refused=True)
    body = b"x" * 5_000_000
    statuses = [api.ask("POST /v1/messages", body).status for _ in range(6)]
    assert statuses[:4] == [200] * 4
    assert statuses[-1] == 429
    examined = len(api.intake.taken)
    answer = api.ask("POST /v1/messages", b"<DxpMsg/>")
    assert (answer.status, answer.body[:12]) == (429, b"<DxpRep>3001")
    assert int(answer.headers["retry-after"]) > 0
    assert len(api.intake.taken) == examined
    assert api.ask("POST /v1/messages", b"<DxpMsg/>", api.token()).status == 200
    assert api.ask("GET /healthz").status == 200


def test_a_poll_whose_session_ends_while_it_waits_gets_nothing_of_what_comes_then(api: Api) -> None:
    """Revoked or suspended while a poll is parked: the receipt that wakes it is not for it any more."""
    token = api.token()
    answers = []
    poll = threading.Thread(target=lambda: answers.append(api.ask("GET /v1/receipts?wait=20", token=token)))
    poll.start()
    _until(lambda: api.mailboxes.parked == 1)
    with api.database.write() as connection:
        registry.change_party(connection, ENTERPRISE, state=registry.SUSPENDED)
    heads = put_receipts(api, ["M1"])
    api.loop.call(api.mailboxes.delivered, heads)
    poll.join(10)
    assert answers[0].status == 401
    assert b"M1" not in answers[0].body


def test_what_is_accepted_is_charged_to_nobody(api: Api) -> None:
    """However much an address sends, good messages use up nothing of its allowance for refused ones."""
    for _ in range(6):
        assert api.ask("POST /v1/messages", b"x" * 5_000_000).status == 200
    assert api.ask("POST /v1/messages", b"<DxpMsg/>").status == 200


def test_a_message_refused_by_http_gets_a_reply_of_its_kind(api: Api) -> None:
    """Even before intake sees it, a message is answered with a DxpRep 3001, here for its size."""
    with api.client() as client:
        client.send(b"POST /v1/messages HTTP/1.1\r\nHost: g\r\nContent-Length: 99999999\r\n\r\n")
        answer = client.answer()
    assert answer.status == 413
    assert answer.body.startswith(b"<DxpRep>3001")
    assert not api.intake.taken


def test_a_session_that_is_over_refuses_no_message(api: Api) -> None:
    """The call needs no session; an unknown token only means that none is shown."""
    assert api.ask("POST /v1/messages", b"x", "Bearer nobody").status == 200
    assert api.intake.taken == [(b"x", "127.0.0.1", "")]


def test_a_message_is_taken_even_when_its_sender_leaves(api: Api) -> None:
    """Once intake has a message, its fate does not hang on the connection."""
    with api.client() as client:
        client.send(b"POST /v1/messages HTTP/1.1\r\nHost: g\r\nContent-Length: 3\r\n\r\nabc")
    deadline = time.monotonic() + 30
    while not api.intake.taken and time.monotonic() < deadline:
        time.sleep(0.005)
    assert api.intake.taken


def test_a_message_s_state_and_receipts_are_shown_to_its_party(api: Api) -> None:
    """One call says how far a message has come and gives every receipt so far, to its own party only."""
    put_message(api, "M1", 1, 2)
    put_receipts(api, ["M1", "M1", "M2"])
    answer = api.ask("GET /v1/messages/M1", token=api.token())
    assert answer.status == 200
    assert answer.body.startswith(b'<MessageStatus copMsgId="M1" state="processing" type="BVS111"')
    assert answer.body.endswith(b"<DxpMsg>M1</DxpMsg><DxpMsg>M1</DxpMsg></MessageStatus>")
    assert b'acceptedAt="2026-01-02T11:04:05+08:00" openNodes="2"' in answer.body
    assert b'state="refused"' in api.ask("GET /v1/messages/M2", token=api.token()).body
    assert api.ask("GET /v1/messages/M1", token=api.token(OTHER)).status == 404
    assert api.ask("GET /v1/messages/M1").status == 401


def test_many_messages_are_asked_for_in_one_call(api: Api) -> None:
    """Up to a hundred CopMsgIds get a line each, in the order asked, unknown ones too."""
    put_message(api, "M1", 1, 0)
    put_receipts(api, ["M1"])
    token = api.token()
    ask = json.dumps({"copMsgIds": ["none", "M1", "M1"]}).encode()
    none, first = api.ask("POST /v1/messages/status", ask, token).json["messages"]
    assert none == {"copMsgId": "none", "state": "unknown"}
    assert (first["state"], first["receipts"][0]["status"]) == ("processed", 120)
    cursor = first["receipts"][0]["cursor"]
    assert api.ask(
        f"GET /v1/receipts?after={cursor}", token=token
    ).body == b'<Receipts next="%s"></Receipts>' % (cursor.encode())
    for wrong in ({}, {"copMsgIds": []}, {"copMsgIds": ["x"] * 101}, {"copMsgIds": ["../x"]}):
        assert api.ask("POST /v1/messages/status", json.dumps(wrong).encode(), token).status == 422


# -- receipts ------------------------------------------------------------------------------------


def test_a_mailbox_is_read_page_by_page(api: Api) -> None:
    """Each page names the cursor of the next; any may be read again; an empty page stays where it is."""
    put_receipts(api, ["a", "b", "c"])
    token = api.token()
    first = api.ask("GET /v1/receipts?after=&limit=2", token=token)
    assert first.headers["content-type"] == "application/xml"
    assert first.body == b'<Receipts next="r2"><DxpMsg>a</DxpMsg><DxpMsg>b</DxpMsg></Receipts>'
    assert api.ask("GET /v1/receipts?after=r2", token=token).body == (
        b'<Receipts next="r3"><DxpMsg>c</DxpMsg></Receipts>'
    )
    assert api.ask("GET /v1/receipts?after=r3", token=token).body == b'<Receipts next="r3"></Receipts>'
    assert api.ask("GET /v1/receipts?limit=2", token=token).body == first.body
    assert api.ask("GET /v1/receipts", token=api.token(OTHER)).body == b'<Receipts next=""></Receipts>'


def poll(query: str, token: str) -> bytes:
    """A request for receipts, as bytes, for a client that does not wait for the answer."""
    return f"GET /v1/receipts?{query} HTTP/1.1\r\nHost: g\r\nAuthorization: {token}\r\n\r\n".encode()


@pytest.mark.parametrize(
    "query", ["after=x!", "limit=-1", "wait=1.5", "wait=1&wait=2", "afterr=r1", "after=%00"]
)
def test_a_poll_that_makes_no_sense_is_refused(api: Api, query: str) -> None:
    """A wrong cursor or number, or a misspelt field, is told and not guessed."""
    answer = api.ask(f"GET /v1/receipts?{query}", token=api.token())
    assert answer.status == 400
    assert answer.json["info"]


def test_a_waiting_poll_is_answered_when_a_receipt_comes(api: Api) -> None:
    """A long poll costs nothing while it waits and is answered as soon as its mailbox is delivered to."""
    token = api.token()
    with api.client() as client:
        client.send(poll("wait=20", token))
        _until(lambda: api.mailboxes.parked == 1)
        heads = put_receipts(api, ["a"])
        api.loop.call(api.mailboxes.delivered, heads)
        assert client.answer().body == b'<Receipts next="r1"><DxpMsg>a</DxpMsg></Receipts>'
    assert api.mailboxes.parked == 0


def test_stopping_answers_waiting_polls_at_once(api: Api) -> None:
    """A stopping gateway lets its long polls go with an empty page and closes their connections."""
    token = api.token()
    with api.client() as client:
        client.send(poll("after=r5&wait=20", token))
        _until(lambda: api.mailboxes.parked == 1)
        stopped = api.loop.call(lambda: [api.server.stop(5)])[0]
        api.loop.call(api.mailboxes.close)
        answer = client.answer()
        assert (answer.body, answer.headers["connection"]) == (b'<Receipts next="r5"></Receipts>', "close")
        assert client.ended()
    api.loop.call(lambda: stopped)


def test_a_poll_whose_client_left_is_forgotten(api: Api) -> None:
    """A parked poll goes with its connection."""
    token = api.token()
    with api.client() as client:
        client.send(poll("wait=20", token))
        _until(lambda: api.mailboxes.parked == 1)
    _until(lambda: api.mailboxes.parked == 0)


# -- cases ---------------------------------------------------------------------------------------


def put_cases(api: Api) -> None:
    """Two cases of one party and one of another."""
    with api.database.write() as connection:
        for number, owner, book in (("Z1", ENTERPRISE, "T1"), ("Z2", ENTERPRISE, "T2"), ("Z3", OTHER, "T1")):
            case = Case(
                number, "bonded", owner, "declared", {"note": number}, NOW, NOW, search={"bookNo": book}
            )
            cases.save(connection, [case], COLUMNS)


def test_cases_are_searched_by_the_system_s_columns(api: Api) -> None:
    """Criteria are the columns the system declares; a party finds its own cases, customs everybody's."""
    put_cases(api)
    token, customs = api.token(), api.token(CUSTOMS_ID, "customs")

    def numbers(query: str, token: str = token) -> list[str]:
        return [
            case["number"]
            for case in api.ask(f"GET /v1/cases/bonded?order=number&{query}", token=token).json["cases"]
        ]

    assert numbers("") == ["Z1", "Z2"]
    assert numbers("bookNo=T1") == ["Z1"]
    assert numbers("bookNo.from=T2&bookNo.to=T9") == ["Z2"]
    assert numbers("size=1&page=2") == ["Z2"]
    assert numbers("state=filed") == []
    assert numbers(f"owner={OTHER}") == ["Z1", "Z2"]
    assert numbers("bookNo=T1", customs) == ["Z1", "Z3"]
    assert numbers(f"owner={OTHER}", customs) == ["Z3"]
    assert api.ask("GET /v1/cases/bonded?colour=red", token=token).status == 400
    assert api.ask("GET /v1/cases/bonded?order=body", token=token).status == 400
    assert api.ask("GET /v1/cases/nothing", token=token).status == 404


def test_a_case_is_shown_to_its_owner_and_to_customs(api: Api) -> None:
    """To anybody else a case is not there."""
    put_cases(api)
    assert api.ask("GET /v1/cases/bonded/Z1", token=api.token()).json["body"] == {"note": "Z1"}
    assert api.ask("GET /v1/cases/bonded/Z3", token=api.token()).status == 404
    assert api.ask("GET /v1/cases/bonded/Z3", token=api.token(CUSTOMS_ID, "customs")).status == 200


# -- what is common ------------------------------------------------------------------------------


def test_bulletins_are_found_by_title_and_day(api: Api) -> None:
    """A part of the title in any case, the first and the last day in China; a day that is none is refused."""
    with api.database.write() as connection:
        for title, hours in (("About 100% Rules", 0), ("关于规则", 14), ("rules again", 15)):
            at = datetime(2026, 3, 1, 1, 59, tzinfo=UTC) + timedelta(hours=hours)
            bulletins.publish(connection, "news", title, "text", "customs", at)

    def found(query: str) -> list[str]:
        answer = api.ask(f"GET /v1/bulletins?{query}", token=api.token())
        return [each["title"] for each in answer.json["bulletins"]]

    assert found("title=RULES") == ["rules again", "About 100% Rules"]
    assert found("title=0%25%20r") == ["About 100% Rules"]
    assert found("title=%25") == ["About 100% Rules"]
    assert found("from=20260302&kind=news") == ["rules again"]
    assert found("to=20260301") == ["关于规则", "About 100% Rules"]
    assert found("from=20260301&to=20260302&title=%E8%A7%84%E5%88%99") == ["关于规则"]
    for wrong in ("from=2026-03-01", "to=20260230"):
        assert api.ask(f"GET /v1/bulletins?{wrong}", token=api.token()).status == 400


def test_bulletins_are_listed_for_their_audience(api: Api) -> None:
    """Newest first, for everyone and for the caller's role, read on with `before`."""
    with api.database.write() as connection:
        for title, audience in (("one", "*"), ("two", "customs"), ("three", "enterprise")):
            bulletins.publish(connection, "notice", title, "text", "customs", NOW, audience)
    page = api.ask("GET /v1/bulletins?limit=1", token=api.token()).json
    assert [each["title"] for each in page["bulletins"]] == ["three"]
    page = api.ask(f"GET /v1/bulletins?before={page['before']}", token=api.token()).json
    assert [each["title"] for each in page["bulletins"]] == ["one"]


def test_lists_and_schemas_are_sent_once(api: Api) -> None:
    """A list or a schema that the client has already is not sent again."""
    token = api.token()
    answer = api.ask("GET /v1/codes/unit", token=token)
    assert answer.json["rows"] == [["035", "千克", "kilogram"]]
    assert api.ask("GET /v1/codes/unit", token=token, If_None_Match=answer.headers["etag"]).status == 304
    schema = api.ask("GET /v1/types/BVS111.xsd", token=token)
    assert schema.body == b"<xs:schema/>"
    assert (
        api.ask("GET /v1/types/BVS111.xsd", token=token, If_None_Match=schema.headers["etag"]).status == 304
    )
    types = api.ask("GET /v1/types", token=token)
    assert types.json["types"][0]["events"] == {"declare": {"cards": ["legal"], "nonRepudiation": True}}
    assert api.ask("GET /v1/types", token=token, If_None_Match=types.headers["etag"]).status == 304


@pytest.mark.parametrize(
    "path",
    [
        "/v1/types/NOPE.xsd", "/v1/types/../BVS111.xsd", "/v1/types/%2e%2e%2fBVS111.xsd",
        "/v1/types/BVS111.xsd%00", "/v1/types/common/dxp.xsd", "/v1/codes/../unit",
        "/v1/codes/unit.csv", "/v1/codes/nothing",
        "/v1/attachments/..%2f..%2fgateway.db", "/v1//codes/unit", "//v1/codes/unit",
    ],
)  # fmt: skip
def test_a_path_leads_nowhere_else(api: Api, path: str) -> None:
    """Names in paths are matched whole; no spelling of a path reaches another file."""
    assert api.ask(f"GET {path}", token=api.token()).status == 404


# -- registrations and operations ----------------------------------------------------------------


def test_a_registration_is_filed_for_a_decision(api: Api) -> None:
    """The one unsigned change: a request that waits for customs or an operator."""
    asked = {
        "kind": "party", "copCode": "1234567890", "name": "某公司",
        "partyKind": "enterprise", "contact": "张三",
    }  # fmt: skip
    answer = api.ask("POST /v1/registrations", json.dumps(asked).encode())
    assert (answer.status, answer.json["state"]) == (201, "pending")
    with api.database.read() as connection:
        (filed,) = registrations.listed(connection)
    assert (filed.kind, filed.body["kind"], filed.body["name"]) == ("party", "enterprise", "某公司")
    for wrong in (
        {},
        asked | {"kind": "root"},
        asked | {"extra": 1},
        asked | {"name": 5},
        asked | {"csr": "x"},
    ):
        assert api.ask("POST /v1/registrations", json.dumps(wrong).encode()).status == 422
    assert api.ask("POST /v1/registrations", b"[]").status == 400
    statuses = [api.ask("POST /v1/registrations", b"{}").status for _ in range(10)]
    assert statuses[-1] == 429


def test_a_request_to_be_a_gateway_is_not_even_filed(api: Api) -> None:
    """What no CA should be shown is refused at the door; an ordinary request is filed."""
    asked = {"kind": "certificate", "dxpId": "DXPENT0000000001", "holder": "x", "role": "operator"}
    for gateway, status in ((True, 422), (False, 201)):
        request = pki.signing_request(pki.new_key(), pki.subject("x"), gateway=gateway)
        body = json.dumps(asked | {"csr": pki.pem(request).decode()}).encode()
        assert api.ask("POST /v1/registrations", body).status == status


def test_health_readiness_and_metrics(api: Api, serve: Serve) -> None:
    """Alive is not ready; what is counted is told on the other port only."""
    assert api.ask("GET /healthz").status == 200
    assert api.ask("GET /readyz").status == 200
    api.ready["database"] = False
    answer = api.ask("GET /readyz")
    assert (answer.status, answer.json["parts"]) == (503, {"database": False})
    assert api.ask("GET /metrics").status == 404
    with serve(metrics_routes(lambda: {"database": True})).client() as client:
        answer = client.ask("GET /metrics")
    assert answer.status == 200
    assert b"eport_messages_accepted_total" in answer.body


def _until(condition: object) -> None:
    deadline = time.monotonic() + 30
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.005)
