"""Commands that sign with an Ikey, for which a SoftHSM2 stands, against a peer over real TLS."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from messages import envelope
from messages.signature.verify import CertificateCache, verify
from messages.xml import parse
from terminals.cli import main
from tests.hardware.softhsm import PIN, SoftHsm
from tests.hardware.softhsm import softhsm as softhsm
from tests.messages.signature.making import Pair
from tests.scenarios.xmlsec import verifies
from tests.terminals.office import DXP_ID, SAMPLE, Office
from tests.terminals.peer import Peer
from tests.terminals.test_commands import Terminal
from tests.terminals.test_commands import terminal as terminal
from tests.terminals.typist import Typist, secret

WRONG = "999999"


def pair(office: Office) -> Pair:
    """The operator's key and certificate."""
    key = office.operator.key
    return Pair(key, office.operator.certificate)


@pytest.fixture
def ikey(softhsm: SoftHsm, office: Office) -> SoftHsm:
    """One Ikey, the operator's."""
    softhsm.token("Ikey", pair(office))
    return softhsm


def settings(ikey: SoftHsm, **more: str) -> dict[str, str]:
    """The environment of somebody who signs with it."""
    return {"EPORT_SIGNER": "ikey", "EPORT_MODULE": ikey.module, **more}


def at_keyboard(terminal: Terminal, ikey: SoftHsm, *arguments: object, **more: str) -> Typist:
    """The same, at a terminal."""
    environ = {**terminal.environ, "EPORT_URL": terminal.url, **settings(ikey, **more), **ikey.environment}
    environ["EPORT_STATE"] = str(terminal.state)
    return Typist([*arguments, *terminal.office.options], environ)


def test_an_ikey_signs_many_files_for_one_pin(
    terminal: Terminal, peer: Peer, ikey: SoftHsm, office: Office, tmp_path: Path
) -> None:
    """Two messages and a login, the PIN from a file; each signature holds for us and for xmlsec1."""
    pin = secret(tmp_path, PIN)
    done = terminal.run(
        "send", "--fresh", "--wait", "120", SAMPLE, SAMPLE, **settings(ikey, EPORT_PIN_FILE=str(pin))
    )
    assert done.exit_code == 0, done.output
    assert peer.logins == 1
    for body in peer.bodies:
        data = envelope.parse(body).data
        assert verify(parse(data), CertificateCache()).certificate == office.operator.certificate
        assert verifies(data, office.operator.certificate, tmp_path)


def test_the_party_is_read_before_the_pin(terminal: Terminal, ikey: SoftHsm, tmp_path: Path) -> None:
    """Without a demo home, who sends stands in the certificate of the Ikey."""
    output = tmp_path / "signed.xml"
    pin = secret(tmp_path, PIN)
    done = terminal.run("sign", SAMPLE, "-o", output, demo=False, **settings(ikey, EPORT_PIN_FILE=str(pin)))
    assert done.exit_code == 0, done.output
    assert f"<dxpId>{DXP_ID}</dxpId>" in output.read_text()


def test_a_pin_is_typed_once_and_never_seen(terminal: Terminal, peer: Peer, ikey: SoftHsm) -> None:
    """At a terminal it is asked for with the Ikey's name, not echoed, and the Ikey is to be taken out."""
    with at_keyboard(terminal, ikey, "send", "--fresh", SAMPLE, SAMPLE) as typist:
        assert "Ikey" in typist.until(": ")
        typist.type(PIN)
        assert typist.end() == 0, typist.screen
    assert typist.screen.count("PIN of") == 1
    assert "Take the card or Ikey out" in typist.screen
    assert PIN not in typist.screen
    assert len(peer.bodies) == 2


def test_a_wrong_pin_is_asked_for_again(terminal: Terminal, peer: Peer, ikey: SoftHsm) -> None:
    """It says so, asks a second time, and after a second wrong one it advises and ends with 9."""
    with at_keyboard(terminal, ikey, "send", SAMPLE, SAMPLE, EPORT_LANG="zh") as typist:
        for _ in range(2):
            typist.until("请输入")
            typist.until("密码")
            typist.until(": ")
            typist.type(WRONG)
            typist.until("密码错误")
        assert typist.end() == 9, typist.screen
    assert WRONG not in typist.screen
    assert (peer.bodies, terminal.kept()) == ([], [])


