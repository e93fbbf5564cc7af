"""The private service: how it starts, why it does not, how it ends, and what happens in between."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware import pcsc
from hardware.signer import SignerError
from hardware.virtual import stack as module
from hardware.virtual.inside import noticed
from hardware.virtual.stack import (
    FolderShared,
    NotAVirtualCard,
    PathTooLong,
    ServiceInTheWay,
    Stack,
    StackBusy,
    StackFailed,
    StackForbidden,
    StackMissing,
)
from tests.hardware.stack import make_card
from tests.hardware.virtual import processes

ROOT = os.geteuid() == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a Stack of the test's own lives."""
    return tmp_path / "own"


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Namespaces are not allowed: what unshare says then, without their being switched off for all."""
    run = subprocess.run

    def refuse(words: list[str], **rest: object) -> subprocess.CompletedProcess[str]:
        if words[0].endswith("unshare"):
            return subprocess.CompletedProcess(words, 1, "", "unshare: Operation not permitted\n")
        return run(words, **rest)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(subprocess, "run", refuse)


@pytest.fixture
def alone(folder: Path) -> Iterator[None]:
    """Afterwards nothing of the Stack in `folder` is left running."""
    yield
    assert not processes.await_end(processes.of(folder))


# -- readers and cards ---------------------------------------------------------------------------


def test_a_card_is_there_when_insert_returns_and_gone_when_remove_does(stack: Stack, card: Path) -> None:
    """In the reader that was meant; the other one stays as it was."""
    for reader in (1, 0):
        stack.insert(card, reader)
        assert [one.name for one in pcsc.readers() if one.present] == [stack.readers[reader]]
        stack.remove(reader)
        assert not any(one.present for one in pcsc.readers())


def test_two_cards_are_in_two_readers(stack: Stack, tmp_path: Path) -> None:
    """But not one in both, nor two in one."""
    first, second = make_card(tmp_path / "a.card"), make_card(tmp_path / "b.card", "p256")
    stack.insert(first, 0)
    stack.insert(second, 1)
    assert all(one.present for one in pcsc.readers())
    stack.remove(1)
    with pytest.raises(StackFailed, match="in another reader"):
        stack.insert(first, 1)
    with pytest.raises(StackFailed, match="a card is in reader 0 already"):
        stack.insert(second, 0)
    with pytest.raises(StackFailed, match="there is no reader 7"):
        stack.insert(second, 7)


def test_taking_out_what_is_not_in_does_no_harm(stack: Stack) -> None:
    """So that a clean-up needn't know."""
    stack.remove(1)


def test_only_cards_go_in(stack: Stack, tmp_path: Path) -> None:
    """A file that is none, and one that is not there."""
    (tmp_path / "text").write_text("hello")
    with pytest.raises(NotAVirtualCard, match="text is not a virtual card: make one with eport-terminal"):
        stack.insert(tmp_path / "text")
    with pytest.raises(NotAVirtualCard, match="absent: No such file"):
        stack.insert(tmp_path / "absent")


def test_the_service_stops_and_starts(stack: Stack, card: Path) -> None:
    """Meanwhile whoever asks is told that there is none; the card falls out."""
    stack.insert(card)
    stack.stop_service()
    with socket.socket(socket.AF_UNIX) as asking, pytest.raises(FileNotFoundError):
        asking.connect(str(stack.socket))
    with pytest.raises(StackFailed, match="no reader 0"):
        stack.insert(card)
    stack.start_service(readers=0)
    with pcsc.Context() as context:
        assert context.look() == []
    stack.start_service()
    assert [one.present for one in pcsc.readers()] == [False, False]
    stack.insert(card)


def test_more_readers_are_more_devices(folder: Path, tmp_path: Path, alone: None) -> None:
    """Each with two slots, of which each takes a card; the second device can be away."""
    cards = [make_card(tmp_path / f"{number}.card", "p256") for number in range(4)]
    with Stack(folder, readers=4) as stack:
        names = ("E-Port Virtual Reader", "E-Port Virtual Reader 2")
        assert stack.readers == [f"{name} 00 {slot:02}" for name in names for slot in (0, 1)]
        for number, card in enumerate(cards):
            stack.insert(card, number)
        stack.start_service(readers=2)
        assert len(stack.readers) == 2
        stack.insert(cards[3], 1)


@pytest.mark.parametrize("readers", [-2, 0, 1, 3, 10])
def test_readers_come_in_pairs(folder: Path, readers: int) -> None:
    """Two to eight."""
    with pytest.raises(ValueError, match="2, 4, 6 or 8"):
        Stack(folder, readers)


# -- what happens while signing ------------------------------------------------------------------


