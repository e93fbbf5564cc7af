"""A gateway of one's own for a scenario: a home, a process, its people, and an HTTP client that trusts it.

Everything is real: a home that `eport-gateway init --demo` made, `serve` in a process that can be killed, TLS
with the demo's CA. Nothing waits by sleeping: the process says when it serves.
"""

from __future__ import annotations

import atexit
import base64
import json
import os
import select
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from hardware.file import CertificateFile, open_file
from messages.envelope import Head, build
from messages.reply import Reply
from messages.reply import parse as parse_reply
from messages.signature.sign import sign
from messages.wire import app_time, new_guid
from receipts import document
from receipts.document import Receipt, Unreadable

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "samples"
DESK = "DXPCUS0000000001"
BVS = "urn:eport-gateway:bvs:1"
BIN = Path(sys.executable).parent
PATIENCE = 60.0  # seconds a process may take to serve or to end
TRIES, TAKEN = 5, "ddress already in use"


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one of the project's commands as a user would; its output and exit code."""
    return subprocess.run(
        [str(BIN / program), *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@dataclass
class Person:
    """One entry of demo/parties.json, with the signer in its .p12."""

    role: str
    name: str
    cop_code: str
    dxp_id: str
    p12: Path
    password: str
    account: str
    account_password: str
    signer: CertificateFile

    def message(self, file: str = "bonded/BVS111.xml", **changes: str) -> etree._Element:
        """A sample made this person's own: party codes, fresh guids and numbers, then `changes` by name."""
        root = etree.parse(SAMPLES / file).getroot()
        root.set("guid", changes.pop("root_guid", new_guid()))
        values = {"copCode": self.cop_code, "copName": self.name, "dxpId": self.dxp_id, **changes}
        for element in root.iter():
            name = etree.QName(element).localname
            if name == "guid":
                element.text = changes.get("guid") or new_guid()
            elif name == "etpsInnerNo":
                element.text = changes.get("etpsInnerNo") or new_guid().replace("-", "")[:20]
            elif name in values:
                element.text = values[name]
        return root

    def signed(self, file: str = "bonded/BVS111.xml", **changes: str) -> bytes:
        """The same, signed with this person's key."""
        return etree.tostring(sign(self.message(file, **changes), self.signer))

    def envelope(self, data: bytes, cop_msg_id: str | None = None, **changes: Any) -> bytes:
        """A DxpMsg of this person's around `data`."""
        if "msg_type" not in changes:
            changes["msg_type"] = etree.fromstring(data).tag.rpartition("}")[2]
        values: dict[str, Any] = {
            "cop_msg_id": cop_msg_id or new_guid(),
            "sender": self.dxp_id,
            "receivers": (DESK,),
            "created": datetime.now(UTC),
            **changes,
        }
        return build(Head(**values), data)


def _init(home: Path, *options: str) -> None:
    made = command("eport-gateway", "init", "--demo", "--home", str(home), *options)
    assert made.returncode == 0, made.stderr + made.stdout


@cache
def _furnished() -> Path:
    """A demo home that nobody lives in, to be copied: making its people's keys takes two seconds."""
    folder = Path(tempfile.mkdtemp(prefix="eport-home-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _init(folder / "home")
    return folder / "home"


_signers: dict[bytes, CertificateFile] = {}


def _opened(content: bytes, file: Path, password: str) -> CertificateFile:
    """A certificate file, opened once for all houses that have it: its password takes a while."""
    if content not in _signers:
        _signers[content] = open_file(file, password)
    return _signers[content]


class House:
    """A gateway's home and, while it is open, its process."""

    def __init__(self, home: Path, database: str = "", *, made: bool = False, **environment: str) -> None:
        """`made`: the home is there already."""
        self.home = home
        self.port = free_port()
        self._settled = False  # it has served on this port: whoever came comes there again
        self.options: list[str] = []  # of `serve`
        self.environment = {"EPORT_LISTEN__HOST": "127.0.0.1", **environment}
        if database:
            _init(home, "--database", database)
        elif not home.exists():  # one that is there is moved into as it is
            shutil.copytree(_furnished(), home)
        self.process: subprocess.Popen[bytes] | None = None
        self.log = home.parent / f"{home.name}.log"

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"https://127.0.0.1:{self.port}"

    def start(self, *prefix: str) -> None:
        """Start the process (behind `prefix`, such as strace) and wait until it says that it serves.

        Whoever starts in parallel may take a port that was free: the first start tries others then.
        """
        for _ in range(TRIES):
            self._settled = self._started(*prefix) or self._settled
            if self._settled or TAKEN not in self._log():
                break
            self.port = free_port()
        assert self.process is not None, f"the gateway does not serve:\n{self._log()}"

    def _log(self) -> str:
        return self.log.read_text()[-3000:]

    def _started(self, *prefix: str) -> bool:
        """Start it once; whether it says that it serves before it ends."""
        address = str(self.home.parent / f"{self.home.name}.ready")
        Path(address).unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready, self.log.open("ab") as log:
            ready.bind(address)
            port = {"EPORT_LISTEN__PORT": str(self.port)}
            self.process = subprocess.Popen(
                [*prefix, str(BIN / "eport-gateway"), "serve", "--home", str(self.home), *self.options],
                cwd=ROOT,
                env={**os.environ, **port, **self.environment, "NOTIFY_SOCKET": address},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            pidfd = os.pidfd_open(self.process.pid)
            heard, _, _ = select.select([ready.fileno(), pidfd], [], [], PATIENCE)
            os.close(pidfd)
            if ready.fileno() in heard and b"READY=1" in ready.recv(100):
                return True
        self.kill()
        return False

    def kill(self) -> None:
        """Kill -9, the whole process group."""
        assert self.process is not None
        with suppress(ProcessLookupError):  # it ended by itself, and the test says why that is wrong
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        self.process = None

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        assert self.process is not None
        self.process.terminate()
        code = self.process.wait(PATIENCE)
        self.process = None
        return code

    def close(self) -> None:
        """End it, however it is."""
        if self.process is not None:
            self.kill()

    def revoke(self, person: Person) -> None:
        """`cert revoke`, as an operator of the gateway does it while it serves."""
        fingerprint = person.signer.certificate.fingerprint(SHA256()).hex()
        done = command(
            "eport-gateway", "cert", "revoke", fingerprint, "--home", str(self.home), "--reason", "lost"
        )
        assert done.returncode == 0, done.stderr + done.stdout

    def people(self) -> list[Person]:
        """Everybody in demo/parties.json."""
        demo = self.home / "demo"
        entries = json.loads((demo / "parties.json").read_text())
        return [
            Person(
                entry["role"],
                entry["name"],
                entry["copCode"],
                entry["dxpId"],
                demo / entry["p12"],
                entry["password"],
                entry["account"],
                entry["accountPassword"],
                _opened((demo / entry["p12"]).read_bytes(), demo / entry["p12"], entry["password"]),
            )
            for entry in entries
        ]

    def person(self, role: str, place: int = 0) -> Person:
        """The `place`-th person of a role."""
        return [one for one in self.people() if one.role == role][place]

    def client(self) -> httpx.Client:
        """An HTTP client that trusts the demo's CA and nobody else."""
        trusted = ssl.create_default_context(cafile=str(self.home / "demo" / "ca.pem"))
        return httpx.Client(base_url=self.url, verify=trusted, timeout=PATIENCE)


class Desk:
    """One person at work: a client with this person's session."""

    def __init__(self, house: House, person: Person) -> None:
        self.person = person
        self.client = house.client()
        nonce = self.client.post("/v1/challenges", json={}).json()["nonce"]
        statement = f"eport-gateway login v1\n{house.url}\n{nonce}".encode()
        answer = self.client.post(
            "/v1/sessions",
            json={
                "nonce": nonce,
                "certificate": base64.b64encode(
                    person.signer.certificate.public_bytes(Encoding.DER)
                ).decode(),
                "signature": base64.b64encode(person.signer.sign(statement)).decode(),
            },
        )
        assert answer.status_code in (200, 201), answer.text
        self.client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        self.cursor = ""

    def send(self, body: bytes) -> Reply:
        """POST an envelope; the reply."""
        answer = self.client.post("/v1/messages", content=body)
        assert answer.status_code == 200, answer.text
        return parse_reply(answer.content)

    def poll(self, wait: int = 0, limit: int = 500) -> list[Receipt | Unreadable]:
        """The receipts since the last poll."""
        return [one for raw in self.poll_raw(wait, limit) for one in document.parse(etree.fromstring(raw))]

    def poll_raw(self, wait: int = 0, limit: int = 500) -> list[bytes]:
        """The same as the bytes of the business messages."""
        answer = self.client.get("/v1/receipts", params={"after": self.cursor, "limit": limit, "wait": wait})
        assert answer.status_code == 200, answer.text
        page = etree.fromstring(answer.content)
        self.cursor = page.get("next", "")
        return [base64.b64decode(one.text or "") for one in page.iterfind("{*}DxpMsg/{*}Data")]

    def until(self, count: int, patience: float = PATIENCE) -> list[Receipt | Unreadable]:
        """Poll until so many receipts have come."""
        found: list[Receipt | Unreadable] = []
        end = time.monotonic() + patience
        while len(found) < count and time.monotonic() < end:
            found += self.poll(wait=10)
        assert len(found) >= count, found
        return found


__all__ = ["BIN", "BVS", "DESK", "Desk", "House", "Person", "app_time", "command", "free_port"]
