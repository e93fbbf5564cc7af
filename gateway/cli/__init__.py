"""`eport-gateway`: the commands of those who run a gateway. One module a group of commands."""

from __future__ import annotations

import click

from gateway.cli.accounts import account
from gateway.cli.archives import archive
from gateway.cli.backups import backup, restore
from gateway.cli.bulletins import bulletin
from gateway.cli.callbacks import callback
from gateway.cli.cards import card
from gateway.cli.certificates import cert
from gateway.cli.init import init
from gateway.cli.journals import journal
from gateway.cli.nodes import node
from gateway.cli.outside import notice
from gateway.cli.parties import party
from gateway.cli.registrations import registration
from gateway.cli.routing import routing
from gateway.cli.serve import serve
from gateway.cli.shell import Root
from gateway.cli.works import work


@click.group(cls=Root)
@click.version_option(package_name="eport-gateway")
def main() -> None:
    """Run an exchange of signed XML messages (报文) and signed receipts (回执)."""


for command in (
    init, serve, node, party, cert, card, account, registration, bulletin, notice, callback, work, journal,
    archive, backup, restore, routing,
):  # fmt: skip
    main.add_command(command)
