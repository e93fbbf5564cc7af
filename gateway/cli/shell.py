"""What every command shares: its home, its database, how errors are said, and what exit codes mean.

Knows click and which exceptions are whose fault; refuses to know what any command does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from unicodedata import east_asian_width

import click
from sqlalchemy.exc import DBAPIError

from gateway.pki import PkiError
from gateway.settings import BadSettings, Settings
from hardware.signer import ModuleMissing, ReaderMissing, ServiceDown, SignerError
from messages.faults import Fault
from messages.visible import plain as plain
from storage.archive import ArchiveDamaged
from storage.backup import BackupDamaged
from storage.cards import CardEnded, CardUnknown, NumberTaken
from storage.database import Database, DatabaseTooNew, DatabaseUnsupported
from storage.dump import DumpFailed, PlaceNotEmpty
from storage.heads import HeadUnreadable
from storage.registrations import AlreadyDecided
from storage.registry import AlreadyRegistered, NotRegistered
from storage.retention import LockLost

_REFUSALS = (
    PkiError,
    Fault,
    AlreadyRegistered,
    NotRegistered,
    AlreadyDecided,
    HeadUnreadable,
    PlaceNotEmpty,
    NumberTaken,
    CardUnknown,
    CardEnded,
    SignerError,
)
_SURROUNDINGS = (
    BadSettings,
    DatabaseTooNew,
    DatabaseUnsupported,
    DumpFailed,
    LockLost,
    ServiceDown,
    ReaderMissing,
    ModuleMissing,
)
_UNSOUND = (ArchiveDamaged, BackupDamaged)
KNOWN = (*_REFUSALS, *_SURROUNDINGS, *_UNSOUND, DBAPIError, OSError)
"""What a command may end with besides Trouble: `trouble` says it in a sentence."""

EXIT_CODES = """\b
Exit codes:
  0  done
  1  refused or failed: the text says why
  2  wrong usage
  3  the surroundings: settings, database, port, files, permissions
  4  a verification failed: what was checked is not as it should be"""

HELP = {"help_option_names": ["-h", "--help"]}


class Trouble(click.ClickException):
    """The command ends with a sentence: refused, or failed."""

    exit_code = 1

    def format_message(self) -> str:
        """The sentence; it may name what a stranger chose."""
        return plain(self.message, keep="\n")


class Surroundings(Trouble):
    """What the command stands on cannot be used: settings, database, port, files, permissions."""

    exit_code = 3


class Unverified(Trouble):
    """What was checked is not as it should be."""

    exit_code = 4


def refuse(message: str) -> NoReturn:
    """End the command: what was asked cannot be done."""
    raise Trouble(message)


def trouble(error: Exception) -> Trouble:
    """One of KNOWN as a sentence, with the exit code of whose fault it is."""
    if isinstance(error, _SURROUNDINGS):
        return Surroundings(str(error))
    if isinstance(error, _UNSOUND):
        return Unverified(str(error))
    if isinstance(error, DBAPIError):
        return Surroundings(f"the database cannot be used: {error.orig}")
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return Surroundings(f"{where}{error.strerror or error}")
    return Trouble(str(error))


class Explained(click.Command):
    """A command whose -h tells the exit codes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("epilog", EXIT_CODES)
        kwargs["context_settings"] = HELP | kwargs.get("context_settings", {})
        super().__init__(*args, **kwargs)


class Group(Explained, click.Group):
    """A group of explained commands."""

    command_class = Explained
    group_class = type


class Root(Group):
    """The outermost group: the one place where exceptions become sentences and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command; what files it makes are its owner's alone."""
        os.umask(0o077)
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except KNOWN as error:
            raise trouble(error) from error


def _home(_ctx: click.Context, _option: click.Parameter, value: Path) -> Path:
    return value.expanduser().absolute()


home_option = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="EPORT_HOME",
    default="home",
    show_default="./home",
    show_envvar=True,
    callback=_home,
    help="The gateway's folder: settings, keys, certificates, database.",
)


@contextmanager
def opened(home: Path) -> Iterator[tuple[Settings, Database]]:
    """The settings and the database of a gateway, closed again at the end.

    Ends the command when the database's schema is older than the programs.
    """
    settings = Settings.load(home)
    database = Database(settings.database_url)
    try:
        if not database.current():
            raise Surroundings(
                "the database is of an older version; back it up, then start the gateway, which upgrades it"
            )
        yield settings, database
    finally:
        database.close()


def say(text: object) -> None:
    """Print a line, or several, on standard output, as `plain` shows them."""
    click.echo(plain(text, keep="\n"))


def fields(values: Iterable[tuple[str, object]], width: int) -> None:
    """Print names and values, a line each."""
    for name, value in values:
        click.echo(f"{name:{width}} {plain(value)}")


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under a header, columns aligned also where the text is Chinese."""
    lines = [[plain("" if cell is None else cell) for cell in row] for row in rows]
    if not lines:
        click.echo("none", err=True)
        return
    lines.insert(0, list(header))
    widths = [max(_width(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def at_a_terminal() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


class Progress:
    """Progress bars on standard error, one a stage, shown only where somebody looks."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._stage = ""
        self._done = 0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` steps of `stage` are made."""
        if stage != self._stage:
            self._end()
            self._stage, self._done = stage, 0
            hidden = not sys.stderr.isatty()
            self._bar = click.progressbar(length=total, label=stage, file=sys.stderr, hidden=hidden)
            self._bar.__enter__()
        self._bar.update(done - self._done)
        self._done = done

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: object) -> None:
        self._end()

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None
