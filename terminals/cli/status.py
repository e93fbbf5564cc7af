"""`status`: what became of messages, by their CopMsgId."""

from __future__ import annotations

import sys

import click

from terminals.cli import show
from terminals.cli.desk import LINE, SIGNER, TRUST, Desk, options
from terminals.state import look
from terminals.trouble import NOT_VERIFIED, OK, REFUSED

EXIT_CODES = """\b
Exit codes:
  0 known
  3 the gateway knows no such message of this party
  4 a receipt is not proven
  5 no answer
  7 login refused
  8 a file or setting cannot be used
  9 the card, Ikey, agent or certificate does not sign
"""


@click.command(epilog=EXIT_CODES)
@click.argument("ids", nargs=-1, required=True)
@show.format_option
@options(LINE, TRUST, SIGNER)
def status(desk: Desk, ids: tuple[str, ...], style: str) -> None:
    """Print the state and all receipts so far of the messages IDS (CopMsgId)."""
    worst = OK
    with desk.gateway() as gateway:
        session = desk.session(gateway)
        try:
            for cop_msg_id in ids:
                found = look(session, desk.prover, cop_msg_id)
                if found is None:
                    desk.note("message-unknown", id=cop_msg_id)
                    worst = max(worst, REFUSED)
                    continue
                if style == "text":
                    desk.say("state", id=cop_msg_id, state=found.state)
                for one in found.delivered:
                    show.delivered(desk, one, style)
                    worst = max(worst, NOT_VERIFIED if one.fault else OK)
        finally:
            session.close()
    sys.exit(worst)
