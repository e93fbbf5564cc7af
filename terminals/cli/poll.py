"""`poll`: the own mailbox, from where it was left."""

from __future__ import annotations

import sys

import click

from terminals.cli import show
from terminals.cli.desk import LINE, SIGNER, TRUST, Desk, options
from terminals.client import FOR_EVER
from terminals.receipts import Cursors, Mailbox
from terminals.trouble import NOT_VERIFIED, OK

HOLD = 25  # seconds a followed poll is held by the gateway, below its most of 30


EXIT_CODES = """\b
Exit codes:
  0 printed, perhaps nothing
  4 a receipt is not proven
  5 no answer
  7 login refused
  8 a file or setting cannot be used
  9 the card, Ikey, agent or certificate does not sign
"""


@click.command(epilog=EXIT_CODES)
@click.option("--follow", is_flag=True, help="Go on and print what arrives, until interrupted.")
@click.option("--after", metavar="CURSOR", help="Begin here ('' is the beginning); the kept cursor stays.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="Receipts a page."
)
@show.format_option
@options(LINE, TRUST, SIGNER)
def poll(desk: Desk, follow: bool, after: str | None, limit: int, style: str) -> None:
    """Print the receipts that arrived since the last poll.

    Every receipt's signature is verified against the CA, and its signer must be a gateway. The cursor is kept
    in the state folder once a page was printed, one a mailbox.
    """
    worst = OK
    with desk.gateway(FOR_EVER if follow else None) as gateway:
        session = desk.session(gateway)
        try:
            cursors = Cursors(desk.state, gateway.origin, desk.mailbox_owner(session))
            cursor = cursors.read() if after is None else after
            mailbox = Mailbox(session, desk.prover)
            some = False
            while True:
                page = mailbox.page(cursor, limit=limit, wait=HOLD if follow else 0)
                for one in page.delivered:
                    show.delivered(desk, one, style)
                    worst = max(worst, NOT_VERIFIED if one.fault else OK)
                sys.stdout.flush()
                if page.next != cursor:
                    cursor = page.next
                    if after is None:
                        cursors.write(cursor)
                some = some or bool(page.delivered)
                if not page.delivered and not follow:
                    break
            if not some:
                desk.note("no-receipts")
            if after is not None:
                desk.note("cursor", cursor=cursor)
        except KeyboardInterrupt:
            if not follow:
                raise
        finally:
            session.close()
    sys.exit(worst)
