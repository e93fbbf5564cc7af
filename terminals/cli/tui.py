"""`tui`: the terminal itself, on the screen that the command was given on."""

from __future__ import annotations

import os
import secrets
import sys
import threading
from contextlib import suppress

import click
import structlog

from terminals.cli.desk import LINE, RECEIVER, SIGNER, TRUST, Desk, options
from terminals.cli.holder import load, meet_service
from terminals.language import say
from terminals.trouble import Unusable

LOG = "terminal.log"
"""In the state folder: what broke, under its number."""
LAST = 1.0  # seconds for a thread to end
BROKEN = 70  # EX_SOFTWARE of sysexits.h

EXIT_CODES = """\b
Exit codes:
  0 quit
  8 a file, certificate or setting cannot be used
  70 it broke; the number that is shown is in terminal.log of the state folder
  129 the window was closed, and what was typed was kept
"""

log = structlog.get_logger("terminals.cli.tui")


@click.command(epilog=EXIT_CODES)
@options(LINE, TRUST, SIGNER, RECEIVER)
def tui(desk: Desk) -> None:
    """Work on the screen: enter, declare, look things up, watch receipts arrive.

    Log in with the IC card in the reader, the Ikey, a certificate file, or account and password: what there
    is, is shown and chosen there. `eport-terminal` alone does the same.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Unusable("tui-no-terminal")
    profile = desk.profile
    meet_service(profile)
    certificates = load(profile.path("certificate")) if profile.get("certificate") else ()

    from terminals.host import logs  # these are not for every command
    from terminals.tui.main import sit
    from terminals.tui.place import of_profile

    place = of_profile(profile, desk.lang, certificates)
    place.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (place.state / LOG).open("a", encoding="utf-8") as file:
        logs.configure(stream=file)
        try:
            code, farewell = sit(place)
        except Exception as error:
            number = secrets.token_hex(4)
            log.error("the terminal broke", incident=number, exc_info=error)
            code, farewell = BROKEN, say(desk.lang, "host-broken", number=number)
    if farewell:
        with suppress(OSError):  # the window may be gone
            click.echo(farewell, err=True)
    _leave(code)


def _leave(code: int) -> None:
    """End the process, also where a thread hangs at a device that never answers."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # the window is gone: what was left to be said goes nowhere, and the status stands
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    for each in threading.enumerate():
        if each is not threading.main_thread() and not each.daemon:
            each.join(LAST)
            if each.is_alive():
                os._exit(code)
    sys.exit(code)
