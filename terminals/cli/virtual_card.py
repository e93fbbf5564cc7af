"""`virtual-card`: a card to insert, take out and lock, for whoever has none and wants to try things.

Knows the words that are typed at it and what is said to a newcomer; refuses to know PIV and pcscd. Such a
card is a file with its keys in it, so it is made of a certificate file and is no safer than that.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import click

from hardware import file
from hardware.judge import described
from hardware.signer import SignerError
from hardware.virtual import keys, medium
from hardware.virtual.medium import AUTH, SIGN, NotACard
from hardware.virtual.stack import Stack
from terminals.cli.card_agent import CardAgent
from terminals.cli.desk import Desk, options
from terminals.profile import Profile, gather
from terminals.trouble import Trouble, Unusable

PIN, PUK = "123456", "12345678"
BLANK = "blank"

EXIT_CODES = """\b
Exit codes:
  0 ended
  8 a file or setting cannot be used, or something is not installed
"""


@click.command(epilog=EXIT_CODES)
@click.option("--blank", is_flag=True, help="An empty card, for `eport-gateway card issue`.")
@click.option("--new", is_flag=True, help="A fresh one, even if there is one from last time: it is lost.")
@click.option(
    "--agent", is_flag=True, help="Put it into an SSH agent too, to log in and sign with by ssh -A."
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the cards and the service are [demo/card of the --demo home].",
)
@options()
def virtual_card(desk: Desk, blank: bool, new: bool, agent: bool, folder: Path | None) -> None:
    """Put a virtual card into a virtual reader, until this command ends.

    Its key and certificate are those of a certificate file: of a demo home's holder (--demo HOME --as WHO),
    or of EPORT_P12. The other commands find it by the same --demo HOME, or by EPORT_PCSCD. Locked, it stays
    locked until it is unlocked. It needs pcscd and vsmartcard-vpcd; the machine's own readers are left alone.
    """
    given = click.get_current_context().params
    demo = given["demo"] or os.environ.get("EPORT_DEMO")
    if folder is None:
        if not demo:
            raise Unusable("virtual-folder")
        folder = Path(demo).expanduser() / "demo" / "card"
    card = folder / f"{BLANK if blank else _name(desk.profile)}.card"
    try:
        with Stack(folder) as stack, closing(_Table(desk, stack, given, agents=agent)) as table:
            if new:
                card.unlink(missing_ok=True)
            kept = card.exists()
            table.insert(card, desk.profile, 0)
            table.welcome(card, kept, str(Path(demo).expanduser().absolute()) if demo else "")
            for words in _lines():
                if not table.obey(words):
                    break
            desk.say("virtual-end", folder=stack.folder)
    except SignerError as error:
        raise Unusable("virtual-failed", reason=error) from None
    except OSError as error:
        raise Unusable("file-unwritable", file=error.filename, reason=error.strerror) from None


class _Table:
    """The readers on the table, and what is typed about them."""

    def __init__(self, desk: Desk, stack: Stack, given: dict[str, object], *, agents: bool) -> None:
        """`agents`: each card is put into an SSH agent of its reader's as well."""
        self._desk = desk
        self._stack = stack
        self._given = given
        self._with_agents = agents
        self._agents: dict[int, CardAgent] = {}
        self._cards: dict[int, Path] = {}
        self._last: dict[int, Path] = {}  # that was in a reader

    def close(self) -> None:
        """End the agents."""
        for agent in self._agents.values():
            agent.close()

    def insert(self, card: Path, profile: Profile, reader: int) -> None:
        """Put `card` in, made of the profile's certificate file if it is not there yet."""
        if not card.exists():
            _make(card, None if card.stem == BLANK else profile)
        self._stack.insert(card, reader)
        self._cards[reader] = self._last[reader] = card

    def welcome(self, card: Path, kept: bool, demo: str) -> None:
        """All that a newcomer must know."""
        say_ = self._desk.say
        say_("virtual-ready")
        if not self._stack.private:
            say_("virtual-open")
        self._status(0)
        say_("virtual-pins-kept" if kept else "virtual-pins", pin=PIN, puk=PUK)
        if card.stem == BLANK:
            say_("virtual-command", command=self._issue(demo))
        if not self._with_agents:
            say_("virtual-command", command=self._send(demo))
        say_("virtual-words")
        if self._with_agents:
            self._agent(0)

    def _issue(self, demo: str) -> str:
        where = f"--home {shlex.quote(demo)}" if demo else f"--home HOME --pcscd {self._socket}"
        party = self._desk.profile.get("dxp_id") or "DXPID"
        who = f"--party {party} --holder NAME --kind operator --role operator"
        return f"eport-gateway card issue {where} {who}"

    def _send(self, demo: str) -> str:
        who = str(self._given["as_"] or os.environ.get("EPORT_AS") or "enterprise")
        where = f"--demo {shlex.quote(demo)} --as {shlex.quote(who)}" if demo else f"--pcscd {self._socket}"
        return f"eport-terminal send --fresh {where} --signer card FILE"

    @property
    def _socket(self) -> str:
        return shlex.quote(str(self._stack.socket))

    def obey(self, words: list[str]) -> bool:
        """Do what was typed; False when it was quit. What goes wrong is said, and the next line is read."""
        try:
            return self._do(words)
        except (SignerError, NotACard) as error:
            self._desk.complain(Unusable("virtual-failed", reason=error))
        except OSError as error:
            self._desk.complain(Unusable("file-unwritable", file=error.filename, reason=error.strerror))
        except Trouble as trouble:
            self._desk.complain(trouble)
        return True

    def _do(self, words: list[str]) -> bool:
        word, *rest = words
        reader = int(rest.pop()) - 1 if rest and rest[-1] in ("1", "2") else 0
        if len(rest) > (word == "in"):
            self._unknown()
        if word in ("quit", "exit", "q"):
            return False
        if word == "in":
            self._in(rest[0] if rest else "", reader)
        elif word == "out":
            self._out(reader)
        elif word == "unlock":
            self._unlock(reader)
        elif word == "agent":
            self._agent(reader)
        elif word in ("help", "?"):
            self._desk.say("virtual-words")
        elif word == "status":
            for number in range(len(self._stack.readers)):
                self._status(number)
        else:
            self._unknown()
        return True

    def _in(self, name: str, reader: int) -> None:
        if reader in self._cards:
            raise Unusable("virtual-occupied", reader=self._stack.readers[reader], number=reader + 1)
        card, profile = self._last.get(reader, self._last[0]), self._desk.profile
        if name:
            if Path(name).name != name or name.startswith("."):
                self._unknown()
            card = self._stack.folder / f"{name}.card"
            if not card.exists() and name != BLANK:
                profile = gather({**self._texts(), "as": name}, os.environ)
                card = self._stack.folder / f"{_name(profile)}.card"
        self.insert(card, profile, reader)
        self._status(reader)
        if self._with_agents or reader in self._agents:
            self._agent(reader)

    def _agent(self, reader: int) -> None:
        """Put the reader's card into the SSH agent of that reader, as at a workstation."""
        if reader not in self._cards:
            self._status(reader)
            return
        if reader not in self._agents:
            self._agents[reader] = CardAgent(self._stack, reader)
        agent = self._agents[reader]
        self._desk.say("virtual-agent-pin", card=self._cards[reader].stem, pin=PIN)
        if agent.add():
            self._desk.say("virtual-agent-in", socket=shlex.quote(str(agent.socket)))
        else:
            self._desk.say("virtual-agent-not")

    def _out(self, reader: int) -> None:
        self._stack.remove(reader)
        if reader in self._agents:
            self._agents[reader].remove()
        self._cards.pop(reader, None)
        self._status(reader)

    def _unlock(self, reader: int) -> None:
        """As the card office does it: by the PUK, over the wire. No try of it is spent on another's PUK."""
        card = self._cards.get(reader)
        if card is not None and not medium.load(card).puk.matches(medium.pad(PUK)):
            raise Unusable("virtual-other-puk")
        os.environ |= self._stack.environment  # libpcsclite reads it once, when it is first used
        from hardware.office import unlock_card

        unlock_card(self._stack.readers[reader], PUK, PIN)
        self._desk.say("virtual-unlocked", pin=PIN)
        self._status(reader)

    def _status(self, reader: int) -> None:
        name, card = self._stack.readers[reader], self._cards.get(reader)
        if card is None:
            self._desk.say("virtual-empty", number=reader + 1, reader=name)
            return
        seen = medium.load(card)
        tries = {"pin": seen.pin.tries, "puk": seen.puk.tries}
        values = {"number": reader + 1, "reader": name, "card": card.stem, **tries}
        certificate = seen.certificate(SIGN)
        if certificate is None:
            self._desk.say("virtual-in-blank", **values)
        else:
            self._desk.say("virtual-in", **values, who=described(certificate).told(self._desk.lang))
        if not seen.pin.tries:
            self._desk.say("virtual-locked")

    def _texts(self) -> dict[str, str]:
        return {name: value for name, value in self._given.items() if isinstance(value, str)}

    def _unknown(self) -> NoReturn:
        raise Unusable("virtual-words")


def _lines() -> Iterator[list[str]]:
    """What is typed, a line's words at a time, until the end of input or Ctrl-C."""
    prompt = "> " if sys.stdin.isatty() else ""
    try:
        while True:
            click.echo(prompt, nl=False)
            line = sys.stdin.readline()
            if not line:
                return
            if words := line.split():
                yield words
    except KeyboardInterrupt:
        click.echo()


def _name(profile: Profile) -> str:
    """What a card made of the profile's certificate file is called."""
    return profile.path("p12").stem


def _make(path: Path, profile: Profile | None) -> None:
    """A card of the profile's certificate file, in both places for keys; without one a blank card."""
    if profile is None:
        medium.create(path, pin=PIN, puk=PUK)
        return
    p12 = profile.path("p12")
    key, certificate = file.keys(p12, profile.secret("p12_password").reveal())
    if not keys.algorithm_of(key):
        raise Unusable("virtual-key", file=p12)
    made = medium.create(path, pin=PIN, puk=PUK)
    for use in (AUTH, SIGN):
        made.put(use, key, certificate)
    made.save()
