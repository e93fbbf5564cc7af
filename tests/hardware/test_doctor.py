"""The doctor over real readers and cards: every finding, good and bad, and the table of them all."""

from __future__ import annotations

import json
import os
import string
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from hardware import doctor, pcsc, piv
from hardware.doctor import Examination
from hardware.findings import CHECKS, TABLE, Verdict
from hardware.pcsc import Connection, Context, Reader
from hardware.virtual.stack import Stack
from messages.signature.trust import Trust
from tests.hardware.agents import agent as agent
from tests.hardware.agents import hostile
from tests.hardware.examined import CARD, NOTHING, NOW, YEAR, certified, look
from tests.hardware.softhsm import SoftHsm
from tests.hardware.softhsm import softhsm as softhsm
from tests.hardware.stack import PIN, blank_card, make_card
from tests.messages.signature.making import DAY, Pair, authority, foreign, key


@pytest.fixture
def holder_card(tmp_path: Path) -> Path:
    """A card with a year's certificate in both places."""
    pair = certified("rsa2048")
    return make_card(tmp_path / "card", key=pair.key, certificate=pair.certificate)


# -- the table itself ----------------------------------------------------------------------------


def _fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("name", TABLE)
def test_each_finding_is_told_in_both_languages_and_says_how_to_mend_it(name: str) -> None:
    """The same placeholders; a bad finding or a warning has a remedy; the check is one of the list."""
    finding = TABLE[name]
    assert finding.check in CHECKS
    for en, zh in (finding.found, finding.mend):
        assert _fields(en) == _fields(zh)
        assert bool(en) == bool(zh)
    assert bool(finding.mend[0]) or finding.verdict in (Verdict.GOOD, Verdict.NOTHING)


# -- pcscd, readers, modules ---------------------------------------------------------------------


def test_a_good_card_is_all_good(stack: Stack, holder_card: Path) -> None:
    """Every check of a card is good, and it can be used; its number, holder, kind and end are told."""
    stack.insert(holder_card)
    rows, usable = look(CARD)
    for name in ("service-runs", "readers", "module", "card", "kind-piv", "pin", "certificate"):
        assert rows[name].verdict is Verdict.GOOD
    assert [each.kind for each in usable] == ["card"]
    assert usable[0].name in rows["kind-piv"].found("en")
    assert "3 tries" in rows["pin"].found("en")
    assert stack.readers[0] in rows["readers"].found("zh")
    told = rows["certificate"].found("zh")
    for word in ("9A", "李录", "操作员卡", "签名", f"{NOW + YEAR:%Y-%m}"):
        assert word in told
    assert not {"card-none", "pin-few", "certificate-none"} & set(rows)


def test_nothing_at_all_is_found_without_an_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither library nor modules nor agent nor file: each is a row, nothing can be used."""
    monkeypatch.setattr(doctor, "LIBRARY", "libnothing.so.1")
    rows, usable = look(NOTHING)
    assert list(rows) == [
        "service-library", "module-missing", "ikey-module-broken", "ikey-none", "agent-none", "file-none",
    ]  # fmt: skip
    assert "libnothing.so.1" in rows["service-library"].found("en")
    assert usable == []


@pytest.mark.parametrize("package", ["hardware.pcsc", "hardware.pkcs11"])
def test_a_python_package_that_is_missing_costs_its_own_rows_only(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without pyscard or python-pkcs11 the doctor goes on to the end."""
    monkeypatch.delitem(sys.modules, "hardware.ikey", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    rows, _ = look(CARD)
    missing = "service-library" if package == "hardware.pcsc" else "module-missing"
    assert rows[missing].verdict is Verdict.BAD
    assert "file-none" in rows
    assert "failed" not in rows


def test_a_service_that_does_not_run_and_one_without_readers(stack: Stack) -> None:
    """Pcscd stopped; then running with nothing plugged in; each says what to do."""
    stack.stop_service()
    rows, _ = look(CARD)
    assert "pcscd.socket" in rows["service-down"].mend("en")
    assert not {"readers", "reader-none", "card-none"} & set(rows)
    stack.start_service(0)
    rows, _ = look(CARD)
    assert rows["service-runs"].verdict is Verdict.GOOD
    assert "libccid" in rows["reader-none"].mend("zh")


def test_a_service_that_refuses_this_user_is_told_apart(tmp_path: Path) -> None:
    """A pcscd that takes the call and hangs up, as polkit makes it do over SSH; in a process of its own."""
    program = (
        "import json; from datetime import UTC, datetime; from hardware.doctor import *;"
        "print(json.dumps([row.key for row in"
        " Examination(Where('/nowhere.so', ('/nowhere.so',)), datetime.now(UTC)).rows()]))"
    )
    with hostile(tmp_path, lambda asked: b"") as path:
        done = subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "PCSCLITE_CSOCK_NAME": path},
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
    assert json.loads(done.stdout)[0] == "service-refused"


