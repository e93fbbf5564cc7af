from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from twisted.logger import Logger
from twisted.python.failure import Failure

from gateway import logs


@pytest.fixture
def lines() -> Iterator[Any]:
    """Configure logging to memory, hand out what was written, and put the old handlers back."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    logs.configure("info", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_record_is_one_json_object_with_its_message_id(lines: Any) -> None:
    """Whoever searches the logs for a message finds its id as a field of its own."""
    logs.get("gateway.intake").info("accepted", message=17, party="DXPENT0000000001", text="两行\n文字")
    (record,) = lines()
    assert record["event"] == "accepted"
    assert (record["message"], record["party"]) == (17, "DXPENT0000000001")
    assert (record["level"], record["logger"]) == ("info", "gateway.intake")
    assert record["text"] == "两行\n文字"
    assert record["at"].endswith("Z")


@pytest.mark.parametrize(
    "name",
    ["password", "accountPassword", "token", "Authorization", "nonce", "pin", "card_pin", "private_key"],
)
def test_a_field_with_a_secret_name_is_redacted_at_any_depth(lines: Any, name: str) -> None:
    """A secret given as a field never reaches a line, wherever in the record it stands."""
    logs.get("x").info("login", **{name: "hunter22"}, body={"inner": [{name: "hunter22"}]})
    assert "hunter22" not in json.dumps(lines())


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer hunter22hunter22",
        "could not connect to postgresql://gateway:hunter22hunter22@db/eport",
        '{"account": "a", "password": "hunter22hunter22"}',
        "-----BEGIN PRIVATE KEY-----\nhunter22hunter22\n-----END PRIVATE KEY-----",
    ],
)
def test_a_secret_inside_text_is_redacted_by_its_shape(lines: Any, text: str) -> None:
    """What a library wrote into its message is cleaned too, by structlog and by the standard library."""
    logs.get("x").warning("failed", reason=text)
    logging.getLogger("library").warning("failed: %s", text)
    assert len(lines()) == 2
    assert "hunter22" not in json.dumps(lines())


def test_a_traceback_is_logged_without_the_secret_in_its_message(lines: Any) -> None:
    """An unexpected error keeps its traceback and loses the password in its text."""
    try:
        raise OSError("postgresql://gateway:hunter22hunter22@db/eport is down")
    except OSError:
        logs.get("x").exception("unexpected")
    (record,) = lines()
    assert "OSError" in record["exception"]
    assert "hunter22" not in record["exception"]


def test_ordinary_fields_stay_as_they_are(lines: Any) -> None:
    """Redaction takes secrets only: a fingerprint, an id and a shipping word stay readable."""
    logs.get("x").info("seen", fingerprint="ab" * 32, shipping="by sea", spinning=1, data=b"1234")
    (record,) = lines()
    assert record["fingerprint"] == "ab" * 32
    assert (record["shipping"], record["spinning"], record["data"]) == ("by sea", 1, "4 bytes")


def test_a_failure_of_twisted_becomes_a_record_with_its_traceback(lines: Any) -> None:
    """A failure nobody handled is an error line like any other, not text between the lines."""
    source = Logger(namespace="twisted.test", observer=logs._observe)
    try:
        raise ValueError("broken")
    except ValueError:
        source.failure("Unhandled error", Failure())
    (record,) = lines()
    assert (record["level"], record["logger"]) == ("critical", "twisted.test")
    assert "ValueError: broken" in record["exception"]


def test_a_debug_record_is_left_out_at_level_info(lines: Any) -> None:
    """The level of the settings is kept."""
    logs.get("x").debug("detail")
    assert lines() == []
