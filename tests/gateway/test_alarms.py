"""Alarms: each rule finds what it is for and nothing else, is told once, and ends with its cause."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update
from twisted.internet.defer import fail as failing

from gateway import metrics
from gateway.alarms import KEPT, Alarms, in_words
from gateway.outbound.letter import valid
from gateway.outbound.notices import Notices
from gateway.settings import Alarms as Limits
from gateway.watch import MOST, RULES
from storage import (
    alarms,
    callbacks,
    mailboxes,
    notices,
    pushes,
    registrations,
    registry,
    tables,
    waiting,
    work,
)
from storage.alarms import Alarm, Finding
from storage.callbacks import NewCallback
from storage.database import Database
from storage.notices import FAILED, NewNotice
from storage.work import NewWork
from tests.gateway.jobs import Held
from tests.storage.builders import ENTERPRISE, NOW, OTHER, later, party, receipt

MAIL = "watch@example.com"
LIMITS = Limits(mail=(MAIL,), disk_percent=0)


class House:
    """Alarms over a database, at a time of the test's choosing."""

    def __init__(self, database: Database, home: Path, node: str = "1", limits: Limits = LIMITS) -> None:
        self.database = database
        self.now = NOW
        self.ends: list[Finding] = []
        self.alarms = Alarms(
            writer=Held(database), node=node, home=home, limits=limits, head_seconds=60, silent_seconds=15,
            notices=Notices({"mail": valid}, "gate.example", "Gateway", 100), moment=lambda _: self.now,
            ends=lambda: self.ends,
        )  # fmt: skip

    def look(self, seconds: float = 0) -> list[tuple[str, str]]:
        """Look at a moment; rule and subject of all that is open."""
        self.now = later(seconds)
        self.alarms.look()
        return [(each.name, each.subject) for each in self.open()]

    def open(self) -> list[Alarm]:
        """The open alarms."""
        with self.database.read() as connection:
            return alarms.listed(connection)

    def letters(self) -> list[str]:
        """What was written to those who run the gateway."""
        with self.database.read() as connection:
            return list(connection.execute(select(tables.notices.c.subject)).scalars())


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    """On each database."""
    return House(database, tmp_path)


@dataclass(frozen=True)
class Trouble:
    """Something that is not well: brought about at NOW, an alarm after `seconds`, and mended."""

    subject: str
    seconds: float
    bring: Callable[[Connection], Any]
    mend: Callable[[Connection], Any]


def fail(connection: Connection) -> None:
    """A work item whose step fails again and again."""
    work.add(connection, [NewWork("node", f"{ENTERPRISE}/Z1", 0, NOW)])
    (item,) = work.due(connection, NOW, 1)
    for _ in range(LIMITS.attempts):
        work.postpone(connection, item.id, later(10**6), "OperationalError: away\n[parameters: 秘密]")


def break_callback(connection: Connection) -> None:
    """A callback whose breaker has opened."""
    registry.add_party(connection, party(ENTERPRISE))
    mailboxes.deliver(connection, [receipt(1)])
    waiting.read(connection, {ENTERPRISE: 1}, NOW)
    callbacks.register(connection, NewCallback(ENTERPRISE, "https://erp.example/", "A", None, None, 0), NOW)
    (mine,) = pushes.take(connection, [ENTERPRISE], "1", NOW, later(60))
    pushes.failed(connection, mine, later(60), "HTTP 500", NOW, slow=False)


def refuse_notice(connection: Connection) -> None:
    """A letter that the mail server refused for good."""
    notices.add(connection, NewNotice("n@gate", "mail", "", "nobody@example.com", "s", "b"), NOW)
    (one,) = notices.take(connection, "1", NOW, later(60), 1)
    notices.failed(connection, one.id, NOW, "550")
    assert connection.execute(select(tables.notices.c.state)).scalar_one() == FAILED


def leave_head(connection: Connection) -> None:
    """A journal that was written to after its last head, and no head since."""
    entry = {"kind": "message", "party": "", "reference": "", "digest": "", "previous": "", "hash": ""}
    connection.execute(insert(tables.journal), {"node": "2", "seq": 1, "at": later(1), **entry})
    head = {"node": "2", "seq": 0, "hash": "", "at": NOW, "others": {}, "signature": ""}
    connection.execute(insert(tables.heads), head)


def sign_head(connection: Connection) -> None:
    """It is signed again."""
    head = {"node": "2", "seq": 1, "hash": "", "at": later(1000), "others": {}, "signature": ""}
    connection.execute(insert(tables.heads), head)


