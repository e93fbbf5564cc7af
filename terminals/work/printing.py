"""Prints (打印): a form or a list as a PDF of A4 pages, Chinese letters embedded, pages numbered.

Knows paper; refuses to know screens and where the file goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from messages.annotations import Words
from terminals.work.model import FormModel


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its heading, and whether it holds numbers, which stand to the right."""

    words: Words
    number: bool = False


def form_pdf(model: FormModel, facts: Sequence[tuple[Words, str]], language: str) -> bytes:
    """The form with its body lines; `facts` stand above the head, such as who entered it."""
    raise NotImplementedError


def list_pdf(title: Words, columns: Sequence[Column], rows: Iterable[Sequence[str]], language: str) -> bytes:
    """A list, its headings repeated on every page; landscape when the columns need it."""
    raise NotImplementedError
