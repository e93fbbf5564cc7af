"""`card`: the card office (制卡中心). Cards and Ikeys are issued, renewed, unlocked and revoked here.

Knows what each command checks and in which order; refuses to know devices, X.509 and the register's tables.
"""

from __future__ import annotations

import getpass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import click

from gateway import card_office, pki, revocations
from gateway.cli import media, pins
from gateway.cli.authority import CaFiles, ca_options
from gateway.cli.issuing import Work, listed
from gateway.cli.media import Desk, belongs, held, media_options
from gateway.cli.pins import SECRET_FILE, Source
from gateway.cli.shell import Group, fields, home_option, opened, refuse, say, table
from gateway.cli.values import CARD_NUMBER, DXP_ID, FILE, NAME_64, WORD
from hardware.blank import Algorithm
from hardware.memory import keep_memory_private
from messages.signature import oids
from storage import cards, registry
from storage.cards import Card
from storage.database import Database

SOON = 30  # days before its end that a card is marked

_WHY = {
    "lost": revocations.KEY_COMPROMISE,
    "left": revocations.AFFILIATION,
    "closed": revocations.CESSATION,
    "replaced": revocations.SUPERSEDED,
    "other": None,
}
"""What becomes of a card in few words, and the reason in a revocation list (RFC 5280, 5.3.1)."""

_number = click.argument("number", type=CARD_NUMBER)
_key = click.option(
    "--key", "algorithm", type=click.Choice(get_args(Algorithm)), help="The kind of its keys."
)
_days = click.option(
    "--days", type=click.IntRange(1), help="To the certificates' end [settings: cards.days]."
)
_pin_file = click.option(
    "--pin-file", type=SECRET_FILE, help="File with the holder's PIN (-: standard input); else asked."
)
_requests = click.option(
    "--requests",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the requests to an outside CA, even where a CA's key is here [without one: .].",
)


@click.group(cls=Group)
def card() -> None:
    """The card office (制卡中心): cards and Ikeys of those who sign, from issuing to revoking."""


@card.command()
@click.option("--party", "dxp_id", required=True, type=DXP_ID, help="The party that the holder acts for.")
@click.option("--holder", required=True, type=NAME_64, help="The person, or the unit of a legal-person card.")
@click.option("--unit", type=NAME_64, help="The holder's unit [the party's name].")
@click.option(
    "--kind", required=True, type=click.Choice(oids.CARD_KINDS), help="法人卡 (legal), 操作员卡 (operator)."
)
@click.option("--role", required=True, type=WORD, help="What its holder may send is decided by the role.")
@click.option("--medium", type=click.Choice(media.MEDIA), default=media.CARD, show_default=True)
@click.option("--number", "given", type=CARD_NUMBER, help="Its 13 characters [the office's next].")
@click.option("--overwrite", is_flag=True, help="Even if the medium holds certificates, which are lost.")
@click.option(
    "--letter",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Make up PIN and PUK, and write them into this new file, for its owner alone.",
)
@click.option(
    "--pin-file", type=SECRET_FILE, help="File with the new PIN (-: standard input); else asked twice."
)
@click.option("--puk-file", type=SECRET_FILE, help="File with the new PUK of a card; else asked twice.")
@click.option(
    "--present-pin-file", type=SECRET_FILE, help="File with the medium's present PIN [the factory's]."
)
@click.option(
    "--present-puk-file", type=SECRET_FILE, help="File with the card's present PUK [the factory's]."
)
@_key
@_days
@_requests
@ca_options
@media_options
@home_option
def issue(
    home: Path,
    desk: Desk,
    ca: CaFiles,
    requests: Path | None,
    days: int | None,
    algorithm: Algorithm | None,
    letter: Path | None,
    pin_file: str | None,
    puk_file: str | None,
    present_pin_file: str | None,
    present_puk_file: str | None,
    overwrite: bool,
    medium: str,
    given: str | None,
    **who: Any,
) -> None:
    """Issue a card or an Ikey: PIN, keys made on it, certificates, entry in the register.

    With a CA's key here its certificates are issued at once. Without one the requests are written to files,
    and `card load` goes on when the CA has answered.
    """
    keep_memory_private()
    now = datetime.now(UTC)
    with opened(home) as (settings, database):
        pair = None if requests else ca.pair(settings, now)
        new = _new_card(database, given or "", medium, **who)
        secrets = pins.new_secrets(medium, letter, pin_file, puk_file)
        present = media.factory_pin(present_pin_file), media.factory_puk(present_puk_file)
        with desk.blank(medium, *present) as blank:
            work = Work(settings, database, blank, now, getpass.getuser())
            with work.told():
                desk.check(secrets)
                work.free(overwrite=overwrite)
                new = work.numbered(new)
                work.open_with(new, secrets, letter)
                if pair is None:
                    work.ask(new, requests or Path(), algorithm, anew=True)
                else:
                    work.certify(new, pair, algorithm, days or settings.cards.days, anew=True)