def test_a_card_module_that_is_missing_keeps_a_good_card_from_use(stack: Stack, holder_card: Path) -> None:
    """The card still says what it is, but without the module nothing signs with it."""
    stack.insert(holder_card)
    rows, usable = look(NOTHING)
    assert "opensc-pkcs11" in rows["module-missing"].mend("en")
    assert rows["kind-piv"].verdict is rows["certificate"].verdict is Verdict.GOOD
    assert usable == []


# -- cards ---------------------------------------------------------------------------------------


def test_a_reader_without_a_card_is_named(stack: Stack) -> None:
    """Which readers are empty."""
    rows, usable = look(CARD)
    assert all(name in rows["card-none"].found("en") for name in stack.readers)
    assert usable == []


def test_a_card_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, stack: Stack) -> None:
    """What sits in the reader the wrong way round, as pcscd tells of it."""
    mute = Reader("Reader 1", b"", pcsc.scard.SCARD_STATE_PRESENT | pcsc.scard.SCARD_STATE_MUTE)
    monkeypatch.setattr(Context, "look", lambda self: [mute])
    rows, _ = look(CARD)
    assert "turn it round" in rows["card-mute"].mend("en")
    assert "card" not in rows


def test_a_card_taken_out_while_it_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, stack: Stack, holder_card: Path
) -> None:
    """A row for it, and the examination goes on."""
    stack.insert(holder_card)
    real = Context.look

    def look_and_lose(self: Context) -> list[Reader]:
        found = real(self)
        stack.remove()
        return found

    monkeypatch.setattr(Context, "look", look_and_lose)
    rows, usable = look(CARD)
    assert rows["card-failed"].verdict is Verdict.BAD
    assert "file-none" in rows
    assert usable == []


def test_a_card_of_another_kind_is_taken_as_the_module_shows_it(
    monkeypatch: pytest.MonkeyPatch, stack: Stack, holder_card: Path
) -> None:
    """Without a PIV application a card is what the module says (PKCS#15), else unknown."""
    monkeypatch.setattr(piv, "select", lambda: piv.Command(0xA4, 4, 0, bytes.fromhex("a00000039742544659")))
    stack.insert(holder_card)
    rows, usable = look(CARD)
    assert rows["kind-pkcs15"].verdict is Verdict.GOOD
    assert rows["certificate"].verdict is Verdict.GOOD
    assert [each.kind for each in usable] == ["card"]
    rows, usable = look(NOTHING)
    assert rows["kind-unknown"].verdict is Verdict.BAD
    assert usable == []


def test_a_piv_card_that_the_module_does_not_show(stack: Stack, holder_card: Path, softhsm: SoftHsm) -> None:
    """The module is there and blind to the card: a hint at its configuration."""
    stack.insert(holder_card)
    rows, usable = look(replace(NOTHING, card_module=softhsm.module))
    assert "card_drivers" in rows["kind-unseen"].mend("en")
    assert usable == []


def _wrong_pins(reader: str, times: int) -> None:
    with Connection(reader) as connection:
        piv.exchange(connection.transmit, piv.select())
        for _ in range(times):
            piv.exchange(connection.transmit, piv.verify(piv.pad("999999")))


def _tries(reader: str) -> int | None:
    with Connection(reader) as connection:
        piv.exchange(connection.transmit, piv.select())
        return piv.tries(piv.exchange(connection.transmit, piv.verify(None))[1])


@pytest.mark.parametrize(
    ("wrong", "finding", "usable"),
    [(0, "pin", 1), (1, "pin-few", 1), (2, "pin-few", 1), (3, "pin-locked", 0)],
)
def test_the_tries_left_are_told_and_none_is_used_up(
    stack: Stack, holder_card: Path, wrong: int, finding: str, usable: int
) -> None:
    """However often the doctor looks; a locked card goes to the card office."""
    stack.insert(holder_card)
    _wrong_pins(stack.readers[0], wrong)
    for _ in range(4):
        rows, can = look(CARD)
        assert {"pin", "pin-few", "pin-locked"} & set(rows) == {finding}
        assert len(can) == usable
    assert _tries(stack.readers[0]) == 3 - wrong
    if finding == "pin-locked":
        assert "制卡中心" in rows[finding].mend("en")
    else:
        assert f"{3 - wrong} tries" in rows[finding].found("en")


