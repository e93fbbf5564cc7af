"""A gateway with something wrong, and somebody on watch: what is put into its database before it serves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.passwords import hashed
from storage import alarms, nodes, registrations, work
from storage.alarms import Finding
from storage.database import Database
from storage.work import NewWork
from tests.scenarios.house import House

CODE = "1100980009"
KNOWN = "1100980002"  # of a party of the demo
KNOWN_ID = "DXPAGE0000000002"
PASSWORD = "a long password"


def database(house: House) -> Database:
    """Of its gateway."""
    return Database(f"sqlite:///{house.home}/gateway.db")


def apply(house: House, mail: str, code: str = CODE, name: str = "汉堡检验有限公司", **more: Any) -> int:
    """Somebody's request that waits; its number."""
    now = more.pop("at", datetime.now(UTC))
    body = {"role": "agency", "copCode": code, "name": name, "contact": "孙理", "telephone": "+49 40 1"}
    opened = database(house)
    with opened.write() as connection:
        number = registrations.ask(
            connection, body, mail=mail, secret=hashed(PASSWORD), token_hash=mail,
            state=registrations.PENDING, at=now, expires_at=now + timedelta(days=30),
        )  # fmt: skip
    opened.close()
    return number


def fail(house: House, party: str = "DXPENT0000000001", error: str = "KeyError: 'gNo'") -> int:
    """A step of a case of its own that has failed five times and is due tomorrow; its number."""
    now = datetime.now(UTC)
    opened = database(house)
    with opened.write() as connection:
        last = connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM work").scalar()
        case = f"B99{int(last or 0) + 1:016d}"
        work.add(connection, [NewWork("node", f"{party}/{case}", 0, now + timedelta(days=1))])
        row = connection.exec_driver_sql("SELECT max(id) FROM work").scalar()
        assert isinstance(row, int)
        for _ in range(5):
            work.postpone(connection, row, now + timedelta(days=1), f"{error}\nand where")
    opened.close()
    return row


def trouble(house: House) -> None:
    """Before it serves: a gateway is gone, a step failed, requests wait for days; one alarm is over."""
    days = datetime.now(UTC) - timedelta(days=3)
    fail(house)
    apply(house, "new@agency.example", at=days)
    apply(house, "colleague@agency.example", KNOWN, "演示装运前检验有限公司", at=days)
    opened = database(house)
    with opened.write() as connection:
        nodes.number(connection, "2")
        nodes.started(connection, "2", "0.1.0")
        connection.exec_driver_sql(
            "UPDATE gateways SET seen_at = ?, started_at = ? WHERE name = '2'",
            (int(days.timestamp() * 1e6), int(days.timestamp() * 1e6)),
        )
        alarms.weigh(connection, "backlog", [Finding("", "1200", days)], "1", days)
        alarms.weigh(connection, "backlog", [], "1", days + timedelta(hours=1))
        body = {"dxpId": "DXPENT0000000001", "holder": "操作员 新来", "role": "operator", "csr": "x"}
        registrations.add(connection, "certificate", body, days)
    opened.close()
