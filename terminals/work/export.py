"""Exports (导出): a form or a list as an .xlsx file.

Knows sheets, and that what somebody typed is never a formula; refuses to know where the file goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from messages.annotations import Words
from terminals.work.model import FormModel
from terminals.work.printing import Column


def form_xlsx(model: FormModel, facts: Sequence[tuple[Words, str]], language: str) -> bytes:
    """The form: a sheet for the head, one for each group of body lines."""
    raise NotImplementedError


def list_xlsx(title: Words, columns: Sequence[Column], rows: Iterable[Sequence[str]], language: str) -> bytes:
    """A list; numbers that a spreadsheet can hold exactly are numbers, everything else is text."""
    raise NotImplementedError