@card.command()
@_number
@click.argument("files", type=FILE, nargs=-1, required=True)
@_pin_file
@media_options
@home_option
def load(home: Path, number: str, files: tuple[Path, ...], desk: Desk, pin_file: str | None) -> None:
    """Write the certificates that an outside CA issued onto their medium, and register them.

    FILES hold what it sent, PEM or DER, in any order. Each must be for a key of this card, name its number
    and kind, and be of a configured CA and in date.
    """
    keep_memory_private()
    now = datetime.now(UTC)
    found = [each for file in files for each in pki.load_certificates(file)]
    with opened(home) as (settings, database):
        waiting, given = _card(database, number)
        if not waiting.requests:
            refuse(f"card {number} waits for no certificate: it is {waiting.state}")
        answered = card_office.answers(waiting, waiting.requests, found)
        with desk.blank(waiting.medium, media.present_pin(pin_file)) as blank:
            belongs(waiting, given, blank.serial, held(blank))
            work = Work(settings, database, blank, now, getpass.getuser())
            work.changed = "Nothing is registered. When the cause is mended, give the same command again."
            with work.told():
                work.load(waiting, answered)


@card.command()
@_number
@_pin_file
@_key
@_days
@_requests
@ca_options
@media_options
@home_option
def renew(
    home: Path,
    number: str,
    desk: Desk,
    ca: CaFiles,
    requests: Path | None,
    days: int | None,
    algorithm: Algorithm | None,
    pin_file: str | None,
) -> None:
    """Renew a card before its end: new keys and certificates on the same medium, under the same number.

    The former certificates are revoked as superseded with the registration of the new ones; what was accepted
    under them stays. A card has one place for a key, so between renewing it and the answer of an outside CA
    its holder cannot sign.
    """
    keep_memory_private()
    now = datetime.now(UTC)
    with opened(home) as (settings, database):
        old, given = _card(database, number)
        if old.state == cards.REQUESTED:
            refuse(
                f"card {number} has no certificates yet: eport-gateway card load, or revoke it and issue anew"
            )
        if old.ends is not None and old.ends <= now:
            refuse(
                f"card {number} ended on {old.ends:%Y-%m-%d}: revoke it and issue another with --overwrite"
            )
        pair = None if requests else ca.pair(settings, now)
        with desk.blank(old.medium, media.present_pin(pin_file)) as blank:
            belongs(old, given, blank.serial, held(blank))
            work = Work(settings, database, blank, now, getpass.getuser())
            with work.told():
                work.proven()
            work.changed = (
                "Nothing is registered: the former certificates are in force, though a card's former key may "
                "be gone. When the cause is mended, give the same command again."
            )
            with work.told():
                if pair is None:
                    work.ask(old, requests or Path(), algorithm, anew=False)
                else:
                    work.certify(old, pair, algorithm, days or settings.cards.days, anew=False)


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
        locked, given = _card(database, number)
        seen = desk.look(locked.medium)
        belongs(locked, given, seen.serial, seen.certificates.values())
        by_puk = locked.medium == media.CARD
        secret = Source("PUK of the card", "--puk-file", puk_file).read() if by_puk else desk.so_pin()
        pin = Source("New PIN", "--pin-file", pin_file).chosen()
        desk.unlock(locked.medium, secret, pin)
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
    """List the cards and Ikeys; those that end within 30 days are marked."""
    now = datetime.now(UTC)
    before = now + timedelta(days=days) if days is not None else None
    with opened(home) as (_settings, database), database.read() as connection:
        found = cards.listed(connection, dxp_id, before)
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
                _remark(each, now),
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


def _new_card(
    database: Database,
    number: str,
    medium: str,
    *,
    dxp_id: str,
    holder: str,
    unit: str | None,
    kind: str,
    role: str,
) -> Card:
    with database.read() as connection:
        party = registry.party(connection, dxp_id)
    if party is None:
        raise registry.NotRegistered(f"there is no party {dxp_id}; see: eport-gateway party list")
    if party.state != registry.ACTIVE:
        refuse(f"{dxp_id} is {party.state}: its holders get no cards")
    return Card(number, dxp_id, holder, unit or party.name[:64], kind, role, medium, "")


def _card(database: Database, number: str) -> tuple[Card, list[registry.Certificate]]:
    """A card that lives, and the certificates it was ever given."""
    with database.read() as connection:
        found = cards.get(connection, number)
        given = registry.certificates_of_card(connection, number)
    if found.state not in cards.LIVE:
        raise cards.CardEnded(f"card {number} was {found.state}: {found.reason}")
    return found, given


def _remark(found: Card, now: datetime) -> str:
    said = []
    if found.state == cards.ACTIVE and found.ends is not None and found.ends < now + timedelta(days=SOON):
        left = (found.ends - now).days
        said.append(f"ends in {left} days" if found.ends > now else "has ended")
    if found.requests and found.requested_at is not None:
        said.append(f"waits for its CA since {found.requested_at:%Y-%m-%d}")
    if found.replaced_by:
        said.append(f"now {found.replaced_by}")
    return ", ".join(said)
