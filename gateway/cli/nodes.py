"""`node`: the gateways that share one PostgreSQL (网关节点), and the home of another one."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import click

from gateway import pki
from gateway.cli.homes import begin, make_requests, move_in
from gateway.cli.shell import Group, home_option, opened, refuse, say, table
from gateway.cli.values import Pattern
from gateway.settings import FILE, Settings
from storage import nodes
from storage.nodes import Node

NAME = Pattern("name", r"[A-Za-z0-9-]{1,32}", "a node's name has 1 to 32 letters, digits and hyphens")
_KEYS = ("keys/gateway.key", "keys/tls.key", "certs/gateway.pem", "certs/tls.pem")
_TRUST = ("certs/ca", "certs/crl", "certs/former", "demo")
_SECTION = re.compile(r"^\s*\[", re.MULTILINE)


@click.group(cls=Group)
def node() -> None:
    """The gateways (网关节点) that share this one's PostgreSQL."""


@node.command("list")
@home_option
def list_(home: Path) -> None:
    """List the gateways of the database: which live, since when, and what version they are."""
    with opened(home) as (_settings, database), database.read() as connection:
        now = nodes.moment(connection)
        found = nodes.listed(connection)
    table(
        ("node", "number", "started", "seen", "version"),
        (
            (
                each.name,
                each.number,
                "" if each.started_at is None else f"{each.started_at:%Y-%m-%d %H:%M:%S}Z",
                "stopped" if each.seen_at is None else f"{(now - each.seen_at).total_seconds():.0f} s ago",
                each.version,
            )
            for each in found
        ),
    )


@node.command()
@click.argument("place", metavar="NEW_HOME", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", type=NAME, help="Of the new node, among those of the database; else a number.")
@click.option(
    "--host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="Make keys of its own instead of sharing this gateway's, and requests for a CA, for TLS with this "
    "name; may be given again.",
)
@home_option
def add(home: Path, place: Path, name: str | None, hosts: tuple[str, ...]) -> None:
    """Make the home of another gateway on this one's PostgreSQL, from this one's settings and certificates.

    It may be moved to another machine. Both then serve the same parties: a client may choose either, and
    another one for every call.
    """
    place = place.expanduser().absolute()
    with opened(home) as (settings, database), database.write() as connection:
        if database.dialect != "postgresql":
            refuse(
                "this gateway's database is SQLite, which serves one gateway: make one with "
                "eport-gateway init --database postgresql://…, or restore a backup with --database"
            )
        known = nodes.listed(connection)
        name = name or _free(known, settings)
        if name == settings.node or name in {each.name for each in known}:
            refuse(f"there is a node {name} already: give the new one another --name")
        stage = begin(place)
        try:
            _furnish(settings, stage, name, hosts)
            for each in (settings.node, name):
                nodes.number(connection, each)
            move_in(stage, place)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    say(_told(settings, place, name, hosts))


def _free(known: Sequence[Node], settings: Settings) -> str:
    taken = {settings.node, *(each.name for each in known)}
    return next(str(number) for number in range(2, len(taken) + 3) if str(number) not in taken)


def _furnish(settings: Settings, stage: Path, name: str, hosts: Sequence[str]) -> None:
    text = (settings.home / FILE).read_text(encoding="utf-8")
    pki.write_whole(stage / FILE, _renamed(text, name, settings).encode())
    made = Settings.load(stage)
    if made.node != name or made.database_url != settings.database_url:
        refuse(f"{settings.home / FILE} is written in a way that cannot be taken over: copy and change it")
    schemas = () if settings.routing.folder.is_absolute() else (settings.routing.folder,)
    for folder in (*_TRUST, *schemas):
        if (settings.home / folder).is_dir():
            shutil.copytree(settings.home / folder, stage / folder, dirs_exist_ok=True)
    if hosts:
        make_requests(made, hosts)
        return
    for file in _KEYS:
        if (settings.home / file).exists():
            pki.write_whole(stage / file, (settings.home / file).read_bytes())


def _renamed(text: str, name: str, settings: Settings) -> str:
    """The settings with another name for the node, and the attachments where they are now."""
    begins = _SECTION.search(text)
    top, sections = (text[: begins.start()], text[begins.start() :]) if begins else (text, "")
    top = re.sub(r"^\s*node\s*=.*\n?", "", top, flags=re.MULTILINE)
    if not re.search(r"^\s*database\s*=", top, re.MULTILINE):  # it came from the environment
        top += f"database = {json.dumps(settings.database_url)}\n"
    if settings.files.folder is None:
        sections = f"{sections.rstrip()}\n\n[files]\nfolder = {json.dumps(str(settings.attachments))}\n"
    return f"{top.rstrip()}\nnode = {json.dumps(name)}\n\n{sections}"


def _told(settings: Settings, place: Path, name: str, hosts: Sequence[str]) -> str:
    requests = f"""
Have these requests signed, the first by a CA that the parties trust, and install what is issued:
  {place / "certs" / "gateway.csr"}
  {place / "certs" / "tls.csr"}
  eport-gateway cert install gateway ISSUED.pem --home {place}
  eport-gateway cert install tls ISSUED.pem --home {place}
"""
    return f"""\
The home of node {name} is in {place}. It holds private keys: move it to its machine like them.
{requests if hosts else ""}
Both gateways keep attachments in {settings.attachments}: mount that folder at the same path on the
other machine, or change [files] folder in both gateway.toml.
On one machine give each its own port ([listen] port in {place / FILE}).
Start it:   eport-gateway serve --home {place}
See both:   eport-gateway node list --home {settings.home}"""
