"""A person of a demo house who signs with a virtual card, an Ikey or an agent, by typing commands."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from tests.hardware.stack import make_card
from tests.messages.signature.making import Pair
from tests.scenarios.house import SAMPLES, House, Person, command
from tests.terminals.typist import Typist

SAMPLE = SAMPLES / "bonded" / "BVS111.xml"


def pair_of(person: Person) -> Pair:
    """Key and certificate in a person's certificate file."""
    key, certificate, _ = pkcs12.load_key_and_certificates(person.p12.read_bytes(), person.password.encode())
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    assert certificate is not None
    return Pair(key, certificate)


def card_of(person: Person, path: Path, pin: str) -> Path:
    """A virtual card with a person's key and certificate."""
    path.parent.mkdir(exist_ok=True)
    pair = pair_of(person)
    return make_card(path, key=pair.key, certificate=pair.certificate, pin=pin)


@dataclass
class AtDesk:
    """A person at a terminal of a house; `settings` are in the environment of every command."""

    house: House
    account: str
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What every command is started with: a HOME and a state of its own, and the settings."""
        return {
            "HOME": str(self.folder), "EPORT_STATE": str(self.folder / "state"), "EPORT_LANG": "en",
            "EPORT_DEMO": str(self.house.home), "EPORT_AS": self.account, "EPORT_URL": self.house.url,
            **self.settings,
        }  # fmt: skip

    def run(self, *arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
        """A command in a script: nobody is there to ask."""
        return command("eport-terminal", *map(str, arguments), **{**self.environment, **more})

    def type(self, *arguments: object, **more: str) -> Typist:
        """A command at a terminal."""
        return Typist(arguments, {**self.environment, **more})

    def files(self, count: int) -> list[Path]:
        """So many samples, each under a name of its own."""
        made = []
        for number in range(count):
            made.append(self.folder / f"list{number}.xml")
            made[-1].write_bytes(SAMPLE.read_bytes() + b"\n" * number)
        return made

    @property
    def kept(self) -> list[Path]:
        """The envelopes without an answer."""
        return sorted((self.folder / "state").glob("*/pending/*.xml"))
