"""The archive held to the database (校验归档): each file whole, signed, in its place, and of what is stored.

Knows what rows that were purged must still say; changes nothing. What it finds it says in a line each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from cryptography import x509
from sqlalchemy import Connection

from storage import archive, retention
from storage.archive import ArchiveDamaged, Item, Manifest
from storage.journal import MESSAGE, ORIGIN, RECEIPT
from storage.retention import Archived

_BATCH = 500

Add = Callable[[str], None]
"""Takes a finding."""

Progress = Callable[[int, int], None]


def verify(
    conn: Connection,
    folders: Sequence[Path],
    certificates: Sequence[x509.Certificate],
    add: Add,
    progress: Progress = lambda done, total: None,
) -> list[Archived]:
    """Compare every archive that the database knows with its file in one of `folders`; the archives."""
    known = retention.archives(conn)
    total = sum(each.items for each in known)
    named = {kind: retention.count(conn, kind) for kind in (MESSAGE, RECEIPT)}
    previous, number, done = ORIGIN, 0, 0
    for each in known:
        if each.number != number + 1:
            add(f"archive {each.number} follows archive {number}: those between them were removed")
        number = each.number
        there = named.get(each.kind, {}).pop(each.number, 0)
        try:
            folder = _folder(folders, each.file)
            manifest = archive.read_manifest(folder, each.file)
            _genuine(manifest, each, previous, certificates)
            so_far = partial(_further, progress, done, total)
            held = _held_to(conn, folder, manifest, each, add, so_far)
            if held != there:
                add(
                    f"archive {each.number}: {there} stored {each.kind}s say that they are in it, "
                    f"which holds {held} of them"
                )
        except ArchiveDamaged as damaged:
            add(f"archive {each.number}: {damaged}")
        previous = each.digest
        done += each.items
    for kind, rest in named.items():
        for missing, many in sorted(rest.items()):
            add(f"{many} stored {kind}s say that they are in archive {missing}, which is not known")
    return known


def _further(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total)


def _folder(folders: Sequence[Path], file: str) -> Path:
    for folder in folders:
        if (folder / file).exists():
            return folder
    raise ArchiveDamaged(f"{file} is missing in {', '.join(map(str, folders)) or 'every folder'}")


def _genuine(
    manifest: Manifest, sealed: Archived, previous: str, certificates: Sequence[x509.Certificate]
) -> None:
    if manifest.digest != sealed.digest:
        raise ArchiveDamaged(f"the manifest of {sealed.file} is not the one that was sealed: it was changed")
    _signed(manifest, previous, certificates)


def _signed(manifest: Manifest, previous: str, certificates: Sequence[x509.Certificate]) -> None:
    if certificates and not manifest.signed_by(certificates):
        raise ArchiveDamaged(f"the manifest of {manifest.file} is not signed by a gateway's certificate")
    if manifest.previous != previous:
        raise ArchiveDamaged(f"{manifest.file} does not follow the archive before it: one was exchanged")


def _held_to(
    conn: Connection,
    folder: Path,
    manifest: Manifest,
    sealed: Archived,
    add: Add,
    progress: Callable[[int], None],
) -> int:
    """How many of the file's items the database has as purged into it; what differs is a finding."""
    held, ids = 0, set[int]()
    for batch in _batches(archive.items(folder, manifest)):
        stored = retention.rows(conn, manifest.kind, [item.id for item in batch])
        for item in batch:
            where = f"archive {manifest.number}: {manifest.kind} {item.id}"
            party, digest, number = stored.get(item.id, (None, None, None))
            if item.id in ids:
                add(f"{where} is in it twice")
            elif party is None:
                add(f"{where} is not stored any more")
            elif (party, digest) != (item.party, item.digest):
                add(f"{where} is another than the stored one")
            elif number != manifest.number and (number is not None or sealed.purged_at is not None):
                add(f"{where} is stored as if it were not in it")
            held += number == manifest.number and item.id not in ids
            ids.add(item.id)
        progress(len(ids))
    if len(ids) != sealed.items:
        add(f"archive {manifest.number} holds {len(ids)} items, but {sealed.items} were sealed")
    return held


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    while batch := list(islice(items, _BATCH)):
        yield batch


def verify_files(
    folder: Path,
    certificates: Sequence[x509.Certificate],
    add: Add,
    progress: Progress = lambda done, total: None,
) -> tuple[int, int]:
    """Check a folder of the archive without any database; (files, items).

    Manifests follow one another from the lowest number that is there: older ones may lie elsewhere.
    """
    found = list(archive.manifests(folder))
    if not found:
        add(f"there is no archive in {folder}")
    before: Manifest | None = None
    count = 0
    for place, (name, manifest) in enumerate(found, 1):
        try:
            if isinstance(manifest, ArchiveDamaged):
                raise manifest
            if before is not None and manifest.number != before.number + 1:
                add(f"archive {manifest.number} follows archive {before.number}: others between are missing")
                before = None
            _signed(manifest, before.digest if before else manifest.previous, certificates)
            before = manifest
            count += sum(1 for _ in archive.items(folder, manifest))
        except ArchiveDamaged as damaged:
            add(f"{name}: {damaged}")
        progress(place, len(found))
    return len(found), count
