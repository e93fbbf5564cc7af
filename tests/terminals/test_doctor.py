"""`eport-terminal doctor`: the gateway's rows against a peer over real TLS, and the command as a whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway import pki
from hardware.findings import Row, Verdict
from hardware.virtual.stack import Stack
from terminals.reach import reach
from tests.hardware.stack import make_card
from tests.terminals.office import PASSWORD, Office
from tests.terminals.peer import Peer, running, unused_url
from tests.terminals.test_commands import Terminal
from tests.terminals.test_commands import terminal as terminal


def clock(seconds: float = 0.0) -> Callable[[], datetime]:
    """A machine's clock that is off by so much."""
    return lambda: datetime.now(UTC) + timedelta(seconds=seconds)


def looked(url: str, ca: Path | None, now: Callable[[], datetime] = clock()) -> dict[str, Row]:  # noqa: B008
    """The rows of the gateway by their keys; each tells itself in both languages."""
    rows = {row.key: row for row in reach(url, ca, now)}
    for row in rows.values():
        for lang in ("en", "zh"):
            assert row.check(lang)
            assert row.found(lang)
            assert "{" not in row.found(lang) + row.mend(lang)
        assert row.mend("en") or row.verdict in (Verdict.GOOD, Verdict.NOTHING)
    return rows


# -- the gateway ---------------------------------------------------------------------------------


def test_a_gateway_that_answers_is_all_good(peer: Peer, office: Office) -> None:
    """It is reached over TLS, the clocks agree, its certificate holds for long; nobody logged in."""
    rows = looked(peer.url, office.ca_pem)
    assert list(rows) == ["gateway", "clock", "gateway-certificate"]
    assert {row.verdict for row in rows.values()} == {Verdict.GOOD}
    assert (peer.logins, peer.bodies) == (0, [])


@pytest.mark.parametrize(
    ("off", "finding"),
    [(50, "clock"), (-50, "clock"), (70, "clock-ahead"), (-70, "clock-behind"), (86_400, "clock-ahead")],
)
def test_the_clock_is_held_to_the_gateways(peer: Peer, office: Office, off: float, finding: str) -> None:
    """More than a minute before or behind the header Date is told, with how much it is."""
    rows = looked(peer.url, office.ca_pem, clock(off))
    assert finding in rows
    if finding != "clock":
        assert any(f"{abs(off) + about:.0f} s" in rows[finding].found("en") for about in (-1, 0, 1, 2))


