"""Registering oneself, on each database: proof, queue, limits, races; and that nothing is betrayed."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway import admission
from gateway.enrolment import Asked, Closed, Enrolment, NotProven, TooOften
from gateway.outbound.letter import valid
from gateway.outbound.notices import Notices
from gateway.passwords import Passwords, hashed, matches
from gateway.settings import Registration
from gateway.threads import Reader, Writer
from storage import notices, registrations, registry
from storage.database import Database
from storage.journal import Chain
from storage.verification import verify
from tests.gateway.loop import Loop, reactor

PASSWORD = "a long password"
MAIL = "new@agency.example"
CODE = "1100980009"
ASKED = Asked("agency", CODE, "新检验有限公司", "孙理", "+49 40 123456", MAIL)
_TOKEN = re.compile(r"[a-z2-9]{5}(?:-[a-z2-9]{5}){3}")


class Office:
    """Registrations over a database, on the reactor; its clock may be put forward."""

    def __init__(
        self, loop: Loop, database: Database, *, mail: bool = True, node: str = "1", **given: Any
    ) -> None:
        self.loop = loop
        self.database = database
        self.ahead = timedelta(0)
        self.node = node
        loop.call(self._make, mail, given)

    def _make(self, mail: bool, given: dict[str, Any]) -> None:
        self.writer, self.reader = Writer(reactor, self.database), Reader(reactor, self.database)
        self.chain = Chain(self.node)
        self.writer.on_failure.append(self.chain.forget)
        self.passwords = Passwords(reactor)
        self.notices = Notices({"mail": valid} if mail else {}, "gate.example", "Gateway", 100)
        self.enrolment = Enrolment(
            reactor=reactor, writer=self.writer, reader=self.reader, passwords=self.passwords,
            notices=self.notices, roles=("agency", "enterprise"), chain=self.chain, clock=self.now,
            settings=Registration(**given),
        )  # fmt: skip

    def now(self) -> datetime:
        """The clock."""
        return datetime.now(UTC) + self.ahead

    def ask(self, asked: Asked = ASKED, password: str = PASSWORD) -> str:
        """One request."""
        state: str = self.loop.call(self.enrolment.ask, asked, password)
        return state

    def confirm(self, token: str, password: str = PASSWORD, peer: str = "192.0.2.1") -> str:
        """What became of it."""
        found: registrations.Registration = self.loop.call(self.enrolment.confirm, token, password, peer)
        return found.state

    def tokens(self) -> list[str]:
        """Those in the letters, the newest first."""
        return [_TOKEN.findall(each.body)[0] for each in self.letters() if _TOKEN.search(each.body)]

    def letters(self) -> list[notices.Notice]:
        """The newest first."""
        with self.database.read() as connection:
            return notices.listed(connection)

    def rows(self) -> list[registrations.Registration]:
        """The oldest first."""
        with self.database.read() as connection:
            return registrations.listed(connection)

    def parties(self) -> list[str]:
        """By dxpId."""
        with self.database.read() as connection:
            return [each.dxp_id for each in registry.parties(connection)]

    def account(self, name: str = MAIL) -> registry.Account | None:
        """Of this name."""
        with self.database.read() as connection:
            return registry.account(connection, name)

    def stop(self) -> None:
        """The end."""
        self.loop.call(self.writer.stop)
        self.loop.call(self.reader.stop)
        self.passwords.stop()


Open = Callable[..., Office]


@pytest.fixture
def opened(loop: Loop, database: Database) -> Iterator[Open]:
    """Opens offices over the test's database; they end with it."""
    offices: list[Office] = []

    def make(**given: Any) -> Office:
        offices.append(Office(loop, database, **given))
        return offices[-1]

    yield make
    for each in offices:
        each.stop()


def test_a_proven_address_gets_a_party_and_an_account(opened: Open) -> None:
    """Together, by the code of the letter and the password; the journal has both steps and is sound."""
    office = opened()
    assert office.ask() == "unproven"
    assert office.parties() == []
    (token,) = office.tokens()
    assert office.confirm(token) == "approved"
    (dxp_id,) = office.parties()
    account = office.account()
    assert account is not None
    assert (account.dxp_id, account.role, account.holder, account.mail) == (dxp_id, "agency", "孙理", MAIL)
    assert matches(account.password_hash, PASSWORD)
    with office.database.snapshot() as connection:
        report = verify(connection)
    assert (report.sound, report.rows) == (True, 2)


