"""Who is let in to the host, under which name, by what; and who is not."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.x509.oid import NameOID

from tests.scenarios.house import House, command
from tests.terminals.host.conftest import Guests, Hosts
from tests.terminals.host.house import ABOUT, QUIT, Guest, HostProcess, wait_until


def refused(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether ssh was not let in."""
    return done.returncode == 255 and "Permission denied" in done.stderr


@pytest.mark.parametrize(("place", "kind"), [(0, "RSA"), (1, "ECDSA")])
def test_the_certificates_key_logs_in(host: HostProcess, guest_of: Guests, place: int, kind: str) -> None:
    """RSA and P-256 keys of registered certificates open the terminal; nothing was enrolled for it."""
    guest = guest_of(host, "operator", place)
    listed = subprocess.run(["ssh-keygen", "-l", "-f", guest.key], capture_output=True, text=True, check=True)
    assert f"({kind})" in listed.stdout
    with guest.sit() as seat:
        assert seat.shows("user") == guest.person.account
        seat.press(QUIT)
        assert seat.end() == 7
    line = host.logged("login", account=guest.person.account, by="publickey")[-1]
    assert (line["party"], line["role"]) == (guest.person.dxp_id, "operator")
    host.logged("logout", account=guest.person.account)


def test_a_holder_has_several_names(guest: Guest, host: HostProcess) -> None:
    """The account, the card's number, the party's dxpId and the holder's own name mean the same person."""
    subject = guest.person.signer.certificate.subject
    (number,) = subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    (holder,) = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    for name in (str(number.value), guest.person.dxp_id, str(holder.value)):
        done = guest.run("-l", name, "host", "-T")
        assert (done.returncode, "no shell" in done.stderr) == (1, True), done.stderr
    assert len(host.logged("login", 3, account=guest.person.account)) >= 3


def test_the_key_says_who_it_is_whatever_the_name(host: HostProcess, guest_of: Guests) -> None:
    """Another's account, a name that nobody has, and a key that nobody has are refused alike."""
    guest, other = guest_of(host), guest_of(host, "operator", 1)
    for name in (other.person.account, "enterprise1", "root", "nobody", "OPERATOR1"):
        assert refused(guest.run("-l", name, "host", "-T")), name
    guest.key.unlink()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", guest.key], check=True)
    assert refused(guest.run("host", "-T"))
    why = {line["why"] for line in host.logged("refused", 6, by="publickey")}
    assert why == {"no holder of this key has this name"}


def test_a_password_logs_in_and_its_token_goes_to_the_process_alone(guest: Guest, host: HostProcess) -> None:
    """Account and password open a terminal; the token is in its process and nowhere that others can look."""
    own, environment = guest.by_password(guest.person.account_password)
    with guest.sit(*own, environment=environment) as seat:
        assert seat.shows("user") == guest.person.account
        seat.press(ABOUT)
        pid = int(seat.shows("about"))
        about = dict(
            line.split("=", 1) for line in (host.kept(guest.person) / "about").read_text().splitlines()
        )
        assert int(about["token"]) == 43
        for name in ("environ", "cmdline"):
            with suppress(PermissionError):  # which is even better: only root may look
                assert b"token" not in Path(f"/proc/{pid}/{name}").read_bytes().lower()
        seat.press(QUIT)
        seat.end()
    (shown,) = [line for line in host.logged("about") if line["own"].get("HOME", "").endswith("operator1")][
        -1:
    ]
    assert "token" not in shown["visit"]
    assert guest.person.account_password not in host.raw


def test_the_token_of_a_password_ends_with_the_connection(
    house: House, guest: Guest, host: HostProcess
) -> None:
    """Logging out of the host logs out of the gateway: nothing is left behind that could be used."""
    own, environment = guest.by_password(guest.person.account_password)
    before = _sessions(house, guest)
    with guest.sit(*own, environment=environment) as seat:
        seat.shows("user")
        assert _sessions(house, guest) == before + 1
        seat.press(QUIT)
        seat.end()
    assert wait_until(lambda: _sessions(house, guest) == before)


def _sessions(house: House, guest: Guest) -> int:
    """How many sessions the gateway has for an account."""
    with sqlite3.connect(house.home / "gateway.db") as database:
        asked = "SELECT count(*) FROM sessions WHERE account = ?"
        return int(database.execute(asked, (guest.person.account,)).fetchone()[0])


