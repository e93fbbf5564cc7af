"""`backup` and `restore`: one file with everything a gateway is, taken while it runs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from gateway.cli.shell import Explained, Progress, home_option, opened, refuse, say
from gateway.cli.values import FILE as EXISTING
from gateway.settings import FILE
from storage import backup as backups


@click.command(cls=Explained)
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; it must not exist yet.",
)
@home_option
def backup(home: Path, target: Path) -> None:
    """Back up the database, attachments, settings, certificates and keys into one file, at any time.

    The file holds the gateway's private keys: keep it like them.
    """
    with opened(home) as (settings, database), Progress() as progress:
        if target.exists():
            refuse(f"{target} exists: a backup never replaces another")
        backups.backup(database, home, target, progress)
    say(f"backed up to {target} ({target.stat().st_size / 1e6:.1f} MB)")
    if home not in settings.attachments.parents:
        say(f"the attachments in {settings.attachments} are not in it: back that folder up now")


@click.command(cls=Explained)
@click.argument("file", type=EXISTING)
@click.option("--database", default="", metavar="URL", help="An empty PostgreSQL database to restore into.")
@home_option
def restore(file: Path, home: Path, database: str) -> None:
    """Make the gateway in the backup FILE again, in an empty folder (and an empty database).

    Every file is compared with its checksum first. Mailbox positions go on beyond all that were ever given
    out, so that no client's old cursor can step over a new receipt.
    """
    url = database or f"sqlite:///{home / 'gateway.db'}"
    with Progress() as progress:
        backups.restore(file, home, url, progress)
    _point_to(home, database)
    say(f"restored to {home}; start it with: eport-gateway serve --home {home}")


def _point_to(home: Path, database: str) -> None:
    """Let the restored settings name the database that was restored into, the home's own when it is empty."""
    settings = home / FILE
    lines = settings.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not re.match(r"database\s*=", line)]
    if database:
        first_section = next((at for at, line in enumerate(kept) if line.startswith("[")), len(kept))
        kept.insert(first_section, f"database = {json.dumps(database)}\n")
    settings.write_text("\n".join(kept) + "\n", encoding="utf-8")