def test_a_code_is_good_once_and_says_the_same_again(opened: Open) -> None:
    """Whoever lost the answer asks again; nothing comes to be twice."""
    office = opened()
    office.ask()
    (token,) = office.tokens()
    typed = f" {token.upper().replace('-', ' ')} "
    assert [office.confirm(typed) for _ in range(3)] == ["approved"] * 3
    assert len(office.parties()) == 1


def test_a_code_alone_is_not_enough(opened: Open) -> None:
    """Whoever is sent the code of another's registration confirms nothing by it without its password."""
    office = opened()
    office.ask()
    (token,) = office.tokens()
    with pytest.raises(NotProven):
        office.confirm(token, "another password")
    assert office.account() is None
    assert office.confirm(token) == "approved"


@pytest.mark.parametrize("token", ["", "a", "aaaaa-aaaaa-aaaaa-aaaaa", "x" * 64, "é" * 20, "0" * 20])
def test_no_other_code_is_good(opened: Open, token: str) -> None:
    """Whatever it looks like."""
    office = opened()
    office.ask()
    with pytest.raises(NotProven):
        office.confirm(token)


def test_a_code_expires_and_its_row_with_it(opened: Open) -> None:
    """After a day; nothing of the person is left then."""
    office = opened()
    office.ask()
    (token,) = office.tokens()
    office.ahead = timedelta(hours=24, seconds=1)
    with pytest.raises(NotProven):
        office.confirm(token)
    assert office.loop.call(office.enrolment.purge) == 1
    assert office.rows() == []


def test_an_address_that_has_an_account_is_told_so_and_nobody_else_is(opened: Open) -> None:
    """Same answer, same rows, one letter either way: only its words differ, and only its owner reads them."""
    office = opened()
    office.ask()
    office.confirm(office.tokens()[0])
    answers = [office.ask(), office.ask(Asked("agency", "1100980010", "x", "y", "", "other@agency.example"))]
    assert answers == ["unproven", "unproven"]
    told, fresh = office.letters()[1], office.letters()[0]
    assert _TOKEN.search(fresh.body)
    assert not _TOKEN.search(told.body)
    assert told.address == MAIL
    known, unknown = office.rows()[-2:]
    assert (known.state, unknown.state) == ("known", "unproven")
    assert known.secret is not None


def test_a_number_that_has_a_party_waits_for_an_operator(opened: Open) -> None:
    """Nobody joins a party by knowing its number, not even with a proven address."""
    office = opened()
    with office.database.write() as connection:
        registry.add_party(connection, registry.Party("DXPAGE1", CODE, "Known", "agency", office.now()))
    office.ask()
    (token,) = office.tokens()
    assert office.confirm(token) == "pending"
    assert office.confirm(token) == "pending"
    assert office.account() is None
    assert office.parties() == ["DXPAGE1"]


def test_an_operator_joins_a_newcomer_to_a_party_only_by_its_name(opened: Open) -> None:
    """And to one of that number alone."""
    office = opened(mail=False)
    with office.database.write() as connection:
        for dxp_id, code in (("DXPAGE1", CODE), ("DXPAGE2", "1100980002")):
            registry.add_party(connection, registry.Party(dxp_id, code, "Known", "agency", office.now()))
    assert office.ask() == "pending"
    (one,) = office.rows()
    for wrong in (None, "DXPAGE2", "DXPNEW"):
        with pytest.raises(admission.Undecided, match="DXPAGE1"), office.database.write() as connection:
            admission.approve(connection, one, Chain("commands"), office.now(), by="op", dxp_id=wrong)
    with office.database.write() as connection:
        admission.approve(connection, one, Chain("commands"), office.now(), by="op", dxp_id="DXPAGE1")
    account = office.account()
    assert account is not None
    assert account.dxp_id == "DXPAGE1"
    assert office.parties() == ["DXPAGE1", "DXPAGE2"]


