from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from gateway import passwords, pki
from gateway.cli import main
from gateway.settings import Settings
from storage import heads, registrations, registry
from storage.database import Database
from storage.journal import Chain, Entry

NOW = datetime.now(UTC)

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo home that the tests copy."""
    home = tmp_path_factory.mktemp("cli") / "demo"
    done = CliRunner().invoke(main, ["init", "--demo", "--home", str(home)])
    assert done.exit_code == 0, done.output
    return home


@pytest.fixture
def home(demo: Path, tmp_path: Path) -> Path:
    """A demo home of the test's own."""
    return Path(shutil.copytree(demo, tmp_path / "home"))


@pytest.fixture
def run(home: Path) -> Run:
    """Run a command on the test's home and hold it to an exit code."""

    def run(*arguments: str, code: int = 0, stdin: str | None = None) -> Result:
        done = CliRunner().invoke(main, [*arguments, "--home", str(home)], input=stdin)
        assert done.exit_code == code, done.output
        return done

    return run


@pytest.fixture
def ca(home: Path) -> pki.Pair:
    """The demo's CA."""
    return pki.Pair(pki.load_key(home / "demo/ca.key"), pki.load_certificates(home / "demo/ca.pem")[0])


def _issue(ca: pki.Pair, folder: Path, **options: object) -> tuple[Path, x509.Certificate]:
    certificate = pki.issue_signer(ca, pki.new_key(), pki.subject("李四"), NOW, **options)  # type: ignore[arg-type]
    file = folder / "issued.pem"
    file.write_bytes(pki.pem(certificate))
    return file, certificate


def _commands(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(command, click.Group):
        return [path]
    below = [each for name, sub in command.commands.items() for each in _commands(sub, (*path, name))]
    return [path, *below]


@pytest.mark.parametrize("path", _commands(main), ids=" ".join)
def test_every_command_explains_itself_and_its_exit_codes(path: tuple[str, ...]) -> None:
    """-h works everywhere and tells what the exit codes mean."""
    done = CliRunner().invoke(main, [*path, "-h"])
    assert done.exit_code == 0
    assert "Exit codes:\n    0  done\n" in done.output
    assert "4  a verification failed" in done.output


# -- a real gateway ------------------------------------------------------------------------------


@pytest.fixture
def real(tmp_path: Path) -> tuple[Path, pki.Pair]:
    """A real home and its CA, certificates not yet issued."""
    ca = pki.authority("Real CA", NOW)
    file = tmp_path / "real-ca.pem"
    file.write_bytes(pki.pem(ca.certificate))
    home = tmp_path / "real"
    done = CliRunner().invoke(
        main, ["init", "--home", str(home), "--ca", str(file), "--host", "gw.example", "--host", "192.0.2.7"]
    )
    assert done.exit_code == 0, done.output
    return home, ca


def test_a_real_init_makes_requests_and_no_demo(real: tuple[Path, pki.Pair]) -> None:
    """It makes keys and requests, trusts the CA that was named, and knows nobody."""
    home, ca = real
    settings = Settings.load(home)
    assert pki.load_folder(settings.ca_folder) == [ca.certificate]
    assert not settings.demo.exists()
    assert settings.origins == ("https://gw.example:8443", "https://192.0.2.7:8443")
    for name in ("gateway", "tls"):
        request = x509.load_pem_x509_csr((home / f"certs/{name}.csr").read_bytes())
        assert request.public_key() == pki.load_key(home / f"keys/{name}.key").public_key()
    database = Database(settings.database_url)
    with database.read() as connection:
        assert registry.parties(connection) == []
    database.close()


def test_a_real_init_without_anybody_to_ask_needs_a_ca(tmp_path: Path) -> None:
    """Without a terminal it says what is missing instead of waiting for an answer; nothing is left behind."""
    done = CliRunner().invoke(main, ["init", "--home", str(tmp_path / "x")])
    assert done.exit_code == 2
    assert "--ca FILE" in done.output
    assert not (tmp_path / "x").exists()


def test_a_folder_with_other_files_is_no_place_for_a_gateway(tmp_path: Path) -> None:
    """Init refuses to mix with what is there."""
    (tmp_path / "letter.txt").write_text("dear")
    done = CliRunner().invoke(main, ["init", "--demo", "--home", str(tmp_path)])
    assert done.exit_code == 1
    assert "letter.txt" in done.output
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]