def test_two_cards_are_both_looked_at(stack: Stack, tmp_path: Path, holder_card: Path) -> None:
    """Each in its reader, each usable."""
    other = certified("p256")
    stack.insert(holder_card)
    stack.insert(make_card(tmp_path / "other", key=other.key, certificate=other.certificate), 1)
    _, usable = look(CARD)
    assert [each.kind for each in usable] == ["card", "card"]
    assert len({each.name for each in usable}) == 2


# -- certificates --------------------------------------------------------------------------------


def test_a_card_without_certificates(stack: Stack, tmp_path: Path) -> None:
    """A blank card names both keys, and the office that writes them."""
    stack.insert(blank_card(tmp_path / "blank"))
    rows, usable = look(CARD)
    assert rows["certificate-none"].verdict is Verdict.WARNING
    assert usable == []


@pytest.mark.parametrize(
    ("pair", "now", "finding", "usable"),
    [
        (certified(), NOW + YEAR + DAY, "certificate-expired", 0),
        (certified(), NOW - 3 * DAY, "certificate-early", 0),
        (certified(end=NOW + 29 * DAY), NOW, "certificate-ending", 1),
        (certified(end=NOW + 31 * DAY), NOW, "certificate", 1),
        (foreign("p256"), NOW, "certificate-foreign", 1),
        (certified("k256"), NOW, "certificate-unsuitable", 0),
    ],
    ids=["expired", "early", "ending", "not ending yet", "foreign", "unsuitable"],
)
def test_a_certificate_is_judged_by_date_key_and_ca(
    stack: Stack, tmp_path: Path, pair: Pair, now: datetime, finding: str, usable: int
) -> None:
    """Past its end, before its beginning, within 30 days of its end, of another CA, of a wrong key."""
    card = make_card(tmp_path / "card", key=key("p256"), certificate=pair.certificate)
    stack.insert(card)
    rows, can = look(CARD, now)
    assert finding in rows
    assert {name for name in rows if name.startswith("certificate")} == {finding}
    assert len(can) == usable


def test_a_revoked_certificate_is_refused_where_a_list_is_configured(stack: Stack, holder_card: Path) -> None:
    """By the revocation list of the configured CA."""
    revoked = certified("rsa2048")
    card = make_card(holder_card.with_name("revoked"), key=revoked.key, certificate=revoked.certificate)
    ca = authority()
    crl = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(ca.certificate.subject)
        .last_update(NOW - DAY)
        .next_update(NOW + DAY)
        .add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(revoked.certificate.serial_number)
            .revocation_date(NOW)
            .build()
        )
        .sign(ca.key, SHA256())
    )
    stack.insert(card)
    rows, usable = look(replace(CARD, trust=Trust([ca.certificate], [crl])))
    assert "revoked" in rows["certificate-revoked"].found("en")
    assert usable == []


def test_without_a_configured_ca_only_dates_and_key_are_judged(stack: Stack, holder_card: Path) -> None:
    """No CA, no chain."""
    stack.insert(holder_card)
    rows, usable = look(replace(CARD, trust=None))
    assert rows["certificate"].verdict is Verdict.GOOD
    assert len(usable) == 1


# -- the doctor itself ---------------------------------------------------------------------------


def test_a_mistake_in_one_part_leaves_the_others(
    monkeypatch: pytest.MonkeyPatch, stack: Stack, holder_card: Path
) -> None:
    """It is told, with its kind, and the rest is looked at."""

    def broken() -> Any:
        raise ZeroDivisionError("a bug")

    stack.insert(holder_card)
    monkeypatch.setattr(piv, "select", broken)
    rows, _ = look(CARD)
    assert "ZeroDivisionError" in rows["failed"].found("en")
    assert "file-none" in rows


def test_rows_are_plain_data_without_secrets(stack: Stack, holder_card: Path) -> None:
    """As --json writes them: check, finding, verdict, words; nowhere the PIN."""
    stack.insert(holder_card)
    plain = [each.plain("en") for each in Examination(CARD, NOW).rows()]
    assert all(set(each) == {"check", "finding", "verdict", "found", "mend"} for each in plain)
    assert PIN not in json.dumps(plain)
