"""Commands that sign with what is plugged in, against a peer over real TLS: the forwarded agent first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from gateway import pki
from messages import envelope
from messages.signature.verify import CertificateCache, verify
from messages.xml import parse
from tests.hardware.agents import RealAgent, program
from tests.hardware.agents import agent as agent
from tests.scenarios.house import command
from tests.scenarios.xmlsec import verifies
from tests.terminals.office import DXP_ID, SAMPLE, Office
from tests.terminals.peer import Peer
from tests.terminals.test_commands import Terminal
from tests.terminals.test_commands import terminal as terminal


def pem(folder: Path, *certificates: x509.Certificate) -> str:
    """A file with these certificates."""
    file = folder / "mine.pem"
    file.write_bytes(b"".join(pki.pem(one) for one in certificates))
    return str(file)


def by_agent(agent: RealAgent, certificate: str) -> dict[str, str]:
    """The environment of somebody who signs with a forwarded agent."""
    return {"EPORT_SIGNER": "agent", "EPORT_CERTIFICATE": certificate, "SSH_AUTH_SOCK": agent.path}


@pytest.fixture
def forwarded(agent: RealAgent, office: Office, tmp_path: Path) -> dict[str, str]:
    """An agent that holds the operator's key, and the environment to use it."""
    agent.add(office.operator.key)
    return by_agent(agent, pem(tmp_path, office.stranger.certificate, office.operator.certificate))


def test_an_agent_signs_what_is_sent_and_logs_in(
    terminal: Terminal, peer: Peer, forwarded: dict[str, str], office: Office, tmp_path: Path
) -> None:
    """The message is signed by its holder for us and for xmlsec1, and the wait logs in by the agent too."""
    done = terminal.run("send", "--fresh", "--wait", "120", SAMPLE, **forwarded)
    assert done.exit_code == 0, done.output
    assert peer.logins == 1
    data = envelope.parse(peer.bodies[0]).data
    assert verify(parse(data), CertificateCache()).certificate == office.operator.certificate
    assert verifies(data, office.operator.certificate, tmp_path)


@pytest.mark.parametrize("command", [("login-check",), ("poll",), ("status", "NONE")])
def test_every_command_that_logs_in_does_so_by_the_agent(
    terminal: Terminal, peer: Peer, forwarded: dict[str, str], command: tuple[str, ...]
) -> None:
    """Though the demo home has a certificate file and an account for the same operator."""
    done = terminal.run(*command, **forwarded)
    assert done.exit_code in (0, 3), done.output
    assert peer.logins == 1
    broken = {**forwarded, "SSH_AUTH_SOCK": "/nowhere"}
    assert terminal.run(*command, **broken).exit_code == 9
    assert peer.logins == 1


def test_sign_takes_who_and_party_from_the_agents_certificate(
    terminal: Terminal, forwarded: dict[str, str], tmp_path: Path
) -> None:
    """Without any other setting, BaseTransfer is filled in from the certificate that the agent's key has."""
    output = tmp_path / "signed.xml"
    done = terminal.run("sign", SAMPLE, "-o", output, demo=False, **forwarded)
    assert done.exit_code == 0, done.output
    assert "李录" in done.stderr
    assert f"<dxpId>{DXP_ID}</dxpId>" in output.read_text()


def test_an_agent_is_found_by_itself(terminal: Terminal, forwarded: dict[str, str], tmp_path: Path) -> None:
    """Without --signer and without a certificate file, the agent that holds the certificate's key signs."""
    found = {name: value for name, value in forwarded.items() if name != "EPORT_SIGNER"}
    found["EPORT_MODULE"] = "/nowhere/module.so"
    done = terminal.run("sign", SAMPLE, "-o", tmp_path / "signed.xml", demo=False, **found)
    assert done.exit_code == 0, done.output


def test_a_certificate_file_that_is_named_wins_over_the_signer_of_the_environment(
    terminal: Terminal, peer: Peer, forwarded: dict[str, str], office: Office, tmp_path: Path
) -> None:
    """--p12, or --account for a login, is what this command is to use."""
    broken = {**forwarded, "SSH_AUTH_SOCK": "/nowhere"}
    password = tmp_path / "password"
    password.write_text("open sesame")
    file = ("--p12", office.p12, "--p12-password-file", password)
    assert terminal.run("sign", SAMPLE, *file, **broken).exit_code == 0
    assert terminal.run("login-check", "--account", "operator1", **broken).exit_code == 0
    assert terminal.run("sign", SAMPLE, "--signer", "file", **broken).exit_code == 0