def test_issued_certificates_are_installed_from_openssls_answer(
    real: tuple[Path, pki.Pair], tmp_path: Path
) -> None:
    """A CA run with openssl signs both requests, copying their extensions, and the answers are accepted."""
    home, ca = real
    pki.write_whole(tmp_path / "ca.key", pki.key_pem(ca.key))
    for name in ("gateway", "tls"):
        issued = tmp_path / f"{name}.pem"
        subprocess.run(
            f"openssl x509 -req -in {home}/certs/{name}.csr -days 30 -CA real-ca.pem -CAkey ca.key "
            f"-copy_extensions copy -out {issued}",
            shell=True,
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )
        done = CliRunner().invoke(main, ["cert", "install", name, str(issued), "--home", str(home)])
        assert done.exit_code == 0, done.output
        assert (home / f"certs/{name}.pem").read_bytes() == issued.read_bytes()


def test_somebody_elses_certificate_is_not_installed(real: tuple[Path, pki.Pair], tmp_path: Path) -> None:
    """A certificate of another key is refused, and the file in place stays as it was."""
    home, ca = real
    file, _certificate = _issue(ca, tmp_path, gateway=True)
    done = CliRunner().invoke(main, ["cert", "install", "gateway", str(file), "--home", str(home)])
    assert done.exit_code == 1
    assert "not for the gateway's gateway key" in done.output
    assert not (home / "certs/gateway.pem").exists()


def test_serve_names_the_certificate_that_is_missing(real: tuple[Path, pki.Pair]) -> None:
    """A gateway without its certificates says which request to have signed."""
    home, _ca = real
    done = CliRunner().invoke(main, ["serve", "--home", str(home)])
    assert done.exit_code == 3
    assert "gateway.csr" in done.output


def test_a_former_signing_certificate_is_kept_for_the_journal(
    home: Path, run: Run, ca: pki.Pair, tmp_path: Path
) -> None:
    """After a renewal the journal's older heads can still be verified."""
    settings = Settings.load(home)
    (old,) = pki.load_certificates(settings.gateway_certificate)
    key = pki.load_key(settings.gateway_key)
    renewed = pki.issue_signer(ca, key, pki.subject("Gateway"), NOW, gateway=True)
    (tmp_path / "new.pem").write_bytes(pki.pem(renewed))
    run("cert", "install", "gateway", str(tmp_path / "new.pem"))
    assert pki.load_certificates(settings.gateway_certificate) == [renewed]
    assert pki.load_folder(settings.former_folder) == [old]


def test_a_list_is_written_only_where_a_cas_key_is(real: tuple[Path, pki.Pair]) -> None:
    """A real home has no CA's key: the command says that one must be named, or its list fetched."""
    home, _ca = real
    done = CliRunner().invoke(main, ["cert", "crl-issue", "--home", str(home)])
    assert done.exit_code == 1
    assert "--ca-key" in done.output
    assert "crl-import" in done.output


def test_nobody_there_to_type_a_pin_is_wrong_usage(run: Run) -> None:
    """Without a terminal a card is issued with a letter or files: nothing waits, no device is asked."""
    who = ("--party", "DXPENT0000000001", "--holder", "李四", "--kind", "operator", "--role", "operator")
    assert "--letter FILE" in run("card", "issue", *who, code=2).output


def test_the_demos_cards_are_in_the_office_s_books(run: Run) -> None:
    """Each holder with a card kind has a card of 13 characters, and revoking it revokes its certificate."""
    listed = run("card", "list").output
    assert len(listed.splitlines()) == 7
    number = next(line.split()[0] for line in listed.splitlines() if "李录" in line)
    assert len(number) == 13
    run("card", "revoke", number, "--reason", "tried out")
    assert "revoked" in run("card", "show", number).output
    assert run("cert", "list").output.count("revoked") == 1


# -- surroundings --------------------------------------------------------------------------------


