"""`virtual-card` as a newcomer uses it: a process in one window, other commands in another."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import pki
from hardware.virtual import medium
from tests.hardware.stack import make_card
from tests.hardware.virtual import processes
from tests.terminals.office import PASSWORD, Office, furnish
from tests.terminals.typist import Typist, secret

SAMPLE = Path(__file__).parents[1] / "samples" / "bonded" / "BVS111.xml"
READER = "E-Port Virtual Reader 00 0"


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A demo home for this module alone: cards are made in it."""
    return furnish(tmp_path_factory.mktemp("cards"))


@pytest.fixture
def home(furnished: Office) -> Iterator[Path]:
    """Its folder; without cards before a test, and afterwards without processes."""
    yield furnished.home
    folder = furnished.home / "demo" / "card"
    assert not processes.await_end(processes.of(folder))
    assert not (folder / "pcscd.comm").exists()
    for card in folder.glob("*.card"):
        card.unlink()


def window(home: Path, *arguments: object, lang: str = "en") -> Typist:
    """The command in a window of its own, as the demo's operator."""
    given = ["virtual-card", "--demo", home, "--as", "operator", *arguments]
    return Typist(given, {"EPORT_LANG": lang, "EPORT_DEMO": "", "EPORT_AS": ""})


def sign(home: Path, *pins: str) -> tuple[int, str]:
    """Sign a sample with the card, in another window, typing `pins`; the exit code, and all that was said."""
    with Typist(
        ["sign", "--demo", home, "--as", "operator", "--signer", "card", "--fresh", SAMPLE],
        {"EPORT_LANG": "en"},
    ) as other:
        for pin in pins:
            other.until("PIN of")
            other.type(pin)
        return other.end(), other.screen


def test_a_newcomer_is_told_all_that_is_needed(home: Path) -> None:
    """Which reader, whose card, PIN and PUK, what to type in another window, and what here."""
    with window(home) as here:
        said = here.until("> ")
        assert f"1  {READER}0: operator1" in said
        assert "李录 (an operator card" in said
        assert "tries left: PIN 3, PUK 3" in said
        assert "PIN 123456" in said
        assert "PUK 12345678" in said
        assert f"eport-terminal send --fresh --demo {home} --as operator --signer card FILE" in said
        for word in ("in NAME", "out", "status", "unlock", "quit"):
            assert word in said
        here.type("quit")
        assert here.end() == 0
        assert "The cards are kept in" in here.screen


def test_in_chinese_too(home: Path) -> None:
    """By the language of the terminal."""
    with window(home, lang="zh") as here:
        said = here.until("> ")
        assert "李录（操作员卡" in said
        assert "密码（PIN）123456" in said
        here.type("out")
        here.until("1  E-Port Virtual Reader 00 00：无卡")
        here.type("quit")
        assert here.end() == 0


def test_the_card_is_taken_out_and_put_back(home: Path) -> None:
    """Another window notices: it signs, it cannot, it signs again."""
    with window(home) as here:
        here.until("> ")
        code, said = sign(home, "123456")
        assert code == 0, said
        here.type("out")
        here.until(f"1  {READER}0: empty")
        code, said = sign(home)
        assert code == 9
        assert "no usable card is in the reader" in said
        here.type("in")
        here.until(f"1  {READER}0: operator1")
        assert sign(home, "123456")[0] == 0
        here.type("quit")
        assert here.end() == 0


def test_the_card_locks_stays_locked_and_is_unlocked(home: Path) -> None:
    """Over the end of the command, until the PUK is used; or a fresh one is made."""
    with window(home) as here:
        here.until("> ")
        assert sign(home, "000000", "000000")[0] == 9  # and is advised to begin again
        assert sign(home, "000000")[0] == 9
        here.type("status")
        here.until("tries left: PIN 0, PUK 3")
        here.until("LOCKED")
        here.until(f"2  {READER}1: empty")
        here.type("quit")
        assert here.end() == 0
    with window(home) as here:
        said = here.until("> ")
        assert "PIN 0" in said
        assert "the card of last time" in said
        here.type("unlock")
        here.until("the PIN is 123456 again")
        here.until("PIN 3, PUK 3")
        assert sign(home, "123456")[0] == 0
        here.type("quit")
        assert here.end() == 0


