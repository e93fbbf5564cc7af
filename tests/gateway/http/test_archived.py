"""What the calls say of messages and receipts whose contents have gone to the archive."""

from __future__ import annotations

import json

from sqlalchemy import text

from storage import retention
from storage.journal import MESSAGE, RECEIPT
from tests.gateway.http.conftest import ENTERPRISE, Api
from tests.gateway.http.test_calls import put_message, put_receipts
from tests.gateway.http.test_cases import put, put_steps


def test_a_message_tells_how_many_of_its_receipts_are_archived(api: Api) -> None:
    """State, type and digest stay; of the receipts those that are here are given, the others counted."""
    put_message(api, "M1", 1, 0)
    put_receipts(api, ["M1", "M1", "M1"])
    before = api.ask("GET /v1/messages/M1", token=api.token()).body
    assert b"archivedReceipts" not in before
    with api.database.write() as connection:
        retention.purge(connection, MESSAGE, 1, [1])
        retention.purge(connection, RECEIPT, 2, [1, 2])
    after = api.ask("GET /v1/messages/M1", token=api.token()).body
    assert after == before.replace(
        b'openNodes="0"', b'openNodes="0" archivedReceipts="2"'
    ).replace(b"<DxpMsg>M1</DxpMsg>", b"", 2)  # fmt: skip
    ask = json.dumps({"copMsgIds": ["M1"]}).encode()
    (line,) = api.ask("POST /v1/messages/status", ask, api.token()).json["messages"]
    assert line["state"] == "processed"
    assert [each.get("archived", False) for each in line["receipts"]] == [True, True, False]
    assert [each["status"] for each in line["receipts"]] == [120] * 3


def test_a_mailbox_is_read_on_from_what_is_there(api: Api) -> None:
    """From the beginning, and from the cursor of an archived receipt, the next is the first that is here."""
    put_receipts(api, ["a", "b", "c", "d"])
    token = api.token()
    first = api.ask("GET /v1/receipts?limit=1", token=token).body
    cursor = first.split(b'"')[1].decode()
    with api.database.write() as connection:
        retention.purge(connection, RECEIPT, 1, [1, 2, 3])
        retention.skip(connection, ENTERPRISE)
        assert connection.execute(text("SELECT archived FROM mailboxes")).scalars().all() == [3]
    for after in ("", cursor):
        page = api.ask(f"GET /v1/receipts?after={after}", token=token).body
        assert page.endswith(b"<DxpMsg>d</DxpMsg></Receipts>")
        assert page.count(b"<DxpMsg>") == 1


def test_a_history_keeps_its_steps(api: Api) -> None:
    """A step whose receipt is archived keeps its status and time, and says where its words are."""
    put(api, ("Z1", ENTERPRISE, "declared", ""))
    put_steps(api, "Z1", {2: "申报成功", 120: "入库成功"})
    with api.database.write() as connection:
        oldest = connection.execute(text("SELECT min(id) FROM receipts")).scalar_one()
        retention.purge(connection, RECEIPT, 1, [oldest])
    steps = api.ask("GET /v1/cases/bonded/Z1/history", token=api.token()).json["steps"]
    assert [(step["status"], step["zh"], step["info"]) for step in steps] == [
        (120, "入库成功", "入库成功"),
        (2, "申报中", "已归档 / in the archive"),
    ]
