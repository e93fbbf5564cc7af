"""Files of a form (附件): chosen from the own area, looked at and sent behind a bar; fetched likewise.

Knows dialogs and bars; refuses to look into a file and to talk to the gateway, which `work.attachments` does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from messages.annotations import Words
from messages.forms import Field
from messages.workflow import File
from terminals.trouble import Trouble
from terminals.tui.dialogs import Tell
from terminals.tui.pick import PickFile
from terminals.tui.progress import Outcome, Progress, Report
from terminals.tui.told import told
from terminals.tui.words import both
from terminals.work.attachments import Cancelled, Job, fetch, pick, send
from terminals.work.places import Place

if TYPE_CHECKING:
    from pathlib import Path

    from terminals.tui.app import Terminal

T = TypeVar("T")
ATTACHMENTS = "attachments"
"""The folder of an area that files are put into over SFTP."""
_LOOKING, _SENDING, _FETCHING = both("attach-looking"), both("attach-sending"), both("attach-fetching")


def files_of(terminal: Terminal) -> Place:
    """Where the files of whoever sits there come from and go."""
    place = terminal.place
    return Place(place.area, guest=place.remote, most_bytes=place.area_bytes, most_files=place.area_files)


async def choose_file(
    terminal: Terminal, title: Words, folders: Sequence[str], endings: Sequence[str]
) -> str | None:
    """Ask for a file, of those in `folders` of the own area with these endings or by its path."""
    place = files_of(terminal)
    found = [name for folder in (*folders, ".") for name in place.names(folder)]
    names = [name.removeprefix("./") for name in found if name.lower().endswith(tuple(endings))]
    return await terminal.ask(PickFile(title, names, terminal.language, guest=place.guest))


async def attach(terminal: Terminal, group: Field) -> File | None:
    """Choose a file and have it at the gateway; None where it is not there then, which is said."""
    upload = group.hints.upload
    assert upload is not None  # it is a group of files
    endings = _endings(upload.types)
    path = await choose_file(terminal, both("attach-title"), (ATTACHMENTS,), endings)
    if not path:
        return None
    place, line = files_of(terminal), terminal.work.line

    def work(report: Report) -> File:
        picked = pick(place, path, job_of(report, _LOOKING), types=upload.types, most=upload.size)
        return send(line, picked, job_of(report, _SENDING))

    return await behind_bar(terminal, both("attach-title"), work)


async def fetch_files(terminal: Terminal, files: Sequence[File]) -> None:
    """Fetch files into the own area, and say where they are."""
    place, line = files_of(terminal), terminal.work.line

    def work(report: Report) -> list[Path]:
        return [fetch(line, file, place, job_of(report, _FETCHING)) for file in files]

    paths = await behind_bar(terminal, both("attach-fetch-title"), work)
    if paths:
        names = "\n".join(str(path.relative_to(place.folder)) for path in paths)
        await terminal.ask(Tell(both("attach-fetched", files=names), terminal.language))


async def behind_bar(terminal: Terminal, title: Words, work: Callable[[Report], T]) -> T | None:
    """Do it in a thread behind a bar; None where it was stopped or failed, which is said."""
    outcome: Outcome[T] | None = await terminal.ask(Progress(title, work, terminal.language))
    try:
        return outcome.result() if outcome is not None else None
    except Cancelled:
        terminal.say(both("attach-cancelled"))
    except Trouble as error:
        await terminal.ask(Tell(told(error), terminal.language, alarm=True))
    return None


def job_of(report: Report, words: Words) -> Job:
    """A job that a bar shows, and that stops when somebody wants it to."""
    job = Job(lambda done, total: _at(report, job, done, total, words))
    return job


def _at(report: Report, job: Job, done: int, total: int, words: Words) -> None:
    report(done, total, words)
    if report.stopped():
        job.cancel()


def _endings(types: frozenset[str]) -> list[str]:
    known = {"image/jpeg": (".jpg", ".jpeg"), "image/tiff": (".tif", ".tiff")}
    return [ending for each in sorted(types) for ending in known.get(each, (f".{each.rpartition('/')[2]}",))]