def test_a_port_in_use_is_said_in_one_sentence(home: Path, run: Run) -> None:
    """No traceback: which port, why, and what to do; exit code 3."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = run("serve", "--host", "127.0.0.1", "--port", str(port), code=3)
    assert f"port {port}" in done.output
    assert "--port" in done.output


def test_serve_refuses_keys_and_certificates_that_do_not_fit(home: Path, run: Run) -> None:
    """It ends at once with the file's name, instead of failing with the first client."""
    (home / "certs/tls.pem").write_bytes((home / "certs/gateway.pem").read_bytes())
    assert "tls.pem is not of the key" in run("serve", code=3).output
    (home / "certs/tls.pem").write_text("garbage")
    assert "tls.pem holds no certificate" in run("serve", code=3).output
    (home / "keys/gateway.key").unlink()
    assert "gateway.key" in run("serve", code=3).output


@pytest.mark.parametrize("name", ["certs/ca/other.pem", "certs/crl/list.pem"])
def test_serve_names_a_trust_file_that_is_not_whole(home: Path, run: Run, ca: pki.Pair, name: str) -> None:
    """Half a CA's certificate or revocation list ends the start with a sentence, not with a traceback."""
    whole = pki.pem(ca.certificate if "ca/" in name else pki.revocation_list(ca, [(7, NOW)], NOW))
    (home / name).write_bytes(whole[: len(whole) // 2])
    done = run("serve", code=3)
    assert Path(name).name in done.output
    assert "Traceback" not in done.output


def test_a_home_is_its_owners_alone(tmp_path: Path) -> None:
    """Whatever the umask and the folder were, nobody else reads any file or lists any folder of a home."""
    before = os.umask(0)
    home = tmp_path / "home"
    home.mkdir(mode=0o777)
    try:
        done = CliRunner().invoke(main, ["init", "--demo", "--home", str(home)])
    finally:
        os.umask(before)
    assert done.exit_code == 0, done.output
    open_to_others = [path for path in (home, *home.rglob("*")) if path.stat().st_mode & 0o077]
    assert open_to_others == []


def test_a_home_that_is_none_and_a_broken_database_are_surroundings(
    home: Path, run: Run, tmp_path: Path
) -> None:
    """Both end with exit code 3 and a sentence."""
    done = CliRunner().invoke(main, ["party", "list", "--home", str(tmp_path / "nowhere")])
    assert done.exit_code == 3
    assert "eport-gateway init" in done.output
    (home / "gateway.db").write_bytes(b"no database at all" * 100)
    assert "Traceback" not in run("party", "list", code=3).output


# -- parties, certificates, accounts -------------------------------------------------------------


def test_a_party_is_added_shown_limited_and_disabled(run: Run) -> None:
    """The life of a party by commands; each step shows in what the next one prints."""
    run(
        "party",
        "add",
        "DXPENT0000000009",
        "--cop-code",
        "3122260009",
        "--name",
        "新公司",
        "--kind",
        "enterprise",
    )
    assert "新公司" in run("party", "list").output
    run("party", "limit", "DXPENT0000000009", "--per-second", "2.5", "--burst", "10")
    assert "2.5 messages a second, 10 at once" in run("party", "show", "DXPENT0000000009").output
    run("party", "disable", "DXPENT0000000009")
    assert "suspended" in run("party", "show", "DXPENT0000000009").output
    run("party", "enable", "DXPENT0000000009")
    assert "active" in run("party", "show", "DXPENT0000000009").output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("DXPENT0000000001", "--cop-code", "3122260009"), 1),  # there is one
        (("DXPGATE000000001", "--cop-code", "3122260009"), 1),  # the gateway's own
        (("lower", "--cop-code", "3122260009"), 2),
        (("DXPENT0000000009", "--cop-code", "short"), 2),
    ],
)
def test_a_party_that_cannot_be_is_refused(run: Run, arguments: tuple[str, ...], code: int) -> None:
    """What is taken is refused with 1, what is badly formed with 2, before anything is changed."""
    before = run("party", "list").output
    run("party", "add", *arguments, "--name", "x", "--kind", "enterprise", code=code)
    assert run("party", "list").output == before


def test_a_certificate_is_registered_shown_and_revoked(run: Run, ca: pki.Pair, tmp_path: Path) -> None:
    """Card kind comes from the certificate; a revoked one stays listed, with the reason."""
    file, certificate = _issue(ca, tmp_path, card="operator")
    run(
        "cert",
        "register",
        str(file),
        "--party",
        "DXPENT0000000001",
        "--role",
        "operator",
        "--card",
        "operator",
    )
    short = pki.fingerprint(certificate)[:12]
    assert "card         operator" in run("cert", "show", short).output
    run("cert", "revoke", short, "--reason", "lost")
    shown = run("cert", "show", short).output
    assert "revoked" in shown
    assert "lost" in shown
    run("cert", "revoke", short, "--reason", "again", code=1)


