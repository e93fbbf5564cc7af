"""`routing`: the message types that go from party to party (转发报文), checked before a restart."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.cli.shell import Group, Surroundings, home_option, say, table
from gateway.routing.force import configured
from gateway.settings import Settings
from messages.catalogue import SchemaFolderError


@click.group(cls=Group)
def routing() -> None:
    """Messages without a workflow, from one party to others: types by configuration."""


@routing.command()
@home_option
def check(home: Path) -> None:
    """Check the types that are configured and their schemas, without a running gateway.

    It tells who may send and receive each, and whether the gateway has it in force already: it takes them up
    when it is started.
    """
    settings = Settings.load(home)
    try:
        routes, texts = configured(settings)
    except SchemaFolderError as error:
        raise Surroundings(str(error)) from error
    if not texts:
        say(f"no type is configured: docs/routing.md says how, the schemas go into {settings.routed_folder}")
        return
    table(
        ("type", "namespace", "senders", "receivers", "in force"),
        (
            (
                each.code,
                each.namespace,
                " ".join(sorted(each.senders)) or "all",
                " ".join(sorted(each.receivers)) or "all",
                "yes" if _in_force(settings, each.code, texts[each.code]) else "after a restart",
            )
            for each in routes.by_code.values()
        ),
    )


def _in_force(settings: Settings, code: str, text: bytes) -> bool:
    try:
        return (settings.routed_in_force / f"{code}.xsd").read_bytes() == text
    except FileNotFoundError:
        return False
