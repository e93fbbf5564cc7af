"""`journal verify`: whether anything accepted or issued was changed, removed or put in since (校验日志)."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click
from cryptography import x509

from gateway import pki
from gateway.cli.shell import Group, Progress, Unverified, home_option, opened, say
from gateway.cli.values import FILE, FOLDER
from gateway.settings import Settings
from storage import heads
from storage.verification import verify as verify_journal


@click.group(cls=Group)
def journal() -> None:
    """The hash-chained journal of everything accepted and issued."""


@journal.command()
@click.option(
    "--heads",
    "files",
    multiple=True,
    type=FILE,
    help="Signed heads kept elsewhere; may be given again. Without it those exported in the home.",
)
@click.option(
    "--certificate",
    "more",
    multiple=True,
    type=FILE,
    help="Another gateway's certificate that signed heads (several gateways on one database).",
)
@click.option(
    "--archive",
    "folders",
    multiple=True,
    type=FOLDER,
    help="A folder with files of the archive, beside the one that the settings name; may be given again.",
)
@home_option
def verify(home: Path, files: tuple[Path, ...], more: tuple[Path, ...], folders: tuple[Path, ...]) -> None:
    """Verify the whole journal, the stored and archived messages and receipts, and the signed heads.

    It needs no running gateway and changes nothing. Keep copies of HOME/journal/heads.jsonl elsewhere: only
    they show that the end was cut off by somebody who could also change the home. Exit code 4: something is
    wrong, and each finding is a line.
    """
    with opened(home) as (settings, database):
        if not files and settings.journal_heads.exists():
            files = (settings.journal_heads,)
        exported = [head for file in files for head in heads.read(file)]
        certificates = own_certificates(settings) + [
            each for file in more for each in pki.load_certificates(file)
        ]
        with database.snapshot() as connection, Progress() as progress:
            report = verify_journal(
                connection,
                exported,
                certificates,
                partial(progress, "journal"),
                (settings.archive_folder, *folders),
                partial(progress, "archive"),
            )
    for finding in report.findings:
        say(finding)
    looked_at = (
        f"{report.rows} rows of {report.nodes} chains, {report.messages} messages, "
        f"{report.receipts} receipts, {report.heads} heads, {report.archives} archives"
    )
    if not report.sound:
        raise Unverified(f"the journal is NOT sound: {len(report.findings)} findings in {looked_at}")
    say(f"the journal is sound: {looked_at}")


def own_certificates(settings: Settings) -> list[x509.Certificate]:
    """The gateway's signing certificates, present and past."""
    present = settings.gateway_certificate
    former = pki.load_folder(settings.former_folder)
    return [*pki.load_certificates(present)[:1], *former] if present.exists() else former
