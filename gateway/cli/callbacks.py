"""`callback`: where parties' receipts are posted to: how each stands, pausing one, and letting it go on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from gateway.cli.shell import Group, home_option, opened, refuse, say, table
from storage import callbacks, pushes
from storage.callbacks import ACTIVE, Callback


@click.group(cls=Group)
def callback() -> None:
    """Callbacks (推送地址) that parties' receipts are posted to."""


@callback.command("list")
@click.option("--broken", "only", is_flag=True, help="Only those whose breaker is open.")
@home_option
def list_(home: Path, only: bool) -> None:
    """List callbacks, how far each has come and what it last failed with."""
    with opened(home) as (_settings, database), database.read() as connection:
        found = callbacks.broken(connection) if only else callbacks.listed(connection)
        waiting = {each.party: pushes.waiting(connection, each) for each in found}
    table(
        ("party", "state", "waiting", "failures", "last taken", "next try", "registered by", "url", "error"),
        (
            (
                each.party, _state(each), waiting[each.party], each.failures, _time(each.posted_at),
                _time(each.due_at) if each.state == ACTIVE and each.failures else "", each.holder, each.url,
                each.error,
            )
            for each in found
        ),
    )  # fmt: skip


@callback.command()
@click.argument("party")
@click.option("--reason", required=True, help="Shown to the party.")
@home_option
def pause(home: Path, party: str, reason: str) -> None:
    """Post nothing more to a party's callback; its receipts wait, and are polled as ever.

    The party can change nothing about it until it is let go on.
    """
    with opened(home) as (_settings, database), database.write() as connection:
        if not callbacks.pause(connection, party, reason, datetime.now(UTC)):
            refuse(f"{party} has no callback; see: eport-gateway callback list")
    say(f"the callback of {party} is paused")


@callback.command()
@click.argument("party")
@home_option
def resume(home: Path, party: str) -> None:
    """Let a paused, stopped or broken callback go on at once, where it had come to."""
    with opened(home) as (_settings, database), database.write() as connection:
        if not callbacks.resume(connection, party, datetime.now(UTC)):
            refuse(f"{party} has no callback; see: eport-gateway callback list")
    say(f"the callback of {party} goes on")


def _state(one: Callback) -> str:
    return "broken" if one.state == ACTIVE and one.broken_at is not None else one.state


def _time(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S}Z"
