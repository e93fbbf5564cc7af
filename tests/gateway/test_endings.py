"""Ends are seen coming: in the log once a day each, in the gauge all the time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway import metrics, pki
from gateway.cli.certificates import entry
from gateway.endings import GATEWAY, TLS, WHOSE, Endings
from storage import cards, registry
from storage.database import Database
from tests.gateway.jobs import Held
from tests.storage.builders import ENTERPRISE, party

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class Desk:
    """A registry, a gateway's own certificates, CA and list, and a clock that the test moves."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.now = NOW
        self.ca = pki.authority("Test CA", NOW)
        (folder / "ca").mkdir()
        (folder / "crl").mkdir()
        (folder / "ca" / "ca.pem").write_bytes(pki.pem(self.ca.certificate))
        self.crl = folder / "crl" / "list.pem"
        signer, server = pki.new_key(), pki.new_key()
        own = {
            GATEWAY: [pki.issue_signer(self.ca, signer, pki.subject("G"), NOW, days=200, gateway=True)],
            TLS: [pki.issue_server(self.ca, server, ["localhost"], NOW, days=90)],
        }
        self.endings = Endings(
            own=own,
            ca_folder=folder / "ca",
            crl_folder=folder / "crl",
            warn_days=30,
            reader=Held(database),
            clock=lambda: self.now,
        )

    def issue(self, days: int, number: str) -> registry.Certificate:
        """A holder's certificate on a card, that ends in so many days."""
        made = pki.issue_signer(self.ca, pki.new_key(), pki.subject("李四"), NOW, days=days, card="operator")
        new = entry(made, ENTERPRISE, "operator")
        with self.database.write() as connection:
            if not cards.exists(connection, number):
                card = cards.Card(number, ENTERPRISE, "李四", "U", "operator", "operator", "card", "A1")
                cards.add(connection, card)
            cards.activate(connection, number, "A1", [new], NOW, "office")
        return new

    def look(self, after: timedelta) -> list[tuple[Any, Any]]:
        """Look so long after the beginning: (of whom, days left) of each line that was logged."""
        self.now = NOW + after
        with capture_logs() as lines:
            self.endings.look()
        assert all(line["log_level"] == "warning" for line in lines)
        return [(line["of"], line["days"]) for line in lines]


@pytest.fixture
def desk(sqlite_database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose registry knows one party."""
    database = Database(sqlite_database_url)
    with database.write() as connection:
        registry.add_party(connection, party())
    yield Desk(database, tmp_path)
    database.close()


def gauges() -> dict[str, float]:
    """The gauge, by whose."""
    return {
        of: metrics.REGISTRY.get_sample_value("eport_certificates_ending", {"of": of}) or 0 for of in WHOSE
    }


def test_a_holders_end_is_said_30_days_ahead_once_a_day(desk: Desk) -> None:
    """Not before, not every hour, and not any more when it has ended: then nobody can use it."""
    desk.issue(100, "1")
    assert desk.look(69 * DAY) == [("tls", 21)]
    assert desk.look(70 * DAY + timedelta(hours=1)) == [("holder", 29), ("tls", 19)]
    assert desk.look(70 * DAY + timedelta(hours=2)) == []
    assert gauges() == {"holder": 1, "gateway": 0, "tls": 1, "ca": 0, "crl": 0}
    assert ("holder", 28) in desk.look(71 * DAY + timedelta(hours=1))
    assert "holder" not in dict(desk.look(101 * DAY))
    assert gauges()["holder"] == 0


def test_the_line_says_whose_it_is(desk: Desk) -> None:
    """Holder, party and card number stand in it, so that somebody can be called."""
    desk.issue(10, "3100000000012")
    with capture_logs() as lines:
        desk.endings.look()
    (line,) = lines
    assert line["event"] == "a certificate ends soon"
    told = {name: line[name] for name in ("holder", "party", "card", "ends", "days")}
    assert told == {
        "holder": "李四", "party": ENTERPRISE, "card": "3100000000012", "ends": "2026-03-11", "days": 10,
    }  # fmt: skip


def test_what_was_renewed_or_revoked_is_announced_no_more(desk: Desk) -> None:
    """A renewal supersedes the certificate that was about to end, and the gauge falls at the next look."""
    desk.issue(10, "1")
    lost = desk.issue(11, "2")
    desk.look(timedelta())
    assert gauges()["holder"] == 2
    desk.issue(800, "1")
    with desk.database.write() as connection:
        registry.revoke_certificate(connection, lost.fingerprint, NOW, "lost")
    desk.look(timedelta(hours=1))
    assert gauges()["holder"] == 0


def test_the_gateways_own_and_its_cas_are_announced_even_when_they_have_ended(desk: Desk) -> None:
    """Both its certificates and the CA come in their turn, and stay: the gateway still serves with them."""
    assert desk.look(60 * DAY + timedelta(hours=1)) == [("tls", 29)]
    assert desk.look(170 * DAY + timedelta(hours=1)) == [("gateway", 29), ("tls", -81)]
    assert [of for of, _days in desk.look(3640 * DAY)] == ["gateway", "tls", "ca"]
    assert gauges()["gateway"] == 1


@pytest.mark.parametrize(("days", "quiet", "loud"), [(30, 22, 23), (8, 5, 7), (365, 334, 336)])
def test_a_revocation_list_is_announced_in_the_last_quarter_of_its_time(
    desk: Desk, days: int, quiet: int, loud: int
) -> None:
    """A list of a few weeks is not announced from its first day on, one of a year 30 days ahead."""
    desk.crl.write_bytes(pki.pem(pki.revocation_list(desk.ca, [], NOW, days=days)))
    assert "crl" not in dict(desk.look(quiet * DAY))
    assert dict(desk.look(loud * DAY))["crl"] == days - loud
    assert gauges()["crl"] == 1
    desk.crl.write_bytes(pki.pem(pki.revocation_list(desk.ca, [], desk.now, days=days)))
    desk.look(loud * DAY + timedelta(hours=1))
    assert gauges()["crl"] == 0


def test_a_file_that_cannot_be_read_hides_no_other_end(desk: Desk) -> None:
    """Somebody is writing the list at this moment: holders are announced all the same."""
    desk.issue(10, "1")
    desk.crl.write_text("half")
    assert desk.look(timedelta()) == [("holder", 10)]
