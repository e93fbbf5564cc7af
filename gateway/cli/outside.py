"""`notice`: what goes to the outside by e-mail: what waits, what failed and why, and trying it anew."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from gateway.cli.shell import Group, home_option, opened, refuse, say, table
from storage import notices

_STATES = (notices.WAITING, notices.SENT, notices.FAILED)


@click.group(cls=Group)
def notice() -> None:
    """Notices to the outside (e-mail)."""


@notice.command("list")
@click.option("--state", type=click.Choice([*_STATES, "all"]), default="all", show_default=True)
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@home_option
def list_(home: Path, state: str, limit: int) -> None:
    """List notices, newest first."""
    with opened(home) as (_settings, database), database.read() as connection:
        found = notices.listed(connection, () if state == "all" else (state,), limit)
    table(
        ("number", "written", "state", "tries", "address", "subject", "Message-ID", "error"),
        (
            (
                each.id, f"{each.created_at:%Y-%m-%d %H:%M}Z", each.state, each.attempts, each.address,
                each.subject, each.name, each.error,
            )
            for each in found
        ),
    )  # fmt: skip


@notice.command()
@click.argument("number", type=click.IntRange(1))
@home_option
def retry(home: Path, number: int) -> None:
    """Try a notice that has failed as if it were new, under its old Message-ID."""
    with opened(home) as (_settings, database), database.write() as connection:
        if not notices.revive(connection, number, datetime.now(UTC)):
            refuse(f"notice {number} has not failed, or its text is gone; see: eport-gateway notice list")
    say(f"notice {number} is tried again")


@notice.command()
@click.argument("name")
@click.option("--reason", required=True, help="What the letter that came back says.")
@home_option
def bounced(home: Path, name: str, reason: str) -> None:
    """Note that a letter came back to the sender's mailbox; NAME is its Message-ID."""
    with opened(home) as (_settings, database), database.write() as connection:
        if not notices.bounced(connection, name, datetime.now(UTC), f"came back: {reason}"):
            refuse(f"no notice of the name {name} was sent; see: eport-gateway notice list --state sent")
    say(f"noted that {name} came back")
