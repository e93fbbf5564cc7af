"""What every command stands on: the options that say where and who, and what is made from them when needed.

Knows how settings become a gateway, a holder who signs, a prover; refuses to know what a command does with
them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from cryptography import x509

from hardware.choose import CARD_KEYS
from messages.signature.sign import Signer
from terminals.cli.holder import Holder
from terminals.cli.pins import Voice
from terminals.cli.progress import Progress
from terminals.client import Gateway, Patience
from terminals.compose import Party, party_of
from terminals.language import LANGUAGES, language, say
from terminals.profile import SIGNERS, Profile, gather
from terminals.proof import Prover, load_certificates, load_crl
from terminals.session import ByCertificate, ByPassword, Credentials, Session
from terminals.trouble import Trouble

R = TypeVar("R")

_FILE = click.Path(dir_okay=False)
_FOLDER = click.Path(file_okay=False)
TRUST = (
    click.option("--ca", type=_FILE, help="PEM file of the CA that is trusted (EPORT_CA)."),
    click.option("--crl", type=_FILE, help="PEM file of a revocation list to heed (EPORT_CRL)."),
)
RECEIVER = (
    click.option("--receiver", help="The customs party's dxpId, when --to is not given (EPORT_RECEIVER)."),
)
SIGNER = (
    click.option(
        "--signer", type=click.Choice(SIGNERS),
        help="What signs [a certificate file that is set, else what is plugged in: card, Ikey, agent].",
    ),
    click.option("--device", help="Which of several: part of reader's name, label, number or holder."),
    click.option(
        "--pin-file", type=_FILE, help="File with the PIN, tried once; else asked (EPORT_PIN_FILE)."
    ),
    click.option(
        "--card-key", type=click.Choice(CARD_KEYS),
        help="The card's key: sign (9C, a PIN for each signature) or auth (9A) [sign].",
    ),
    click.option(
        "--module", help="PKCS#11 module of the Ikey, several with ':' between [those installed]."
    ),
    click.option(
        "--certificate", type=_FILE,
        help="PEM file of the holder's certificates, for a forwarded SSH agent. As long as it is forwarded, "
        "root on this host can sign with it: use an agent of its own (ForwardAgent SOCKET) and ssh-add -c.",
    ),
    click.option("--pcscd", type=_FILE, help="Socket of another pcscd than the machine's (EPORT_PCSCD)."),
    click.option("--p12", type=_FILE, help="Certificate file to sign with (EPORT_P12)."),
    click.option(
        "--p12-password-file",
        type=_FILE,
        help="File with its password (EPORT_P12_PASSWORD_FILE); else asked.",
    ),
    click.option("--dxp-id", help="dxpId of the own party, when its certificate does not say it."),
    click.option("--cop-code", help="copCode of the own party for BaseTransfer."),
    click.option("--cop-name", help="copName of the own party for BaseTransfer."),
)  # fmt: skip
LINE = (
    click.option("--url", help="The gateway, https://host:port (EPORT_URL)."),
    click.option("--account", help="Log in with this account instead of a certificate (EPORT_ACCOUNT)."),
    click.option("--password-file", type=_FILE, help="File with the account's password; else asked."),
    click.option("--state", type=_FOLDER, help="Folder for pending messages and cursors (EPORT_STATE)."),
    click.option(
        "--patience", type=click.FloatRange(min=0), default=60.0, show_default=True,
        help="Seconds to go on trying while the gateway gives no answer.",
    ),
)  # fmt: skip
_SOURCES = (
    click.option("--demo", type=_FOLDER, help="Home of a demo gateway: its CA and parties (EPORT_DEMO)."),
    click.option("--as", "as_", help="Demo party by account, holder, name or role [enterprise] (EPORT_AS)."),
    click.option("--profile", help="Profile of the TOML file (EPORT_PROFILE)."),
    click.option("--config", type=_FILE, help="The TOML file [~/.config/eport-terminal.toml]."),
    click.option("--lang", type=click.Choice(LANGUAGES), help="Language of the output; else from LANG."),
)


class Desk:
    """The settings of one command and what they open."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.lang = language(os.environ, options.get("lang"))
        click.get_current_context().find_root().meta["eport.lang"] = self.lang
        self.patience = Patience(total=float(options.get("patience") or 0.0))
        self.progress = Progress(sys.stderr)
        texts = {name: value for name, value in options.items() if isinstance(value, str)}
        self.profile: Profile = gather({**texts, "as": texts.get("as_")}, os.environ)

    def say(self, key: str, /, **values: object) -> None:
        """Print a sentence to standard output."""
        self.progress.clear()
        click.echo(say(self.lang, key, **values).rstrip())

    def note(self, key: str, /, **values: object) -> None:
        """Print a sentence to standard error: what a program that reads the output should not see."""
        self.tell(say(self.lang, key, **values).rstrip())

    def complain(self, trouble: Trouble) -> None:
        """Print what went wrong, in the chosen language."""
        self.tell(trouble.told(self.lang))

    @cached_property
    def holder(self) -> Holder:
        """Whoever signs, chosen by the settings or by what is plugged in; ended with the command."""
        holder = self.new_holder()
        click.get_current_context().find_root().call_on_close(holder.close)
        return holder

    def new_holder(self) -> Holder:
        """One who looks for the device anew: a holder does not ask again what has failed once."""
        return Holder(self.profile, Voice(self.lang, self.tell, self._ask), self._prompt)

    @cached_property
    def party(self) -> Party:
        """The own party: from the settings, and for what they leave open from the certificate."""
        return self.party_by(lambda: self.holder.certificate)

    def party_by(self, certificate: Callable[[], x509.Certificate]) -> Party:
        """The same, with the certificate of another holder."""
        get = self.profile.get
        given = Party(get("dxp_id"), get("cop_code"), get("cop_name"))
        if given.dxp_id and given.cop_name:
            return given
        read = party_of(certificate())
        return Party(given.dxp_id or read.dxp_id, given.cop_code, given.cop_name or read.cop_name)

    @cached_property
    def prover(self) -> Prover:
        """The checks of signatures, with the trusted CA and the revocation list, if there is one."""
        crls = [load_crl(self.profile.path("crl"))] if self.profile.get("crl") else []
        return Prover(load_certificates(self.profile.path("ca")), crls)

    @cached_property
    def state(self) -> Path:
        """The folder of pending messages and cursors."""
        return self.profile.path("state")

    def gateway(self, patience: Patience | None = None) -> Gateway:
        """The line to the gateway; every wait is said on standard error."""
        return Gateway(
            self.profile.need("url"),
            self.profile.path("ca"),
            patience=patience or self.patience,
            on_wait=self._waiting,
        )

    def session(self, gateway: Gateway, at: Callable[[str], Signer] | None = None) -> Session:
        """A login to `gateway`: by certificate where there is one, else by account.

        `at` gives the signer of another holder for a purpose.
        """
        return Session(gateway, self._credentials(at or (lambda purpose: self.holder.at(purpose))))

    @property
    def by_file(self) -> bool:
        """Whether a certificate file signs, and not a device that is plugged in."""
        signer = self.profile.one_of("signer", SIGNERS)
        return signer == "file" or (not signer and bool(self.profile.get("p12")))

    @property
    def can_log_in(self) -> bool:
        """Whether there is a signer or an account to log in with, without looking for what is plugged in."""
        return self.holder.named or self.holder.used or bool(self.profile.get("account"))

    def mailbox_owner(self, session: Session) -> str:
        """The dxpId whose mailbox the session reads."""
        return str(session.open().get("dxpId") or self.party.dxp_id or self.profile.need("dxp_id"))

    def _credentials(self, at: Callable[[str], Signer]) -> Credentials:
        account = self.profile.get("account")
        if account and not self.holder.named:
            return ByPassword(account, self.profile.secret("password", self._prompt).reveal())
        return ByCertificate(at(say(self.lang, "pin-login")))

    def _waiting(self, trouble: Trouble, seconds: float) -> None:
        origin, reason = self.profile.get("url"), trouble.told(self.lang)
        self.note("waiting", origin=origin, reason=reason, seconds=f"{seconds:.1f}")

    def tell(self, text: str) -> None:
        """Print a line to standard error."""
        self.progress.clear()
        click.echo(text, err=True)

    def _prompt(self, name: str) -> str:
        if not sys.stdin.isatty():
            self.profile.need(f"{name}_file")
        return self._ask(name.replace("_", " "))

    def _ask(self, prompt: str) -> str:
        self.progress.clear()
        return str(click.prompt(prompt, default="", show_default=False, hide_input=True, err=True))


def options(*groups: tuple[Any, ...]) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Put the options of `groups` and those of the sources on a command, which gets a Desk for them."""

    def decorate(command: Callable[..., R]) -> Callable[..., R]:
        @wraps(command)
        def run(**given: Any) -> R:
            mine = {name: given.pop(name) for name in names}
            return command(Desk(mine), **given)

        wrapped: Callable[..., R] = run
        for option in reversed([option for group in (*groups, _SOURCES) for option in group]):
            wrapped = option(wrapped)
        parameters: list[click.Parameter] = getattr(wrapped, "__click_params__", [])
        names = [str(parameter.name) for parameter in parameters]
        return wrapped

    return decorate
