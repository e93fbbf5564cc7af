"""`serve`: run the gateway of a home until it is told to stop."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path

import click

from gateway import logs, pki
from gateway.cli.shell import Explained, Surroundings, home_option, refuse
from gateway.settings import Settings
from gateway.tools import trust
from hardware.memory import keep_memory_private
from messages.catalogue import SchemaFolderError
from storage.database import Database
from storage.listen import NameTaken


@click.command(cls=Explained)
@home_option
@click.option("--port", type=click.IntRange(1, 65535), help="Instead of the port in the settings.")
@click.option(
    "--host", metavar="ADDRESS", help="Instead of the address in the settings; 127.0.0.1: this machine."
)
@click.option("--sandbox", is_flag=True, help="For developers' tests: they order faults. Demo homes only.")
def serve(home: Path, port: int | None, host: str | None, sandbox: bool) -> None:
    """Run the gateway until SIGTERM or Ctrl+C.

    It finishes what it has answered for before it ends. A database of an older version is upgraded first.
    """
    keep_memory_private()
    with suppress(PermissionError):  # somebody else's folder: he decides who looks into it
        home.chmod(0o700)
    given = {"port": port, "host": host}
    settings = Settings.load(home, listen={name: value for name, value in given.items() if value is not None})
    if sandbox and not settings.demo.is_dir():
        raise Surroundings(f"{home} is no demo's home: a gateway in earnest has no sandbox")
    _check_files(settings)
    _check_port(settings.listen.host, settings.listen.port)
    database = Database(settings.database_url)
    try:
        database.upgrade()
    finally:
        database.close()
    logs.configure(settings.logs.level)
    from gateway import process, tls  # here, so that no other command loads the reactor

    logs.begin_twisted()
    try:
        process.serve(settings, sandbox=sandbox)
    except NameTaken as error:
        refuse(str(error))  # worth another start: of who was switched off the database lets go only by and by
    except (process.AlreadyRunning, tls.TlsUnusable, SchemaFolderError) as error:
        raise Surroundings(str(error)) from error


def _check_files(settings: Settings) -> None:
    """Read keys, certificates, CAs and revocation lists before anything is started with them."""
    pairs = [("gateway", settings.gateway_key, settings.gateway_certificate)]
    if settings.listen.tls:
        pairs.append(("tls", settings.tls_key, settings.tls_certificate))
    for purpose, key_file, certificate_file in pairs:
        request = certificate_file.with_suffix(".csr")
        if not certificate_file.exists() and request.exists():
            raise Surroundings(
                f"{certificate_file} is missing; have {request} signed and run: "
                f"eport-gateway cert install {purpose} ISSUED.pem"
            )
        try:
            key, chain = pki.load_key(key_file), pki.load_certificates(certificate_file)
        except pki.PkiError as error:
            raise Surroundings(str(error)) from error
        if chain[0].public_key() != key.public_key():
            raise Surroundings(f"the certificate in {certificate_file} is not of the key in {key_file}")
    try:
        trust(settings.ca_folder, settings.crl_folder)
    except pki.PkiError as error:
        raise Surroundings(f"{error}; put the whole file there, or take it away") from error


def _check_port(host: str, port: int) -> None:
    """End with a sentence instead of a traceback when nobody could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Surroundings(
                f"cannot listen on {host} port {port}: {error.strerror}. "
                "Stop the program that does, or choose another with --port"
            ) from error
