"""Cards, their certificates and history, on both databases; and databases from before there were any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

import storage
from storage import cards, registry, sessions
from storage.cards import ACTIVE, REPLACED, REQUESTED, REVOKED, Card, CardEnded, CardUnknown, NumberTaken
from storage.database import Database
from storage.registry import AlreadyRegistered, NotRegistered
from storage.sessions import Session
from tests.conftest import create_postgres, drop_postgres
from tests.storage.builders import ENTERPRISE, NOW, OTHER, certificate, later, party

NUMBER = "3100000000012"
DAY = 86_400


def card(number: str = NUMBER, **changes: object) -> Card:
    """An operator's card of the enterprise, requested."""
    made = Card(number, ENTERPRISE, "张三", "华联电子", "operator", "operator", "card", "")
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
def conn(database: Database) -> Iterator[Connection]:
    """A transaction on a database that knows the enterprise."""
    with database.write() as connection:
        registry.add_party(connection, party())
        yield connection


def given(letter: str, days: int) -> registry.Certificate:
    """A certificate that ends in so many days."""
    return certificate(letter * 64, not_after=later(days * DAY))


def issued(conn: Connection, number: str = NUMBER, letters: str = "ab", days: int = 100) -> None:
    """A card with a certificate of each letter."""
    cards.add(conn, card(number))
    held = [given(letter, days + place) for place, letter in enumerate(letters)]
    cards.activate(conn, number, f"serial {number}", held, NOW, "office")


def test_a_card_comes_back_as_it_was_entered(conn: Connection) -> None:
    """Holder, unit, kind and medium are read as they were written; a number is given once."""
    cards.add(conn, card())
    assert cards.get(conn, NUMBER) == card()
    assert cards.exists(conn, NUMBER)
    with pytest.raises(NumberTaken, match=NUMBER):
        cards.add(conn, card(holder="李四"))
    with pytest.raises(NotRegistered, match=OTHER):
        cards.add(conn, card("3100000000023", dxp_id=OTHER))
    with pytest.raises(CardUnknown, match="card list"):
        cards.get(conn, "3100000000099")


def test_each_office_counts_for_itself(conn: Connection) -> None:
    """Numbers are never given twice, and those of another office go their own way."""
    assert [cards.take_number(conn, "3100") for _ in range(3)] == [1, 2, 3]
    assert cards.take_number(conn, "4403") == 1


def test_a_card_is_registered_together_with_its_certificates(conn: Connection) -> None:
    """It is active from then on, ends with the first of them, and each of them knows its card."""
    issued(conn)
    found = cards.get(conn, NUMBER)
    assert (found.state, found.issued_at, found.ends) == (ACTIVE, NOW, later(100 * DAY))
    held = registry.certificates_of_card(conn, NUMBER)
    assert [each.fingerprint[0] for each in held] == ["a", "b"]
    assert {each.card_number for each in held} == {NUMBER}
    on_it = cards.on_medium(conn, f"serial {NUMBER}")
    assert on_it is not None
    assert on_it.number == NUMBER


def test_a_certificate_that_is_taken_registers_no_card(database: Database) -> None:
    """Card and certificates stand or fall together: the transaction that failed left neither."""
    with database.write() as conn:
        registry.add_party(conn, party())
        registry.add_certificate(conn, given("b", 50))
    with pytest.raises(AlreadyRegistered), database.write() as conn:
        issued(conn)
    with database.read() as conn:
        assert not cards.exists(conn, NUMBER)
        assert registry.certificate(conn, "a" * 64) is None


def test_a_renewal_supersedes_what_the_card_held(conn: Connection) -> None:
    """The number goes on with the new certificates; the old ones and their sessions end."""
    issued(conn)
    sessions.create(conn, Session("t", ENTERPRISE, "operator", "", None, "a" * 64, "", NOW, later(9), NOW))
    former = cards.activate(conn, NUMBER, "serial", [given("c", 900)], later(DAY), "office")
    assert {each.fingerprint[0] for each in former} == {"a", "b"}
    assert sessions.find(conn, "t", NOW) is None
    states = {
        each.fingerprint[0]: (each.state, each.crl_reason)
        for each in registry.certificates_of_card(conn, NUMBER)
    }
    revoked = (registry.REVOKED, "superseded")
    assert states == {"a": revoked, "b": revoked, "c": (registry.ACTIVE, None)}
    found = cards.get(conn, NUMBER)
    assert (found.state, found.ends, found.issued_at) == (ACTIVE, later(900 * DAY), later(DAY))


def test_a_request_waits_on_the_card_until_it_is_answered(conn: Connection) -> None:
    """What a CA was asked for is kept with its time until it is loaded, beside certificates in force too."""
    issued(conn)
    cards.ask(conn, NUMBER, "serial", {"sign": "CSR"}, later(5), "office")
    waiting = cards.get(conn, NUMBER)
    assert (waiting.state, waiting.requests, waiting.requested_at) == (ACTIVE, {"sign": "CSR"}, later(5))
    cards.activate(conn, NUMBER, "serial", [given("c", 900)], later(6), "office")
    loaded = cards.get(conn, NUMBER)
    assert (loaded.requests, loaded.requested_at) == (None, None)