def signing(stack: Stack, tmp_path: Path) -> subprocess.Popen[str]:
    """A program that signs with the card in the first reader, held back by the card."""
    (tmp_path / "data").write_bytes(b"declared")
    stack.hold()
    program = subprocess.Popen(
        ["pkcs11-tool", "--sign", "--id", "01", "-m", "SHA256-RSA-PKCS", "--pin", "123456",
         "-i", str(tmp_path / "data"), "-o", str(tmp_path / "signature")],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert stack.await_held()
    return program


def test_a_signature_that_was_held_back_is_made_when_released(
    stack: Stack, card: Path, tmp_path: Path
) -> None:
    """And only then."""
    stack.insert(card)
    program = signing(stack, tmp_path)
    assert program.poll() is None
    stack.release()
    assert program.wait(30) == 0
    assert len((tmp_path / "signature").read_bytes()) == 256


def test_nothing_is_held_back_that_was_not_asked_for(stack: Stack, card: Path) -> None:
    """Waiting for it ends."""
    stack.insert(card)
    stack.hold()
    assert not stack.await_held(timeout=0.0)


def test_a_card_is_taken_out_while_it_signs(stack: Stack, card: Path, tmp_path: Path) -> None:
    """The program fails; back in, the card holds nothing back any more."""
    stack.insert(card)
    program = signing(stack, tmp_path)
    stack.remove()
    said, _ = program.communicate(timeout=30)
    assert program.returncode, said
    stack.insert(card)
    again = [str(word) for word in program.args]  # type: ignore[union-attr]
    assert subprocess.run(again, capture_output=True, timeout=30, check=False).returncode == 0


def test_the_service_ends_while_the_card_signs(stack: Stack, card: Path, tmp_path: Path) -> None:
    """The program fails, and does not wait for ever."""
    stack.insert(card)
    program = signing(stack, tmp_path)
    stack.stop_service()
    program.communicate(timeout=30)
    assert program.returncode


# -- why it does not start -----------------------------------------------------------------------


@pytest.mark.parametrize("program", ["pcscd", "unshare", "setpriv", "mount"])
def test_a_missing_program_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """With the packages that bring it."""
    which = shutil.which
    monkeypatch.setattr(
        shutil, "which", lambda name, **rest: None if name == program else which(name, **rest)
    )
    with pytest.raises(StackMissing, match=rf"^{program} is missing.*install pcscd, vsmartcard-vpcd"):
        Stack(folder).start()


def test_a_missing_driver_is_named(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pcscd alone has no virtual reader."""
    pcscd = module._Pcscd(["pcscd"], tmp_path, tmp_path)
    monkeypatch.setattr(module._Pcscd, "installed", lambda: pcscd)
    with pytest.raises(StackMissing, match=r"libifdvpcd\.so is missing"):
        Stack(folder).start()


def test_who_may_make_no_namespaces_is_told_what_to_do(
    folder: Path, no_room: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless he is root; and in both languages."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(StackForbidden, match=r"user namespaces.*or run it as root") as caught:
        Stack(folder).start()
    assert "Operation not permitted" in caught.value.told("en")
    assert "root" in caught.value.told("zh")


def test_root_without_namespaces_stays_out_of_the_way_of_another_pcscd(
    folder: Path, tmp_path: Path, no_room: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which runs, as its file says."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    (tmp_path / "pcscd.pid").write_text(f"{os.getpid()}\n\0")
    with pytest.raises(ServiceInTheWay, match="systemctl stop pcscd"):
        module._way(tmp_path)
    (tmp_path / "pcscd.pid").write_text("junk")
    assert module._way(tmp_path) == []


def test_one_folder_is_one_stacks(stack: Stack, folder: Path, alone: None) -> None:
    """The second is told so; when the first has ended the folder is free."""
    with pytest.raises(StackBusy, match="run already"):
        Stack(stack.folder).start()
    Stack(folder).close()
    for _ in range(2):
        with Stack(folder) as own:
            assert own.readers


def test_a_folder_that_others_may_write_into_is_not_used(tmp_path: Path) -> None:
    """They could put their own socket there, and whoever calls it would give them a PIN."""
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (shared / "lock").symlink_to(victim)
    with pytest.raises(FolderShared, match="chmod 700"):
        Stack(shared).start()
    assert victim.read_text() == "precious"


@pytest.mark.skipif(not ROOT, reason="only root can do without")
def test_a_stack_says_whether_it_is_kept_apart(
    folder: Path, alone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without namespaces its readers' ports are open to the network, which a newcomer has to be told."""
    with Stack(folder) as own:
        assert own.private
    monkeypatch.setattr(module, "_way", lambda _: [])
    with Stack(folder) as own:
        assert not own.private


def test_a_path_too_long_for_a_socket_is_called_so(tmp_path: Path) -> None:
    """Before anything is started."""
    with pytest.raises(PathTooLong, match="shorter"):
        Stack(tmp_path / ("long" * 30)).start()


def test_a_pcscd_that_does_not_start_is_called_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, alone: None
) -> None:
    """With its last words; and nothing is left running."""
    real = module._Pcscd.installed()
    broken = module._Pcscd(["/bin/sh", "-c", "echo the reader is on fire"], real.drivers, real.ipc)
    monkeypatch.setattr(module._Pcscd, "installed", lambda: broken)
    with pytest.raises(StackFailed, match="pcscd does not start: the reader is on fire"):
        Stack(folder).start()


def test_every_failure_is_told_in_two_languages() -> None:
    """With the same values."""
    for kind, values in (
        (StackMissing, {"what": "X"}), (StackForbidden, {"reason": "X"}), (ServiceInTheWay, {"reason": "X"}),
        (StackBusy, {"folder": "X"}), (PathTooLong, {"folder": "X"}), (StackFailed, {"reason": "X"}),
        (NotAVirtualCard, {"reason": "X"}), (FolderShared, {"folder": "X"}),
    ):  # fmt: skip
        error: SignerError = kind(**values)
        assert "X" in error.told("en")
        assert "X" in error.told("zh")


# -- how it ends ---------------------------------------------------------------------------------

PARENT = """
import sys, pathlib
from hardware.virtual import stack
if sys.argv[2] == "plain":
    stack._way = lambda ipc: []
own = stack.Stack(pathlib.Path(sys.argv[1]))
own.start()
print("started", flush=True)
sys.stdin.read()
"""

WAYS = ["apart", pytest.param("plain", marks=pytest.mark.skipif(not ROOT, reason="only root can do without"))]


def parent(folder: Path, way: str) -> subprocess.Popen[str]:
    """A process that has a Stack."""
    started = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(folder), way],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert started.stdout is not None
    assert started.stdout.readline() == "started\n"
    return started


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_when_its_owner_is_killed(folder: Path, way: str, how: signal.Signals) -> None:
    """However he is; and the folder can be used again."""
    with parent(folder, way) as owner:
        left = processes.of(folder)
        assert left
        owner.send_signal(how)
        owner.wait(20)
    assert not processes.await_end(left)
    with Stack(folder) as again:
        assert again.readers


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_left_when_one_of_its_processes_is_killed(folder: Path, way: str) -> None:
    """Each of them takes the others along, but for pcscd, which can be started again."""
    with parent(folder, way) as owner:
        every = processes.of(folder)
        os.kill(min(every), signal.SIGKILL)  # the eldest: unshare, or the process itself
        assert not processes.await_end(every)
        owner.communicate("", timeout=20)


