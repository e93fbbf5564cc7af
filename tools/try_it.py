"""`make run`: a demo gateway and a terminal host, a signed message and its receipts, and then service.

Knows the programs by their command lines only, as a user does; refuses to know how they work. Both serve
until Ctrl+C, or until one of them ends. Exit codes are those of the program that failed; 3 where a port is
taken.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import select
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = Path("tests/samples/bonded/BVS111.xml")
FILED = [  # what customs has filed before anybody asks it for assistance, or applies for anything
    str(Path("tests/samples") / name)
    for name in ("assistance/CMA191.xml", "assistance/CMA181.xml", "enterprise/ENT511.xml")
]
START_SECONDS = 60.0
STORED = "120"  # 海关入库: the receipt that the sample ends with
SHOWN = 20  # lines of a log, when its program has failed
OPERATOR, CUSTOMS = "operator1", "customs"

GATEWAY = """
The gateway answers on {url}, until Ctrl+C. In another window:

  export PATH="{bin}:$PATH" EPORT_DEMO={home} EPORT_AS={operator}
  eport-terminal send --url {url} --fresh {sample}
  eport-terminal poll --url {url}
  eport-terminal poll --url {url} --as customs       # another party of the demo

  curl --cacert {home}/demo/ca.pem {url}/healthz
  eport-terminal sign --fresh --envelope {sample} > {home}/envelope.xml
  curl --cacert {home}/demo/ca.pem --data-binary @{home}/envelope.xml {url}/v1/messages
"""

PEOPLE = """
The terminal is on port {port}. Who may log in, and with which password:

{people}

With the password you can look at everything, but sign nothing:

  {ssh} -o PubkeyAuthentication=no {operator}@localhost

Somebody without an account registers, and you approve it (there is no mail server here to prove an address):
on the screens of whoever runs the gateway, which show how it goes, or by command.

  {ssh} -o PubkeyAuthentication=no register@localhost
  {ssh} -o PubkeyAuthentication=no operations@localhost
  {bin}/eport-gateway registration approve 1 --home {home}

With a card you enter, declare and review. Window 2, the workstation: a virtual card reader, and an SSH agent
that holds the card. It asks for the card's PIN, 123456.

  {card}

Window 3, the operator, logged in by the card:

  SSH_AUTH_SOCK={agent} {ssh} -A {operator}@localhost

For customs type  in {customs} 2  in window 2 (the PIN again), and in window 4:

  SSH_AUTH_SOCK={agent2} {ssh} -A {customs}@localhost

Type  out  in window 2 while you work, then  in : nothing is lost. F2 changes the language, F10 quits.
{keys}
"""

PLACES = """
Parties, certificate files and passwords   {home}/demo/parties.json
Logs                                       {home}/demo/gateway.log, {home}/demo/host.log
The terminals' files and host keys         {home}/demo/terminal/host/
"""


class Stopped(Exception):
    """Somebody asked us to end."""


@dataclass
class Service:
    """A program that serves until it is told to stop, and writes to a log."""

    name: str
    process: subprocess.Popen[str]
    log: Path

    @classmethod
    def start(cls, name: str, log: Path, *command: str, tells: bool = False) -> Service:
        """Start it; Ctrl+C reaches it through us, once. `tells`: its standard output is for us."""
        with log.open("w") as opened:
            process = subprocess.Popen(
                [program(command[0]), *command[1:]], start_new_session=True, text=True,
                stdout=subprocess.PIPE if tells else opened, stderr=opened,
            )  # fmt: skip
        return cls(name, process, log)

    def ended(self) -> int:
        """Say that it did; the exit code for us."""
        code = self.process.wait()
        print(f"\nThe {self.name} ended with {code}. The end of {self.log}:", file=sys.stderr)
        for line in self.log.read_text(errors="replace").splitlines()[-SHOWN:]:
            print(f"  {line}", file=sys.stderr)
        return code if code > 0 else 1

    def stop(self) -> None:
        """End it, if it runs."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()


