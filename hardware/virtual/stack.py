"""A private smart-card service with virtual cards: what tests and `eport-terminal virtual-card` start.

Knows what is needed on the machine, in which ways the service can be kept apart from the machine's own, and
how to give orders to the process that is it; refuses to know what is on the cards. Programs find the service
by the environment that `environment` says.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import hardware
from hardware.signer import SignerError

_PATH = os.pathsep.join(["/usr/sbin", "/sbin", "/usr/bin", "/bin"])  # where pcscd is, whoever we are
_LONGEST = 107  # bytes of a Unix socket's path
_NAMESPACES = ("--mount", "--net", "--pid", "--fork", "--kill-child")

OPENSC_CONF = """\
app default {
    card_drivers = PIV-II;
    framework pkcs15 {
        use_file_caching = no;
    }
}
app opensc-pkcs11 {
    pkcs11 {
        user_pin_unblock_style = set_pin_in_unlogged_session;
    }
}
"""


class StackMissing(SignerError):
    """A program that virtual cards need is not installed. Values: what."""

    sentence = (
        "{what} is missing for virtual cards: install pcscd, vsmartcard-vpcd, opensc-pkcs11 and util-linux",
        "缺少虚拟卡所需的 {what}：请安装 pcscd、vsmartcard-vpcd、opensc-pkcs11 和 util-linux",
    )


class StackForbidden(SignerError):
    """Neither namespaces nor root. Values: reason."""

    sentence = (
        (
            "only root may start a private smart-card service here ({reason}): allow user namespaces (sysctl "
            "user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns=0), or run it as root"
        ),
        (
            "此处只有 root 能启动独立的智能卡服务（{reason}）：请开启用户命名空间（sysctl "
            "user.max_user_namespaces、kernel.apparmor_restrict_unprivileged_userns=0），或以 root 身份运行"
        ),
    )


class ServiceInTheWay(SignerError):
    """The machine's own pcscd runs, and nothing can be kept apart from it. Values: reason."""

    sentence = (
        (
            "a pcscd runs here already, and namespaces that would keep another one apart are not allowed "
            "({reason}): stop it (systemctl stop pcscd.socket pcscd) or allow them"
        ),
        (
            "pcscd 已在运行，而系统又不允许用命名空间隔离另一个实例（{reason}）：请先停止它（systemctl stop "
            "pcscd.socket pcscd），或允许使用命名空间"
        ),
    )


class StackBusy(SignerError):
    """Another process has its virtual cards in the same folder. Values: folder."""

    sentence = (
        "virtual cards run already in {folder}: use those, or end them first",
        "{folder} 中的虚拟卡已在运行：请直接使用，或先将其结束",
    )


class FolderShared(SignerError):
    """Others may write into the folder, and so put their own service or settings there. Values: folder."""

    sentence = (
        "{folder} is not yours alone: others could take a PIN there. Use a folder of your own (chmod 700)",
        "{folder} 不是您独占的目录，其他用户可能借此截取密码：请使用自己的目录（chmod 700）",
    )


class PathTooLong(SignerError):
    """A socket in the folder would have a longer path than the system allows. Values: folder."""

    sentence = (
        "the path of {folder} is too long for a socket: use a folder with a shorter one",
        "{folder} 的路径过长，无法创建套接字：请使用较短的路径",
    )


class StackFailed(SignerError):
    """The service did not start or did not do it. Values: reason."""

    sentence = (
        "the virtual cards' service failed: {reason}",
        "虚拟卡服务出错：{reason}",
    )


class NotAVirtualCard(SignerError):
    """What was to be inserted is no virtual card. Values: reason."""

    sentence = (
        "{reason}: make one with eport-terminal virtual-card",
        "{reason}：可用 eport-terminal virtual-card 制作虚拟卡",
    )


