"""An operator's card at a real gateway: pcscd, vpcd, OpenSC, the terminal's commands, TLS, the gateway."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardware import card as ic_card
from hardware.virtual.stack import Stack
from tests.hardware.stack import blank_card, make_card
from tests.scenarios.house import Desk, House
from tests.scenarios.signing import SAMPLE, AtDesk, card_of
from tests.terminals.typist import Typist, secret

PIN, WRONG = "73519264", "00000000"


@pytest.fixture
def desk(house: House, tmp_path: Path) -> AtDesk:
    """operator1's desk, where the card signs."""
    return AtDesk(house, "operator1", tmp_path, {"EPORT_SIGNER": "card"})


@pytest.fixture
def mine(stack: Stack, house: House, tmp_path: Path) -> Path:
    """operator1's card, inserted."""
    path = card_of(next(one for one in house.people() if one.account == "operator1"), tmp_path / "c", PIN)
    stack.insert(path)
    return path


def tries(stack: Stack) -> int | None:
    """The tries left of the card in the first reader."""
    return ic_card.tries_left(stack.readers[0])


def give(typist: Typist, pin: str, *, file: str = "") -> str:
    """Wait for the question for the PIN, and type it; the question."""
    typist.until("PIN of")
    asked = typist.until(": ")
    assert file in asked
    typist.type(pin)
    return asked


def test_a_card_sends_waits_polls_and_logs_in(
    desk: AtDesk, mine: Path, operator: Desk, tmp_path: Path
) -> None:
    """Every command with the PIN from a file: accepted by the gateway, receipts read, logged in."""
    pin = {"EPORT_PIN_FILE": str(secret(tmp_path, PIN))}
    sent = desk.run("send", "--fresh", "--wait", "120", SAMPLE, **pin)
    assert sent.returncode == 0, sent.stdout + sent.stderr
    (number,) = (line.split()[-1] for line in sent.stdout.splitlines() if "CopMsgId" in line)
    for arguments in (("poll",), ("status", number), ("login-check",)):
        done = desk.run(*arguments, **pin)
        assert done.returncode == 0, done.stderr
    assert "operator" in done.stdout
    signed = desk.run("sign", SAMPLE, "-o", tmp_path / "signed.xml", **pin)
    assert signed.returncode == 0, signed.stderr
    proven = desk.run("verify", tmp_path / "signed.xml")
    assert proven.returncode == 0, proven.stdout


def test_a_card_found_by_itself_says_who_sends(desk: AtDesk, mine: Path, house: House) -> None:
    """Without --signer and --demo: the card in the reader signs, and its certificate names the party."""
    pin = secret(desk.folder, PIN)
    environment = {
        "EPORT_DEMO": "", "EPORT_SIGNER": "", "EPORT_CA": str(house.home / "demo" / "ca.pem"),
        "EPORT_RECEIVER": "DXPCUS0000000001", "EPORT_COP_CODE": house.person("operator").cop_code,
        "EPORT_PIN_FILE": str(pin),
    }  # fmt: skip
    done = desk.run("send", "--fresh", SAMPLE, **environment)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_signing_key_asks_for_each_file_by_name(desk: AtDesk, mine: Path, stack: Stack) -> None:
    """9C: a PIN a file, with the file's name and the tries left, never echoed; then: take the card out."""
    files = desk.files(2)
    with desk.type("send", "--fresh", *files) as typist:
        for file in files:
            assert "(tries left 3)" in give(typist, PIN, file=file.name)
        assert typist.end() == 0, typist.screen
    assert PIN not in typist.screen
    assert "Take the card or Ikey out" in typist.screen
    assert tries(stack) == 3


def test_the_other_key_asks_once(desk: AtDesk, mine: Path) -> None:
    """--card-key auth: one PIN for two files and the login that waits for their receipts."""
    with desk.type("send", "--fresh", "--wait", "120", "--card-key", "auth", *desk.files(2)) as typist:
        give(typist, PIN)
        assert typist.end() == 0, typist.screen
    assert typist.screen.count("PIN of") == 1


def test_three_wrong_pins_lock_the_card(desk: AtDesk, mine: Path, stack: Stack) -> None:
    """Two wrong ones end the command with the manual's advice; the third locks; then nobody is asked."""
    with desk.type("send", *desk.files(2)) as typist:
        give(typist, WRONG)
        typist.until("tries left before the card locks: 2")
        assert "(tries left 2)" in give(typist, WRONG)
        typist.until("tries left before the card locks: 1. Better leave now, start again")
        assert typist.end() == 9, typist.screen
    assert tries(stack) == 1
    with desk.type("send", SAMPLE, EPORT_LANG="zh") as typist:
        typist.until("还可试 1 次")
        typist.until(": ")
        typist.type(WRONG)
        typist.until("已被锁死")
        assert "制卡中心" in typist.until("\n")
        assert typist.end() == 9, typist.screen
    assert tries(stack) == 0
    done = desk.run("send", SAMPLE, EPORT_PIN_FILE=str(secret(desk.folder, PIN)))
    assert done.returncode == 9
    assert "locked" in done.stderr
    assert "制卡中心" in done.stderr
    assert desk.kept == []


def test_a_right_pin_after_a_wrong_one_brings_the_tries_back(desk: AtDesk, mine: Path, stack: Stack) -> None:
    """One slip costs nothing in the end."""
    with desk.type("login-check") as typist:
        give(typist, WRONG)
        give(typist, PIN)
        assert typist.end() == 0, typist.screen
    assert tries(stack) == 3


