"""`registration`: what newcomers and holders asked for (自助注册), approved or refused.

Approving carries the request out: it registers the party unless it is there, and the certificate or account.
A request's body is as POST /v1/registrations took it: dxpId, copCode, name, kind, role, holder, certificate
(DER in base64), account, passwordHash.
"""

from __future__ import annotations

import base64
import getpass
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from cryptography import x509
from sqlalchemy import Connection

from gateway.cli.certificates import entry, trust
from gateway.cli.shell import Group, home_option, opened, refuse, table
from gateway.cli.values import WORD
from gateway.settings import Settings
from storage import registrations, registry

_STATES = {
    "pending": registrations.PENDING,
    "approved": registrations.APPROVED,
    "refused": registrations.REFUSED,
}
_SECRET = ("password", "passwordHash", "password_hash")


@click.group(cls=Group)
def registration() -> None:
    """Requests to take part, waiting for a decision."""


@registration.command("list")
@click.option("--state", type=click.Choice([*_STATES, "all"]), default="pending", show_default=True)
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@home_option
def list_(home: Path, state: str, limit: int) -> None:
    """List requests, oldest first."""
    with opened(home) as (_settings, database), database.read() as connection:
        found = registrations.listed(connection, _STATES.get(state), limit)
    table(
        ("number", "filed", "kind", "state", "dxpId", "name"),
        (
            (
                each.id,
                f"{each.created_at:%Y-%m-%d %H:%M}Z",
                each.kind,
                each.state,
                each.body.get("dxpId"),
                each.body.get("name") or each.body.get("holder"),
            )
            for each in found
        ),
    )


@registration.command()
@click.argument("number", type=click.IntRange(1))
@home_option
def show(home: Path, number: int) -> None:
    """Show one request whole, but for its password."""
    with opened(home) as (_settings, database), database.read() as connection:
        found = _get(connection, number)
    click.echo(f"{found.kind}, {found.state}, filed {found.created_at:%Y-%m-%d %H:%M}Z")
    if found.decided_at is not None:
        click.echo(f"decided {found.decided_at:%Y-%m-%d %H:%M}Z by {found.decided_by}: {found.reason or '-'}")
    shown = {key: value for key, value in found.body.items() if key not in _SECRET}
    click.echo(json.dumps(shown, ensure_ascii=False, indent=2))


@registration.command()
@click.argument("number", type=click.IntRange(1))
@click.option("--role", type=WORD, help="Instead of the role that was asked for.")
@click.option("--reason", default="", help="Kept with the decision.")
@home_option
def approve(home: Path, number: int, role: str | None, reason: str) -> None:
    """Approve a request and carry it out."""
    now = datetime.now(UTC)
    with opened(home) as (settings, database), database.write() as connection:
        found = _get(connection, number)
        registrations.decide(
            connection, number, registrations.APPROVED, by=getpass.getuser(), at=now, reason=reason
        )
        done = _carry_out(connection, settings, found, role, now)
    click.echo(f"approved request {number}: {', '.join(done)}")


@registration.command("refuse")
@click.argument("number", type=click.IntRange(1))
@click.option("--reason", required=True, help="Why; the requester is told.")
@home_option
def refuse_(home: Path, number: int, reason: str) -> None:
    """Refuse a request."""
    with opened(home) as (_settings, database), database.write() as connection:
        registrations.decide(
            connection,
            number,
            registrations.REFUSED,
            by=getpass.getuser(),
            at=datetime.now(UTC),
            reason=reason,
        )
    click.echo(f"refused request {number}")


def _get(connection: Connection, number: int) -> registrations.Registration:
    found = registrations.get(connection, number)
    if found is None:
        refuse(f"there is no request {number}; see: eport-gateway registration list --state all")
    return found


def _carry_out(
    connection: Connection,
    settings: Settings,
    request: registrations.Registration,
    role: str | None,
    now: datetime,
) -> list[str]:
    """Register what the request names; says what was done. Ends the command when it names too little."""
    body: Mapping[str, Any] = request.body
    dxp_id = _text(body, "dxpId")
    done = []
    if registry.party(connection, dxp_id) is None:
        party = registry.Party(dxp_id, _text(body, "copCode"), _text(body, "name"), _text(body, "kind"), now)
        registry.add_party(connection, party)
        done.append(f"party {dxp_id}")
    if body.get("certificate"):
        certificate = _certificate(_text(body, "certificate"))
        trust(settings).check(certificate, now)
        new = entry(certificate, dxp_id, role or _text(body, "role"))
        registry.add_certificate(connection, new)
        done.append(f"certificate {new.fingerprint[:16]}")
    if body.get("account"):
        account = registry.Account(
            name=_text(body, "account"),
            dxp_id=dxp_id,
            role=role or _text(body, "role"),
            holder=_text(body, "holder"),
            password_hash=_text(body, "passwordHash"),
            created_at=now,
        )
        registry.add_account(connection, account)
        done.append(f"account {account.name}")
    if not done:
        refuse(f"request {request.id} asks for nothing that is not registered already")
    return done


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        refuse(f"the request lacks {name}: refuse it with this reason")
    return value


def _certificate(text: str) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(base64.b64decode(text, validate=True))
    except ValueError as error:
        refuse(f"the certificate in the request cannot be read ({error}): refuse it with this reason")