@pytest.mark.parametrize(
    ("options", "arguments", "said"),
    [
        ({"gateway": True}, (), "could forge receipts"),
        ({"card": "operator"}, ("--card", "legal"), "card kind operator, not legal"),
        ({"days": 0}, (), "expired"),
    ],
)
def test_a_certificate_that_should_not_be_registered_is_refused(
    run: Run, ca: pki.Pair, tmp_path: Path, options: dict[str, object], arguments: tuple[str, ...], said: str
) -> None:
    """A gateway's, another card kind's and an expired certificate are refused with the reason."""
    file, _certificate = _issue(ca, tmp_path, **options)
    done = run(
        "cert", "register", str(file), "--party", "DXPENT0000000001", "--role", "operator", *arguments, code=1
    )
    assert said in done.output


def test_a_certificate_of_another_ca_is_refused(run: Run, tmp_path: Path) -> None:
    """Only configured CAs count, whatever they are called."""
    stranger = pki.authority("E-Port gateway demo CA", NOW)
    file, _certificate = _issue(stranger, tmp_path)
    run("cert", "register", str(file), "--party", "DXPENT0000000001", "--role", "operator", code=1)


def test_a_revocation_list_revokes_what_it_names_and_nothing_else(
    home: Path, run: Run, ca: pki.Pair, tmp_path: Path
) -> None:
    """The list is kept for the gateway, the named certificate is revoked, an older list is refused."""
    file, certificate = _issue(ca, tmp_path)
    run("cert", "register", str(file), "--party", "DXPENT0000000001", "--role", "operator")
    newer, older, foreign = tmp_path / "newer", tmp_path / "older", tmp_path / "foreign"
    newer.write_bytes(pki.pem(pki.revocation_list(ca, [(certificate.serial_number, NOW)], NOW)))
    older.write_bytes(pki.pem(pki.revocation_list(ca, [], datetime(2020, 1, 1, tzinfo=UTC))))
    foreign.write_bytes(pki.pem(pki.revocation_list(pki.authority("x", NOW), [], NOW)))
    assert "1 registered certificates revoked" in run("cert", "crl-import", str(newer)).output
    assert len(pki.load_revocation_lists(Settings.load(home).crl_folder)) == 1
    assert "is newer" in run("cert", "crl-import", str(older), code=1).output
    run("cert", "crl-import", str(foreign), code=1)
    listed = run("cert", "list").output
    assert listed.count("revoked") == 1
    run("cert", "register", str(file), "--party", "DXPENT0000000001", "--role", "operator", code=1)


def test_an_accounts_password_is_changed_and_its_lock_lifted(home: Path, run: Run) -> None:
    """The new password opens the account, the old one does not, and unlocking forgets the failures."""
    who = ("--party", "DXPENT0000000001", "--role", "operator", "--holder", "李四")
    run("account", "add", "li", *who, "--password-file", "-", stdin="first password\n")
    run("account", "password", "li", "--password-file", "-", stdin="second password\n")
    database = Database(Settings.load(home).database_url)
    with database.write() as connection:
        registry.note_login(connection, "li", failures=5, locked_until=datetime(2099, 1, 1, tzinfo=UTC))
    assert "2099-01-01" in run("account", "list").output
    run("account", "unlock", "li")
    with database.read() as connection:
        account = registry.account(connection, "li")
    database.close()
    assert account is not None
    assert (account.failures, account.locked_until) == (0, None)
    assert passwords.matches(account.password_hash, "second password")
    assert not passwords.matches(account.password_hash, "first password")


def test_a_short_password_is_refused(run: Run) -> None:
    """The text tells how many characters are needed; the account keeps its old password."""
    assert (
        "12"
        in run("account", "password", "operator1", "--password-file", "-", stdin="short\n", code=1).output
    )


# -- registrations, bulletins --------------------------------------------------------------------


def _file(home: Path, asked_for: str, **body: str) -> str:
    database = Database(Settings.load(home).database_url)
    with database.write() as connection:
        number = registrations.add(connection, asked_for, body, NOW)
    database.close()
    return str(number)


