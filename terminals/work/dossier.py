"""A case to be read through (案卷): what was typed on its forms, as sections of labels, values and meanings.

Knows forms and what a reader wants of them: nothing that is empty, codes with their meanings, lines within
lines in their order, files by name and size. Refuses to know screens and every system.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from messages.annotations import Words
from messages.forms import Field
from messages.workflow import File
from terminals.work.model import FormModel
from terminals.work.moments import readable
from terminals.work.plan import FILE
from terminals.work.rows import Row

_KB = 1024


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that is said: its label, the value as it was typed, and what a code in it means."""

    label: Words
    value: Words


@dataclass(frozen=True, slots=True)
class Section:
    """Some of it under a heading; `depth` 0 is a document of the case, 1 a part of it, 2 a part of that."""

    heading: Words
    said: tuple[Said, ...] = ()
    depth: int = 0


def sections(model: FormModel, heading: Words, before: Sequence[Said] = ()) -> list[Section]:
    """A whole form, its head first; `before` stands above the head's fields, such as who sent it."""
    head, *others = _head(model, heading)
    return [Section(heading, (*before, *head.said)), *others, *_lines(model, model.head, 1)]


def files(model: FormModel) -> tuple[File, ...]:
    """The files that a form names, each once, in their order."""
    found: dict[str, File] = {}
    for row in model.head.walk():
        if _is_file(row.field):
            size = row.text("size")
            file = File(
                row.text("digest"),
                int(size) if size.isdigit() else 0,
                row.text("mediaType"),
                row.text("name"),
            )
            found.setdefault(file.digest, file)
    return tuple(found.values())


def sized(size: int) -> str:
    """A file's size for people: 12 KB; MB from 1,000 KB."""
    kilo = max(1, round(size / _KB))
    return f"{kilo} KB" if kilo < 1000 else f"{size / _KB / _KB:.1f} MB"


def _head(model: FormModel, heading: Words) -> list[Section]:
    """The head's fields, divided where the form has sections of its own."""
    return _divided(model, model.head, heading, 0)


def _divided(model: FormModel, row: Row, heading: Words, depth: int) -> list[Section]:
    parts: list[tuple[Words, list[Said]]] = [(heading, [])]
    for field in row.plan.shown:
        if field.hints.section is not None:
            parts.append((field.hints.section, []))
        if row.values.get(field.name):
            parts[-1][1].append(Said(field.label, value(model, row, field)))
    first, *others = parts
    own = [Section(first[0], tuple(first[1]), depth)]
    return [*own, *(Section(words, tuple(said), depth + 1) for words, said in others if said)]


def _lines(model: FormModel, row: Row, depth: int) -> Iterator[Section]:
    for name, plan in row.plan.plans.items():
        rows = row.rows(name)
        if rows and _is_file(plan.group):
            yield Section(plan.group.label, tuple(_file(model, line) for line in rows), depth)
            continue
        for line in rows:
            label = plan.group.label
            heading = Words(f"{label.zh} {line.number}", f"{label.en} {line.number}")
            yield from _divided(model, line, heading, depth)
            yield from _lines(model, line, depth + 1)


def _is_file(group: Field) -> bool:
    return any(each.hints.fill == FILE for each in group.children)


def _file(model: FormModel, row: Row) -> Said:
    """A file: what it is in place of a label, else its number; its name and size."""
    kinds = [field for field in row.plan.shown if field.hints.fill != FILE and row.text(field.name)]
    kind = _meaning(model, row, kinds[0]) if kinds else Words(str(row.number), str(row.number))
    size = row.text("size")
    told = f"{row.text('name')} ({sized(int(size))})" if size.isdigit() else row.text("name")
    return Said(kind, Words(told, told))


def _meaning(model: FormModel, row: Row, field: Field) -> Words:
    found = model.meaning(row, field.name)
    text = row.text(field.name)
    return Words(found.zh or text, found.en or text)


def value(model: FormModel, row: Row, field: Field) -> Words:
    """A code of a list with its meaning; of a few choices the meaning alone, which says it all; a time as
    people read it.
    """
    text = readable(field.type_name, row.text(field.name)) or row.text(field.name)
    if field.choices:
        return _meaning(model, row, field)
    if field.hints.list:
        found = model.meaning(row, field.name)
        return Words(f"{text} {found.zh}".rstrip(), f"{text} {found.en}".rstrip())
    return Words(text, text)
