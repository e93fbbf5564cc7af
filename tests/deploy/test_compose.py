"""The compose file: two gateways on one PostgreSQL behind HAProxy, as its own script sets them up.

There is no container here: the script runs as it is but for its paths, the gateways from the same code, and
HAProxy with the file that the container gets.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.settings import Settings
from messages.reply import parse as parse_reply
from tests.conftest import create_postgres, drop_postgres
from tests.deploy import balancers
from tests.deploy.balancers import DEPLOY
from tests.deploy.test_balancers import client
from tests.scenarios.house import BIN, ROOT, House, free_port

FOLDER = DEPLOY / "docker"
BOTH = ("one", "two")


@pytest.fixture(scope="module")
def compose() -> Any:
    """The file."""
    return yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))


def set_up(compose: Any, folder: Path, database: str) -> dict[str, str]:
    """Run the script of `homes`; the digests of what is in the homes then."""
    [script] = compose["services"]["homes"]["command"]
    script = script.replace("$$", "$").replace("/srv", str(folder))
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "EPORT_DATABASE": database}
    (folder / "trust").mkdir(exist_ok=True)
    (folder / "eport").mkdir(exist_ok=True)
    subprocess.run(["/bin/sh", "-ec", script], env=environment, check=True, capture_output=True, timeout=120)
    keys = sorted((folder / "eport").glob("*/keys/*.key"))
    return {str(each.relative_to(folder)): each.read_text() for each in keys}


@pytest.fixture(scope="module")
def homes(compose: Any, postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The homes that the script has made, twice over."""
    folder = tmp_path_factory.mktemp("srv")
    name = f"compose_{os.getpid()}"
    database = create_postgres(postgres_url, name)
    first = set_up(compose, folder, database)
    assert len(first) == 2 * len(BOTH)
    assert set_up(compose, folder, database) == first, "a second start made new keys"
    yield folder
    drop_postgres(postgres_url, name)


@pytest.fixture(scope="module")
def gateways(homes: Path) -> Iterator[list[House]]:
    """Both, serving."""
    believed = {"EPORT_LISTEN__BALANCERS": '["127.0.0.1"]'}
    houses = [House(homes / "eport" / name, **believed) for name in BOTH]
    try:
        for each in houses:
            each.start()
        yield houses
    finally:
        for each in houses:
            each.close()


def test_a_message_is_taken_whichever_gateway_lives(gateways: list[House], tmp_path: Path) -> None:
    """One of the two is killed under the balancer: the same bytes sent again find the message there."""
    port = free_port()
    shipped = (FOLDER / "haproxy.cfg").read_text()
    for name, house in zip(BOTH, gateways, strict=True):
        shipped = shipped.replace(f"{name}:8443", f"127.0.0.1:{house.port}")
    command = balancers.placed(tmp_path, port, shipped, gateways[0].home / "demo" / "ca.pem")
    person = gateways[0].person("operator")
    with balancers.running(command, port, tmp_path / "haproxy.log"):
        body = person.envelope(person.signed())
        with client(gateways[0], port, "127.0.0.1") as through:
            first = through.post("/v1/messages", content=body)
        assert parse_reply(first.content).code == "0000"
        gateways[0].kill()
        with client(gateways[1], port, "127.0.0.1") as through:
            again = through.post("/v1/messages", content=body)
            assert again.content == first.content
            other = through.post("/v1/messages", content=person.envelope(person.signed()))
            assert parse_reply(other.content).code == "0000"


def test_every_setting_in_it_is_one(compose: Any) -> None:
    """A misspelt variable would be no setting, and nobody would say so."""
    known = {f"EPORT_{name}".upper() for name in Settings.model_fields} | {"EPORT_HOME"}
    sections = {name.upper(): field.annotation for name, field in Settings.model_fields.items()}
    for service in compose["services"].values():
        for name in service.get("environment", {}):
            if not name.startswith("EPORT_"):
                continue
            section, _, field = name.removeprefix("EPORT_").partition("__")
            if field:
                assert field.lower() in sections[section].model_fields, name  # type: ignore[union-attr]
            else:
                assert name in known, name


def test_what_it_names_is_there(compose: Any) -> None:
    """Volumes, networks, services that are waited for, and the files that are built from."""
    services = compose["services"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= services.keys()
        assert set(service["networks"]) <= compose["networks"].keys()
        for volume in service.get("volumes", ()):
            place = volume.partition(":")[0]
            assert place in compose["volumes"] or (FOLDER / place).exists(), volume
    dockerfile = (FOLDER / "Dockerfile").read_text()
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE):
        for source in line.split():
            assert (ROOT / source).exists(), source


def test_only_gateways_and_their_maker_see_the_homes(compose: Any) -> None:
    """Private keys are in them."""
    seeing = {
        name for name, service in compose["services"].items()
        if any(str(each).startswith("homes:") for each in service.get("volumes", ()))
    }  # fmt: skip
    assert seeing == {"homes", *BOTH}
