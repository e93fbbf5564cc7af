"""`archive`: what is old leaves the database for signed files, which are verified and looked into (归档)."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import click

from gateway import pki
from gateway.cli.journals import own_certificates
from gateway.cli.shell import Group, Progress, Unverified, fields, home_option, opened, refuse, say, table
from gateway.cli.values import FILE, FOLDER
from gateway.retention import Archivist
from gateway.settings import Settings
from storage import archive as files
from storage import archived, retention
from storage.archive import Item
from storage.journal import MESSAGE, RECEIPT
from storage.retention import ArchivingElsewhere


@click.group(cls=Group)
def archive() -> None:
    """Old messages and receipts, taken out of the database into signed files."""


@archive.command()
@click.option(
    "--messages-days", type=click.IntRange(1), help="In place of the setting retention.messages_days."
)
@click.option(
    "--receipts-days", type=click.IntRange(1), help="In place of the setting retention.receipts_days."
)
@home_option
def run(home: Path, messages_days: int | None, receipts_days: int | None) -> None:
    """Archive and purge whatever is older than the settings say; the gateway may go on serving.

    What something still needs stays: messages with open work, receipts of cases that customs has not decided
    yet. It may be ended at any time, by any means: the next run goes on. Exit code 4: something in the
    archive or the database is not as it should be, and nothing more was purged.
    """
    with opened(home) as (settings, database), Progress() as progress:
        settings = _overridden(settings, messages_days, receipts_days)
        key = pki.load_key(settings.gateway_key)
        archivist = Archivist(database, settings, lambda data: pki.sign(key, data), _now, progress=progress)
        try:
            told = archivist.run()
        except ArchivingElsewhere as elsewhere:
            say(f"nothing was done: {elsewhere}")
            return
    for name in told.aside:
        say(f"put aside, for the database does not know it: {settings.archive_folder / name}")
    for each in told.elsewhere:
        say(f"archive {each.number} is not purged yet: archive on {each.made_by}, which has {each.file}")
    say(
        f"archived {told.archived[MESSAGE]} messages and {told.archived[RECEIPT]} receipts "
        f"in {told.files} files ({told.bytes / 1e6:.1f} MB); "
        f"purged {told.purged[MESSAGE]} messages and {told.purged[RECEIPT]} receipts; "
        f"the longest transaction took {told.longest * 1000:.0f} ms"
    )


def _overridden(settings: Settings, messages_days: int | None, receipts_days: int | None) -> Settings:
    given = {"messages_days": messages_days, "receipts_days": receipts_days}
    kept = settings.retention.model_copy(update={name: days for name, days in given.items() if days})
    if not (kept.messages_days or kept.receipts_days):
        refuse(
            "nothing is to be archived: set retention.messages_days and retention.receipts_days, "
            "or give --messages-days or --receipts-days"
        )
    return settings.model_copy(update={"retention": kept})


@archive.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option(
    "--certificate", "more", multiple=True, type=FILE, help="A gateway's certificate that signed manifests."
)
@home_option
def verify(folder: Path | None, more: tuple[Path, ...], home: Path) -> None:
    """Verify the archive: each file against its manifest, each manifest's signature and place in the row.

    With FOLDER only what lies there, without a database: a copy somewhere else, with --certificate also where
    there is no gateway. Without it the home's archive, held to the database. `journal verify` does that, too,
    and holds the database to the journal. Exit code 4: something is wrong, and each finding is a line.
    """
    certificates = [each for file in more for each in pki.load_certificates(file)]
    findings: list[str] = []
    with Progress() as progress:
        if folder is None:
            with opened(home) as (settings, database), database.snapshot() as connection:
                certificates += own_certificates(settings)
                found = archived.verify(
                    connection,
                    [settings.archive_folder],
                    certificates,
                    findings.append,
                    lambda done, total: progress("archive", done, total),
                )
            looked_at = f"{len(found)} files, {sum(each.items for each in found)} items"
        else:
            if not more:
                certificates = own_certificates(Settings.load(home))
            count, items = archived.verify_files(
                folder, certificates, findings.append, lambda done, total: progress("files", done, total)
            )
            looked_at = f"{count} files, {items} items"
    for finding in findings:
        say(finding)
    if findings:
        raise Unverified(f"the archive is NOT sound: {len(findings)} findings in {looked_at}")
    say(f"the archive is sound: {looked_at}")


@archive.command()
@click.option("--party", default="", help="The dxpId of the party that sent a message.")
@click.option("--cop-msg-id", default="", help="The message's CopMsgId.")
@click.option(
    "--to", "target", type=click.Path(file_okay=False, path_type=Path), help="A folder, made if need be."
)
@home_option
def show(home: Path, party: str, cop_msg_id: str, target: Path | None) -> None:
    """List the archive's files; or take one message and its receipts out of them, byte for byte.

    With --party and --cop-msg-id it says where the message and each of its receipts is, and with --to writes
    what is in the archive into a folder: message-ID.data.xml, message-ID.reply.xml, receipt-ID.document.xml.
    """
    if bool(party) != bool(cop_msg_id) or (target and not party):
        refuse("give --party and --cop-msg-id together, and --to only with them")
    with opened(home) as (settings, database), database.read() as connection:
        known = retention.archives(connection)
        if not party:
            table(
                ("number", "file", "items", "made at", "by", "purged at"),
                [
                    (one.number, one.file, one.items, _time(one.made_at), one.made_by, _time(one.purged_at))
                    for one in known
                ],
            )
            return
        places = retention.places(connection, party, cop_msg_id)
    if not places:
        refuse(f"no message {cop_msg_id} of {party} was accepted, and none refused")
    wanted: dict[int, set[int]] = defaultdict(set)
    for place in places:
        fields(
            [(f"{place.kind} {place.id}", f"archive {place.archive}" if place.archive else "the database")],
            30,
        )
        if place.archive:
            wanted[place.archive].add(place.id)
    if target is None:
        return
    target.mkdir(parents=True, exist_ok=True)
    named = {one.number: one.file for one in known}
    for number, ids in sorted(wanted.items()):
        manifest = files.read_manifest(settings.archive_folder, named[number])
        for item in files.items(settings.archive_folder, manifest):
            if item.id in ids:
                _write(target, manifest.kind, item)


def _write(folder: Path, kind: str, item: Item) -> None:
    for name, content in item.content.items():
        file = folder / f"{kind}-{item.id}.{name}.xml"
        file.write_bytes(content)
        say(file)


def _now() -> datetime:
    return datetime.now(UTC)


def _time(at: object) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""