def main() -> int:
    """Run it all; the exit code."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path, default=Path("home"))
    arguments.add_argument("--port", type=int, default=8443)
    arguments.add_argument("--ssh-port", type=int, default=2222)
    given = arguments.parse_args()
    home, port, ssh_port = given.home.absolute(), given.port, given.ssh_port

    for number, other in ((port, "PORT=9443 HOME_DIR=./home2"), (ssh_port, "SSH_PORT=2223")):
        if busy := port_trouble(number, 0 if number == port else port):
            print(f"{busy} Stop that program, or choose another: make run {other}", file=sys.stderr)
            return 3
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    services: list[Service] = []
    try:
        new = not (home / "gateway.toml").exists()
        if new:
            run("eport-gateway", "init", "--demo", "--home", str(home), "--port", str(port))
        return serve(services, home, port, ssh_port, new=new)
    except Stopped:
        print("\nStopping …", flush=True)
        return 0
    except subprocess.CalledProcessError as error:
        print(f"{Path(error.cmd[0]).name} {error.cmd[1]} ended with {error.returncode}", file=sys.stderr)
        return error.returncode
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for service in reversed(services):
            service.stop()


def serve(services: list[Service], home: Path, port: int, ssh_port: int, *, new: bool) -> int:
    """Start both, try the gateway, tell all, wait until one ends; whoever called us ends `services`.

    In a new home customs files first which foreign customs there are: their officers can ask it nothing else.
    """
    url = f"https://localhost:{port}"
    logs = home / "demo" if (home / "demo").is_dir() else home
    gateway = Service.start(
        "gateway", logs / "gateway.log",
        "eport-gateway", "serve", "--home", str(home), "--port", str(port), "--host", "127.0.0.1",
    )  # fmt: skip
    services.append(gateway)
    if not wait_until_ready(gateway, url, home):
        return gateway.ended() if gateway.process.poll() is not None else 1
    if not (home / "demo" / "host.json").exists():
        print(f"{home} is no demo home, or one of an older version: nothing was sent, and nobody can log in.")
        print("For a demo with terminals take another home: make run HOME_DIR=./home2")
    else:
        try_sample(home, url)
        if new:
            tried("send", "--as", CUSTOMS, "--url", url, *FILED)
        host = Service.start(
            "terminal host", logs / "host.log", "eport-terminal", "host", "--demo", str(home), "--url", url,
            "--listen", "127.0.0.1", "--port", str(ssh_port), tells=True,
        )  # fmt: skip
        services.append(host)
        keys = host_keys(host)
        if not keys:
            return host.ended() if host.process.poll() is not None else 1
        tell(home, url, ssh_port, keys)
    return first_to_end(services).ended()


def tell(home: Path, url: str, ssh_port: int, keys: Sequence[str]) -> None:
    """All that somebody in front of a second window needs."""
    where, bin_folder = shlex.quote(str(home)), Path(sys.executable).parent
    known = home / "demo" / "terminal" / "host" / "known_hosts"
    people = json.loads((home / "demo" / "parties.json").read_text(encoding="utf-8"))
    told = [
        f"  {one['account']:<12}{one['accountPassword']:<22}{one['role']:<11}{one['holder']}, {one['name']}"
        for one in people
    ]
    print(GATEWAY.format(url=url, home=where, sample=SAMPLE, bin=bin_folder, operator=OPERATOR))
    print(
        PEOPLE.format(
            port=ssh_port, people="\n".join(told), operator=OPERATOR, customs=CUSTOMS,
            bin=bin_folder, home=where,
            ssh=f"ssh -p {ssh_port} -o UserKnownHostsFile={shlex.quote(str(known))}",
            card=f"{bin_folder}/eport-terminal virtual-card --agent --demo {where} --as {OPERATOR}",
            agent=f"{where}/demo/card/agent.sock", agent2=f"{where}/demo/card/agent2.sock",
            keys="\n".join(f"The host's key is {key}" for key in keys),
        )
    )  # fmt: skip
    print(PLACES.format(home=home), flush=True)


def try_sample(home: Path, url: str) -> None:
    """Send the signed sample as a demo party and print what comes back."""
    os.environ |= {"EPORT_DEMO": str(home), "EPORT_AS": OPERATOR}
    for arguments in (("send", "--fresh", "--wait", STORED, str(SAMPLE)), ("poll",)):
        if not tried(*arguments, "--url", url):
            return


def tried(*arguments: str) -> bool:
    """Say a command of the terminal and run it; whether it went well."""
    print(f"\n$ eport-terminal {' '.join(arguments)}", flush=True)
    try:
        run("eport-terminal", *arguments)
    except subprocess.CalledProcessError as error:
        print(f"The sample did not go through (exit code {error.returncode}); the gateway serves on.")
        print("To begin afresh, stop it and remove the home, or take another: make run HOME_DIR=./home2")
        return False
    return True


def program(name: str) -> str:
    """A program of this venv."""
    return str(Path(sys.executable).parent / name)


def run(name: str, *arguments: str) -> None:
    """Run a program to its end; raises CalledProcessError where it fails."""
    subprocess.run([program(name), *arguments], check=True, cwd=ROOT)


def stop(_number: int, _frame: FrameType | None) -> None:
    """Leave through the `finally` clauses."""
    raise Stopped


def port_trouble(port: int, taken: int) -> str:
    """Why nobody could listen on `port`, in words; '' when it can be had. `taken`: the other service's."""
    if not 0 < port < 65536:
        return f"Port {port} does not exist: ports go from 1 to 65535."
    if port == taken:
        return f"Port {port} was given to the gateway and to SSH."
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"Port {port} is in use by another program."
            return f"Port {port} cannot be used ({error.strerror})."
    return ""


def wait_until_ready(gateway: Service, url: str, home: Path) -> bool:
    """Ask /readyz until it says yes; False when the gateway ended or did not come up in time."""
    authority = home / "demo" / "ca.pem"
    context = ssl.create_default_context(cafile=authority if authority.exists() else None)
    until = time.monotonic() + START_SECONDS
    while gateway.process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/readyz", context=context, timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    if gateway.process.poll() is None:
        print(f"The gateway did not get ready within {START_SECONDS:.0f} seconds.", file=sys.stderr)
    return False


def host_keys(host: Service) -> list[str]:
    """The keys that the terminal host tells once it serves; none when it ended or did not come up in time."""
    assert host.process.stdout is not None
    ready, _, _ = select.select([host.process.stdout], [], [], START_SECONDS)
    if not ready:
        print(f"The terminal host did not get ready within {START_SECONDS:.0f} seconds.", file=sys.stderr)
        return []
    return [line for line in (host.process.stdout.readline().strip() for _ in range(2)) if line]


def first_to_end(services: Sequence[Service]) -> Service:
    """Wait until one of them ends; it."""
    ends = {os.pidfd_open(service.process.pid): service for service in services}
    ended, _, _ = select.select(list(ends), [], [])
    return ends[ended[0]]


if __name__ == "__main__":
    sys.exit(main())
