"""The outbox and a real mail server that refuses, breaks off, goes away: nothing is lost, nothing is new."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.outbound.notices import Notices
from gateway.outbound.outbox import Outbox
from gateway.outbound.smtp import WHOLE, Smtp
from gateway.settings import Mail
from gateway.threads import Reader, Writer
from messages.workflow import Notify
from storage import notices, registry
from storage.database import Database
from storage.notices import NewNotice, Notice
from tests.gateway.loop import Loop, reactor
from tests.gateway.outbound.post import DROP, TIMEOUT, Post

SECRET = "sesame-open-4711"


class Office:
    """An outbox over a database, on the reactor; its clock may be put forward."""

    def __init__(self, loop: Loop, database: Database, mail: Mail, node: str = "1") -> None:
        self.loop = loop
        self.database = database
        self.ahead = timedelta(0)
        self._settled = threading.Condition()
        loop.call(self._make, mail, node)

    def _make(self, mail: Mail, node: str) -> None:
        self.writer, self.reader = _Told(reactor, self.database), Reader(reactor, self.database)
        self.writer.told = self._look
        self.channel = Smtp(reactor, mail, "E-Port 网关")
        self.outbox = Outbox(
            reactor=reactor, writer=self.writer, reader=self.reader, channels=[self.channel], node=node,
            clock=self.now, settings=mail, lease=WHOLE * mail.timeout_seconds + 5,
        )  # fmt: skip
        self.notices = Notices({"mail": self.channel.accepts}, mail.domain, "E-Port 网关", mail.waiting)

    def now(self) -> datetime:
        """The outbox's clock."""
        return datetime.now(UTC) + self.ahead

    def write(self, key: str = "P1/call", address: str = "agency@x.example", *, wake: bool = True) -> None:
        """A notice, as if a step had asked for it."""
        with self.database.write() as connection:
            self.notices.write(
                connection, key, "DXPAGE1", address, "通知 / call", ("请看", "Look"), self.now()
            )
        if wake:
            reactor.callFromThread(self.outbox.wake)

    def start(self) -> None:
        """Begin."""
        self.loop.call(self.outbox.start)

    def stop(self) -> None:
        """End in order."""
        self.loop.call(self.outbox.stop)
        self.loop.call(self.writer.stop)
        self.loop.call(self.reader.stop)

    def all(self) -> list[Notice]:
        """The newest first."""
        with self.database.read() as connection:
            return notices.listed(connection)

    def until(self, done: Callable[[list[Notice]], bool]) -> list[Notice]:
        """Wait until the table is so."""
        with self._settled:
            assert self._settled.wait_for(lambda: done(self.all()), TIMEOUT), self.all()
        return self.all()

    def _look(self) -> None:
        with self._settled:
            self._settled.notify_all()


class _Told(Writer):
    """Says when something was written."""

    told: Callable[[], None]

    def _deliver(self, door: Callable[[Any], None], value: Any) -> None:
        super()._deliver(door, value)
        self.told()


def settings(post: Post, **changes: Any) -> Mail:
    """Of a gateway that writes to this server."""
    given = {
        "host": "localhost", "port": post.port, "security": "none", "sender": "gate@gate.example",
        "timeout_seconds": 5, "retry_seconds": 0.05,
    }  # fmt: skip
    return Mail(**given | changes)


@pytest.fixture
def post() -> Iterator[Post]:
    """A server without TLS."""
    server = Post().start()
    yield server
    server.end()


Open = Callable[..., Office]


@pytest.fixture
def opened(loop: Loop, database: Database) -> Iterator[Open]:
    """Opens offices over the test's database; they end with it."""
    offices: list[Office] = []

    def make(mail: Mail, **given: Any) -> Office:
        offices.append(Office(loop, database, mail, **given))
        return offices[-1]

    yield make
    for each in offices:
        each.stop()