class Stack:
    """A private pcscd in a process of its own, with `readers` slots: an even number, since each has two."""

    def __init__(self, folder: Path, readers: int = 2) -> None:
        if readers % 2 or not 0 < readers <= 8:
            raise ValueError("2, 4, 6 or 8 readers: a virtual reader has two slots")
        self.folder = folder.resolve()
        self.readers: list[str] = []  # their names as pcscd has them
        self.private = True  # kept apart from the machine and the network
        self._count = readers
        self._process: subprocess.Popen[bytes] | None = None
        self._stream: IO[str] | None = None
        self._lock: IO[str] | None = None
        self._turn = threading.Lock()

    @property
    def socket(self) -> Path:
        """Where its pcscd listens."""
        return self.folder / "pcscd.comm"

    @property
    def environment(self) -> dict[str, str]:
        """What makes a program use it: set before libpcsclite and OpenSC are loaded."""
        return {"PCSCLITE_CSOCK_NAME": str(self.socket), "OPENSC_CONF": str(self.folder / "opensc.conf")}

    def start(self) -> None:
        """Start it; its readers are there when this returns.

        Raises StackMissing, StackForbidden, ServiceInTheWay, StackBusy, FolderShared, PathTooLong or
        StackFailed.
        """
        pcscd = _Pcscd.installed()
        for name in ("setpriv", "mount", "unshare"):
            _needed(name)
        library = pcscd.drivers / "serial" / "libifdvpcd.so"
        if not library.exists():
            raise StackMissing(what=str(library))
        if len(os.fsencode(self.socket)) > _LONGEST:
            raise PathTooLong(folder=self.folder)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._own_folder()
        try:
            (self.folder / "opensc.conf").write_text(OPENSC_CONF, encoding="ascii")
            prefix = _way(pcscd.ipc)
            self.private = bool(prefix)
            self._spawn(prefix)
            answer = self._order(
                folder=str(self.folder), readers=self._count, pcscd=pcscd.command, private=self.private,
                library=str(library.resolve()), drivers=str(pcscd.drivers), ipc=str(pcscd.ipc),
            )  # fmt: skip
        except BaseException:
            self.close()
            raise
        self.readers = answer["readers"]

    def close(self) -> None:
        """End everything; no process is left."""
        if self._stream is not None:
            with contextlib.suppress(OSError):  # its process went first
                self._stream.close()
            self._stream = None
        if self._process is not None:
            self._process.wait()
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        self.readers = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def insert(self, card: Path, reader: int = 0) -> None:
        """Put the card file into a reader; returns once pcscd has noticed. NotAVirtualCard, StackFailed."""
        self._order(do="insert", card=str(card.resolve()), reader=reader)

    def remove(self, reader: int = 0) -> None:
        """Take the card out, if there is one; returns once pcscd has noticed."""
        self._order(do="remove", reader=reader)

    def hold(self, reader: int = 0) -> None:
        """Hold the reader's next GENERAL AUTHENTICATE back, as a slow card does."""
        self._order(do="hold", reader=reader)

    def await_held(self, reader: int = 0, timeout: float = 10.0) -> bool:
        """Wait until one is held back, `timeout` seconds at most; whether one is."""
        return bool(self._order(do="await held", reader=reader, timeout=timeout)["held"])

    def release(self, reader: int = 0) -> None:
        """Let it go on."""
        self._order(do="release", reader=reader)

    def stop_service(self) -> None:
        """Stop pcscd, as when the service crashes; cards fall out."""
        self._order(do="stop")
        self.readers = []

    def start_service(self, readers: int | None = None) -> None:
        """Start pcscd (again), with all readers, or only the first so many: an even number, or none."""
        self.readers = self._order(do="start", readers=readers)["readers"]

    def _own_folder(self) -> None:
        """One Stack a folder: a lock that ends with its process. No symbolic link of others is followed."""
        found = self.folder.stat()
        if found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise FolderShared(folder=self.folder)
        self._lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            self._lock = None
            raise StackBusy(folder=self.folder) from None

    def _spawn(self, prefix: Sequence[str]) -> None:
        ours, theirs = socket.socketpair()
        root = str(Path(hardware.__file__).resolve().parents[1])
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603
                [*prefix, sys.executable, "-m", "hardware.virtual.inside"],
                stdin=theirs.fileno(),
                start_new_session=True,  # Ctrl-C at a terminal is for the one who gives the orders
                env={**os.environ, **self.environment, "PYTHONPATH": root},
                umask=0o077,
            )
        with ours:
            self._stream = ours.makefile("rw", encoding="utf-8")

    def _order(self, **order: Any) -> dict[str, Any]:
        with self._turn:
            if self._stream is None:
                raise StackFailed(reason="it does not run")
            answer = ""
            with contextlib.suppress(OSError):
                self._stream.write(json.dumps(order) + "\n")
                self._stream.flush()
                answer = self._stream.readline()
        if not answer:
            raise StackFailed(reason="its process ended")
        result: dict[str, Any] = json.loads(answer)
        if "error" in result:
            kind = NotAVirtualCard if result["error"] == "card" else StackFailed
            raise kind(reason=result["reason"])
        return result


def _needed(program: str) -> str:
    found = shutil.which(program, path=os.pathsep.join([os.environ.get("PATH", ""), _PATH]))
    if found is None:
        raise StackMissing(what=program)
    return found


@dataclass(frozen=True, slots=True)
class _Pcscd:
    """The pcscd of this machine, as it says itself."""

    command: list[str]
    drivers: Path
    ipc: Path  # where its socket would be

    @classmethod
    def installed(cls) -> _Pcscd:
        """Raises StackMissing."""
        pcscd = _needed("pcscd")
        said = subprocess.run([pcscd, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
        drivers = re.search(r"usbdropdir=(\S+)", said)
        ipc = re.search(r"ipcdir=(\S+)", said)
        # since 2.0; polkit would be asked who we are, which it cannot tell across namespaces
        more = ["--disable-polkit"] if re.search(r"\bpolkit\b", said) else []
        return cls(
            [pcscd, "--foreground", *more],
            Path(drivers[1] if drivers else "/usr/lib/pcsc/drivers"),
            Path(ipc[1] if ipc else "/run/pcscd"),
        )


def _way(ipc: Path) -> list[str]:
    """The command that runs another one kept apart; empty: root, not kept apart, the readers' ports open.

    Raises StackForbidden or ServiceInTheWay.
    """
    unshare = _needed("unshare")
    root = os.geteuid() == 0
    reason = ""
    for more in ((), ("--user", "--map-root-user")) if root else (("--user", "--map-root-user"),):
        tried = [unshare, *more, *_NAMESPACES]
        result = subprocess.run(  # noqa: S603
            [*tried, "mount", "-t", "tmpfs", "tmpfs", "/run"], capture_output=True, text=True, check=False
        )
        if result.returncode == 0:
            return tried
        reason = result.stderr.strip()
    if not root:
        raise StackForbidden(reason=reason)
    if _runs(ipc / "pcscd.pid"):
        raise ServiceInTheWay(reason=reason)
    return []


def _runs(pid_file: Path) -> bool:
    """Whether the process runs whose number is in the file."""
    try:
        os.kill(int(pid_file.read_text(encoding="ascii").strip("\0\n ")), 0)
    except (OSError, ValueError):
        return False
    return True