@pytest.mark.parametrize(("replaced_by", "state"), [(None, REVOKED), ("3100000000023", REPLACED)])
def test_a_card_that_ended_stays_ended(conn: Connection, replaced_by: str | None, state: str) -> None:
    """Its certificates are out of use at once with the reason, its medium is free, and nothing revives it."""
    issued(conn)
    held, _ended = cards.end(
        conn, NUMBER, later(5), "office", reason="遗失", crl_reason="keyCompromise", replaced_by=replaced_by
    )
    assert {each.fingerprint[0] for each in held} == {"a", "b"}
    for each in registry.revoked_certificates(conn):
        assert (each.revoked_at, each.reason, each.crl_reason) == (later(5), "遗失", "keyCompromise")
    found = cards.get(conn, NUMBER)
    assert (found.state, found.reason, found.replaced_by) == (state, "遗失", replaced_by)
    assert cards.on_medium(conn, f"serial {NUMBER}") is None
    with pytest.raises(CardEnded, match="遗失"):
        cards.activate(conn, NUMBER, "serial", [given("c", 900)], later(6), "office")
    with pytest.raises(CardEnded):
        cards.ask(conn, NUMBER, "serial", {}, later(6), "office")
    with pytest.raises(CardEnded):
        cards.end(conn, NUMBER, later(6), "office", reason="again")


def test_a_request_can_be_given_up(conn: Connection) -> None:
    """A card that never got its certificates is revoked as well, and leaves nothing waiting."""
    cards.add(conn, card())
    assert cards.get(conn, NUMBER).state == REQUESTED
    assert cards.end(conn, NUMBER, NOW, "office", reason="abandoned") == ([], 0)


def test_cards_are_listed_by_party_and_by_their_end(conn: Connection) -> None:
    """Those that end soon come by their end; requested and revoked ones end nothing."""
    registry.add_party(conn, party(OTHER))
    for number, letters, days in (("1", "ab", 30), ("2", "cd", 10), ("3", "ef", 99), ("4", "gh", 5)):
        issued(conn, number, letters, days)
    cards.add(conn, card("5", dxp_id=OTHER))
    cards.end(conn, "4", NOW, "office", reason="lost")
    assert [one.number for one in cards.listed(conn, ending_before=later(50 * DAY))] == ["2", "1"]
    assert [one.number for one in cards.listed(conn, ENTERPRISE)] == ["1", "2", "3", "4"]
    assert [one.number for one in cards.listed(conn)] == ["1", "2", "3", "4", "5"]


def test_a_cards_history_says_who_did_what_when(conn: Connection) -> None:
    """Every change leaves a line, and so does what changes nothing in the register: unlocking."""
    issued(conn)
    cards.note(conn, NUMBER, "unlocked", later(7), "office", "by its PUK")
    cards.end(conn, NUMBER, later(8), "office", reason="lost")
    lines = cards.history(conn, NUMBER)
    assert [(line.at, line.event, line.done_by) for line in lines] == [
        (NOW, "issued", "office"),
        (later(7), "unlocked", "office"),
        (later(8), "revoked", "office"),
    ]
    assert lines[1].detail == "by its PUK"


# -- before there were cards ---------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database as version 0001 made it, with a party and a certificate in it."""
    server = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    url = create_postgres(server, "eport_0001") if server else f"sqlite:///{tmp_path / 'old.db'}"
    database = Database(url)
    with database.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(storage.__file__).with_name("migrations")))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO parties (dxp_id, cop_code, name, kind, state, created_at)"
                " VALUES (:id, '4403180018', '华联', 'enterprise', 'active', 0)"
            ),
            {"id": ENTERPRISE},
        )
        connection.execute(
            text(
                "INSERT INTO certificates (fingerprint, dxp_id, serial, subject, holder, role, card,"
                " not_before, not_after, der, state, revoked_at, reason) VALUES (:print, :id, '01',"
                " 'CN=x', 'x', 'operator', 'operator', 0, 9, :der, 'revoked', 5, 'lost')"
            ),
            {"print": "a" * 64, "id": ENTERPRISE, "der": b"\x30\x82"},
        )
    yield database
    database.close()
    if server:
        drop_postgres(server, "eport_0001")


def test_a_database_without_cards_is_upgraded_and_keeps_its_certificates(old: Database) -> None:
    """What was registered and revoked before stays so, on no card; from then on cards can be given out."""
    old.upgrade()
    with old.write() as conn:
        kept = registry.certificate(conn, "a" * 64)
        assert kept is not None
        assert (kept.state, kept.reason, kept.der) == (registry.REVOKED, "lost", b"\x30\x82")
        assert (kept.card_number, kept.crl_reason) == (None, None)
        issued(conn, letters="bc")
    assert old.current()
