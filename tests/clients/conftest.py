"""The sample clients of docs/clients as an enterprise's developer has them, and a gateway for tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
from lxml import etree

from tests.scenarios.house import BIN, PATIENCE, ROOT, House, Person

CLIENTS = ROOT / "docs" / "clients"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway with the sandbox."""
    house = House(tmp_path_factory.mktemp("house") / "home")
    house.options.append("--sandbox")
    house.start()
    yield house
    house.close()


def node(folder: Path) -> list[str]:
    """The Node.js client, with its packages: those of the lock file, whose hashes npm checks."""
    here = shutil.copytree(CLIENTS / "node", folder / "node", ignore=shutil.ignore_patterns("node_modules"))
    installed = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=here, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert installed.returncode == 0, installed.stderr
    return ["node", str(here / "send.mjs")]


def java(folder: Path) -> list[str]:
    """The Java client, compiled once."""
    built = folder / "java"
    subprocess.run(["javac", "-d", built, CLIENTS / "java" / "Send.java"], check=True, timeout=300)
    return ["java", "-cp", str(built), "Send"]


COMMANDS: dict[str, Callable[[Path], list[str]]] = {
    "curl": lambda folder: ["bash", str(CLIENTS / "curl" / "send.sh")],
    "java": java,
    "node": node,
    "python": lambda folder: [str(BIN / "python"), str(CLIENTS / "python" / "send.py")],
}


class Said(NamedTuple):
    """How it ended, the codes that it told (the first word of each line), and what it complained of."""

    code: int
    told: list[str]
    trouble: str


@dataclass(frozen=True)
class Client:
    """One of them."""

    command: list[str]
    folder: Path

    def message(self, person: Person) -> Path:
        """A message of `person`'s, as his software writes it: not signed yet."""
        file = self.folder / "message.xml"
        file.write_bytes(etree.tostring(person.message(), xml_declaration=True, encoding="UTF-8"))
        return file

    def send(self, house: House, person: Person, file: Path, url: str = "") -> Said:
        """Run it."""
        settings = {
            "EPORT_URL": url or house.url,
            "EPORT_CA": str(house.home / "demo" / "ca.pem"),
            "EPORT_P12": str(person.p12),
            "EPORT_P12_PASSWORD": person.password,
        }
        done = subprocess.run(
            [*self.command, str(file)],
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            timeout=3 * PATIENCE,
            check=False,
        )
        told = [line.split()[0] for line in done.stdout.splitlines()]
        return Said(done.returncode, told, done.stderr)


@pytest.fixture(scope="module", params=COMMANDS)
def command(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Each client in turn, ready to run."""
    return COMMANDS[request.param](tmp_path_factory.mktemp("client"))


@pytest.fixture
def client(command: list[str], tmp_path: Path) -> Client:
    """The client, and a folder for its message."""
    return Client(command, tmp_path)
