"""`work`: nodes whose processing failed again and again (处理失败的节点), and another try of them."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.cli.shell import Group, home_option, opened, plain, refuse, say, table
from storage import nodes, waiting


@click.group(cls=Group)
def work() -> None:
    """What could not be processed: it is tried again by itself, ever more seldom, and never given up."""


@work.command("list")
@click.option(
    "--attempts", default=1, show_default=True, type=click.IntRange(1), help="That failed, or more."
)
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@home_option
def list_(home: Path, attempts: int, limit: int) -> None:
    """List what failed, oldest first."""
    with opened(home) as (_settings, database), database.read() as connection:
        count, found = waiting.failing(connection, attempts, limit)
    table(
        ("number", "party and case", "failed", "tried again", "error"),
        (
            (
                each.id,
                plain(each.order_key),
                each.attempts,
                f"{each.due_at:%Y-%m-%d %H:%M:%S}Z",
                plain(each.reason),
            )
            for each in found
        ),
    )
    if count > len(found):
        say(f"and {count - len(found)} more")


@work.command()
@click.argument("number", type=click.IntRange(1))
@home_option
def retry(home: Path, number: int) -> None:
    """Try one again within seconds, in place of when its turn would come."""
    with opened(home) as (_settings, database), database.write() as connection:
        if not waiting.at_once(connection, number, nodes.moment(connection)):
            refuse(f"there is no work item {number} that failed; see: eport-gateway work list")
    say(f"work item {number} is tried again")