@pytest.fixture
def asked(ca: pki.Pair, tmp_path: Path) -> tuple[str, Path]:
    """A certificate request (PEM), and the file of what the CA issued for it."""
    key = pki.new_key()
    issued = tmp_path / "asked.pem"
    issued.write_bytes(pki.pem(pki.issue_signer(ca, key, pki.subject("钱新"), NOW, card="legal")))
    return pki.pem(pki.signing_request(key, pki.subject("钱新"))).decode(), issued


def test_an_approved_party_is_registered_with_its_certificate_once(
    home: Path, run: Run, asked: tuple[str, Path]
) -> None:
    """Party and certificate are there afterwards; a decided request is not decided again."""
    csr, issued = asked
    number = _file(home, "party", copCode="3122260010", name="新登记公司", kind="enterprise", csr=csr)
    assert "新登记公司" in run("registration", "list").output
    assert csr.strip() in run("registration", "show", number).output
    approve = (
        "registration",
        "approve",
        number,
        "--dxp-id",
        "DXPENT0000000010",
        "--certificate",
        str(issued),
        "--role",
        "enterprise",
    )
    run(*approve)
    shown = run("party", "show", "DXPENT0000000010").output
    assert pki.fingerprint(pki.load_certificates(issued)[0])[:16] in shown
    run(*approve, code=1)
    run("registration", "refuse", number, "--reason", "late", code=1)


def test_another_certificate_of_a_party_must_be_the_one_asked_for(
    home: Path, run: Run, ca: pki.Pair, asked: tuple[str, Path], tmp_path: Path
) -> None:
    """A certificate of another key, or of another card kind, does not carry the request out."""
    csr, issued = asked
    other, _certificate = _issue(ca, tmp_path, card="legal")
    body = {"dxpId": "DXPENT0000000001", "holder": "钱新", "role": "enterprise", "csr": csr}
    number = _file(home, "certificate", **body, card="legal")
    wrong_card = _file(home, "certificate", **body, card="operator")
    run("registration", "approve", number, code=1)
    role = ("--role", "enterprise")
    run("registration", "approve", number, "--certificate", str(other), *role, code=1)
    run("registration", "approve", wrong_card, "--certificate", str(issued), *role, code=1)
    assert "--role" in run("registration", "approve", number, "--certificate", str(issued), code=2).output
    run("registration", "approve", number, "--certificate", str(issued), *role)


def test_a_registration_that_cannot_be_carried_out_stays_pending(home: Path, run: Run) -> None:
    """Approval and what it registers are one transaction: nothing of it remains when a part fails."""
    number = _file(home, "party", copCode="3122260011", name="x", kind="enterprise", csr="wanted")
    run("registration", "approve", number, "--dxp-id", "DXPENT0000000011", code=1)
    run("party", "show", "DXPENT0000000011", code=1)
    run("registration", "refuse", number, "--reason", "no certificate was issued")
    assert "no certificate was issued" in run("registration", "show", number).output


@pytest.mark.parametrize("command", ["register", "approve"])
@pytest.mark.parametrize("kind", ["gateway", "authority"])
def test_a_certificate_that_could_forge_is_registered_by_no_command(
    home: Path, run: Run, ca: pki.Pair, tmp_path: Path, command: str, kind: str
) -> None:
    """Neither a gateway's nor a CA's certificate becomes a party's, however it is brought in."""
    file = tmp_path / "issued.pem"
    certificate = ca.certificate
    if kind == "gateway":
        file, certificate = _issue(ca, tmp_path, gateway=True)
    file.write_bytes(pki.pem(certificate))
    if command == "register":
        done = run("cert", "register", str(file), "--party", "DXPENT0000000001", "--role", "operator", code=1)
    else:
        number = _file(home, "certificate", dxpId="DXPENT0000000001", holder="x", role="operator")
        done = run(
            "registration", "approve", number, "--certificate", str(file), "--role", "operator", code=1
        )
    assert f"this is a {'gateway' if kind == 'gateway' else 'CA'}'s certificate" in done.output
    assert pki.fingerprint(certificate)[:16] not in run("party", "show", "DXPENT0000000001").output


