"""`card issue`, `card load`, `card renew`: the commands that write onto a card or an Ikey.

Knows what each of them checks before it touches the medium; refuses to know the order in which a medium is
written, and the register's tables.
"""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import click

from gateway import card_office, pki
from gateway.cli import media, pins
from gateway.cli.authority import CaFiles, ca_options
from gateway.cli.issuing import Work, living
from gateway.cli.media import Desk, belongs, held, media_options
from gateway.cli.pins import SECRET_FILE
from gateway.cli.shell import Explained, home_option, opened, refuse
from gateway.cli.values import CARD_NUMBER, DXP_ID, FILE, NAME_64, WORD
from hardware.blank import Algorithm
from hardware.memory import keep_memory_private
from messages.signature import oids
from storage import cards, registry
from storage.cards import Card
from storage.database import Database

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


@click.command(cls=Explained)
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


@click.command(cls=Explained)
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
        waiting, given = living(database, number)
        if not waiting.requests:
            refuse(f"card {number} waits for no certificate: it is {waiting.state}")
        answered = card_office.answers(waiting, waiting.requests, found)
        with desk.blank(waiting.medium, media.present_pin(pin_file)) as blank:
            belongs(waiting, given, blank.serial, held(blank))
            work = Work(settings, database, blank, now, getpass.getuser())
            work.changed = "Nothing is registered. When the cause is mended, give the same command again."
            with work.told():
                work.load(waiting, answered)


@click.command(cls=Explained)
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
        old, given = living(database, number)
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
                work.proven(old, given)
            work.changed = (
                "Nothing is registered: the former certificates are in force, though a card's former key may "
                "be gone. When the cause is mended, give the same command again."
            )
            with work.told():
                if pair is None:
                    work.ask(old, requests or Path(), algorithm, anew=False)
                else:
                    work.certify(old, pair, algorithm, days or settings.cards.days, anew=False)


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
