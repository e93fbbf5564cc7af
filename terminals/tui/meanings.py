"""Lists of cases whose columns hold codes: shown by what they mean, and found by code or name.

Knows that a form says of which list a column's codes are; refuses to know any system's columns, who looks,
and what can be done with a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import ClassVar

from messages.annotations import Words
from messages.codes import Code, CodeLists
from messages.forms import own_forms
from messages.registry import BY_NAME
from terminals.trouble import Trouble
from terminals.tui.criteria import Criterion
from terminals.tui.filled import Desk
from terminals.tui.query import QueryPage
from terminals.tui.words import both
from terminals.work.found import CaseLine
from terminals.work.model import FormModel
from terminals.work.named import resolved

_STATE = both("query-state")


def listed(name: str) -> tuple[Code, ...]:
    """The codes of a list as this program brings it, for a criterion."""
    return tuple(CodeLists().get(name).codes.values())


def by_state(system: str, states: Iterable[str], words: Words = _STATE) -> Criterion:
    """状态: one of a list's states, by what people call it."""
    labels = BY_NAME[system].labels
    return Criterion("state", words, codes=tuple(Code(state, Words(*labels[state])) for state in states))


class MeaningList(QueryPage):
    """A list of which the columns MEANT hold codes of the form FORM, which calls some otherwise (FIELDS)."""

    FORM: ClassVar[str]
    MEANT: ClassVar[tuple[str, ...]] = ()
    FIELDS: ClassVar[Mapping[str, str]] = {}

    def __init__(self) -> None:
        super().__init__()
        self._meanings: dict[tuple[str, str], Words] = {}

    def on_mount(self) -> None:
        """The code lists that are not here yet."""
        if self.MEANT:
            self.run_worker(self._fetch_lists, thread=True, group="lists", exit_on_error=False)

    def _fetch_lists(self) -> None:
        """In a thread."""
        line, fields = self.work.line, self._blank().plan.fields
        lists = {fields[self.FIELDS.get(name, name)].hints.list for name in self.MEANT}
        with suppress(Trouble):
            for name in sorted(name for name in lists if name and line.codes.known(name) is None):
                line.code_list(name)
        self.app.call_from_thread(self._learned)

    def _learned(self) -> None:
        self._meanings.clear()
        if self.is_attached:
            self.table.grid.again()

    def search(self) -> Mapping[str, str]:
        """What is searched for; a code may be typed by its name."""
        found = dict(super().search())
        for criterion in self.CRITERIA:
            text = found.get(criterion.column, "")
            if criterion.codes and text:
                found[criterion.column] = resolved(criterion.codes, text)
        return found

    def text(self, item: CaseLine, key: str) -> str:
        """What stands in a cell."""
        text = super().text(item, key)
        return self._meaning(key, text) if key in self.MEANT and text else text

    def _meaning(self, name: str, text: str) -> str:
        """What a code means, or the code where that is not known."""
        words = self._meanings.get((name, text))
        if words is None:
            model = self._blank()  # of its own: exports ask in a thread
            field = self.FIELDS.get(name, name)
            model.load({field: text}, case="", state="")
            words = self._meanings[name, text] = model.meaning(model.head, field)
        return words.in_language(self.language) or text

    def _blank(self) -> FormModel:
        return FormModel(own_forms().form(self.FORM), Desk(self.work, self.terminal.clock))