def test_an_operator_sees_what_a_request_asks_the_ca_for(home: Path, run: Run) -> None:
    """A request for a gateway's usage is marked before anybody has it signed."""
    csr = pki.pem(pki.signing_request(pki.new_key(), pki.subject("Evil"), gateway=True)).decode()
    number = _file(home, "certificate", dxpId="DXPENT0000000001", holder="x", role="customs", csr=csr)
    shown = run("registration", "show", number).output
    assert "CN=Evil" in shown
    assert "asks for extended key usage: gateway signer -- FORBIDDEN" in shown


def test_what_a_stranger_filed_does_not_steer_the_terminal(home: Path, run: Run) -> None:
    """Escape sequences, line breaks and reversed writing are shown as their codes, Chinese as it is."""
    name = "张三\x1b[2K\x1b[1A\r\n99 approved\u202e\x9b31m\u3000公司"
    number = _file(home, "certificate", dxpId="DXPENT0000000001", holder=name, role=name, csr=f"{name}")
    for done in (run("registration", "list"), run("registration", "show", number)):
        assert not {letter for letter in done.output if not letter.isprintable()} - {"\n", "\u3000"}
        assert "张三\\x1b[2K" in done.output or "张三\\u001b[2K" in done.output
    assert "\\r\\n99 approved\\u202e\\x9b31m\u3000公司" in run("registration", "list").output


def test_a_bulletin_is_published_for_its_audience_and_withdrawn(run: Run) -> None:
    """It is seen by the kind of party it is for, until it is taken back."""
    run("bulletin", "publish", "放假通知", "--body", "-", "--audience", "agency", stdin="五月一日\n")
    assert "放假通知" in run("bulletin", "list", "--audience", "agency").output
    assert "放假通知" not in run("bulletin", "list", "--audience", "enterprise").output
    run("bulletin", "withdraw", "1")
    assert "放假通知" not in run("bulletin", "list", "--audience", "agency").output
    run("bulletin", "withdraw", "1", code=1)


# -- journal, backup -----------------------------------------------------------------------------


def _journalled(home: Path) -> None:
    settings = Settings.load(home)
    key = pki.load_key(settings.gateway_key)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    database = Database(settings.database_url)
    with database.write() as connection:
        entries = [Entry("note", "DXPENT0000000001", str(number), "", NOW) for number in range(3)]
        Chain("1").append(connection, entries)
        head = heads.sign_head(connection, "1", NOW, lambda data: key.sign(data, ec.ECDSA(SHA256())))
    database.close()
    assert head is not None
    heads.export([head], settings.journal_heads)


def test_a_changed_journal_ends_verify_with_exit_code_4(home: Path, run: Run) -> None:
    """Sound before, and after one changed row each finding is a line and the exit code says so."""
    _journalled(home)
    assert "the journal is sound: 3 rows of 1 chains" in run("journal", "verify").output
    with contextlib.closing(sqlite3.connect(home / "gateway.db")) as raw, raw:
        raw.execute("UPDATE journal SET reference = '7' WHERE seq = 2")
    assert "row 2" in run("journal", "verify", code=4).output


def test_a_cut_off_end_shows_against_heads_kept_elsewhere(home: Path, run: Run, tmp_path: Path) -> None:
    """Removing the last rows and every head in the home is still found with a copy of the exported heads."""
    _journalled(home)
    kept = shutil.copy(home / "journal/heads.jsonl", tmp_path / "kept.jsonl")
    (home / "journal/heads.jsonl").unlink()
    with contextlib.closing(sqlite3.connect(home / "gateway.db")) as raw, raw:
        raw.execute("DELETE FROM journal WHERE seq > 1")
        raw.execute("DELETE FROM heads")
    run("journal", "verify")
    assert "cut off" in run("journal", "verify", "--heads", str(kept), code=4).output


def test_a_backup_is_restored_into_an_empty_folder(home: Path, run: Run, tmp_path: Path) -> None:
    """What the restored home says is what the first one said, its journal verifies, and no file is open."""
    _journalled(home)
    file = tmp_path / "backup.tar"
    run("backup", "--to", str(file))
    run("backup", "--to", str(file), code=1)
    again = tmp_path / "again"
    done = CliRunner().invoke(main, ["restore", str(file), "--home", str(again)])
    assert done.exit_code == 0, done.output
    listed = CliRunner().invoke(main, ["cert", "list", "--home", str(again)])
    assert listed.output == run("cert", "list").output
    verified = CliRunner().invoke(main, ["journal", "verify", "--home", str(again)])
    assert verified.exit_code == 0, verified.output
    assert (again / "keys/gateway.key").stat().st_mode & 0o077 == 0


