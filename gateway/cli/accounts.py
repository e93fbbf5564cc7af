"""`account`: logging in by name and password (无卡用户)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from gateway import passwords
from gateway.cli.shell import Group, home_option, opened, refuse, say, table
from gateway.cli.values import ACCOUNT, DXP_ID, WORD, new_password, password_file_option
from gateway.outbound.letter import normal, valid
from storage import registry


@click.group(cls=Group)
def account() -> None:
    """Accounts of people without a card: they read, and sign nothing by them."""


@account.command()
@click.argument("name", type=ACCOUNT)
@click.option("--party", "dxp_id", required=True, type=DXP_ID)
@click.option("--role", required=True, type=WORD)
@click.option("--holder", required=True, help="The person's name.")
@click.option("--mail", help="Where the person is told of things by e-mail.")
@password_file_option
@home_option
def add(
    home: Path,
    name: str,
    dxp_id: str,
    role: str,
    holder: str,
    mail: str | None,
    password_file: str | None,
) -> None:
    """Make an account for somebody of a party; asks for the password."""
    if mail is not None and not valid(mail := normal(mail)):
        refuse(f"{mail} is no e-mail address of the form name@example.com")
    with opened(home) as (_settings, database):
        hashed = passwords.hashed(new_password(password_file))
        new = registry.Account(name, dxp_id, role, holder, hashed, datetime.now(UTC), mail=mail)
        with database.write() as connection:
            registry.add_account(connection, new)
    say(f"added account {name}")


@account.command("list")
@home_option
def list_(home: Path) -> None:
    """List the accounts."""
    now = datetime.now(UTC)
    with opened(home) as (_settings, database), database.read() as connection:
        found = registry.accounts(connection)
    table(
        ("name", "dxpId", "role", "state", "failures", "locked until", "holder"),
        (
            (
                each.name,
                each.dxp_id,
                each.role,
                each.state,
                each.failures,
                f"{each.locked_until:%Y-%m-%d %H:%M}Z"
                if each.locked_until and each.locked_until > now
                else "",
                each.holder,
            )
            for each in found
        ),
    )


@account.command()
@click.argument("name", type=ACCOUNT)
@home_option
def disable(home: Path, name: str) -> None:
    """Let nobody log in by this account, and end its sessions."""
    _change(home, name, state=registry.SUSPENDED)
    say(f"disabled account {name}")


@account.command()
@click.argument("name", type=ACCOUNT)
@home_option
def enable(home: Path, name: str) -> None:
    """Let its holder log in again."""
    _change(home, name, state=registry.ACTIVE)
    say(f"enabled account {name}")


@account.command()
@click.argument("name", type=ACCOUNT)
@password_file_option
@home_option
def password(home: Path, name: str, password_file: str | None) -> None:
    """Set a new password, and end the account's sessions."""
    _change(home, name, password_hash=passwords.hashed(new_password(password_file)))
    say(f"the password of {name} is changed")


@account.command()
@click.argument("name", type=ACCOUNT)
@home_option
def unlock(home: Path, name: str) -> None:
    """Allow logins again at once after too many wrong passwords."""
    with opened(home) as (_settings, database), database.write() as connection:
        if registry.account(connection, name) is None:
            refuse(f"there is no account {name}; see: eport-gateway account list")
        registry.note_login(connection, name, failures=0)
    say(f"unlocked account {name}")


def _change(home: Path, name: str, **values: str) -> None:
    with opened(home) as (_settings, database), database.write() as connection:
        registry.change_account(connection, name, **values)
