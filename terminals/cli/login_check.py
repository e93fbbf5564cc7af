"""`login-check`: whether the gateway takes us, and as whom."""

from __future__ import annotations

import click

from terminals.cli.desk import LINE, SIGNER, TRUST, Desk, options

EXIT_CODES = """\b
Exit codes:
  0 logged in
  5 no answer
  7 login refused
  8 a certificate or setting cannot be used
  9 the card, Ikey, agent or certificate does not sign
"""


@click.command("login-check", epilog=EXIT_CODES)
@options(LINE, TRUST, SIGNER)
def login_check(desk: Desk) -> None:
    """Log in with card, Ikey, agent or certificate file, or with --account, say as whom, and log out."""
    with desk.gateway() as gateway:
        session = desk.session(gateway)
        try:
            granted = session.open()
            desk.say(
                "login-ok", origin=gateway.origin, who=granted.get("holder") or session.credentials.who,
                party=granted.get("dxpId", "?"), role=granted.get("role", "?"),
                expires=granted.get("expiresAt", "?"),
            )  # fmt: skip
        finally:
            session.close()
