"""The card office's counter: `eport-gateway card` over a real pcscd, and holders who go away with a card."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner

from gateway import pki, revocations
from gateway.cli import main
from hardware.card import inserted
from hardware.virtual import medium
from hardware.virtual.stack import Stack
from messages.reply import parse as parse_reply
from storage import cards, registry
from storage.cards import Card
from storage.database import Database
from tests.hardware.asking import Holder
from tests.hardware.stack import blank_card
from tests.scenarios.house import House, Person

PARTY = "DXPENT0000000001"
PIN, PUK = "481516", "23427890"
OPERATOR = ("--party", PARTY, "--holder", "操作员 王五", "--kind", "operator", "--role", "operator")


class Counter:
    """One home, one reader, a folder of secrets."""

    def __init__(self, house: House, stack: Stack, folder: Path) -> None:
        self.house = house
        self.stack = stack
        self.folder = folder

    def run(self, *arguments: object, code: int = 0) -> str:
        """A command, held to its exit code; all that it said, which is never a PIN or PUK."""
        done = CliRunner().invoke(main, [*map(str, arguments), "--home", str(self.house.home)])
        assert done.exit_code == code, (done.output, done.exception)
        assert not {PIN, PUK, medium.DEFAULT_MANAGEMENT_KEY.hex()} & set(re.findall(r"\w+", done.output))
        return done.output

    def secret(self, name: str, text: str) -> Path:
        """A file whose first line is `text`."""
        file = self.folder / name
        file.write_text(f"{text}\n")
        file.chmod(0o600)
        return file

    @property
    def new(self) -> tuple[object, ...]:
        """The options that give a medium PIN and PUK."""
        return "--pin-file", self.secret("pin", PIN), "--puk-file", self.secret("puk", PUK)

    @property
    def pin(self) -> tuple[object, ...]:
        """The holder's PIN, given at the counter."""
        return "--pin-file", self.secret("pin", PIN)

    def blank(self, name: str = "blank", reader: int = 0) -> Path:
        """A fresh card from the factory, in the reader."""
        file = blank_card(self.folder / f"{name}.card")
        self.stack.insert(file, reader)
        return file

    def issue(self, *options: object, code: int = 0) -> str:
        """An operator's card onto what is in the reader; its number."""
        said = self.run("card", "issue", *OPERATOR, *self.new, *options, code=code)
        found = re.search(r"card (\w{13})", said)
        assert found is not None, said
        return found[1]

    def card(self, number: str) -> tuple[Card, list[registry.Certificate]]:
        """What the register holds of a card."""
        database = Database(f"sqlite:///{self.house.home / 'gateway.db'}")
        with database.read() as connection:
            found = cards.get(connection, number), registry.certificates_of_card(connection, number)
        database.close()
        return found

    def registered(self) -> int:
        """How many certificates are registered."""
        database = Database(f"sqlite:///{self.house.home / 'gateway.db'}")
        with database.read() as connection:
            found = len(registry.certificates(connection))
        database.close()
        return found

    def listed(self) -> set[int]:
        """The serial numbers on the revocation list of the demo's CA."""
        [ca] = pki.load_certificates(self.house.home / "demo/ca.pem")
        target = revocations.place(self.house.home / "certs/crl", ca)
        return {each.serial_number for each in pki.load_revocation_list(target)}

    def send(self, person: Person, body: bytes = b"") -> str:
        """Send a message without a session; the reply's code."""
        with self.house.client() as client:
            answer = client.post("/v1/messages", content=body or person.envelope(person.signed()))
        return parse_reply(answer.content).code

    def outside_ca(
        self, number: str, *changes: tuple[str, str], uses: tuple[str, ...] = ("auth", "sign")
    ) -> list[Path]:
        """What a CA run with openssl issues for the requests of a card, by the .ext files beside them."""
        demo, issued = self.house.home / "demo", []
        for use in uses:
            request = self.folder / f"{number}-{use}.csr"
            wanted = request.with_suffix(".ext")
            text = wanted.read_text(encoding="utf-8")
            for old, new in changes:
                text = text.replace(old, new)
            wanted.write_text(text, encoding="utf-8")
            openssl(
                "x509", "-req", "-in", request, "-days", "90", "-CA", demo / "ca.pem",
                "-CAkey", demo / "ca.key", "-extfile", wanted, "-out", request.with_suffix(".pem"),
            )  # fmt: skip
            issued.append(request.with_suffix(".pem"))
        return issued

    @contextmanager
    def holder(self, pin: str = PIN, signatures: int = 1) -> Iterator[Person]:
        """The first enterprise's operator at work with the card in the reader, and its PIN each time."""
        [found] = inserted()
        with found.open(Holder(*[pin] * signatures)) as signer:
            yield replace(self.house.person("operator"), signer=signer)


def openssl(*words: object) -> str:
    """Run openssl; what it said on both outputs."""
    done = subprocess.run(
        ["openssl", *map(str, words)], capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout + done.stderr