@pytest.mark.parametrize("password", ["wrong", "", "x" * 300, "口令", "' OR 1=1 --"])
def test_a_wrong_password_is_refused(guest: Guest, host: HostProcess, password: str) -> None:
    """Whatever is wrong with it."""
    own, environment = guest.by_password(password)
    assert refused(guest.run(*own, "host", "-T", **environment))
    host.logged("refused", by="password", name=guest.person.account)


def test_a_hosts_own_certificate_is_no_way_in(host: HostProcess, house: House, tmp_path: Path) -> None:
    """The file that the host itself logs in with opens no terminal."""
    told = json.loads((house.home / "demo" / "host.json").read_text())
    person = replace(
        house.person("operator"), p12=house.home / "demo" / told["p12"], password=told["password"],
        account="host",
    )  # fmt: skip
    guest = Guest(tmp_path / "host", host, person)
    for name in ("host", told["dxpId"]):
        assert refused(guest.run("-l", name, "host", "-T"))


def test_too_many_attempts_end_the_connection(open_host: Hosts, guest_of: Guests) -> None:
    """After the third failure the connection is closed, whatever else the client has to offer."""
    host = open_host(attempts=3)
    guest = guest_of(host)
    own, environment = guest.by_password("wrong", "-o", "NumberOfPasswordPrompts=9")
    done = guest.run(*own, "host", "-T", **environment)
    assert "too many failed attempts" in done.stderr
    assert len(host.logged("refused", 3, by="password")) == 3


def test_a_revoked_certificate_is_refused_at_once(open_host: Hosts, tmp_path: Path) -> None:
    """The moment after `cert revoke` its key logs in nowhere, though it did a moment before."""
    house = House(tmp_path / "gateway")
    house.start()
    try:
        with HostProcess(house, tmp_path / "state", recheck_seconds=0.2) as host:
            guest = Guest(tmp_path / "guest", host, house.person("operator"))
            assert guest.sftp("pwd").returncode == 0
            with guest.sit() as seat:
                seat.shows("user")
                seat.press(b"half")
                seat.until("half")
                house.revoke(guest.person)
                assert refused(guest.run("host", "-T"))
                assert seat.end() == 0  # who is in already is sent away
                assert "may not be used any more" in seat.screen
            assert (host.kept(guest.person) / "typed").read_text() == "half"
            # An account without its card still has its password; a suspended party has neither.
            own, environment = guest.by_password(guest.person.account_password)
            assert guest.run(*own, "host", "-T", **environment).returncode == 1
            done = command(
                "eport-gateway", "party", "disable", guest.person.dxp_id, "--home", str(house.home)
            )
            assert done.returncode == 0, done.stderr
            assert refused(guest.run(*own, "host", "-T", **environment))
    finally:
        house.close()


def test_without_the_gateway_nobody_is_let_in_and_is_told_why(tmp_path: Path) -> None:
    """The host starts, and says in both languages that nobody can be let in; later they can."""
    house = House(tmp_path / "gateway")
    with HostProcess(house, tmp_path / "state", gateway_seconds=0.2) as host:
        guest = Guest(tmp_path / "guest", host, house.person("operator"))
        done = guest.run("-o", "LogLevel=INFO", "host", "-T")
        assert refused(done)
        assert "网关暂时无法连接" in done.stderr
        assert "cannot be reached" in done.stderr
        house.start()
        try:
            assert guest.run("host", "-T").returncode == 1
        finally:
            house.close()


def test_guesses_at_one_account_shut_out_the_guesser_only(tmp_path: Path) -> None:
    """The gateway counts a host's logins for their own addresses; the guesser is told to wait."""
    house = House(tmp_path / "gateway", EPORT_SESSIONS__ACCOUNT_ATTEMPTS="3")
    house.start()
    try:
        with HostProcess(house, tmp_path / "state", password_delay=0.01, listen="0.0.0.0") as host:
            guest = Guest(tmp_path / "guest", host, house.person("operator"))
            own, environment = guest.by_password("wrong", "-b", "127.0.0.9")
            for _ in range(3):
                assert refused(guest.run(*own, "host", "-T", **environment))
            own, environment = guest.by_password(
                guest.person.account_password, "-b", "127.0.0.9", "-o", "LogLevel=INFO"
            )
            done = guest.run(*own, "host", "-T", **environment)
            assert refused(done)
            assert "登录失败次数过多" in done.stderr
            own, environment = guest.by_password(guest.person.account_password)
            assert guest.run(*own, "host", "-T", **environment).returncode == 1
    finally:
        house.close()
