"""The command line of a terminal: `eport-terminal`.

Knows the commands and how trouble ends them: in words on standard error and an exit code that means
something. Each command is a module of its own.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from hardware.memory import keep_memory_private
from terminals.cli.doctor import doctor
from terminals.cli.folder import folder
from terminals.cli.host import host
from terminals.cli.login_check import login_check
from terminals.cli.poll import poll
from terminals.cli.send import send
from terminals.cli.sign import sign
from terminals.cli.status import status
from terminals.cli.tui import tui
from terminals.cli.verify import verify
from terminals.cli.virtual_card import virtual_card
from terminals.language import language
from terminals.trouble import Trouble


class _Commands(click.Group):
    """A group whose commands end in words when they end in trouble; files and memory are their owner's."""

    def invoke(self, ctx: click.Context) -> Any:
        os.umask(0o077)
        keep_memory_private()  # a PIN passes through it
        try:
            return super().invoke(ctx)
        except Trouble as trouble:
            click.echo(trouble.told(ctx.meta.get("eport.lang") or language(os.environ)), err=True)
            ctx.exit(trouble.exit_code)


EXIT_CODES = """\b
Exit codes:
  0 done
  2 wrong usage
  3 refused by the gateway or by a receipt
  4 a signature, chain, date or gateway usage does not hold
  5 no answer: kept, send again
  6 the receipt waited for did not come
  7 login refused
  8 a file, certificate or setting cannot be used
  9 the card, Ikey, agent or certificate does not sign
With several files the largest counts.
"""


@click.group(
    cls=_Commands,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.version_option(package_name="eport-gateway")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Sign messages, send them to an E-Port gateway, and read its receipts.

    Without a command, at a desk, the terminal itself begins: screens for all of it, as with the command tui.

    Where and who comes from options, --demo DIR --as ROLE, the environment (EPORT_URL, EPORT_CA, EPORT_P12,
    EPORT_P12_PASSWORD_FILE …) or a profile in ~/.config/eport-terminal.toml, in this order. Without a
    certificate file the card in the reader signs, else the Ikey, else a forwarded SSH agent.
    """
    if ctx.invoked_subcommand is None:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise click.exceptions.NoArgsIsHelpError(ctx)
        ctx.invoke(tui)


for _command in (send, poll, status, sign, verify, login_check, doctor, virtual_card, folder, host, tui):
    main.add_command(_command)
