"""`bulletin`: what everyone, or one kind of party, is told (公告)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click

from gateway.cli.shell import Group, home_option, opened, refuse, say, table
from gateway.cli.values import WORD
from storage import bulletins


@click.group(cls=Group)
def bulletin() -> None:
    """Bulletins (公告) that terminals show."""


@bulletin.command()
@click.argument("title")
@click.option(
    "--body", type=click.File(encoding="utf-8"), required=True, help="File of the text (-: standard input)."
)
@click.option("--kind", default="notice", show_default=True, type=WORD)
@click.option("--audience", type=WORD, help="A kind of party; without it everyone.")
@home_option
def publish(home: Path, title: str, body: TextIO, kind: str, audience: str | None) -> None:
    """Publish a bulletin."""
    text = body.read().strip()
    if not text:
        refuse("the text is empty")
    with opened(home) as (settings, database), database.write() as connection:
        number = bulletins.publish(
            connection,
            kind,
            title,
            text,
            settings.gateway.dxp_id,
            datetime.now(UTC),
            audience or bulletins.EVERYONE,
        )
    say(f"published bulletin {number}")


@bulletin.command("list")
@click.option("--audience", type=WORD, help="What this kind of party sees; without it what everyone sees.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@home_option
def list_(home: Path, audience: str | None, limit: int) -> None:
    """List bulletins, newest first."""
    with opened(home) as (_settings, database), database.read() as connection:
        found = bulletins.listed(connection, [audience] if audience else [], limit=limit)
    table(
        ("number", "published", "kind", "audience", "title"),
        (
            (each.id, f"{each.published_at:%Y-%m-%d %H:%M}Z", each.kind, each.audience, each.title)
            for each in found
        ),
    )


@bulletin.command()
@click.argument("number", type=click.IntRange(1))
@home_option
def withdraw(home: Path, number: int) -> None:
    """Take a bulletin back."""
    with opened(home) as (_settings, database), database.write() as connection:
        if not bulletins.withdraw(connection, number, datetime.now(UTC)):
            refuse(f"there is no bulletin {number}; see: eport-gateway bulletin list")
    say(f"withdrew bulletin {number}")