def test_without_a_mail_server_an_operator_approves(opened: Open) -> None:
    """Once; a second decision finds nothing to decide."""
    office = opened(mail=False)
    office.ask()
    assert office.letters() == []
    (one,) = office.rows()
    with office.database.write() as connection:
        admission.approve(connection, one, Chain("commands"), office.now(), by="op")
    assert office.account() is not None
    with pytest.raises(admission.Taken), office.database.write() as connection:
        admission.approve(connection, one, Chain("commands"), office.now(), by="op")
    office.ask()
    again = office.rows()[-1]
    with pytest.raises(admission.Taken), office.database.write() as connection:
        admission.approve(connection, again, Chain("commands"), office.now(), by="op")


def test_a_request_that_nobody_decides_expires(opened: Open) -> None:
    """After a month it is closed, and its password forgotten."""
    office = opened(mail=False)
    office.ask()
    office.ahead = timedelta(days=31)
    assert office.loop.call(office.enrolment.purge) == 1
    (one,) = office.rows()
    assert (one.state, one.secret, one.token_hash) == ("expired", None, None)


def test_passwords_of_what_is_decided_are_forgotten_in_time(opened: Open) -> None:
    """The account has its hash; the registration none, once its code is too old."""
    office = opened()
    office.ask()
    office.confirm(office.tokens()[0])
    office.ahead = timedelta(hours=25)
    office.loop.call(office.enrolment.purge)
    (one,) = office.rows()
    assert (one.state, one.secret) == ("approved", None)


def test_two_confirmations_at_once_make_one_account(opened: Open) -> None:
    """By two gateways on one database; both say the same."""
    first, second = opened(), opened(node="2")
    first.ask()
    (token,) = first.tokens()
    barrier = threading.Barrier(2)

    def confirm(office: Office) -> str:
        barrier.wait(10)
        return office.confirm(token)

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(confirm, (first, second))) == ["approved", "approved"]
    assert len(first.parties()) == 1


def test_of_two_registrations_of_one_number_at_once_one_waits(opened: Open) -> None:
    """Different people, different addresses, one number: the first is in, the second is an operator's."""
    first, second = opened(), opened(node="2")
    first.ask()
    (one,) = first.tokens()
    first.ask(Asked("agency", CODE, "Another", "another", "", "another@agency.example"))
    two = first.tokens()[0]
    barrier = threading.Barrier(2)

    def confirm(given: tuple[Office, str]) -> str:
        barrier.wait(10)
        return given[0].confirm(given[1])

    with ThreadPoolExecutor(2) as threads:
        states = list(threads.map(confirm, ((first, one), (second, two))))
    assert sorted(states) == ["approved", "pending"]
    assert len(first.parties()) == 1


def test_of_two_registrations_of_one_address_one_comes_to_be(opened: Open) -> None:
    """Under different numbers; the other is told that the address has an account."""
    office = opened()
    office.ask()
    office.ask(Asked("enterprise", "3122260009", "x", "y", "", MAIL.upper()))
    two, one = office.tokens()
    assert office.confirm(one) == "approved"
    assert office.confirm(two) == "refused"
    assert len(office.parties()) == 1


def test_one_network_address_asks_only_so_often(opened: Open) -> None:
    """Others may still."""
    office = opened(per_address_hour=20)
    for _ in range(2):
        office.loop.call(office.enrolment.admit, "192.0.2.1")
    with pytest.raises(TooOften) as refusal:
        office.loop.call(office.enrolment.admit, "192.0.2.1")
    assert 0 < refusal.value.seconds <= 180
    office.loop.call(office.enrolment.admit, "192.0.2.2")


def test_one_network_address_fills_no_queue(opened: Open) -> None:
    """In a day it may ask so often, however patient it is."""
    office = opened(per_address_hour=36_000_000, per_address_day=3)
    for _ in range(3):
        office.loop.call(office.enrolment.admit, "192.0.2.1")
    with pytest.raises(TooOften) as refusal:
        office.loop.call(office.enrolment.admit, "192.0.2.1")
    assert 3600 < refusal.value.seconds <= 8 * 3600