def other_node(connection: Connection) -> None:
    """Another gateway, alive at NOW."""
    values = {"name": "2", "number": 2, "started_at": NOW, "seen_at": NOW, "version": "1"}
    connection.execute(insert(tables.gateways), values)


DAY = 24 * 3600
TROUBLES: Mapping[str, Trouble] = {
    "backlog": Trouble(
        "", 301,
        lambda conn: work.add(conn, [NewWork("node", "A/Z1", 0, NOW)]),
        lambda conn: conn.execute(delete(tables.work)),
    ),
    "failing": Trouble("1", 0, fail, lambda conn: conn.execute(delete(tables.work))),
    "unread": Trouble(
        ENTERPRISE, 7 * DAY + 1,
        lambda conn: mailboxes.deliver(conn, [receipt(1), receipt(2)]),
        lambda conn: waiting.read(conn, {ENTERPRISE: 2}, NOW),
    ),
    "approvals": Trouble(
        "", 2 * DAY + 1,
        lambda conn: registrations.add(conn, "party", {"copCode": "1234567890"}, NOW),
        lambda conn: registrations.decide(conn, 1, "approved", by="me", at=NOW),
    ),
    "notices": Trouble("", 0, refuse_notice, lambda conn: conn.execute(delete(tables.notices))),
    "callbacks": Trouble(
        ENTERPRISE, 0, break_callback,
        lambda conn: conn.execute(update(tables.callbacks).values(broken_at=None)),
    ),
    "heads": Trouble("2", 700, leave_head, sign_head),
    "silent": Trouble(
        "2", 16, other_node,
        lambda conn: conn.execute(update(tables.gateways).values(seen_at=None)),
    ),
}  # fmt: skip
OF_A_MACHINE = {"disk", "ends"}


def test_every_rule_is_tried() -> None:
    """None is without a trouble that raises it."""
    assert {rule.name for rule in RULES} == TROUBLES.keys() | OF_A_MACHINE


@pytest.mark.parametrize("name", TROUBLES)
def test_an_alarm_is_raised_in_time_once_and_ends_with_its_cause(house: House, name: str) -> None:
    """Not for what has not waited long enough, and told by one letter however often it is seen."""
    trouble = TROUBLES[name]
    assert house.look() == []
    with house.database.write() as connection:
        trouble.bring(connection)
    if trouble.seconds:
        assert house.look(seconds=0.5) == []
    for _ in range(2):
        assert house.look(trouble.seconds) == [(name, trouble.subject)]
        assert metrics.ALARMS.labels(name)._value.get() == 1
    assert len([each for each in house.letters() if each != "s"]) == 1
    with house.database.write() as connection:
        trouble.mend(connection)
    assert house.look(trouble.seconds) == []
    assert metrics.ALARMS.labels(name)._value.get() == 0
    with house.database.read() as connection:
        (ended,) = alarms.ended(connection, 10)
    assert (ended.name, ended.cleared_at) == (name, later(trouble.seconds))


def test_what_comes_back_is_a_new_alarm(house: House) -> None:
    """With a letter of its own."""
    for _ in range(2):
        with house.database.write() as connection:
            TROUBLES["backlog"].bring(connection)
        assert house.look(301) == [("backlog", "")]
        with house.database.write() as connection:
            TROUBLES["backlog"].mend(connection)
        assert house.look(302) == []
    assert len(house.letters()) == 2


def test_an_alarm_of_a_machine_is_judged_by_its_own_gateway(database: Database, tmp_path: Path) -> None:
    """Another gateway, whose disk has room and whose certificates last, does not end it."""
    full = House(database, tmp_path, "1", LIMITS.model_copy(update={"disk_percent": 100.0}))
    well = House(database, tmp_path, "2")
    full.ends = [Finding("1 tls 0a", "2026-03-20", NOW)]
    wanted = [("disk", "1"), ("ends", "1 tls 0a")]
    assert full.look() == wanted
    assert well.look(1) == wanted
    full.ends = []
    assert full.look(2) == wanted[:1]


def test_a_full_disk_is_told_with_whose_it_is_and_what_is_free(database: Database, tmp_path: Path) -> None:
    """A gateway's name beside a number would be read as a part of it."""
    full = House(database, tmp_path, "1", LIMITS.model_copy(update={"disk_percent": 100.0}))
    full.look()
    (alarm,) = full.open()
    zh, en = in_words(alarm)
    assert re.fullmatch(r"磁盘空间不足：网关 1：剩余 \d+ MiB", zh)
    assert re.fullmatch(r"the disk is nearly full: gateway 1: \d+ MiB free", en)


