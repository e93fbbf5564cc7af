"""Prints (打印): a form or a list as a PDF of A4 pages, Chinese letters embedded, pages numbered.

Knows what stands where on the paper; refuses to know screens and where the file goes. fpdf2 takes a third of
a second to load, so it is when something is printed first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from messages.annotations import Words
from messages.registry import BY_CODE
from messages.system import CASE
from messages.wire import CST
from terminals.work.dossier import Section
from terminals.work.fonts import font_file
from terminals.work.model import FormModel
from terminals.work.sheets import NO_STATE, Column, Fact, Table, head_of, tables_of

if TYPE_CHECKING:
    from terminals.work.paper import Paper

__all__ = ["Column", "dossier_pdf", "form_pdf", "list_pdf"]


def form_pdf(model: FormModel, facts: Sequence[Fact], language: str, state: Words = NO_STATE) -> bytes:
    """The form with its body lines; `facts` stand above the head, such as who entered it.

    `state` is in the title, so that a draft is seen to be one. Raises FontMissing.
    """
    from terminals.work.paper import PORTRAIT

    title = model.form.title.in_language(language)
    if state != NO_STATE:
        said = state.in_language(language)
        title = f"{title}【{said}】" if language == "zh" else f"{title} [{said}]"
    paper = _paper(title, language, about=named(model))
    paper.add_page()
    for part in (facts, head_of(model, language)):
        paper.facts([(words.in_language(language), value) for words, value in part])
    for table in tables_of(model, language):
        rows = list(table.rows)
        headings = [column.words.in_language(language) for column in table.columns]
        if rows:
            wide = paper.natural(headings, rows[:100]) > PORTRAIT
            paper.add_page(orientation="landscape" if wide else "portrait")
            _table(paper, table, rows, language)
    return bytes(paper.output())


def list_pdf(title: Words, columns: Sequence[Column], rows: Iterable[Sequence[str]], language: str) -> bytes:
    """A list, its headings on every page; landscape where the columns need it. Raises FontMissing."""
    from terminals.work.paper import PORTRAIT

    paper = _paper(title.in_language(language), language)
    kept = list(rows)
    headings = [column.words.in_language(language) for column in columns]
    wide = paper.natural(headings, kept[:100]) > PORTRAIT
    paper.add_page(orientation="landscape" if wide else "portrait")
    _table(paper, Table(title, tuple(columns), kept), kept, language)
    return bytes(paper.output())


def dossier_pdf(title: Words, sections: Iterable[Section], language: str) -> bytes:
    """A case to be read through, section by section. Raises FontMissing."""
    paper = _paper(title.in_language(language), language)
    paper.add_page()
    for section in sections:
        paper.section(section.heading.in_language(language), section.depth)
        paper.facts(
            [(said.label.in_language(language), said.value.in_language(language)) for said in section.said]
        )
    return bytes(paper.output())


def named(model: FormModel) -> str:
    """What a form is known by: its case's number, else its own."""
    kind = BY_CODE[model.form.code][1]
    own = next((name for name in kind.order if name != CASE), "")
    return model.case or (model.head.text(own) if own else "")


def _paper(title: str, language: str, about: str = "") -> Paper:
    from terminals.work.paper import Paper

    now = f"{datetime.now(CST):%Y-%m-%d %H:%M}"
    note = f"打印时间 {now}" if language == "zh" else f"Printed {now}, China time"
    return Paper(font_file(), title, _number(language), about, note)


def _table(paper: Paper, table: Table, rows: Sequence[Sequence[str]], language: str) -> None:
    headings = [column.words.in_language(language) for column in table.columns]
    paper.grid(headings, [column.number for column in table.columns], rows)


def _number(language: str) -> Callable[[int, str], str]:
    """Words of a page's number among all."""
    if language == "zh":
        return lambda page, pages: f"第 {page} 页，共 {pages} 页"
    return lambda page, pages: f"Page {page} of {pages}"
