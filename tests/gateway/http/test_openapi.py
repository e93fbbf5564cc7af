"""docs/openapi.yaml is held to the server: the same calls, parameters, refusals and fields."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from gateway import pki
from gateway.cli.certificates import entry
from gateway.http.api import metrics_routes
from gateway.http.router import PATTERNS
from gateway.passwords import hashed
from gateway.sessions import statement
from messages.wire import wire_time
from storage import bulletins, registry
from tests.attached import pdf
from tests.gateway.http.conftest import CUSTOMS_ID, ENTERPRISE, Api
from tests.gateway.http.test_calls import NOW, put_cases, put_message, put_receipts
from tests.gateway.http.test_cases import put_steps
from tests.gateway.http.test_lookups import put_goods

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def described() -> Any:
    """The description."""
    return yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"))


def operations(described: Any) -> dict[tuple[str, str], Any]:
    """(method, path) → operation."""
    return {
        (method.upper(), path): operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }


def test_every_call_is_described_and_every_description_is_a_call(api: Api, described: Any) -> None:
    """Nothing is served that is not written down, and nothing written down is missing."""
    served = {(route.method, route.path) for route in (*api.routes, *metrics_routes(dict))}
    assert served == set(operations(described))


def test_path_parameters_are_what_the_router_takes(described: Any) -> None:
    """Each parameter of a path has the pattern that the router matches."""
    for (_, path), operation in operations(described).items():
        given = {each["name"]: each for each in operation.get("parameters", []) if each["in"] == "path"}
        assert set(given) == set(re.findall(r"{(\w+)}", path)), path
        for name, parameter in given.items():
            assert parameter["schema"]["pattern"] == f"^{PATTERNS[name]}$"


def test_calls_without_a_session_are_those_described(api: Api, described: Any) -> None:
    """A call that needs a session says so with 401, all others do not ask for one."""
    for (method, path), operation in operations(described).items():
        if path == "/metrics":
            continue
        real = re.sub(r"{(\w+)}", lambda found: _sample(found[1]), path)
        body = b"{}" if "requestBody" in operation else b""
        answer = api.ask(f"{method} {real}", body, Content_Type="application/json")
        needs = operation["security"] == [{"bearer": []}]
        assert (answer.status == 401) == needs, path
        assert str(answer.status) in operation["responses"], (path, answer.status)


def test_unknown_query_fields_are_refused_by_every_call_that_reads_any(api: Api, described: Any) -> None:
    """Where a description lists query fields, no other one is taken."""
    token = api.token()
    for (method, path), operation in operations(described).items():
        fields = [each["name"] for each in operation.get("parameters", []) if each["in"] == "query"]
        if fields and method == "GET":
            real = re.sub(r"{(\w+)}", lambda found: _sample(found[1]), path)
            assert api.ask(f"{method} {real}?nonsense=1", token=token).status == 400, path


def test_answers_have_the_fields_described(api: Api, described: Any) -> None:
    """What is answered is what the description promises, field by field."""
    put_message(api, "M1", 1, 1)
    put_receipts(api, ["M1", "M2"])
    put_cases(api)
    put_steps(api, "Z2", {120: "入库成功"})
    put_goods(api)
    with api.database.write() as connection:
        bulletins.publish(connection, "notice", "title", "text", "customs", NOW)
    token = api.token()
    digest = hashlib.sha256(pdf()).hexdigest()
    asked = {
        ("POST", "/v1/messages/status"): ("", json.dumps({"copMsgIds": ["M1", "M2", "M3"]}).encode()),
        ("POST", "/v1/challenges"): ("", b"{}"),
        ("GET", "/v1/sessions/current"): ("", b""),
        ("GET", "/v1/cases/{system}"): ("/v1/cases/bonded", b""),
        ("GET", "/v1/cases/{system}/{number}"): ("/v1/cases/bonded/Z1", b""),
        ("GET", "/v1/cases/{system}/{number}/history"): ("/v1/cases/bonded/Z2/history", b""),
        ("GET", "/v1/lookups/{system}/{name}"): ("/v1/lookups/bonded/goods?bookNo=B1&place=1", b""),
        ("GET", "/v1/bulletins"): ("", b""),
        ("GET", "/v1/codes/{list}"): ("/v1/codes/unit", b""),
        ("GET", "/v1/bulletins/{id}"): ("/v1/bulletins/1", b""),
        ("PUT", "/v1/attachments/{sha256}"): (f"/v1/attachments/{digest}", pdf()),
        ("GET", "/v1/attachments/{sha256}/facts"): (f"/v1/attachments/{digest}/facts", b""),
        ("GET", "/healthz"): ("", b""),
        ("GET", "/readyz"): ("", b""),
        ("GET", "/v1/types"): ("", b""),
        ("GET", "/v1/types/{code}.xsd"): ("/v1/types/NOPE.xsd", b""),
        ("GET", "/v1/holders"): ("", b""),
    }
    for (method, path), (real, body) in asked.items():
        answer = api.ask(f"{method} {real or path}", body, token, Content_Type="application/pdf")
        promised = operations(described)[method, path]["responses"][str(answer.status)]
        _check(answer.json, promised["content"]["application/json"]["schema"], described, path)


@pytest.mark.parametrize(
    ("what", "place"),
    [("traffic", 0), ("refusals", 1), ("queues", 2), ("waiting?system=bonded&by=bookNo", 3)],
)  # fmt: skip
def test_statistics_have_the_fields_described(api: Api, described: Any, what: str, place: int) -> None:
    """Each has its own."""
    put_cases(api)
    put_steps(api, "Z2", {120: "入库成功", -111103: "不能"})
    answer = api.ask(f"GET /v1/statistics/{what}", token=api.token(CUSTOMS_ID, "customs"))
    assert answer.status == 200, answer.json
    content = operations(described)["GET", "/v1/statistics/{what}"]["responses"]["200"]["content"]
    _check(answer.json, content["application/json"]["schema"]["oneOf"][place], described, what)


def test_the_answer_to_a_login_has_the_fields_described(api: Api, described: Any) -> None:
    """A terminal learns when its certificate ends from the login by it; one by password has none."""
    pair = _enrol(api)
    nonce = api.ask("POST /v1/challenges", b"{}").json["nonce"]
    signature = pair.key.sign(statement("https://localhost:8443", nonce), ec.ECDSA(SHA256()))
    der = pair.certificate.public_bytes(Encoding.DER)
    proof = {"certificate": b64encode(der).decode(), "signature": b64encode(signature).decode()}
    promised = operations(described)["POST", "/v1/sessions"]["responses"]["201"]
    ends = []
    for claim in ({"nonce": nonce, **proof}, {"account": "alice", "password": "correct horse"}):
        answer = api.ask("POST /v1/sessions", json.dumps(claim).encode(), Content_Type="application/json")
        assert answer.status == 201, answer.json
        _check(answer.json, promised["content"]["application/json"]["schema"], described, "login")
        ends.append(answer.json["certificateEnds"])
    assert ends == [wire_time(pair.certificate.not_valid_after_utc), None]


def test_a_login_says_whom_messages_are_from_and_to(api: Api) -> None:
    """The party's code and name and the desk's dxpId, at the login and later: an envelope needs them."""
    _enrol(api)
    claim = json.dumps({"account": "alice", "password": "correct horse"}).encode()
    granted = api.ask("POST /v1/sessions", claim, Content_Type="application/json").json
    current = api.ask("GET /v1/sessions/current", Authorization=f"Bearer {granted['token']}").json
    names = ("dxpId", "copCode", "name", "receiver", "receiverName")
    assert [granted[name] for name in names] == [current[name] for name in names]
    assert granted["receiver"] == "DXPCUS0000000001"
    assert len(granted["copCode"]) == 10


def _enrol(api: Api) -> Any:
    """Register an account and a certificate; the certificate with its key."""
    now = datetime.now(UTC)
    key = pki.new_key()
    pair = pki.Pair(key, pki.issue_signer(pki.authority("CA", now), key, pki.subject("Alice"), now))
    account = registry.Account("alice", ENTERPRISE, "operator", "Alice", hashed("correct horse"), now)
    with api.database.write() as connection:
        registry.add_account(connection, account)
        registry.add_certificate(connection, entry(pair.certificate, ENTERPRISE, "operator"))
    return pair


def _check(value: Any, schema: Any, described: Any, where: str) -> None:
    """As much of JSON Schema as the description uses of its answers."""
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    parts = [
        described["components"]["schemas"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        for part in schema.get("allOf", [schema])
    ]
    if isinstance(value, dict):
        properties = {name: each for part in parts for name, each in part.get("properties", {}).items()}
        open_ = any("additionalProperties" in part for part in parts) or not properties
        assert {name for part in parts for name in part.get("required", ())} <= set(value), where
        assert open_ or set(value) <= set(properties), where
        for name, each in value.items():
            if name in properties:
                _check(each, properties[name], described, f"{where} {name}")
    elif isinstance(value, list):
        for each in value:
            _check(each, schema["items"], described, f"{where} []")
    else:
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        names = {str: "string", int: "integer", bool: "boolean", type(None): "null"}
        assert not kinds or names[type(value)] in kinds, where
        assert "enum" not in schema or value in schema["enum"], where
        assert "pattern" not in schema or re.search(schema["pattern"], value), where


def _sample(name: str) -> str:
    return {
        "CopMsgId": "M1", "system": "bonded", "number": "Z1", "list": "unit", "code": "BVS111",
        "sha256": "0" * 64, "name": "goods", "what": "traffic", "id": "1",
    }[name]  # fmt: skip
