"""`card`: the card office (制卡中心), and what becomes of a card that was issued: unlocked, revoked, listed.

Knows what is said of cards; refuses to know devices, X.509 and the register's tables.
"""

from __future__ import annotations

import getpass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from gateway import revocations
from gateway.cli import media, personalise
from gateway.cli.authority import CaFiles, ca_options
from gateway.cli.issuing import listed, living
from gateway.cli.media import Desk, belongs, media_options
from gateway.cli.pins import SECRET_FILE, Source
from gateway.cli.shell import Group, fields, home_option, opened, say, table
from gateway.cli.values import CARD_NUMBER, DXP_ID
from hardware.memory import keep_memory_private
from storage import cards, registry
from storage.cards import Card

_WHY = {
    "lost": revocations.KEY_COMPROMISE,
    "left": revocations.AFFILIATION,
    "closed": revocations.CESSATION,
    "replaced": revocations.SUPERSEDED,
    "other": None,
}
"""What becomes of a card in few words, and the reason in a revocation list (RFC 5280, 5.3.1)."""

_number = click.argument("number", type=CARD_NUMBER)


@click.group(cls=Group)
def card() -> None:
    """The card office (制卡中心): cards and Ikeys of those who sign, from issuing to revoking."""


for command in (personalise.issue, personalise.load, personalise.renew):
    card.add_command(command)


@card.command()
@_number
@click.option(
    "--puk-file", type=SECRET_FILE, help="File with the card's PUK (-: standard input); else asked."
)
@click.option("--pin-file", type=SECRET_FILE, help="File with the new PIN; else asked twice.")
@media_options
@home_option
def unlock(home: Path, number: str, desk: Desk, puk_file: str | None, pin_file: str | None) -> None:
    """Give a locked card or Ikey a new PIN: by the PUK of a card, by the SO PIN of an Ikey.

    Its keys and certificates stay. Who unlocked it when is kept in its history.
    """
    keep_memory_private()
    with opened(home) as (_settings, database):
        locked, given = living(database, number)
        seen = desk.look(locked.medium)
        belongs(locked, given, seen.serial, seen.certificates.values())
        by_puk = locked.medium == media.CARD
        secret = Source("PUK of the card", "--puk-file", puk_file).read() if by_puk else desk.so_pin()
        pin = Source("New PIN", "--pin-file", pin_file).chosen()
        desk.unlock(seen, secret, pin)
        say(f"card {number} of {locked.holder} is unlocked; its new PIN is in force")
        with database.write() as connection:
            how = "by its PUK" if by_puk else "by the SO PIN"
            cards.note(connection, number, "unlocked", datetime.now(UTC), getpass.getuser(), how)


@card.command()
@_number
@click.option("--reason", required=True, help="Why; kept with the card.")
@click.option("--why", type=click.Choice(list(_WHY)), help="The same for revocation lists [other].")
@click.option("--replaced-by", type=CARD_NUMBER, help="The card that its holder has now.")
@ca_options
@home_option
def revoke(
    home: Path, number: str, reason: str, why: str | None, replaced_by: str | None, ca: CaFiles
) -> None:
    """Take a card out of use for good, end its sessions, and write the CA's next revocation list.

    A running gateway refuses it within a second; the list is for everybody else.
    """
    keep_memory_private()
    now = datetime.now(UTC)
    why = why or ("replaced" if replaced_by else "other")
    with opened(home) as (settings, database):
        pair = ca.pair(settings, now)
        with database.write() as connection:
            if replaced_by is not None:
                cards.get(connection, replaced_by)
            given, ended = cards.end(
                connection,
                number,
                now,
                getpass.getuser(),
                reason=reason,
                crl_reason=_WHY[why],
                replaced_by=replaced_by,
            )
        say(f"revoked card {number} with {len(given)} certificates; {ended} sessions ended")
        if given:
            say(listed(database, settings, pair, given, now))


@card.command("list")
@click.option("--party", "dxp_id", type=DXP_ID, help="Of this party only.")
@click.option(
    "--ending-in", "days", type=click.IntRange(0), metavar="DAYS", help="Active ones that end within."
)
@home_option
def list_(home: Path, dxp_id: str | None, days: int | None) -> None:
    """List the cards and Ikeys; those that end soon, within 30 days unless set otherwise, are marked."""
    now = datetime.now(UTC)
    before = now + timedelta(days=days) if days is not None else None
    with opened(home) as (settings, database), database.read() as connection:
        found = cards.listed(connection, dxp_id, before)
        soon = now + timedelta(days=settings.cards.warn_days)
    table(
        ("number", "kind", "medium", "state", "ends", "dxpId", "role", "holder", "note"),
        (
            (
                each.number,
                each.kind,
                each.medium,
                each.state,
                f"{each.ends:%Y-%m-%d}" if each.ends else "",
                each.dxp_id,
                each.role,
                each.holder,
                _remark(each, now, soon),
            )
            for each in found
        ),
    )


@card.command()
@_number
@home_option
def show(home: Path, number: str) -> None:
    """Show a card, its certificates, what it waits for, and all that was done to it."""
    with opened(home) as (_settings, database), database.read() as connection:
        found = cards.get(connection, number)
        given = registry.certificates_of_card(connection, number)
        deeds = cards.history(connection, number)
    values = [
        ("number", found.number),
        ("holder", found.holder),
        ("unit", found.unit),
        ("party", found.dxp_id),
        ("role", found.role),
        ("kind", found.kind),
        ("medium", f"{found.medium} {found.serial}".rstrip()),
        ("state", found.state),
        ("ends", f"{found.ends:%Y-%m-%d %H:%M}Z" if found.ends else "-"),
    ]
    if found.reason is not None:
        values.append(("reason", found.reason))
    if found.replaced_by is not None:
        values.append(("replaced by", found.replaced_by))
    fields(values, 12)
    for each in given:
        certificate = f"{each.fingerprint[:16]}  {each.state}  to {each.not_after:%Y-%m-%d}"
        say(f"certificate  {certificate}  {each.crl_reason or ''}".rstrip())
    for deed in deeds:
        say(f"{deed.at:%Y-%m-%d %H:%M}Z  {deed.event} by {deed.done_by}  {deed.detail}".rstrip())
    for use, request in (found.requests or {}).items():
        say(f"the request for {use}, which the CA has to answer:\n{request.strip()}")


def _remark(found: Card, now: datetime, soon: datetime) -> str:
    said = []
    if found.state == cards.ACTIVE and found.ends is not None and found.ends < soon:
        left = (found.ends - now).days
        said.append(f"ends in {left} days" if found.ends > now else "has ended")
    if found.requests and found.requested_at is not None:
        said.append(f"waits for its CA since {found.requested_at:%Y-%m-%d}")
    if found.replaced_by:
        said.append(f"now {found.replaced_by}")
    return ", ".join(said)
