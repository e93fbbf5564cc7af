"""Authorities and revocation lists in force, and what happens while their files change."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from twisted.internet.task import Clock

from gateway import pki
from gateway.examination import Examination
from gateway.settings import Settings
from messages.faults import CertificateRefused
from messages.schemas import Schemas

NOW = datetime.now(UTC)
SCHEMAS = Schemas()


class Office:
    """A home with one authority, a holder's certificate, and an examination over them."""

    def __init__(self, home: Path) -> None:
        (home / "gateway.toml").write_text("")
        self.settings = Settings.load(home)
        for folder in (self.settings.ca_folder, self.settings.crl_folder):
            folder.mkdir(parents=True)
        self.ca = pki.authority("CA", NOW)
        (self.settings.ca_folder / "ca.pem").write_bytes(pki.pem(self.ca.certificate))
        self.holder = pki.issue_signer(self.ca, pki.new_key(), pki.subject("holder"), NOW)
        self.examination = Examination(Clock(), self.settings, SCHEMAS, lambda: NOW)
        self.reloads: list[str] = []
        self.examination.on_reload.append(lambda: self.reloads.append("reload"))
        self._age = 0

    def write(self, data: bytes) -> None:
        """Put a revocation list into its folder, a second later than the last."""
        file = self.settings.crl_folder / "ca.pem"
        file.write_bytes(data)
        self._age += 1
        os.utime(file, (NOW.timestamp() + self._age,) * 2)

    def revoking(self, at: datetime) -> bytes:
        """A list made at `at` that revokes the holder."""
        return pki.pem(pki.revocation_list(self.ca, [(self.holder.serial_number, at)], at))

    def believed(self) -> bool:
        """Whether the holder is."""
        try:
            self.examination.check(self.holder, NOW)
        except CertificateRefused:
            return False
        return True


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office without any revocation list."""
    return Office(tmp_path)


def test_a_revocation_list_is_in_force_with_the_next_look(office: Office) -> None:
    """Whoever listens is told, once."""
    assert office.believed()
    office.write(office.revoking(NOW))
    office.examination.watch()
    office.examination.watch()
    assert not office.believed()
    assert office.reloads == ["reload"]


def test_a_list_that_is_half_written_replaces_nothing_and_is_read_when_it_is_whole(office: Office) -> None:
    """The former list stays in force, the gateway is not ready, and the next look reads the whole file."""
    office.write(office.revoking(NOW))
    office.examination.watch()
    whole = office.revoking(NOW + timedelta(seconds=1))
    office.write(whole[:100])
    office.examination.watch()
    assert not office.believed()
    assert not office.examination.ready
    office.write(whole)
    office.examination.watch()
    assert office.examination.ready
    assert not office.believed()


def test_the_last_authority_taken_away_ends_all_belief(office: Office) -> None:
    """No file, no trust: nobody is believed by what was there before."""
    (office.settings.ca_folder / "ca.pem").unlink()
    office.examination.watch()
    assert not office.believed()
