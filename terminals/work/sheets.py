"""A form or a list as headings, rows and columns: what prints and exports have in common.

Knows what a reader wants of a form: labels, values with the meaning of their codes, body lines as tables.
Refuses to know paper and spreadsheets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from messages.annotations import Words
from messages.forms import Field
from terminals.work.model import FormModel
from terminals.work.rows import Row
from terminals.work.standing import Kind

Fact = tuple[Words, str]
NO_STATE = Words()
"""Of a form of which no state is to be told."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its heading, and whether it holds numbers, which stand to the right."""

    words: Words
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A list with its heading."""

    title: Words
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[str]]


def head_of(model: FormModel, language: str) -> list[Fact]:
    """The head's fields with their values, in document order; what is no part of the form now is left out."""
    return [
        (field.label, _value(model, model.head, field, language))
        for field in model.fields
        if model.standing(model.head, field.name).kind is not Kind.HIDDEN
    ]


def tables_of(model: FormModel, language: str) -> list[Table]:
    """The groups of body lines."""
    return [
        Table(
            group.label,
            tuple(Column(field.label, _is_number(field)) for field in model.columns(group)),
            [
                [_value(model, row, field, language) for field in model.columns(group)]
                for row in model.rows(group.name)
            ],
        )
        for group in model.groups
    ]


def _value(model: FormModel, row: Row, field: Field, language: str) -> str:
    """As a reader wants it: a code with its meaning."""
    value = row.text(field.name)
    if not value or not (field.choices or field.hints.list):
        return value
    return f"{value} {model.meaning(row, field.name).in_language(language)}".strip()


def _is_number(field: Field) -> bool:
    return field.base == "decimal" or field.hints.counts
