"""Looking up what a form fills in: keys, who may ask, what is not known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.cli.certificates import entry
from messages.workflow import Record
from storage import cases, registry
from tests.gateway.http.conftest import CUSTOMS_ID, ENTERPRISE, OTHER, Api
from tests.gateway.selfsigned import self_signed

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def put_goods(api: Api, name: str = "电路板", at: datetime = NOW) -> None:
    """One line of a book."""
    with api.database.write() as connection:
        cases.put_records(connection, [Record("bonded", "goods", "B1/1", {"gName": name}, at)])


def test_what_is_known_under_a_key_is_told(api: Api) -> None:
    """The key again, and the values by the fields' names."""
    put_goods(api)
    answer = api.ask("GET /v1/lookups/bonded/goods?bookNo=B1&place=1", token=api.token())
    assert answer.status == 200
    assert answer.json == {"key": {"bookNo": "B1", "place": "1"}, "values": {"gName": "电路板"}}


def test_a_lookup_is_sent_once_until_it_changes(api: Api) -> None:
    """304 to who has it, the new one after a change."""
    put_goods(api)
    line, token = "GET /v1/lookups/bonded/goods?bookNo=B1&place=1", api.token()
    tag = api.ask(line, token=token).headers["etag"]
    assert api.ask(line, token=token, If_None_Match=tag).status == 304
    put_goods(api, "铜板", datetime(2026, 1, 3, tzinfo=UTC))
    changed = api.ask(line, token=token, If_None_Match=tag)
    assert (changed.status, changed.json["values"]) == (200, {"gName": "铜板"})


@pytest.mark.parametrize(
    "path", ["bonded/goods?bookNo=B1&place=2", "bonded/nothing?x=1", "nothing/goods?x=1"]
)
def test_what_is_not_known_is_404(api: Api, path: str) -> None:
    """A key without anything, and a lookup or system that there is not."""
    put_goods(api)
    answer = api.ask(f"GET /v1/lookups/{path}", token=api.token())
    assert answer.status == 404
    assert answer.json["info"]


@pytest.mark.parametrize(
    "query", ["bookNo=B1", "bookNo=B1&place=", f"bookNo=B1&place={'1' * 65}", "bookNo=B1&place=1&place=2",
              "bookNo=B1&place=1&more=1", "bookNo=B1&place=%00"],
)  # fmt: skip
def test_a_key_is_whole_or_refused(api: Api, query: str) -> None:
    """A missing, empty, long, double or unknown part is told, and not guessed."""
    assert api.ask(f"GET /v1/lookups/bonded/goods?{query}", token=api.token()).status == 400


def test_who_may_ask_is_the_tables_word(api: Api) -> None:
    """Without roles of its own a lookup is for whoever may send the system's messages."""
    assert api.ask("GET /v1/lookups/bonded/party?code=1234567890", token=api.token()).status == 403
    assert (
        api.ask("GET /v1/lookups/bonded/goods?bookNo=B1&place=1", token=api.token(role="officer")).status
        == 403
    )
    found = api.ask("GET /v1/lookups/bonded/party?code=1234567890", token=api.token(CUSTOMS_ID, "customs"))
    assert found.json["values"] == {"name": CUSTOMS_ID}  # of several with one code the first
    assert api.ask("GET /v1/lookups/bonded/goods?bookNo=B1&place=1").status == 401


def test_nobody_reads_through_all_there_is(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each party has its own number of lookups at once, and then a rate."""
    token, other = api.token(), api.token("DXPENT0000000002")
    rates = next(route.handler.__self__ for route in api.routes if "lookups" in route.path)._rates  # type: ignore[union-attr]
    monkeypatch.setattr(rates, "_burst", 2.0)
    monkeypatch.setattr(rates, "_per_second", 0.001)
    line = "GET /v1/lookups/bonded/goods?bookNo=B1&place=1"
    assert [api.ask(line, token=token).status for _ in range(3)] == [404, 404, 429]
    assert "retry-after" in api.ask(line, token=token).headers
    assert api.ask(line, token=other).status == 404


def test_an_answer_may_depend_on_who_asks(api: Api) -> None:
    """Its own is told to each; whoever asks cannot say that it is another."""
    line = "GET /v1/lookups/bonded/own"
    answer = api.ask(line, token=api.token())
    assert answer.json == {"key": {}, "values": {"name": "somebody, enterprise"}}
    assert api.ask(line, token=api.token(OTHER)).status == 404
    assert api.ask(f"{line}?asker.dxpId=DXPENT0000000001", token=api.token(OTHER)).status == 400


def test_what_is_read_may_depend_on_what_was_read_before(api: Api) -> None:
    """Under the asker's own customs code there is another key, and under that what is told."""
    token = api.token()
    assert api.ask("GET /v1/lookups/bonded/chain", token=token).status == 404
    with api.database.write() as connection:
        first = Record("bonded", "goods", "1234567890/1", {"next": "B1/1"}, NOW)
        cases.put_records(connection, [first])
    assert api.ask("GET /v1/lookups/bonded/chain", token=token).status == 404
    put_goods(api)
    answer = api.ask("GET /v1/lookups/bonded/chain", token=token)
    assert answer.json == {"key": {}, "values": {"gName": "电路板"}}


def test_a_number_counts_as_proven_with_a_certificate(api: Api) -> None:
    """Whoever registers himself proves an e-mail address only: to him it is as if he had no number."""

    def told(name: str) -> str:
        return str(api.ask(f"GET /v1/lookups/bonded/{name}", token=api.token()).json["values"]["code"])

    assert (told("number"), told("proven")) == ("1234567890", "")
    with api.database.write() as connection:
        certificate = self_signed(ec.generate_private_key(ec.SECP256R1()))
        registry.add_certificate(connection, entry(certificate, ENTERPRISE, "enterprise"))
    assert told("proven") == "1234567890"