def test_two_gateways_raise_one_alarm_together(database: Database, tmp_path: Path) -> None:
    """Whoever sees it first; one letter goes out."""
    both = [House(database, tmp_path, node) for node in ("1", "2")]
    with database.write() as connection:
        TROUBLES["backlog"].bring(connection)
    for each in both:
        assert each.look(301) == [("backlog", "")]
    assert [each.raised_by for each in both[0].open()] == ["1"]
    assert len(both[0].letters()) == 1


def test_an_alarm_says_nothing_of_what_was_being_stored(house: House) -> None:
    """An error of the database quotes it, in the lines behind its first."""
    with house.database.write() as connection:
        fail(connection)
    house.look()
    (alarm,) = house.open()
    zh, en = in_words(alarm)
    assert "秘密" not in zh + en
    assert "OperationalError: away" in en


def test_what_a_party_has_read_is_remembered_and_never_goes_back(house: House) -> None:
    """Nor does it reach beyond what is there."""
    with house.database.write() as connection:
        mailboxes.deliver(connection, [receipt(1), receipt(2), receipt(3, OTHER)])
    for position in (1, 2, 1):
        house.alarms.read_to(ENTERPRISE, position)
    house.alarms.read_to(OTHER, 99)
    assert house.look(8 * DAY) == []
    with house.database.write() as connection:
        mailboxes.deliver(connection, [receipt(4, OTHER)])
    assert house.look(8 * DAY) == [("unread", OTHER)]


def test_an_alarm_is_taken_once(house: House) -> None:
    """It stays open; the second one is told that somebody does already."""
    with house.database.write() as connection:
        fail(connection)
    house.look()
    (alarm,) = house.open()
    with house.database.write() as connection:
        assert alarms.take(connection, alarm.id, "Alice", NOW)
        assert not alarms.take(connection, alarm.id, "Bob", NOW)
    assert house.look(1) == [("failing", alarm.subject)]
    assert [each.taken_by for each in house.open()] == ["Alice"]


def test_old_alarms_are_forgotten(house: House) -> None:
    """Long after their end."""
    with house.database.write() as connection:
        fail(connection)
    house.look()
    with house.database.write() as connection:
        connection.execute(delete(tables.work))
    house.look(1)
    house.look((KEPT + timedelta(seconds=2)).total_seconds())
    with house.database.read() as connection:
        assert alarms.ended(connection, 10) == []


def test_the_limits_are_settings(database: Database, tmp_path: Path) -> None:
    """A gateway that may wait longer says nothing as early."""
    patient = House(database, tmp_path, limits=LIMITS.model_copy(update={"work_seconds": 1000.0}))
    with database.write() as connection:
        TROUBLES["backlog"].bring(connection)
    assert patient.look(301) == []
    assert patient.look(1001) == [("backlog", "")]


def test_what_was_read_is_not_lost_with_a_look_that_failed(house: House) -> None:
    """The database was away: the next look notes it."""
    house.alarms.read_to(ENTERPRISE, 1)
    with house.database.write() as connection:
        mailboxes.deliver(connection, [receipt(1)])
    writer = house.alarms._writer
    house.alarms._writer = Away()
    failed: list[object] = []
    house.alarms.look().addErrback(failed.append)
    assert failed
    house.alarms._writer = writer
    assert house.look(8 * DAY) == []


class Away:
    """A database that is away."""

    def run(self, *_: object, **__: object) -> Any:
        """Nothing can be written."""
        return failing(OSError("away"))


def test_neither_a_callbacks_path_nor_a_partys_own_number_is_told(house: House) -> None:
    """There may be a secret in the one, and the other is business: both would go into logs and letters."""
    with house.database.write() as connection:
        fail(connection)
        break_callback(connection)
        connection.execute(update(tables.callbacks).values(url="https://erp.example/in?token=secret"))
    house.look(1)
    told = {each.name: each.told for each in house.open()}
    assert told["callbacks"] == "erp.example: HTTP 500"
    assert told["failing"] == f"{ENTERPRISE} ×{LIMITS.attempts}: OperationalError: away"


def test_of_many_broken_callbacks_some_are_named_and_all_are_counted(house: House) -> None:
    """Thousands that break together, with the network, are no thousands of letters."""
    with house.database.write() as connection:
        for number in range(MOST + 2):
            new = NewCallback(f"DXP{number}", "https://erp.example/", "A", None, None, 0)
            callbacks.register(connection, new, NOW)
            callbacks.stop(connection, new.party, "given up", NOW)
    assert len(house.look(1)) == MOST + 1
    assert {each.subject: each.told for each in house.open()}[""] == f"{MOST + 2}"
