"""The options by which a command is given a CA's key for one call.

Knows where the key may be: named, or the demo's; refuses to keep it, and to know what it signs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from gateway import card_office, pki
from gateway.cli.pins import Source
from gateway.cli.values import FILE
from gateway.settings import Settings

_ENCRYPTED = b"ENCRYPTED"  # of both kinds of PEM: PKCS#8 and OpenSSL's own of old


@dataclass(frozen=True, slots=True)
class CaFiles:
    """What the options say."""

    key: Path | None
    certificate: Path | None
    passphrase: str | None

    def pair(self, settings: Settings, now: datetime) -> pki.Pair | None:
        """The CA, asking for the passphrase of its key where it has one; None: no CA's key is here."""
        files = self._files(settings)
        if files is None:
            return None
        key, certificate = files
        passphrase = None
        if _ENCRYPTED in key.read_bytes()[:2048]:
            source = Source(f"Passphrase of {key.name}", "--ca-passphrase-file", self.passphrase)
            passphrase = source.read().encode()
        return card_office.authority(settings, key, certificate, passphrase, now)

    def _files(self, settings: Settings) -> tuple[Path, Path] | None:
        if self.key is not None and self.certificate is not None:
            return self.key, self.certificate
        if self.key is not None or self.certificate is not None:
            raise click.UsageError("a CA is given by both: --ca-key FILE --ca-cert FILE")
        return card_office.demo_files(settings)


def ca_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --ca-key, --ca-cert and --ca-passphrase-file; the command gets `ca`."""

    @wraps(command)
    def run(
        *args: Any, ca_key: Path | None, ca_cert: Path | None, ca_passphrase_file: str | None, **given: Any
    ) -> Any:
        return command(*args, ca=CaFiles(ca_key, ca_cert, ca_passphrase_file), **given)

    for option in (
        click.option(
            "--ca-passphrase-file",
            type=click.Path(exists=True, dir_okay=False, allow_dash=True),
            help="File with the passphrase of the CA's key (-: standard input); else asked.",
        ),
        click.option(
            "--ca-cert", type=FILE, help="The CA's certificate, one of certs/ca [demo: demo/ca.pem]."
        ),
        click.option(
            "--ca-key", type=FILE, help="A CA's key, PEM, used for this call only [demo: demo/ca.key]."
        ),
    ):
        run = option(run)
    return run