def test_a_refused_use_is_told_and_keeps_nothing(
    terminal: Terminal, peer: Peer, agent: RealAgent, office: Office, tmp_path: Path
) -> None:
    """`ssh-add -c` answered with no: exit code 9, the file is named, in both languages, nothing is kept."""
    agent.add(office.operator.key, "-c")
    environ = by_agent(agent, pem(tmp_path, office.operator.certificate))
    for lang, words in (("en", "did not sign"), ("zh", "拒绝")):
        done = terminal.run("send", SAMPLE, "--lang", lang, **environ)
        assert done.exit_code == 9
        assert SAMPLE.name in done.stderr
        assert words in done.stderr
        assert "Signed and kept" not in done.stderr
    assert (peer.bodies, terminal.kept()) == ([], [])


def test_an_agent_that_locks_between_files_leaves_the_rest_unsigned(
    terminal: Terminal, peer: Peer, office: Office, tmp_path: Path
) -> None:
    """The first file is sent, the others are named; sending those again later sends nothing twice."""
    counter = tmp_path / "counter"
    ask = program(tmp_path / "ask", f"echo x >> {counter}; test $(wc -l < {counter}) -le 1")
    agent = RealAgent(tmp_path / "agent", ask=ask)
    files = []
    for number in range(3):
        files.append(tmp_path / f"{number}.xml")
        files[-1].write_bytes(SAMPLE.read_bytes() + b"\n" * number)
    environ = by_agent(agent, pem(tmp_path, office.operator.certificate))
    try:
        agent.add(office.operator.key, "-c")
        done = terminal.run("send", *files, **environ)
        assert done.exit_code == 9
        assert len(peer.bodies) == 1
        assert counter.read_text() == "x\nx\n", "once it refused, it is not asked again"
        assert "Sent and answered: 1. Signed and kept without an answer: 0. Not signed: 2" in done.stderr
        assert done.stderr.count(str(files[1])) == 2
        assert done.stderr.count(str(files[2])) == 1
        assert f"  {files[0]}" not in done.stderr
        assert terminal.kept() == []
        agent.run("-D")
        agent.add(office.operator.key)
        done = terminal.run("send", *files[1:], **environ)
        assert done.exit_code == 0, done.output
    finally:
        agent.kill()
    names = [envelope.parse(body).add_info["FileName"] for body in peer.bodies]
    assert names == ["0.xml", "1.xml", "2.xml"]


def test_what_needs_no_signature_is_sent_though_the_signer_failed(
    terminal: Terminal, peer: Peer, tmp_path: Path
) -> None:
    """An envelope signed before goes out between files that cannot be signed."""
    made = tmp_path / "envelope.xml"
    terminal.run("sign", SAMPLE, "--envelope", "-o", made)
    done = terminal.run("send", SAMPLE, made, EPORT_SIGNER="agent", EPORT_CERTIFICATE=str(tmp_path / "none"))
    assert done.exit_code == 8
    done = terminal.run("send", SAMPLE, made, SSH_AUTH_SOCK="/nowhere", **signs_nothing(terminal, tmp_path))
    assert done.exit_code == 9
    assert "Sent and answered: 1" in done.stderr
    assert set(peer.bodies) == {made.read_bytes()}


def signs_nothing(terminal: Terminal, folder: Path) -> dict[str, str]:
    """Settings of an agent that cannot be reached."""
    certificate = pem(folder, terminal.office.operator.certificate)
    return {"EPORT_SIGNER": "agent", "EPORT_CERTIFICATE": certificate}


def test_an_agent_without_the_key_says_what_it_holds(
    terminal: Terminal, agent: RealAgent, office: Office, tmp_path: Path
) -> None:
    """Another key is in the agent: its fingerprint is named, and the certificate that was wanted."""
    agent.add(office.stranger.key)
    environ = by_agent(agent, pem(tmp_path, office.operator.certificate))
    done = terminal.run("login-check", **environ)
    assert done.exit_code == 9
    assert "SHA256:" in done.stderr
    assert "李录" in done.stderr


def test_an_agent_needs_a_certificate(terminal: Terminal, agent: RealAgent, tmp_path: Path) -> None:
    """Without --certificate all ways to give it are said; a file without one is named."""
    done = terminal.run("sign", SAMPLE, "--signer", "agent", SSH_AUTH_SOCK=agent.path)
    assert done.exit_code == 8
    assert "EPORT_CERTIFICATE" in done.stderr
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    done = terminal.run("sign", SAMPLE, "--signer", "agent", "--certificate", empty, SSH_AUTH_SOCK=agent.path)
    assert (done.exit_code, str(empty) in done.stderr) == (8, True)