def test_a_stack_whose_process_ended_says_so(folder: Path, card: Path, alone: None) -> None:
    """Also one that was never started, or was closed; closing it again does no harm."""
    own = Stack(folder)
    with pytest.raises(StackFailed, match="does not run"):
        own.insert(card)
    with own:
        every = processes.of(folder)
        os.kill(min(every), signal.SIGKILL)
        assert not processes.await_end(every - {min(every)})
        with pytest.raises(StackFailed, match="its process ended"):
            own.insert(card)
    with pytest.raises(StackFailed, match="does not run"):
        own.insert(card)
    own.close()


def test_a_crashed_pcscd_is_started_again(folder: Path, card: Path, alone: None) -> None:
    """With its readers."""
    with Stack(folder) as own:
        crashed = max(processes.of(folder))
        os.kill(crashed, signal.SIGKILL)
        own.start_service()
        own.insert(card)


EMPTY, PRESENT, MUTE = 0x10, 0x20, 0x200  # SCARD_STATE_


@pytest.mark.parametrize(
    ("before", "now", "present", "said"),
    [
        (EMPTY, PRESENT, True, False),  # there, and not counted yet
        (EMPTY, PRESENT | 1 << 16, True, True),
        (EMPTY, PRESENT | MUTE | 1 << 16, True, False),
        (0, PRESENT, True, True),  # it was there when pcscd looked first, which it doesn't count
        (PRESENT | 1 << 16, EMPTY | 1 << 16, False, False),  # as a reset says that found no card
        (PRESENT | 1 << 16, EMPTY | 2 << 16, False, True),
        (PRESENT | 1 << 16, PRESENT | 1 << 16, False, False),
        (EMPTY | 1 << 16, EMPTY | 1 << 16, False, True),
    ],
)
def test_a_card_that_came_or_went_is_noticed_when_it_is_counted(
    before: int, now: int, present: bool, said: bool
) -> None:
    """Who is told sooner looks while pcscd has half of it, and takes one change for two, or for none."""
    assert noticed(pcsc.Reader("r", b"", before), pcsc.Reader("r", b"", now), present=present) is said