@pytest.mark.parametrize("date", ["nonsense", "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_a_gateway_without_a_readable_date(peer: Peer, office: Office, date: str) -> None:
    """The clock is not judged by it."""
    peer.date = date
    assert looked(peer.url, office.ca_pem)["clock-unknown"].verdict is Verdict.NOTHING


def test_a_date_in_another_form_of_the_same_moment(peer: Peer, office: Office) -> None:
    """Universal time written as -0000 is universal time."""
    peer.date = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S -0000")
    assert "clock" in looked(peer.url, office.ca_pem)


def test_the_certificate_of_another_ca_is_not_believed(peer: Peer, office: Office, tmp_path: Path) -> None:
    """Nothing is read from such a gateway; the machine's time is shown, since a wrong one looks the same."""
    other = tmp_path / "other.pem"
    other.write_bytes(pki.pem(pki.authority("another CA", datetime.now(UTC)).certificate))
    rows = looked(peer.url, other)
    assert list(rows) == ["gateway-untrusted"]
    assert f"{datetime.now().astimezone():%Y-%m-%d}" in rows["gateway-untrusted"].mend("zh")


def test_a_gateways_certificate_that_ends_soon(office: Office, tmp_path: Path) -> None:
    """Within 30 days it is told to whoever can tell the gateway's operators."""
    key, now = pki.new_key(), datetime.now(UTC)
    server = pki.issue_server(office.ca, key, ("localhost",), now, days=29)
    tls_pem = tmp_path / "tls.pem"
    tls_pem.write_bytes(pki.key_pem(key) + pki.pem(server))
    with running(replace(office, tls_pem=tls_pem)) as peer:
        rows = looked(peer.url, office.ca_pem)
    assert "28 days" in rows["gateway-certificate-ending"].found("en")
    assert rows["gateway-certificate-ending"].verdict is Verdict.WARNING


def test_a_gateway_that_is_away_odd_or_not_configured(peer: Peer, office: Office, tmp_path: Path) -> None:
    """Nobody listens; something else answers; no address; an address or a CA that is none."""
    assert "refused" in looked(unused_url(), office.ca_pem)["gateway-away"].found("en")
    peer.health = 404
    assert "404" in looked(peer.url, office.ca_pem)["gateway-odd"].found("en")
    for url, ca in (("", office.ca_pem), (peer.url, None)):
        assert list(looked(url, ca)) == ["gateway-none"]
    for url, ca in (("http://localhost", office.ca_pem), (peer.url, tmp_path / "nowhere.pem")):
        assert list(looked(url, ca)) == ["gateway-setting"]


# -- the command ---------------------------------------------------------------------------------


def examined(terminal: Terminal, *arguments: str, code: int = 0, **environ: str) -> dict[str, Any]:
    """What `doctor --json` says; rows by their finding."""
    done = terminal.run("doctor", "--json", *arguments, SSH_AUTH_SOCK="", **environ)
    assert done.exit_code == code, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    told["rows"] = {row["finding"]: row for row in told["rows"]}
    return told


def test_somebody_with_a_certificate_file_is_told_all_is_well(terminal: Terminal) -> None:
    """Exit code 0 without any card: the file opens with the demo's password, the gateway answers."""
    told = examined(terminal)
    assert told["usable"] == [{"kind": "file", "name": "operator1.p12"}]
    for finding in ("file", "certificate", "gateway", "clock", "gateway-certificate"):
        assert told["rows"][finding]["verdict"] == "good"
    assert "李录" in told["rows"]["certificate"]["found"]
    assert told["version"]


def test_the_kind_of_signer_that_is_wanted_decides_the_exit_code(terminal: Terminal, stack: Stack) -> None:
    """With a good file and no card, --signer card ends in 8."""
    told = examined(terminal, "--signer", "card", code=8)
    assert told["rows"]["card-none"]["verdict"] == "bad"
    assert told["usable"]


def test_somebody_with_a_card_is_told_all_is_well(
    terminal: Terminal, stack: Stack, office: Office, tmp_path: Path
) -> None:
    """The card of the demo's CA, its PIN neither asked for nor tried; the words are those of the language."""
    operator = office.operator
    stack.insert(make_card(tmp_path / "card", key=operator.key, certificate=operator.certificate))
    environ = {"EPORT_PIN_FILE": "/nowhere", "SSH_AUTH_SOCK": "", "EPORT_SIGNER": "card"}
    done = terminal.run("doctor", "--lang", "zh", **environ)
    assert done.exit_code == 0, done.output
    assert "ok 密码：" in done.stdout
    assert "还可再试 3 次" in done.stdout
    assert "可用于签名：IC 卡" in done.stdout
    done = terminal.run("doctor", "--lang", "en", **environ)
    assert "Can sign: card" in done.stdout


def test_what_is_missing_is_said_with_how_to_mend_it(terminal: Terminal, stack: Stack) -> None:
    """In words: each bad row has its arrow, the end says that nothing can sign."""
    stack.stop_service()
    done = terminal.run("doctor", demo=False, SSH_AUTH_SOCK="", LANG="C.UTF-8")
    assert done.exit_code == 8
    lines = done.stdout.splitlines()
    assert lines[0] == "X  smart-card service: pcscd does not run"
    assert lines[1].startswith("   → install and start it")
    assert lines[-1].startswith("Nothing can sign here yet")


def test_a_file_whose_password_is_not_configured_is_not_asked_for(terminal: Terminal, office: Office) -> None:
    """Nobody is asked for anything; what can be seen of the file is good."""
    told = examined(terminal, "--p12", str(office.p12))
    assert told["rows"]["file-closed"]["verdict"] == "good"
    told = examined(terminal, "--p12", str(office.p12), code=8, EPORT_P12_PASSWORD="wrong words")
    assert told["rows"]["file-bad"]["verdict"] == "bad"
    assert "wrong words" not in json.dumps(told)


def test_an_unreadable_password_file_is_told(terminal: Terminal, office: Office) -> None:
    """As what is wrong with that part; the others are looked at."""
    told = examined(terminal, "--p12", str(office.p12), "--p12-password-file", "/nowhere/words", code=8)
    assert "/nowhere/words" in told["rows"]["failed"]["found"]
    assert "gateway" in told["rows"]


def test_a_ca_or_list_that_cannot_be_read_is_told(terminal: Terminal, tmp_path: Path) -> None:
    """Certificates are judged without it, and it is said that they are."""
    (tmp_path / "no.pem").write_text("hello")
    for option in ("--ca", "--crl"):
        told = examined(terminal, option, str(tmp_path / "no.pem"))
        assert "no.pem" in told["rows"]["trust"]["found"]
        assert told["rows"]["certificate"]["verdict"] == "good"


def test_secrets_of_the_settings_are_nowhere_in_the_report(terminal: Terminal) -> None:
    """Neither the demo's passphrase nor its account's password."""
    told = json.dumps(examined(terminal), ensure_ascii=False)
    assert PASSWORD not in told


def test_a_wrong_setting_is_no_diagnosis(terminal: Terminal) -> None:
    """It ends in 8 with the setting's own sentence."""
    done = terminal.run("doctor", EPORT_SIGNER="stamp")
    assert done.exit_code == 8
    assert "stamp" in done.output


def test_it_runs_without_the_packages_that_it_is_to_miss(tmp_path: Path) -> None:
    """Without pyscard and python-pkcs11 at all, in a process of its own: rows, not a traceback."""
    program = (
        "import sys; sys.modules['smartcard'] = sys.modules['pkcs11'] = None;"
        "from terminals.cli import main; main(['doctor', '--json'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "HOME": str(tmp_path), "SSH_AUTH_SOCK": ""},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 8, done.stderr
    findings = {row["finding"] for row in json.loads(done.stdout)["rows"]}
    assert {"service-library", "module-missing"} <= findings
    assert "failed" not in findings