def test_a_damaged_backup_is_not_restored(run: Run, tmp_path: Path) -> None:
    """One changed byte ends the restore with exit code 4, and leaves no gateway."""
    file = tmp_path / "backup.tar"
    run("backup", "--to", str(file))
    data = bytearray(file.read_bytes())
    data[data.index(b"PRIVATE KEY") + 40] ^= 1
    file.write_bytes(data)
    done = CliRunner().invoke(main, ["restore", str(file), "--home", str(tmp_path / "again")])
    assert done.exit_code == 4, done.output
    assert not (tmp_path / "again/gateway.toml").exists()


# -- people who register themselves, and what goes outside -----------------------------------------


def _asked(home: Path, code: str, mail: str = "new@agency.example") -> str:
    """The number of somebody's request that waits for an operator."""
    settings = Settings.load(home)
    database = Database(settings.database_url)
    body = {"role": "agency", "copCode": code, "name": "新检验", "contact": "孙理", "telephone": ""}
    with database.write() as connection:
        number = registrations.ask(
            connection, body, mail=mail, secret=passwords.hashed("a long password"), token_hash=mail,
            state=registrations.PENDING, at=NOW, expires_at=NOW + timedelta(days=30),
        )  # fmt: skip
    database.close()
    return str(number)


def test_an_operator_lets_a_newcomer_in(home: Path, run: Run) -> None:
    """Party and account at once; the journal has it, sealed by a head, and no password is shown."""
    number = _asked(home, "1100980077")
    shown = run("registration", "show", number).output
    assert "argon2" not in shown
    assert "new@agency.example" in run("registration", "list").output
    assert "new@agency.example of party DXPREG" in run("registration", "approve", number).output
    assert "new@agency.example" in run("account", "list").output
    assert "1100980077" in run("party", "list").output
    run("registration", "approve", number, code=1)
    assert "sound" in run("journal", "verify").output
    database = Database(Settings.load(home).database_url)
    with database.read() as connection:
        assert [head.node for head in heads.latest(connection)] == ["commands"]
    database.close()


def test_an_operator_says_whose_number_a_newcomer_has(home: Path, run: Run) -> None:
    """A known number joins no party by itself; the command names the one to be named."""
    number = _asked(home, "1100980001")
    assert "--dxp-id DXPAGE0000000001" in run("registration", "approve", number, code=1).output
    run("registration", "approve", number, "--dxp-id", "DXPNEW1", code=1)
    run("registration", "approve", number, "--dxp-id", "DXPAGE0000000001")
    assert "new@agency.example" in run("account", "list").output


def test_an_operator_refuses_a_newcomer_with_a_letter(
    home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a mail server is set up: the letter waits for the gateway, and may be looked after."""
    monkeypatch.setenv("EPORT_MAIL__HOST", "localhost")
    monkeypatch.setenv("EPORT_MAIL__SENDER", "gate@gate.example")
    number = _asked(home, "1100980077")
    run("registration", "refuse", number, "--reason", "资料不全")
    listed = run("notice", "list").output
    assert "waiting" in listed
    assert "Registration refused" in listed
    assert "refused" in run("registration", "list", "--state", "refused").output
    run("notice", "retry", "1", code=1)
    run("notice", "bounced", "<no@such>", "--reason", "closed", code=1)
    assert "sound" in run("journal", "verify").output


def test_an_account_may_have_an_address(home: Path, run: Run, tmp_path: Path) -> None:
    """Where its holder is told of things; what is none is refused."""
    file = tmp_path / "password"
    file.write_text("a long password\n")
    given = ("--party", "DXPAGE0000000001", "--role", "agency", "--holder", "X", "--password-file", str(file))
    run("account", "add", "first", *given, "--mail", "A@b.example")
    run("account", "add", "second", *given, "--mail", "no address", code=1)
    run("account", "add", "third@b.example", *given)


def test_a_gateway_in_earnest_has_no_sandbox(home: Path) -> None:
    """Only in a demo's home may developers order faults."""
    shutil.rmtree(home / "demo")
    done = CliRunner().invoke(main, ["serve", "--sandbox", "--home", str(home)])
    assert (done.exit_code, "no demo's home" in done.output) == (3, True), done.output