def test_a_notice_is_a_letter_and_is_sent_once(opened: Open, post: Post) -> None:
    """In both languages, from the gateway; what waits is sent when the gateway starts."""
    office = opened(settings(post))
    office.write()
    office.start()
    (found,) = office.until(lambda all_: all_[0].state == notices.SENT)
    (made,) = post.letters
    assert made["Message-ID"] == found.name
    assert made["To"] == "agency@x.example"
    text = made.get_content()
    assert "请看" in text
    assert "Look" in text
    assert post.envelopes[0].mail_from == "gate@gate.example"
    office.write("P1/call")  # the same thing again
    office.write("P2/call")
    post.until(lambda: len(post.letters) == 2)
    assert len(office.all()) == 2


def test_what_is_refused_for_now_is_tried_again_under_the_same_name(opened: Open, post: Post) -> None:
    """Full mailboxes and busy servers, with growing waits."""
    said = iter(["451 busy", "452 full", "421 later"])
    post.answer = lambda command, address: next(said, "") if command == "RCPT" else ""
    office = opened(settings(post))
    office.write()
    office.start()
    (found,) = office.until(lambda all_: all_[0].state == notices.SENT)
    assert found.attempts == 4
    assert [each["Message-ID"] for each in post.letters] == [found.name]


def test_waits_grow_and_end(opened: Open, post: Post) -> None:
    """Twice as long each time, and after the set hours it is given up, with the last reason."""
    post.answer = lambda command, address: "451 busy"
    office = opened(settings(post, retry_seconds=600))
    office.write()
    office.start()
    waits = []
    for tries in range(1, 5):
        (found,) = office.until(lambda all_, tries=tries: all_[0].attempts == tries)  # type: ignore[misc]
        waits.append((found.due_at - office.now()).total_seconds())
        office.ahead += timedelta(seconds=waits[-1] + 1)
        office.loop.call(office.outbox.wake)
    for wait, expected in zip(waits, (600, 1200, 2400, 3600), strict=True):
        assert expected - 20 < wait <= expected
    office.ahead += timedelta(hours=72)
    office.loop.call(office.outbox.wake)
    (found,) = office.until(lambda all_: all_[0].state == notices.FAILED)
    assert found.error is not None
    assert found.error.startswith("given up: 451 busy")


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_what_is_refused_for_good_is_recorded_and_not_tried_again(
    opened: Open, post: Post, command: str
) -> None:
    """No such mailbox, or a letter that nobody takes; others go on."""
    post.answer = lambda at, address: "550 no such user" if (at, address[:4]) == (command, "gone") else ""
    office = opened(settings(post))
    office.write("P1/call", "gone@x.example")
    office.start()
    office.write("P2/call", "here@x.example")
    found = office.until(lambda all_: {each.state for each in all_} == {notices.SENT, notices.FAILED})
    bad = next(each for each in found if each.state == notices.FAILED)
    assert (bad.address, bad.attempts, bad.error) == ("gone@x.example", 1, "550 no such user")
    assert bad.ended_at is not None
    seen = post.connections
    office.loop.call(office.outbox.wake)
    office.write("P3/call", "here@x.example")
    post.until(lambda: len(post.letters) == 2)
    assert post.connections == seen + 1


def test_a_refused_sender_is_a_fault_of_the_settings(opened: Open, post: Post) -> None:
    """It loses no letter: it is put right, and they go."""

    async def refuse(*_: object) -> str:
        return "550 not from you"

    post.handle_MAIL = refuse  # type: ignore[attr-defined]
    office = opened(settings(post))
    office.write()
    office.start()
    (found,) = office.until(lambda all_: all_[0].attempts >= 2)
    assert found.state == notices.WAITING
    del post.handle_MAIL  # type: ignore[attr-defined]
    office.until(lambda all_: all_[0].state == notices.SENT)


def test_a_line_that_breaks_after_the_letter_brings_the_same_letter_again(opened: Open, post: Post) -> None:
    """Nobody knows whether it was taken: it goes again, byte for byte, under one Message-ID."""
    said = iter([DROP, DROP])
    post.answer = lambda command, address: next(said, "") if command == "DATA" else ""
    office = opened(settings(post))
    office.write()
    office.start()
    office.until(lambda all_: all_[0].state == notices.SENT)
    assert len(post.seen) == 3
    assert len({each["Message-ID"] for each in post.seen}) == 1
    assert len({each.content for each in post.envelopes}) == 1
    assert len(post.letters) == 1


