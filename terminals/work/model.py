"""A form being filled in (录入): every value as typed, how every field stands, and what may be sent of it.

Knows a form only by its model (messages.forms), the hints in it, and what it is told by a Context. Refuses to
know screens, the gateway and every system's name. Not thread-safe: it belongs to the thread of the screen;
`dump` and `node` give copies that another thread may have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from lxml import etree

from messages.annotations import Words
from messages.codes import CodeList
from messages.faults import Violation
from messages.forms import Field, Form
from terminals.work.checks import Problem, Purpose, Verdict
from terminals.work.rows import Changed, Place, Row
from terminals.work.standing import Standing


class Context(Protocol):
    """What a model has to be told."""

    def code_list(self, name: str) -> CodeList | None:
        """The code list of this name, or None while it is not known here: codes are not checked then."""
        ...

    def today(self) -> date:
        """The day in China Standard Time."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """A lookup that a row owes: ask `name` with `key`, and give the model the answer."""

    row: Row
    field: str
    name: str  # the lookup's, such as party
    key: tuple[tuple[str, str], ...]


class FormModel:
    """One form. `case` is its number (统一编号) once there is one; `id` names it in drafts."""

    form: Form
    id: str
    case: str
    state: str  # the case's, '' while it is nowhere but here
    app_time: str  # of what was submitted last, '' for nothing
    head: Row
    revision: int  # counts the changes

    def __init__(self, form: Form, context: Context, *, id: str = "") -> None:  # noqa: A002
        raise NotImplementedError

    # -- what is on it

    @property
    def fields(self) -> tuple[Field, ...]:
        """The head's fields that are shown, in document order, the locked ones too."""
        raise NotImplementedError

    @property
    def groups(self) -> tuple[Field, ...]:
        """The groups of body lines, in document order."""
        raise NotImplementedError

    def columns(self, group: Field) -> tuple[Field, ...]:
        """A group's fields that are shown, in document order."""
        raise NotImplementedError

    def rows(self, group: str, parent: Row | None = None) -> tuple[Row, ...]:
        """The lines of a group, of the head if no other row is said."""
        raise NotImplementedError

    def standing(self, row: Row, name: str) -> Standing:
        """How a field stands, by what is in it now; a field being typed into is judged by who draws it."""
        raise NotImplementedError

    def meaning(self, row: Row, name: str) -> Words:
        """What a code in this field means; empty for no code, and for one that is not known."""
        raise NotImplementedError

    # -- changing it

    def set(self, row: Row, name: str, text: str) -> Changed:
        """Type `text` into a field. A locked field is left as it is."""
        raise NotImplementedError

    def add(self, group: str, parent: Row | None = None, at: int | None = None) -> Row:
        """A new empty line, at the end or before place `at`. Raises ValueError when the group is full."""
        raise NotImplementedError

    def delete(self, rows: Iterable[Row]) -> Changed:
        """Take these lines away; the others close up."""
        raise NotImplementedError

    def fill(self, group: str, lines: Sequence[Mapping[str, str]], *, replace: bool = False) -> Changed:
        """Put many lines in at once, behind or (replace) instead of those there, as if they were typed."""
        raise NotImplementedError

    # -- lookups (调出)

    def questions(self, limit: int = 100) -> list[Question]:
        """The lookups owed: keys complete and correct, conditions met, not answered for these keys yet."""
        raise NotImplementedError

    def answer(self, question: Question, found: Mapping[str, str] | None) -> Changed:
        """Apply what was found, or that there is no such thing. An answer to an old key changes nothing."""
        raise NotImplementedError

    # -- judging it

    def problems(self, purpose: Purpose) -> list[Problem]:
        """All that stands against sending it for `purpose`, in document order."""
        raise NotImplementedError

    def verdict(self, purpose: Purpose) -> Verdict | None:
        """The manual's message for `purpose`, and where to go; None when it may be sent."""
        raise NotImplementedError

    def complete(self, row: Row) -> bool:
        """Whether a row's own fields are all filled in and right: the body opens when the head is."""
        raise NotImplementedError

    def blame(self, violation: Violation) -> Place | None:
        """Show what the gateway found, at its field, until that is changed. None where it is no field's."""
        raise NotImplementedError

    def locate(self, path: str) -> Place | None:
        """The field that a violation's path means: the nearest there is; None for another node's path."""
        raise NotImplementedError

    # -- coming and going

    @property
    def dirty(self) -> bool:
        """Whether anything was changed since it was new, loaded or stored (`settled`)."""
        raise NotImplementedError

    def settled(self, *, case: str = "", state: str = "", app_time: str = "") -> None:
        """It is at the gateway as it is: no longer dirty; `case`, `state`, `app_time` where they are new."""
        raise NotImplementedError

    def load(self, body: Mapping[str, Any], *, case: str, state: str, app_time: str = "") -> None:
        """Fill it with a case's content (plain data of messages.system.content), clean."""
        raise NotImplementedError

    def dump(self) -> dict[str, Any]:
        """All of it as plain data for JSON: values, what is overtyped, answers, case, revision."""
        raise NotImplementedError

    def restore(self, dumped: Mapping[str, Any]) -> None:
        """What `dump` gave, dirty or clean as it was. What the form does not have any more is left out."""
        raise NotImplementedError

    def node(self, control: Mapping[str, str]) -> etree._Element:
        """The business node in schema order; `control` has the fields that the terminal fills by itself."""
        raise NotImplementedError