@pytest.mark.parametrize("key", [b"\x03", b"\x04", b"\r"])
def test_no_pin_is_no_signature(terminal: Terminal, peer: Peer, ikey: SoftHsm, key: bytes) -> None:
    """Ctrl+C, Ctrl+D or nothing typed: said so, exit code 9, and the next file does not ask again."""
    with at_keyboard(terminal, ikey, "send", SAMPLE, SAMPLE) as typist:
        typist.until(": ")
        typist.press(key)
        typist.until("no PIN was given")
        assert typist.end() == 9, typist.screen
    assert typist.screen.count("PIN of") == 1
    assert peer.bodies == []


def test_a_wrong_pin_in_a_file_is_tried_once(
    terminal: Terminal, peer: Peer, ikey: SoftHsm, tmp_path: Path
) -> None:
    """However many files there are to sign; it is told, and shows nowhere."""
    pin = secret(tmp_path, WRONG)
    done = terminal.run("send", SAMPLE, SAMPLE, **settings(ikey, EPORT_PIN_FILE=str(pin)))
    assert done.exit_code == 9
    assert done.stderr.count("the PIN is wrong") == 1
    assert WRONG not in done.output
    assert peer.bodies == []


def test_a_wrong_pin_in_a_file_is_not_tried_by_the_next_command(
    terminal: Terminal, ikey: SoftHsm, tmp_path: Path
) -> None:
    """An Ikey does not say how many tries are left, but that one was spent: three commands lock nothing."""
    given = settings(ikey, EPORT_PIN_FILE=str(secret(tmp_path, WRONG)))
    assert "PIN is wrong" in terminal.run("sign", SAMPLE, "-o", tmp_path / "out.xml", **given).output
    for _ in range(2):
        done = terminal.run("sign", SAMPLE, "-o", tmp_path / "out.xml", **given)
        assert done.exit_code == 9
        assert "the PIN in the file is not tried" in done.output


def test_without_a_terminal_a_pin_needs_a_file(terminal: Terminal, ikey: SoftHsm) -> None:
    """A script that gives no --pin-file is told so, instead of hanging."""
    done = terminal.run("sign", SAMPLE, **settings(ikey))
    assert (done.exit_code, "--pin-file" in done.stderr) == (9, True)


def test_no_command_line_takes_a_pin() -> None:
    """Only a file and the prompt do."""
    for command in ("send", "sign", "login-check", "poll", "status"):
        assert "--pin " not in CliRunner().invoke(main, [command, "-h"]).output


def test_one_of_several_is_named_by_device(
    terminal: Terminal, softhsm: SoftHsm, office: Office, tmp_path: Path
) -> None:
    """Two Ikeys: they are named, and --device says which; a name that none has is refused with the list."""
    stranger = Pair(office.stranger.key, office.stranger.certificate)
    softhsm.token("green", pair(office))
    softhsm.token("blue", stranger)
    pin = str(secret(tmp_path, PIN))
    both = terminal.run("sign", SAMPLE, **settings(softhsm, EPORT_PIN_FILE=pin))
    assert both.exit_code == 9
    for words in ("several Ikeys", "green", "blue"):
        assert words in both.stderr
    output = tmp_path / "signed.xml"
    for device in ("GREEN", "李录", f"{office.operator.certificate.serial_number:X}"):
        done = terminal.run(
            "sign", SAMPLE, "-o", output, "--device", device, **settings(softhsm, EPORT_PIN_FILE=pin)
        )
        assert done.exit_code == 0, done.output
        assert verify(parse(output.read_bytes()), CertificateCache()).certificate == pair(office).certificate
    none = terminal.run("sign", SAMPLE, "--device", "red", **settings(softhsm, EPORT_PIN_FILE=pin))
    assert none.exit_code == 9
    assert "green" in none.stderr


def test_no_ikey_is_told(terminal: Terminal, softhsm: SoftHsm) -> None:
    """A module without a token, and a module that is none."""
    assert "no Ikey is plugged in" in terminal.run("sign", SAMPLE, **settings(softhsm)).stderr
    missing = terminal.run("sign", SAMPLE, EPORT_SIGNER="ikey", EPORT_MODULE="/nowhere.so")
    assert (missing.exit_code, "/nowhere.so" in missing.stderr) == (9, True)
