"""`make run`: a demo gateway, a signed message through the real client, its receipts, and then service.

Knows the two programs by their command lines only, as a user does; refuses to know how they work.
Exit codes are those of the program that failed; 3 where the port is taken.
"""

from __future__ import annotations

import argparse
import errno
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = Path("tests/samples/bonded/BVS111.xml")
START_SECONDS = 60.0
STORED = "120"  # 海关入库: the receipt that the sample ends with

AFTER = """
The gateway answers on {url} and goes on until Ctrl+C. In another shell:

  export PATH="{bin}:$PATH" EPORT_DEMO={home} EPORT_AS=operator1
  eport-terminal send --url {url} --fresh {sample}
  eport-terminal poll --url {url}
  eport-terminal poll --url {url} --as customs       # another party of the demo

  eport-terminal virtual-card                        # an IC card to sign with, lock, take out

  curl --cacert {home}/demo/ca.pem {url}/healthz
  eport-terminal sign --fresh --envelope {sample} > {home}/envelope.xml
  curl --cacert {home}/demo/ca.pem --data-binary @{home}/envelope.xml {url}/v1/messages

The demo's parties, their certificate files and passwords: {home}/demo/parties.json
"""


class Stopped(Exception):
    """Somebody asked us to end."""


def main() -> int:
    """Run it all; the exit code."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path, default=Path("home"))
    arguments.add_argument("--port", type=int, default=8443)
    given = arguments.parse_args()
    home, port = given.home.absolute(), given.port

    busy = port_trouble(port)
    if busy:
        advice = "Stop that program, or choose another port and home: make run PORT=9443 HOME_DIR=./home2"
        print(f"{busy} {advice}", file=sys.stderr)
        return 3
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        if not (home / "gateway.toml").exists():
            run("eport-gateway", "init", "--demo", "--home", str(home), "--port", str(port))
        return serve(home, port)
    except Stopped:
        return 0
    except subprocess.CalledProcessError as error:
        print(f"{Path(error.cmd[0]).name} {error.cmd[1]} ended with {error.returncode}", file=sys.stderr)
        return error.returncode


def serve(home: Path, port: int) -> int:
    """Start the gateway, try it, wait for its end; whatever happens, it does not outlive us."""
    url = f"https://localhost:{port}"
    gateway = subprocess.Popen(
        [program("eport-gateway"), "serve", "--home", str(home), "--port", str(port), "--host", "127.0.0.1"],
        start_new_session=True,  # Ctrl+C reaches it through us, once
    )
    try:
        if not wait_until_ready(gateway, url, home):
            return gateway.poll() or 1
        try_sample(home, url)
        bin_folder = Path(sys.executable).parent
        print(AFTER.format(url=url, home=home, sample=SAMPLE, bin=bin_folder), flush=True)
        return gateway.wait()
    finally:
        if gateway.poll() is None:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            gateway.terminate()
            gateway.wait()


def try_sample(home: Path, url: str) -> None:
    """Send the signed sample as a demo party and print what comes back."""
    if not (home / "demo" / "parties.json").exists():
        print(f"{home} is no demo home: nothing was sent")
        return
    os.environ |= {"EPORT_DEMO": str(home), "EPORT_AS": "operator1"}
    for arguments in (("send", "--fresh", "--wait", STORED, str(SAMPLE)), ("poll",)):
        print(f"\n$ eport-terminal {' '.join(arguments)}", flush=True)
        try:
            run("eport-terminal", *arguments, "--url", url)
        except subprocess.CalledProcessError as error:
            print(f"The sample did not go through (exit code {error.returncode}); the gateway serves on.")
            print("To begin afresh, stop it and remove the home, or take another: make run HOME_DIR=./home2")
            return


def program(name: str) -> str:
    """A program of this venv."""
    return str(Path(sys.executable).parent / name)


def run(name: str, *arguments: str) -> None:
    """Run a program to its end; raises CalledProcessError where it fails."""
    subprocess.run([program(name), *arguments], check=True, cwd=ROOT)


def stop(_number: int, _frame: FrameType | None) -> None:
    """Leave through the `finally` clauses."""
    raise Stopped


def port_trouble(port: int) -> str:
    """Why the gateway could not listen on `port`, in words; '' when it can."""
    if not 0 < port < 65536:
        return f"Port {port} does not exist: ports go from 1 to 65535."
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"Port {port} is in use by another program."
            return f"Port {port} cannot be used ({error.strerror})."
    return ""


def wait_until_ready(gateway: subprocess.Popen[bytes], url: str, home: Path) -> bool:
    """Ask /readyz until it says yes; False when the gateway ended or did not come up in time."""
    authority = home / "demo" / "ca.pem"
    context = ssl.create_default_context(cafile=authority if authority.exists() else None)
    until = time.monotonic() + START_SECONDS
    while gateway.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/readyz", context=context, timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    if gateway.poll() is None:
        print(f"The gateway did not get ready within {START_SECONDS:.0f} seconds.", file=sys.stderr)
    return False


if __name__ == "__main__":
    sys.exit(main())