def test_letters_of_strangers_leave_room_for_others(opened: Open) -> None:
    """Where half of the letters that may wait do, nobody registers; customs' calls are still written."""
    office = opened(per_mail_hour=100)
    with office.database.write() as connection:
        for number in range(50):
            assert office.notices.write(connection, str(number), "", MAIL, "s", ("b", "b"), office.now())
    with pytest.raises(TooOften) as refusal:
        office.ask()
    assert refusal.value.status == 503
    with office.database.write() as connection:
        assert office.notices.write(connection, "a call", "P", MAIL, "s", ("b", "b"), office.now()) == 1


def test_one_e_mail_address_is_written_to_only_so_often(opened: Open) -> None:
    """From however many network addresses, known or unknown: nobody's mailbox is filled."""
    office = opened(per_mail_hour=2)
    office.ask()
    office.ask(Asked("agency", CODE, "x", "y", "", f" {MAIL.upper()}"))
    with pytest.raises(TooOften):
        office.ask()
    assert len(office.letters()) == 2


def test_open_requests_are_bounded_of_one_address_and_together(opened: Open) -> None:
    """By what the database holds, whoever has asked and whichever gateway was asked."""
    office = opened(outstanding=4, outstanding_per_mail=2, per_mail_hour=100)
    office.ask()
    office.ask()
    with pytest.raises(TooOften) as own:
        office.ask()
    assert own.value.status == 429
    for number in range(2):
        office.ask(Asked("agency", CODE, "x", "y", "", f"{number}@agency.example"))
    with pytest.raises(TooOften) as whole:
        office.ask(Asked("agency", CODE, "x", "y", "", "last@agency.example"))
    assert whole.value.status == 503
    office.ahead = timedelta(hours=25)
    assert office.ask(Asked("agency", CODE, "x", "y", "", "last@agency.example")) == "unproven"


def test_passwords_that_are_hashed_at_once_are_bounded(opened: Open) -> None:
    """So that registering takes neither the memory nor the time of those who log in."""
    office = opened(at_once=1, per_mail_hour=100)

    def both() -> list[Any]:
        from twisted.internet.defer import Deferred

        asked = [Deferred.fromCoroutine(office.enrolment.ask(ASKED, PASSWORD)) for _ in range(2)]
        said: list[Any] = []
        asked[1].addBoth(said.append)
        return [asked[0], said]

    first, said = office.loop.call(both)
    assert said[0].check(TooOften)
    assert office.loop.call(lambda: first) == "unproven"


def test_codes_are_tried_only_so_often(opened: Open) -> None:
    """From one network address."""
    office = opened(confirmations_per_address_minute=3)
    for _ in range(3):
        with pytest.raises(NotProven):
            office.confirm("aaaaa-aaaaa-aaaaa-aaaaa")
    with pytest.raises(TooOften):
        office.confirm("aaaaa-aaaaa-aaaaa-aaaaa")
    with pytest.raises(NotProven):
        office.confirm("aaaaa-aaaaa-aaaaa-aaaaa", peer="192.0.2.9")


def test_a_gateway_may_be_closed_to_newcomers(opened: Open) -> None:
    """By its settings."""
    office = opened(open=False)
    with pytest.raises(Closed):
        office.loop.call(office.enrolment.admit, "192.0.2.1")


def test_what_is_secret_is_in_no_text(opened: Open) -> None:
    """Neither a row's representation nor, once it is sent, the letter's."""
    office = opened()
    office.ask()
    (token,) = office.tokens()
    (one,) = office.rows()
    assert one.secret is not None
    assert one.secret not in repr(one)
    assert str(one.token_hash) not in repr(one)
    with office.database.write() as connection:
        notices.sent(connection, 1, office.now())
    assert token not in repr(office.letters())


def test_a_hash_takes_as_long_for_a_code_that_is_none(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code is not told to be known by a quicker answer: the same work is done for every one."""
    office, checked = opened(), []
    real = office.passwords.check
    monkeypatch.setattr(office.passwords, "check", lambda *given: checked.append(given[0]) or real(*given))
    office.ask()
    for token in (office.tokens()[0], "aaaaa-aaaaa-aaaaa-aaaaa", "no code"):
        with pytest.raises(NotProven):
            office.confirm(token, "another password")
    assert [each is None for each in checked] == [False, True, True]


def test_a_hash_is_argon2(opened: Open) -> None:
    """As every other password's."""
    office = opened()
    office.ask()
    assert str(office.rows()[0].secret)[:30] == hashed("x")[:30]