@pytest.mark.parametrize("name", ["SIGNER", "CARD_KEY"])
def test_a_setting_that_is_none_is_refused(terminal: Terminal, name: str) -> None:
    """A slip in the environment does not sign with something else."""
    done = terminal.run("sign", SAMPLE, demo=False, **{"EPORT_SIGNER": "card", f"EPORT_{name}": "crad"})
    assert done.exit_code == 8
    assert "'crad' is none of" in done.stderr


def issued(office: Office, begin: datetime, days: int) -> x509.Certificate:
    """A certificate for the operator's key from `begin`."""
    name = office.operator.certificate.subject
    return pki.issue_signer(office.ca, office.operator.key, name, begin, days=days)


@pytest.mark.parametrize(("lang", "words"), [("en", "days left: 12"), ("zh", "剩余 12 天")])
def test_a_certificate_that_ends_soon_is_told_once(
    terminal: Terminal, agent: RealAgent, office: Office, tmp_path: Path, lang: str, words: str
) -> None:
    """Thirty days ahead, with the date and what to do, on standard error; the files are signed and sent."""
    end = datetime.now(UTC) - timedelta(days=87, hours=1)
    agent.add(office.operator.key)
    environ = by_agent(agent, pem(tmp_path, issued(office, end, 100)))
    done = terminal.run("send", "--fresh", SAMPLE, SAMPLE, "--lang", lang, **environ)
    assert done.exit_code == 0, done.output
    assert done.stderr.count(words) == 1
    assert "制卡中心" in done.stderr
    assert words not in done.stdout


def test_a_certificate_with_time_left_is_not_told_of(terminal: Terminal, forwarded: dict[str, str]) -> None:
    """Nothing on standard error when all is well."""
    assert terminal.run("send", SAMPLE, **forwarded).stderr == ""


@pytest.mark.parametrize(("age", "words"), [(20, "ended on"), (-2, "not valid before")])
def test_a_certificate_out_of_date_signs_nothing(
    terminal: Terminal, peer: Peer, agent: RealAgent, office: Office, tmp_path: Path, age: int, words: str
) -> None:
    """Ended, or not begun: a clear refusal that tells the date and this machine's clock, exit code 9."""
    agent.add(office.operator.key)
    certificate = issued(office, datetime.now(UTC) - timedelta(days=age), 10)
    done = terminal.run("send", SAMPLE, SAMPLE, **by_agent(agent, pem(tmp_path, certificate)))
    assert done.exit_code == 9
    assert done.stderr.count(words) == 1
    assert "clock" in done.stderr
    assert (peer.bodies, terminal.kept()) == ([], [])


def test_a_certificate_file_out_of_date_is_refused_as_well(
    terminal: Terminal, office: Office, tmp_path: Path
) -> None:
    """The same check whatever the key is in."""
    old = pki.Pair(office.operator.key, issued(office, datetime.now(UTC) - timedelta(days=20), 10))
    file, password = tmp_path / "old.p12", tmp_path / "password"
    file.write_bytes(pki.p12(old, "old", "x", []))
    password.write_text("x")
    done = terminal.run("sign", SAMPLE, "--p12", file, "--p12-password-file", password)
    assert (done.exit_code, "ended on" in done.stderr) == (9, True)


def test_nothing_plugged_in_says_what_is_wrong_with_each(terminal: Terminal, tmp_path: Path) -> None:
    """No settings at all: one line a kind of device, and that a certificate file would do; in Chinese too."""
    environ = {
        **terminal.environ, **signs_nothing(terminal, tmp_path), "EPORT_SIGNER": "", "SSH_AUTH_SOCK": "",
        "EPORT_PCSCD": str(tmp_path / "pcscd.comm"), "EPORT_MODULE": str(tmp_path / "module.so"),
    }  # fmt: skip
    done = command("eport-terminal", "sign", str(SAMPLE), **environ)  # libpcsclite asks for a socket once
    assert done.returncode == 9
    for words in ("--p12", "pcscd", "module.so", "ssh -A"):
        assert words in done.stderr
    assert done.stderr.count("\n  - ") == 3
    assert "模块" in command("eport-terminal", "sign", str(SAMPLE), "--lang", "zh", **environ).stderr


def test_the_help_warns_of_a_forwarded_agent(terminal: Terminal) -> None:
    """Root on the host can use it; ssh-add -c and an agent of its own are advised."""
    text = " ".join(terminal.run("send", "-h").output.split())
    for words in ("root on this host", "ssh-add -c", "ForwardAgent"):
        assert words in text