def test_a_fresh_card_is_made_on_demand(home: Path) -> None:
    """The one of last time is gone then; each is its owner's alone."""
    card = home / "demo" / "card" / "operator1.card"
    serials = []
    for _ in range(2):
        with window(home, "--new") as here:
            assert "PIN 3, PUK 3" in here.until("> ")
            here.type("quit")
            assert here.end() == 0
        serials.append(medium.load(card).serial)
        assert stat.S_IMODE(card.stat().st_mode) == 0o600
        assert PASSWORD not in card.read_text()
    assert serials[0] != serials[1]


def test_a_blank_card_is_for_the_card_office(home: Path) -> None:
    """What to type for that is said; it is beside the holder's in the second reader, or alone."""
    with window(home, "--blank") as here:
        said = here.until("> ")
        assert f"1  {READER}0: blank, without keys" in said
        assert f"eport-gateway card issue --home {home} --party DXPENT0000000001 --holder" in said
        here.type("in operator1 2")
        here.until(f"2  {READER}1: operator1")
        here.type("out 2")
        here.until(f"2  {READER}1: empty")
        here.type("quit")
        assert here.end() == 0


def held(home: Path, agent: str) -> int:
    """How many keys an agent in the folder of the cards shows."""
    done = subprocess.run(
        ["ssh-add", "-L"], env={**os.environ, "SSH_AUTH_SOCK": str(home / "demo" / "card" / agent)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.count("ssh-rsa")


def test_a_card_is_in_an_ssh_agent_of_its_reader_while_it_is_in(home: Path) -> None:
    """By its PIN; the two readers' agents do not see each other's card, and one that is out is forgotten."""
    with window(home, "--agent") as here:
        here.until("Enter passphrase for PKCS#11:")
        here.type("000000")
        here.until("does not hold the card")
        assert held(home, "agent.sock") == 0
        here.type("agent")
        here.until("Enter passphrase for PKCS#11:")
        here.type("123456")
        here.until(f"SSH_AUTH_SOCK={home}/demo/card/agent.sock")
        here.until("> ")
        make_card(home / "demo" / "card" / "other.card")
        here.type("in other 2")
        here.until("Enter passphrase for PKCS#11:")
        here.type("123456")
        here.until(f"SSH_AUTH_SOCK={home}/demo/card/agent2.sock")
        here.until("> ")
        assert [held(home, agent) for agent in ("agent.sock", "agent2.sock")] == [1, 1]
        here.type("out")
        here.until("empty")
        here.until("> ")
        assert [held(home, agent) for agent in ("agent.sock", "agent2.sock")] == [0, 1]
        here.type("in")
        here.until(f"1  {READER}0: operator1")
        here.until("Enter passphrase for PKCS#11:")
        here.type("123456")
        here.until("The SSH agent holds the card")
        assert held(home, "agent.sock") == 1
        here.type("quit")
        assert here.end() == 0
    assert not list((home / "demo" / "card").glob("agent*.sock"))


def test_its_agent_ends_with_it_even_when_it_is_killed(home: Path) -> None:
    """The fixture looks for processes."""
    with window(home, "--agent") as here:
        here.until("Enter passphrase for PKCS#11:")
        here.type("123456")
        here.until("> ")
        here.process.send_signal(signal.SIGKILL)
        here.end()


def test_what_cannot_be_done_is_said_and_the_next_line_read(home: Path) -> None:
    """Unknown words and names, an occupied reader, a card that is in the other one, a path for a name."""
    with window(home) as here:
        here.until("> ")
        for typed, said in (
            ("dance", "Type here:"),
            ("help", "Type here:"),
            ("out of here", "Type here:"),
            ("in", f"{READER}0 has a card already"),
            ("in operator1 2", "operator1.card is in another reader"),
            ("in ../operator1 2", "Type here:"),
            ("in nobody 2", "nobody called or in the role of 'nobody'"),
            ("unlock 2", "no usable card"),
            ("", "> "),
        ):
            here.type(typed)
            here.until(said)
        (home / "demo" / "card" / "text.card").write_text("no card")
        here.type("in text 2")
        here.until("text.card is not a virtual card")
        here.type("out")
        here.until("empty")
        here.type("in")
        here.until("operator1")
        here.type("quit")
        assert here.end() == 0


def test_no_try_is_spent_on_another_puk(home: Path) -> None:
    """A card that the card office has issued has one of its own."""
    with window(home) as here:
        here.until("> ")
        here.type("quit")
        assert here.end() == 0
    card = home / "demo" / "card" / "operator1.card"
    changed = medium.load(card)
    changed.puk = medium.Reference.of("87654321")
    changed.save()
    with window(home) as here:
        here.until("> ")
        here.type("unlock")
        here.until("PUK is another by now")
        here.type("status")
        here.until("PUK 3")
        here.type("quit")
        assert here.end() == 0


@pytest.mark.parametrize("key", [b"\x03", b"\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_ctrl_c_and_ctrl_d_end_it(home: Path, key: bytes) -> None:
    """As quit does."""
    with window(home) as here:
        here.until("> ")
        here.press(key)
        assert here.end() == 0
        assert "The cards are kept in" in here.screen


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_when_it_is_killed(home: Path, how: signal.Signals) -> None:
    """The fixture looks for processes and for the socket; the card is still there."""
    with window(home) as here:
        here.until("> ")
        left = processes.of(home / "demo" / "card")
        assert left
        here.process.send_signal(how)
        here.end()
        assert not processes.await_end(left)
    assert medium.load(home / "demo" / "card" / "operator1.card").keys


def test_there_is_one_at_a_time(home: Path) -> None:
    """The second says where the first is."""
    with window(home) as here:
        here.until("> ")
        with window(home) as second:
            assert second.end() == 8
            assert "virtual cards run already in" in second.screen
        here.type("quit")
        assert here.end() == 0


def test_without_a_place_it_does_not_begin(tmp_path: Path) -> None:
    """Nor without a certificate file; each with what to give."""
    config = ["--config", tmp_path / "none.toml"]
    empty = {"EPORT_DEMO": "", "EPORT_AS": "", "EPORT_LANG": "en", "EPORT_P12": ""}
    with Typist(["virtual-card", *config], empty) as here:
        assert here.end() == 8
        assert "--demo HOME" in here.screen
        assert "--folder DIR" in here.screen
    with Typist(["virtual-card", "--folder", tmp_path / "f", *config], empty) as here:
        assert here.end() == 8
        assert "EPORT_P12" in here.screen


def test_a_folder_and_a_certificate_file_do_without_a_demo(furnished: Office, tmp_path: Path) -> None:
    """What to type elsewhere names the socket then."""
    given = {
        "EPORT_DEMO": "", "EPORT_AS": "", "EPORT_LANG": "en", "EPORT_P12": str(furnished.p12),
        "EPORT_P12_PASSWORD_FILE": str(secret(tmp_path, PASSWORD)),
    }  # fmt: skip
    with Typist(["virtual-card", "--folder", tmp_path / "f"], given) as here:
        said = here.until("> ")
        assert f"eport-terminal send --fresh --pcscd {tmp_path}/f/pcscd.comm --signer card FILE" in said
        here.type("quit")
        assert here.end() == 0


def test_a_key_that_no_card_takes_is_called_so(furnished: Office, tmp_path: Path) -> None:
    """Before a card is made."""
    from datetime import UTC, datetime

    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 3072)
    certificate = pki.issue_signer(furnished.ca, key, pki.subject("big"), datetime.now(UTC))
    p12 = tmp_path / "big.p12"
    p12.write_bytes(pki.p12(pki.Pair(key, certificate), "big", PASSWORD, []))
    given = {
        "EPORT_DEMO": "", "EPORT_AS": "", "EPORT_LANG": "en", "EPORT_P12": str(p12),
        "EPORT_P12_PASSWORD_FILE": str(secret(tmp_path, PASSWORD)),
    }  # fmt: skip
    with Typist(["virtual-card", "--folder", tmp_path / "f"], given) as here:
        assert here.end() == 8
        assert "neither RSA of 2048 bits nor P-256" in here.screen
    assert not list((tmp_path / "f").glob("*.card"))
