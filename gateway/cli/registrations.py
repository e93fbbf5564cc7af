"""`registration`: what newcomers and holders asked for (自助注册), approved or refused.

Approving carries the request out: it registers the party, and the certificate that the CA issued for it. A
request's body is as POST /v1/registrations took it: copCode, name, kind and perhaps csr of a new party;
dxpId, holder, role, card and csr of another certificate; role, copCode, name and contact of an account, which
comes to be with its party.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from cryptography import x509
from sqlalchemy import Connection

from gateway import admission, pki, requested
from gateway.cli.certificates import add_holder, entry
from gateway.cli.shell import Group, home_option, opened, plain, refuse, say, table
from gateway.cli.values import DXP_ID, FILE, WORD
from gateway.outbound import texts
from gateway.outbound.notices import Notices
from gateway.settings import Settings
from storage import heads, registrations, registry
from storage.journal import Chain

_STATES = {
    "pending": registrations.PENDING,
    "approved": registrations.APPROVED,
    "refused": registrations.REFUSED,
    "unproven": registrations.UNPROVEN,
    "expired": registrations.EXPIRED,
}


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
        ("number", "filed", "kind", "state", "dxpId or number", "name", "e-mail"),
        (
            (
                each.id,
                f"{each.created_at:%Y-%m-%d %H:%M}Z",
                each.kind,
                each.state,
                each.body.get("dxpId") or each.body.get("copCode"),
                each.body.get("name") or each.body.get("holder"),
                each.mail,
            )
            for each in found
        ),
    )


@registration.command()
@click.argument("number", type=click.IntRange(1))
@home_option
def show(home: Path, number: int) -> None:
    """Show one request whole, what its csr asks the CA for, and the csr."""
    with opened(home) as (_settings, database), database.read() as connection:
        found = _get(connection, number)
    say(f"{found.kind}, {found.state}, filed {found.created_at:%Y-%m-%d %H:%M}Z")
    if found.decided_at is not None:
        say(f"decided {found.decided_at:%Y-%m-%d %H:%M}Z by {found.decided_by}: {plain(found.reason or '-')}")
    csr = found.body.get("csr", "")
    shown = {name: value for name, value in found.body.items() if name != "csr"}
    say(json.dumps(shown, ensure_ascii=False, indent=2))
    if csr:
        _show_request(csr)


@registration.command()
@click.argument("number", type=click.IntRange(1))
@click.option(
    "--dxp-id",
    type=DXP_ID,
    help="The dxpId that a new party is given; of an account, also the party of its number that it joins.",
)
@click.option("--kind", type=WORD, help="What a new party is, when the request does not say it rightly.")
@click.option(
    "--certificate", "file", type=FILE, help="What the CA issued for the request's csr, PEM or DER."
)
@click.option(
    "--role",
    type=WORD,
    help="The certificate's role: yours to say, whatever the request says. Needed with it.",
)
@click.option("--reason", default="", help="Kept with the decision.")
@home_option
def approve(
    home: Path,
    number: int,
    dxp_id: str | None,
    kind: str | None,
    file: Path | None,
    role: str | None,
    reason: str,
) -> None:
    """Approve a request and carry it out.

    The gateway issues no certificates: have the csr that `show` prints signed by the CA, and give what it
    issued with --certificate.
    """
    if file is not None and role is None:
        raise click.UsageError("say with --role what the certificate's holder may send")
    now = datetime.now(UTC)
    issued = pki.load_certificates(file)[0] if file else None
    with opened(home) as (settings, database), database.write() as connection:
        found = _get(connection, number)
        if found.kind == registrations.ACCOUNT:
            party = _let_in(connection, settings, found, dxp_id, reason, now)
            say(f"approved request {number}: account {found.mail} of party {party}")
            return
        registrations.decide(
            connection, number, registrations.APPROVED, by=getpass.getuser(), at=now, reason=reason
        )
        asked = dict(found.body) | {key: value for key, value in (("dxpId", dxp_id), ("kind", kind)) if value}
        done = []
        if found.kind == "party":
            done.append(_register_party(connection, settings, asked, now))
        if issued is not None:
            done.append(_register_certificate(connection, settings, asked, issued, str(role)))
        elif asked.get("csr"):
            refuse("the request asks for a certificate: give what the CA issued with --certificate")
    say(f"approved request {number}: {', '.join(done)}")


@registration.command("refuse")
@click.argument("number", type=click.IntRange(1))
@click.option("--reason", required=True, help="Why; the requester is told.")
@home_option
def refuse_(home: Path, number: int, reason: str) -> None:
    """Refuse a request."""
    now = datetime.now(UTC)
    with opened(home) as (settings, database), database.write() as connection:
        found = registrations.get(connection, number)
        if found is not None and found.kind == registrations.ACCOUNT:
            admission.lock(connection, found, _CHAIN)
        registrations.decide(
            connection, number, registrations.REFUSED, by=getpass.getuser(), at=now, reason=reason
        )
        if found is not None and found.kind == registrations.ACCOUNT:
            chain = Chain(admission.COMMANDS)
            admission.note(connection, chain, found, registrations.REFUSED, "", now)
            _seal(connection, settings, now)
            _tell(connection, settings, found, texts.refused(reason), now)
    say(f"refused request {number}")


_CHAIN = f"journal/{admission.COMMANDS}"


def _let_in(
    connection: Connection,
    settings: Settings,
    one: registrations.Registration,
    dxp_id: str | None,
    reason: str,
    now: datetime,
) -> str:
    """Party and account of somebody who registers himself; the party."""
    admission.lock(connection, one, _CHAIN)
    if one.state != registrations.PENDING:
        refuse(f"request {one.id} is {one.state}: only a pending one can be approved")
    if dxp_id == settings.gateway.dxp_id:
        refuse(f"{dxp_id} is the gateway's own dxpId")
    try:
        chain = Chain(admission.COMMANDS)
        party = admission.approve(
            connection, one, chain, now, by=getpass.getuser(), dxp_id=dxp_id, reason=reason
        )
    except admission.Taken as error:
        refuse(f"{error}: refuse the request with this reason")
    except admission.Undecided as error:
        refuse(f"{error}. If the applicant belongs to it, say so with --dxp-id {error.parties[0]}")
    _seal(connection, settings, now)
    _tell(connection, settings, one, texts.approved(str(one.mail)), now)
    return party


def _seal(connection: Connection, settings: Settings, now: datetime) -> None:
    """Sign the head of the commands' chain, which gateways' heads vouch for from then on."""
    key = pki.load_key(settings.gateway_key)
    heads.sign_head(connection, admission.COMMANDS, now, lambda data: pki.sign(key, data))


def _tell(
    connection: Connection,
    settings: Settings,
    one: registrations.Registration,
    letter: texts.Letter,
    now: datetime,
) -> None:
    """By e-mail where that is set up; the gateway sends it."""
    subject, body = letter
    key = f"registration/{one.id}/decided"
    Notices.of(settings).write(connection, key, "", str(one.mail), subject, body, now)


def _show_request(csr: str) -> None:
    try:
        request = requested.load(csr)
        say(f"the csr is of {plain(request.subject.rfc4514_string())}")
        for asked in requested.extensions(request):
            say(f"the csr asks for {plain(asked)}{' -- FORBIDDEN' if asked.forbidden else ''}")
        say(pki.pem(request).decode().strip())
    except pki.PkiError as error:
        say(f"the csr cannot be used: {plain(error)}")


def _get(connection: Connection, number: int) -> registrations.Registration:
    found = registrations.get(connection, number)
    if found is None:
        refuse(f"there is no request {number}; see: eport-gateway registration list --state all")
    return found


def _register_party(
    connection: Connection, settings: Settings, asked: Mapping[str, Any], now: datetime
) -> str:
    dxp_id = asked.get("dxpId")
    if not dxp_id:
        refuse("a new party needs a dxpId of its own: give it with --dxp-id")
    if dxp_id == settings.gateway.dxp_id:
        refuse(f"{dxp_id} is the gateway's own dxpId")
    party = registry.Party(dxp_id, _text(asked, "copCode"), _text(asked, "name"), _text(asked, "kind"), now)
    registry.add_party(connection, party)
    return f"party {dxp_id}"


def _register_certificate(
    connection: Connection,
    settings: Settings,
    asked: Mapping[str, Any],
    issued: x509.Certificate,
    role: str,
) -> str:
    csr = asked.get("csr")
    if csr and requested.load(csr).public_key() != issued.public_key():
        refuse("the certificate is not for the key of the request's csr")
    new = entry(issued, _text(asked, "dxpId"), role)
    if asked.get("card") and asked["card"] != new.card:
        refuse(f"the request is for the card kind {asked['card']}, the certificate for {new.card or 'none'}")
    add_holder(connection, settings, issued, new)
    return f"certificate {new.fingerprint[:16]} as {role}"


def _text(asked: Mapping[str, Any], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or not value:
        refuse(f"the request lacks {name}: refuse it with this reason, or give it as an option")
    return value
