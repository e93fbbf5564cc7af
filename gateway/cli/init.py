"""`init`: make a new gateway, for a trial with everything in it or for real with requests for a CA."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import Connection

from gateway import demo, passwords, pki
from gateway.cli.certificates import entry
from gateway.cli.homes import begin, make_requests, move_in
from gateway.cli.shell import Explained, Surroundings, at_a_terminal, home_option, refuse
from gateway.settings import FILE, Settings
from storage import cards, registry
from storage.database import Database

_TOML = """\
# Settings of this gateway. A value in the environment (EPORT_LIMITS__DEPTH=16) wins over this file.
{database}
[gateway]
dxp_id = {dxp_id}
cop_code = {cop_code}
name = {name}
desk_dxp_id = {desk}

[listen]
port = {port}
origins = {origins}
"""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What init was asked for."""

    database: str
    dxp_id: str
    cop_code: str
    name: str
    desk: str
    port: int
    hosts: tuple[str, ...]

    def toml(self) -> str:
        quoted = {key: json.dumps(value, ensure_ascii=False) for key, value in self._values().items()}
        return _TOML.format(**quoted | {"port": self.port, "database": self._database()})

    def _values(self) -> dict[str, object]:
        origins = [f"https://{host}:{{port}}" for host in self.hosts]
        return {
            "dxp_id": self.dxp_id,
            "cop_code": self.cop_code,
            "name": self.name,
            "desk": self.desk,
            "origins": origins,
        }

    def _database(self) -> str:
        return f"\ndatabase = {json.dumps(self.database)}\n" if self.database else ""


@click.command(cls=Explained)
@home_option
@click.option("--demo", "is_demo", is_flag=True, help="Make a CA, certificates and parties to try it out.")
@click.option(
    "--database", default="", metavar="URL", help="postgresql://user@host/name; else SQLite in the home."
)
@click.option(
    "--ca",
    "cas",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CA whose certificates are trusted, PEM or DER; may be given again. Needed without --demo.",
)
@click.option(
    "--host", "hosts", multiple=True, metavar="NAME", help="A name clients dial; may be given again."
)
@click.option("--dxp-id", default="DXPGATE000000001", show_default=True, help="The gateway's own dxpId.")
@click.option("--cop-code", default="0000000000", show_default=True, help="The gateway's own copCode.")
@click.option("--name", default="E-Port gateway", show_default=True, help="The gateway's own copName.")
@click.option("--desk", default="DXPCUS0000000001", show_default=True, help="dxpId that answers the systems.")
@click.option("--port", default=8443, show_default=True, type=click.IntRange(1, 65535))
def init(
    home: Path,
    is_demo: bool,
    database: str,
    cas: tuple[Path, ...],
    hosts: tuple[str, ...],
    dxp_id: str,
    cop_code: str,
    name: str,
    desk: str,
    port: int,
) -> None:
    """Make the home of a new gateway.

    With --demo everything is made and registered, and told in HOME/demo/. Without it a CA must be named; keys
    are made, and the requests in HOME/certs/*.csr go to that CA.
    """
    if is_demo and (cas or hosts):
        raise click.UsageError("--demo makes its own CA and names: leave out --ca and --host")
    if not is_demo:
        cas = cas or _ask_for_ca()
        hosts = hosts or _ask_for_host()
    wish = _Wish(database, dxp_id, cop_code, name, desk, port, demo.HOSTS if is_demo else hosts)
    stage = begin(home)
    now = datetime.now(UTC)
    try:
        pki.write_whole(stage / FILE, wish.toml().encode())  # the database's URL may hold a password
        settings = Settings.load(stage)
        if is_demo:
            (stage / "demo").mkdir()
            issued = demo.make(settings, now)
            _prepare_database(settings, issued, now)
        else:
            _make_requests(settings, cas, hosts)
            _prepare_database(settings, (), now)
        move_in(stage, home)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    click.echo(_demo_told(home, port) if is_demo else _real_told(home))