def test_a_server_that_is_down_gets_everything_when_it_is_up_again(opened: Open, post: Post) -> None:
    """Nothing is lost meanwhile, and nothing sent twice."""
    post.stop()
    office = opened(settings(post))
    office.start()
    for number in range(5):
        office.write(f"P{number}/call")
    office.until(lambda all_: any(each.attempts for each in all_))
    post.start()
    office.until(lambda all_: {each.state for each in all_} == {notices.SENT})
    assert len(post.letters) == len({each["Message-ID"] for each in post.letters}) == 5


def test_what_a_stopped_gateway_was_sending_is_sent_by_the_next(opened: Open, post: Post) -> None:
    """A stop breaks off; the notice is due at once for whoever starts next."""
    held = threading.Event()
    post.answer = lambda command, address: "" if held.wait(TIMEOUT) else "451 never"
    first = opened(settings(post))
    first.write()
    first.start()
    first.until(lambda all_: all_[0].taken_by == "1")
    first.loop.call(first.outbox.stop)
    held.set()
    second = opened(settings(post))
    second.start()
    (found,) = second.until(lambda all_: all_[0].state == notices.SENT)
    assert {each["Message-ID"] for each in post.seen} == {found.name}


def test_what_a_killed_gateway_was_sending_is_its_own_to_finish(opened: Open, post: Post) -> None:
    """Its successor of the same name goes on at once; another gateway only after the lease."""
    office, other = opened(settings(post)), opened(settings(post), node="2")
    office.write(wake=False)
    with office.database.write() as connection:
        until = office.now() + timedelta(hours=1)
        assert len(notices.take(connection, "1", office.now(), until, 10)) == 1
        assert notices.take(connection, "2", office.now(), until, 10) == []
    other.start()
    other.loop.call(other.outbox.wake)
    assert other.all()[0].taken_by == "1"
    office.start()
    office.until(lambda all_: all_[0].state == notices.SENT)
    assert len(post.letters) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_letter_goes_encrypted_and_with_a_login(opened: Open, tmp_path: Path, security: str) -> None:
    """The server is known by its CA; the password is nowhere in a log."""
    server = Post(tmp_path, tls=security, user="gate", password=SECRET).start()
    try:
        secret = tmp_path / "password"
        secret.write_text(f"{SECRET}\n")
        mail = settings(server, security=security, ca=server.ca, user="gate", password_file=secret)
        with capture_logs() as logs:
            office = opened(mail)
            office.write()
            office.start()
            office.until(lambda all_: all_[0].state == notices.SENT)
        assert len(server.letters) == 1
        assert SECRET not in repr(logs)
        assert SECRET not in repr(mail)
    finally:
        server.end()


