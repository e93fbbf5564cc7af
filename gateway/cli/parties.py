"""`party`: who may take part (参与方), and how much of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from gateway.cli.shell import Group, fields, home_option, opened, plain, refuse, say, table
from gateway.cli.values import COP_CODE, DXP_ID, WORD
from storage import registry, sessions


@click.group(cls=Group)
def party() -> None:
    """The parties (参与方): whoever sends and receives messages under a dxpId of their own."""


@party.command()
@click.argument("dxp_id", type=DXP_ID)
@click.option("--cop-code", required=True, type=COP_CODE, help="Ten digits or capital letters.")
@click.option("--name", required=True)
@click.option("--kind", required=True, type=WORD, help="What the party is; bulletins are addressed by it.")
@home_option
def add(home: Path, dxp_id: str, cop_code: str, name: str, kind: str) -> None:
    """Register a party."""
    new = registry.Party(dxp_id, cop_code, name, kind, datetime.now(UTC))
    with opened(home) as (settings, database), database.write() as connection:
        if dxp_id == settings.gateway.dxp_id:
            refuse(f"{dxp_id} is the gateway's own dxpId")
        registry.add_party(connection, new)
    say(f"registered {dxp_id}; next: eport-gateway cert register FILE --party {dxp_id} --role ROLE")


@party.command("list")
@home_option
def list_(home: Path) -> None:
    """List the parties."""
    with opened(home) as (_settings, database), database.read() as connection:
        found = registry.parties(connection)
    table(
        ("dxpId", "copCode", "kind", "state", "name"),
        ((each.dxp_id, each.cop_code, each.kind, each.state, each.name) for each in found),
    )


@party.command()
@click.argument("dxp_id", type=DXP_ID)
@home_option
def show(home: Path, dxp_id: str) -> None:
    """Show one party with its certificates and accounts."""
    with opened(home) as (_settings, database), database.read() as connection:
        found = registry.party(connection, dxp_id)
        if found is None:
            refuse(f"{dxp_id} is not registered; see: eport-gateway party list")
        certificates = registry.certificates(connection, dxp_id)
        accounts = [each for each in registry.accounts(connection) if each.dxp_id == dxp_id]
    limit = "the settings'"
    if found.rate:
        limit = f"{found.rate['per_second']:g} messages a second, {found.rate['burst']} at once"
    values = (
        ("dxpId", found.dxp_id),
        ("copCode", found.cop_code),
        ("name", found.name),
        ("kind", found.kind),
        ("state", found.state),
        ("limit", limit),
        ("since", f"{found.created_at:%Y-%m-%d}"),
    )
    fields(values, 8)
    for each in certificates:
        say(
            f"certificate {each.fingerprint[:16]}  {each.role}  {each.card or 'no card'}  {each.state}  "
            f"to {each.not_after:%Y-%m-%d}  {plain(each.holder)}"
        )
    for account in accounts:
        say(f"account {account.name}  {account.role}  {account.state}  {plain(account.holder)}")


@party.command()
@click.argument("dxp_id", type=DXP_ID)
@home_option
def disable(home: Path, dxp_id: str) -> None:
    """Refuse the party's messages and end its sessions, until it is enabled again."""
    with opened(home) as (_settings, database), database.write() as connection:
        registry.change_party(connection, dxp_id, state=registry.SUSPENDED)
        ended = sessions.delete_for_party(connection, dxp_id)
    say(f"disabled {dxp_id}; {ended} sessions ended")


@party.command()
@click.argument("dxp_id", type=DXP_ID)
@home_option
def enable(home: Path, dxp_id: str) -> None:
    """Accept the party's messages again."""
    with opened(home) as (_settings, database), database.write() as connection:
        registry.change_party(connection, dxp_id, state=registry.ACTIVE)
    say(f"enabled {dxp_id}")


@party.command()
@click.argument("dxp_id", type=DXP_ID)
@click.option("--per-second", type=click.FloatRange(min=0, min_open=True), help="Messages a second, lasting.")
@click.option("--burst", type=click.IntRange(min=1), help="Messages at once; default: one second's.")
@click.option("--default", "drop", is_flag=True, help="Back to the limit in the settings.")
@home_option
def limit(home: Path, dxp_id: str, per_second: float | None, burst: int | None, drop: bool) -> None:
    """Give a party a rate limit of its own."""
    if drop == (per_second is not None) or (drop and burst is not None):
        raise click.UsageError("give either --per-second (and --burst), or --default")
    rate = None
    if per_second is not None:
        rate = {"per_second": per_second, "burst": burst or max(1, round(per_second))}
    with opened(home) as (_settings, database), database.write() as connection:
        registry.change_party(connection, dxp_id, rate=rate)
    say(
        f"{dxp_id}: {rate['per_second']:g} a second, {rate['burst']} at once"
        if rate
        else f"{dxp_id}: default"
    )