def _ask_for_ca() -> tuple[Path, ...]:
    if not at_a_terminal():
        raise click.UsageError(
            "a real gateway needs --ca FILE, the CA of its parties (or --demo to try it out)"
        )
    kind = click.Path(exists=True, dir_okay=False, path_type=Path)
    return (click.prompt("File of the CA whose certificates are trusted", type=kind, err=True),)


def _ask_for_host() -> tuple[str, ...]:
    if not at_a_terminal():
        raise click.UsageError("a real gateway needs --host NAME, the name that its clients dial")
    return (click.prompt("Name that clients dial", err=True),)


def _make_requests(settings: Settings, files: Sequence[Path], hosts: Sequence[str]) -> None:
    for file in files:
        for certificate in pki.load_certificates(file):
            if not pki.is_authority(certificate):
                refuse(f"{file}: {certificate.subject.rfc4514_string()} is no CA's certificate")
            target = settings.ca_folder / f"{pki.fingerprint(certificate)[:16]}.pem"
            target.write_bytes(pki.pem(certificate))
    make_requests(settings, hosts)


def _prepare_database(settings: Settings, issued: Sequence[demo.Issued], now: datetime) -> None:
    database = Database(settings.database_url)
    try:
        database.upgrade()
        if database.file is not None:
            database.file.chmod(0o600)
        with database.write() as connection:
            if registry.parties(connection):
                raise Surroundings("the database holds a gateway's parties already: name an empty one")
            if issued:
                _register(connection, issued, now)
    finally:
        database.close()


def _register(connection: Connection, issued: Sequence[demo.Issued], now: datetime) -> None:
    for party in demo.PARTIES:
        new = registry.Party(party.dxp_id, party.cop_code, party.name, party.kind, now)
        registry.add_party(connection, new)
    with click.progressbar(issued, label="accounts", file=sys.stderr, hidden=not at_a_terminal()) as holders:
        for each in holders:
            who = each.who
            certificate = entry(each.certificate, who.party.dxp_id, who.role)
            cards.take_number(connection, demo.OFFICE)  # holders without a card are counted too
            if each.card is None:
                registry.add_certificate(connection, certificate)
            else:
                cards.add(connection, each.card)
                cards.activate(connection, each.card.number, "", [certificate], now, "init --demo")
            if not each.account_password:
                continue
            hashed = passwords.hashed(each.account_password)
            account = registry.Account(who.file, who.party.dxp_id, who.role, who.holder, hashed, now)
            registry.add_account(connection, account)


def _demo_told(home: Path, port: int) -> str:
    holders = "\n".join(
        f"  {who.role:10} {who.file:12} {who.party.dxp_id}  {who.holder}, {who.party.name}"
        for who in demo.HOLDERS
    )
    return f"""\
A demo gateway is in {home}. For trying out only, never for real messages.

{holders}

Each has a certificate file and an account of the name in the second column; the passwords are in
  {home / "demo" / "parties.json"}

Start it:   eport-gateway serve --home {home} --port {port}
Send:       eport-terminal send --demo {home} --as operator1 --fresh MESSAGE.xml
Receipts:   eport-terminal poll --demo {home} --as operator1
With curl:  curl --cacert {home / "demo" / "ca.pem"} https://localhost:{port}/healthz"""


def _real_told(home: Path) -> str:
    return f"""\
The home of a gateway is in {home}; it cannot start before its certificates are there:

1. Have these requests signed; the CA must keep the extensions that they ask for:
     {home / "certs" / "gateway.csr"}   signs replies and receipts: by a CA that you named
     {home / "certs" / "tls.csr"}       the TLS server
2. eport-gateway cert install gateway ISSUED.pem --home {home}
   eport-gateway cert install tls ISSUED.pem --home {home}
3. eport-gateway party add …, eport-gateway cert register …
4. eport-gateway serve --home {home}

The private keys are in {home / "keys"}; they are in no backup but your own and in those of eport-gateway."""