def test_a_wrong_password_loses_no_letter(
    opened: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The server says 535, it is put right, and what waits goes; the log never holds a password."""
    server = Post(tmp_path, tls="starttls", user="gate", password="another").start()
    try:
        mail = settings(server, security="starttls", ca=server.ca, user="gate", password=SECRET)
        with capture_logs() as logs, caplog.at_level(logging.DEBUG):
            office = opened(mail)
            office.write()
            office.start()
            (found,) = office.until(lambda all_: all_[0].attempts >= 2)
        assert found.state == notices.WAITING
        assert found.error is not None
        assert "535" in found.error
        assert SECRET not in repr(logs) + caplog.text + repr(found) + repr(mail)
        server._user = (b"gate", SECRET.encode())
        office.until(lambda all_: all_[0].state == notices.SENT)
    finally:
        server.end()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_unknown_server_gets_nothing(opened: Open, tmp_path: Path, security: str) -> None:
    """Neither the letter nor the password; a server that offers no TLS at all neither."""
    known, stranger = tmp_path / "known", tmp_path / "stranger"
    known.mkdir()
    stranger.mkdir()
    Post(known).end()
    for folder in (stranger, None) if security == "starttls" else (stranger,):
        server = Post(folder, tls=security if folder else "", user="gate", password=SECRET).start()
        heard: list[Any] = []
        server._known = lambda *given, heard=heard: heard.append(given)  # type: ignore[method-assign]
        office = opened(
            settings(server, security=security, ca=known / "ca.pem", user="gate", password=SECRET)
        )
        office.write(f"P/{folder}")
        office.start()
        office.until(lambda all_: all_[0].attempts >= 1)
        office.loop.call(office.outbox.stop)
        server.end()
        assert (server.seen, heard) == ([], [])


def test_the_queue_is_bounded(opened: Open, post: Post) -> None:
    """Beyond it nothing is written, and the step that asked for it is not kept from its work."""
    office = opened(settings(post, waiting=3))
    with capture_logs() as logs:
        for number in range(5):
            office.write(f"P{number}/call")
    assert len(office.all()) == 3
    assert [each["event"] for each in logs] == ["a notice was not written: too many wait"] * 2


def test_a_party_is_told_where_its_people_said_unless_the_case_says_otherwise(
    opened: Open, post: Post
) -> None:
    """Each address once; those of accounts that are shut, and no addresses at all, get nothing."""
    office = opened(settings(post))
    now = office.now()
    with office.database.write() as connection:
        registry.add_party(connection, registry.Party("P", "1234567890", "P", "agency", now))
        for name, state, mail in (
            ("a", registry.ACTIVE, "one@x.example"), ("b", registry.ACTIVE, "one@x.example"),
            ("c", registry.SUSPENDED, "two@x.example"), ("d", registry.ACTIVE, None),
        ):  # fmt: skip
            registry.add_account(
                connection, registry.Account(name, "P", "agency", name, "h", now, state, mail=mail)
            )
        assert office.notices.tell(connection, Notify("1", "P", ("请", "call")), now) == 1
        assert office.notices.tell(connection, Notify("2", "P", ("请", "call"), "case@x.example"), now) == 1
        assert office.notices.tell(connection, Notify("3", "Q", ("请", "call")), now) == 0
        assert office.notices.tell(connection, Notify("4", "P", ("请", "call"), "no address"), now) == 0
    assert sorted(each.address for each in office.all()) == ["case@x.example", "one@x.example"]


def test_what_failed_is_tried_anew_when_somebody_says_so_and_what_came_back_is_noted(
    opened: Open, post: Post
) -> None:
    """By the people who run the gateway, who read the bounces; the name stays."""
    post.answer = lambda command, address: "550 no"
    office = opened(settings(post))
    office.write()
    office.start()
    (found,) = office.until(lambda all_: all_[0].state == notices.FAILED)
    post.answer = lambda command, address: ""
    with office.database.write() as connection:
        assert notices.revive(connection, found.id, office.now())
    office.loop.call(office.outbox.wake)
    (again,) = office.until(lambda all_: all_[0].state == notices.SENT)
    assert again.name == found.name
    with office.database.write() as connection:
        assert notices.bounced(connection, found.name, office.now(), "mailbox closed")
        assert not notices.bounced(connection, "<no@such>", office.now(), "")
    assert office.all()[0].state == notices.FAILED


def test_what_is_long_settled_is_forgotten(opened: Open, post: Post) -> None:
    """What was sent after a week, what failed after three months, what waits never."""
    office = opened(settings(post))
    then = office.now() - timedelta(days=30)
    with office.database.write() as connection:
        for name in ("sent", "failed", "waiting"):
            notices.add(connection, NewNotice(name, "mail", "", "a@b.example", "s", "b"), then)
        notices.sent(connection, 1, then)
        notices.failed(connection, 2, then, "no")
    office.loop.call(office.outbox.purge)
    assert [each.name for each in office.all()] == ["waiting", "failed"]
    office.ahead = timedelta(days=100)
    office.loop.call(office.outbox.purge)
    assert [each.name for each in office.all()] == ["waiting"]
