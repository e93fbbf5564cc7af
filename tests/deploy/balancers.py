"""The balancers of deploy/, as they are shipped but for addresses and files: what a test runs them with."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.scenarios.house import PATIENCE, ROOT, House

DEPLOY = ROOT / "deploy"
PLACES = re.compile(r"10\.0\.0\.1[12]:8443")


def haproxy(folder: Path, port: int, houses: Sequence[House]) -> list[str]:
    """The command that runs deploy/haproxy in front of `houses` on loopback port `port`."""
    shipped = (DEPLOY / "haproxy" / "haproxy.cfg").read_text()
    return placed(folder, port, _placed(shipped, houses), houses[0].home / "demo" / "ca.pem")


def placed(folder: Path, port: int, config: str, authority: Path) -> list[str]:
    """The command that runs HAProxy with `config` on loopback port `port`; `authority`: the gateways' CA."""
    config = config.replace("bind :8443", f"bind 127.0.0.1:{port}")
    config = re.sub(r"maxconn \d+", "maxconn 200", config)  # a test may not open so many files
    file = folder / "haproxy.cfg"
    file.write_text(re.sub(r"ca-file \S+", f"ca-file {authority}", config))
    return [_program("haproxy"), "-db", "-f", str(file)]


def nginx(folder: Path, port: int, houses: Sequence[House]) -> list[str]:
    """The command that runs deploy/nginx in front of `houses` on loopback port `port`."""
    shipped = (DEPLOY / "nginx" / "eport.conf").read_text()
    config = _placed(shipped, houses).replace("listen 8443", f"listen 127.0.0.1:{port}")
    file = folder / "nginx.conf"
    file.write_text(
        f"load_module /usr/lib/nginx/modules/ngx_stream_module.so;\npid {folder}/nginx.pid;\n"
        f"error_log {folder}/nginx.log;\ndaemon off;\nworker_processes 1;\nevents {{}}\n{config}"
    )
    return [_program("nginx"), "-e", str(folder / "nginx.log"), "-p", str(folder), "-c", str(file)]


def _placed(config: str, houses: Sequence[House]) -> str:
    """The configuration with the houses in the places of the gateways; places without one are left out."""
    places = iter(houses)
    lines = []
    for line in config.splitlines():
        if PLACES.search(line):
            house = next(places, None)
            if house is None:
                continue
            line = PLACES.sub(f"127.0.0.1:{house.port}", line)
        lines.append(line)
    return "\n".join(lines) + "\n"


def _program(name: str) -> str:
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    assert found, f"{name} is missing: tools/system-packages test"
    return found


@contextmanager
def running(command: Sequence[str], port: int, log: Path) -> Iterator[None]:
    """The balancer, once it takes connections; ended at the end."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        end = time.monotonic() + PATIENCE
        while True:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)
