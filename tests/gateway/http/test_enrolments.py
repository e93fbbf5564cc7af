"""The calls of people who register themselves: forms, the same answer for known and unknown, the proof."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from storage import notices
from tests.gateway.http.conftest import Api

GOOD = {
    "kind": "account", "role": "agency", "copCode": "1100980009", "name": "新检验有限公司", "contact": "孙理",
    "telephone": "+49 40 123456", "mail": "new@agency.example", "password": "a long password",
}  # fmt: skip


def post(api: Api, path: str, body: dict[str, Any]) -> tuple[int, Any]:
    """Status and body of the answer."""
    answer = api.ask(f"POST {path}", json.dumps(body).encode(), Content_Type="application/json")
    return answer.status, json.loads(answer.body)


def test_somebody_registers_proves_the_address_and_logs_in(api: Api) -> None:
    """By HTTP alone, from the terms to the session."""
    terms = json.loads(api.ask("GET /v1/registrations/terms").body)
    assert terms == {"roles": ["agency", "enterprise"], "first": "unproven", "shortestPassword": 12}
    assert post(api, "/v1/registrations", GOOD) == (202, {"state": "unproven"})
    with api.database.read() as connection:
        (letter,) = notices.listed(connection)
    token = re.findall(r"\w{5}(?:-\w{5}){3}", letter.body)[0]
    confirmed = post(api, "/v1/registrations/confirmations", {"token": token, "password": GOOD["password"]})
    assert confirmed == (200, {"state": "approved", "account": GOOD["mail"]})
    status, session = post(api, "/v1/sessions", {"account": GOOD["mail"], "password": GOOD["password"]})
    assert status == 201
    assert (session["role"], session["copCode"], session["name"]) == ("agency", GOOD["copCode"], GOOD["name"])


def test_known_and_unknown_addresses_get_the_same_bytes(api: Api) -> None:
    """Whoever asks learns nothing of who is registered."""
    test_somebody_registers_proves_the_address_and_logs_in(api)
    answers = [
        api.ask("POST /v1/registrations", json.dumps({**GOOD, "mail": mail}).encode()).body
        for mail in (GOOD["mail"], "stranger@agency.example")
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("role", "customs"), ("role", "operator"), ("role", "host"), ("role", ""), ("copCode", "110098000"),
        ("copCode", "11009800a9"), ("name", ""), ("name", " "), ("name", "a\nb"), ("name", "x" * 101),
        ("contact", "a\tb"), ("telephone", "call me"), ("mail", "no address"), ("mail", "a@b.example\r\nBcc"),
        ("mail", f"{'a' * 60}@b.example"), ("password", "short"), ("password", "x" * 257),
        ("password", "my new@agency.example"), ("password", None), ("mail", 7), ("other", "x"),
    ],
)  # fmt: skip
def test_what_has_no_form_is_refused_by_its_name(api: Api, field: str, value: object) -> None:
    """Before anything is looked up or hashed."""
    status, told = post(api, "/v1/registrations", {**GOOD, field: value})
    assert status == 422
    assert field in told["info"]


def test_only_a_host_says_for_whom_it_asks(api: Api) -> None:
    """Else everybody would choose the address that is counted."""
    assert post(api, "/v1/registrations", {**GOOD, "client": "192.0.2.1"})[0] == 401
    body = json.dumps({**GOOD, "client": "192.0.2.1"}).encode()
    assert api.ask("POST /v1/registrations", body, api.token(role="enterprise")).status == 403
    assert api.ask("POST /v1/registrations", body, api.token(role="host")).status == 202


def test_too_many_requests_are_told_when_to_come_again(api: Api) -> None:
    """By 429 and Retry-After, for the network address and for the e-mail address."""
    for _ in range(3):
        assert post(api, "/v1/registrations", GOOD)[0] == 202
    answer = api.ask("POST /v1/registrations", json.dumps(GOOD).encode())
    assert answer.status == 429
    assert 0 < int(answer.headers["retry-after"]) <= 1200


def test_a_wrong_code_is_refused_without_a_reason(api: Api) -> None:
    """Wrong, old, or of a wrong password: all the same."""
    body = {"token": "aaaaa-aaaaa-aaaaa-aaaaa", "password": "x"}
    status, told = post(api, "/v1/registrations/confirmations", body)
    assert status == 403
    assert "the code or the password is wrong" in told["info"]
