"""Files (附件) that a message names: which they are, and whether they are there and as it describes them.

Knows the group Attachment of every system's schemas, whose lines have name, size, mediaType and digest;
refuses to know what a file is for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from messages.media import LARGEST
from messages.workflow import Body, Facts, File, FileOf

GROUP = "Attachment"


def digests(form: Body) -> tuple[str, ...]:
    """The files that a form names, each once, in their order."""
    return tuple(dict.fromkeys(str(each["digest"]) for each in form.get(GROUP, ())))


def files_of(party: str, facts: Facts, form: Body) -> dict[str, File | None]:
    """What the party has sent of the files that a form names, by digest."""
    return {digest: facts[FileOf(party, digest)] for digest in digests(form)}


def described(form: Body, files: Mapping[str, File | None]) -> tuple[File, ...]:
    """The files that are there, by the names that the form gives them."""
    entries: Sequence[Body] = form.get(GROUP, ())
    there = ((files[str(entry["digest"])], entry["name"]) for entry in entries)
    return tuple(replace(file, name=str(name)) for file, name in there if file is not None)


def wrong_files(form: Body, files: Mapping[str, File | None]) -> Iterator[tuple[str, str, str]]:
    """(path, zh, en) for each file that is not there, not its sender's, or not what the message says."""
    for place, entry in enumerate(form.get(GROUP, ()), 1):
        path = f"{GROUP}[{place}]/digest"
        found = files[str(entry["digest"])]
        name = entry["name"]
        if found is None:
            yield path, f"附件 {name} 未上传或不属于贵方", f"{name} was not uploaded, or is not yours"
        elif (str(found.size), found.media_type) != (entry["size"], entry["mediaType"]):
            told = f"{found.size}, {found.media_type}"
            yield path, f"附件 {name} 实为 {told}", f"{name} is {told}, not as described"
        elif found.size > LARGEST:
            yield path, f"附件 {name} 超过 4 MB", f"{name} has more than 4 MiB"