def test_a_wrong_pin_in_a_file_costs_one_try_and_no_more(desk: AtDesk, mine: Path, stack: Stack) -> None:
    """Not for the next file, not at the next command: a card is not locked by an unattended program."""
    wrong = {"EPORT_PIN_FILE": str(secret(desk.folder, WRONG))}
    first = desk.run("send", *desk.files(2), **wrong)
    assert first.returncode == 9
    assert first.stderr.count("the PIN is wrong") == 1
    assert tries(stack) == 2
    again = desk.run("send", *desk.files(2), **wrong)
    assert again.returncode == 9
    assert "is not tried" in again.stderr
    assert tries(stack) == 2


@pytest.mark.parametrize(("fault", "words"), [("remove", "was taken out"), ("stop_service", "pcscd")])
def test_what_is_not_signed_when_the_card_goes_is_left_for_later(
    desk: AtDesk, mine: Path, stack: Stack, operator: Desk, fault: str, words: str
) -> None:
    """Between two files: what was sent and what not is said; the rest, sent later, makes no double."""
    files = desk.files(3)
    with desk.type("send", "--fresh", *files) as typist:
        give(typist, PIN, file=files[0].name)
        typist.until("PIN of")
        typist.until(": ")
        getattr(stack, fault)()
        typist.type(PIN)
        typist.until(words)
        assert typist.end() == 9, typist.screen
    assert "Sent and answered: 1." in typist.screen
    assert "Not signed: 2" in typist.screen
    for file in files[1:]:
        assert f"\n  {file}\n" in typist.screen
    assert f"\n  {files[0]}\n" not in typist.screen
    assert desk.kept == []
    if fault == "stop_service":
        stack.start_service()
    stack.insert(mine)
    rest = desk.run("send", "--fresh", *files[1:], EPORT_PIN_FILE=str(secret(desk.folder, PIN)))
    assert rest.returncode == 0, rest.stdout + rest.stderr
    assert len({receipt.ori_cop_msg_id for receipt in operator.until(6)}) == 3


def test_a_card_taken_out_while_it_signs_is_told(desk: AtDesk, mine: Path, stack: Stack) -> None:
    """In the middle of the signature: the same sentence, nothing is kept, nothing is sent."""
    stack.hold()
    with desk.type("send", *desk.files(2)) as typist:
        give(typist, PIN)
        assert stack.await_held()
        stack.remove()
        assert typist.end() == 9, typist.screen
    assert "was taken out" in typist.screen
    assert "Not signed: 2" in typist.screen
    assert "Take the card" not in typist.screen
    assert desk.kept == []


def test_another_card_does_not_sign_in_its_place(
    desk: AtDesk, mine: Path, stack: Stack, tmp_path: Path
) -> None:
    """Swapped between two files: the second is not signed by the other card."""
    other = make_card(tmp_path / "other", pin=PIN)
    with desk.type("send", "--fresh", *desk.files(2)) as typist:
        give(typist, PIN)
        typist.until("PIN of")
        typist.until(": ")
        stack.remove()
        stack.insert(other)
        typist.type(PIN)
        assert typist.end() == 9, typist.screen
    assert "Sent and answered: 1." in typist.screen
    assert "Not signed: 1" in typist.screen


def test_two_cards_want_a_device(desk: AtDesk, mine: Path, stack: Stack, tmp_path: Path) -> None:
    """Both readers are named; --device takes a part of a reader's name."""
    stack.insert(make_card(tmp_path / "other", pin=PIN), 1)
    pin = {"EPORT_PIN_FILE": str(secret(tmp_path, PIN))}
    both = desk.run("login-check", **pin)
    assert both.returncode == 9
    assert "several cards" in both.stderr
    for reader in stack.readers:
        assert reader in both.stderr
    assert desk.run("login-check", "--device", stack.readers[0], **pin).returncode == 0


def test_a_blank_card_is_told_before_anybody_is_asked(desk: AtDesk, stack: Stack, tmp_path: Path) -> None:
    """The card office has not written it yet: no question for a PIN, a sentence that names the office."""
    stack.insert(blank_card(tmp_path / "blank", pin=PIN))
    with desk.type("login-check") as typist:
        assert typist.end() == 9, typist.screen
    assert "PIN of" not in typist.screen
    assert "card office" in typist.screen
    assert tries(stack) == 3


def test_no_card_and_no_service_are_told(desk: AtDesk, stack: Stack, house: House) -> None:
    """An empty reader and a stopped pcscd each have their sentence, in Chinese too."""
    empty = desk.run("login-check")
    assert (empty.returncode, "no usable card" in empty.stderr) == (9, True)
    stack.stop_service()
    down = desk.run("login-check", EPORT_LANG="zh")
    assert (down.returncode, "pcscd" in down.stderr) == (9, True)


def test_no_core_file_and_no_pin_in_the_process(desk: AtDesk, mine: Path, stack: Stack) -> None:
    """While the card signs, neither arguments nor environment hold the PIN, and no core may be dumped."""
    stack.hold()
    with desk.type("send", SAMPLE) as typist:
        give(typist, PIN)
        assert stack.await_held()
        process = Path("/proc") / str(typist.process.pid)
        for name in ("cmdline", "environ"):
            assert PIN.encode() not in (process / name).read_bytes()
        (core,) = (line for line in (process / "limits").read_text().splitlines() if "core file" in line)
        assert core.split()[4:6] == ["0", "0"]
        stack.release()
        assert typist.end() in (0, 3), typist.screen
