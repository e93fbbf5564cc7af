"""`host`: let people work on the terminal over SSH, with nothing installed."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from hardware.file import open_file
from hardware.signer import SignerError
from messages.signature.sign import Signer
from terminals.profile import Secret, gather
from terminals.trouble import Unusable

EXIT_CODES = """\b
Exit codes:
  0 told to stop, and stopped
  1 it cannot start; the log says why
  8 a file, certificate or setting cannot be used
"""

_FILE = click.Path(dir_okay=False)
_FOLDER = click.Path(file_okay=False)


@click.command(epilog=EXIT_CODES)
@click.option("--listen", help="Address to listen on [all].")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on [2222].")
@click.option("--state", type=_FOLDER, help="Folder of keys, of people's files, of host.toml.")
@click.option("--url", help="The gateway, https://host:port (EPORT_URL).")
@click.option("--ca", type=_FILE, help="PEM file of the CA that is trusted (EPORT_CA).")
@click.option("--p12", type=_FILE, help="The host's own certificate file, of role host (EPORT_P12).")
@click.option("--p12-password-file", type=_FILE, help="File with its password (EPORT_P12_PASSWORD_FILE).")
@click.option("--demo", type=_FOLDER, help="Home of a demo gateway: its CA and its host's file (EPORT_DEMO).")
def host(listen: str | None, port: int | None, state: str | None, **options: str | None) -> None:
    """Serve the terminal over SSH: ssh -p 2222 NAME@HOST, with the card's key (ssh -A) or a password.

    NAME is an account, or a card's number. Nobody gets a shell; sftp shows the account's own files. Limits
    are set in host.toml of the state folder, or as EPORT_HOST_IDLE_MINUTES and the like.
    """
    from terminals.host.serve import serve  # Twisted and Conch are not for every command
    from terminals.host.settings import Settings

    profile = gather(options, os.environ)
    folder = Path(state) if state else profile.path("state") / "host"
    settings = Settings.load(folder, listen=listen, port=port)
    home = options.get("demo") or os.environ.get("EPORT_DEMO")
    if home and not options.get("p12"):
        p12, password = _demo(Path(home).expanduser() / "demo" / "host.json")
    else:
        p12, password = profile.path("p12"), profile.secret("p12_password", _ask)
    ca = profile.path("ca")
    sys.exit(serve(settings, profile.need("url"), ca, _signer(p12, password), click.echo))


def _demo(told: Path) -> tuple[Path, Secret]:
    """The demo's host: its certificate file and password."""
    try:
        host = json.loads(told.read_text(encoding="utf-8"))
        return told.with_name(host["p12"]), Secret(host["password"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unusable(
            "demo-unreadable", file=told, reason=getattr(error, "strerror", None) or error
        ) from None


def _signer(p12: Path, password: Secret) -> Signer:
    try:
        return open_file(p12, password.reveal())
    except SignerError as error:
        raise Unusable("certificate-file", reason=error) from None


def _ask(name: str) -> str:
    return str(click.prompt(name.replace("_", " "), hide_input=True, err=True))
