"""By what is searched (查询条件): one of several criteria, that with the cursor, typed in a line or from–to.

Knows lines and which of them counts; refuses to know what is searched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input

from messages.annotations import Words
from terminals.tui.words import Saying, both, retell


@dataclass(frozen=True, slots=True)
class Criterion:
    """One way to search: a search column, and whether it is asked from–to."""

    column: str
    words: Words
    between: bool = False


class Criteria(Vertical):
    """The criteria, one below the other."""

    DEFAULT_CSS = """
    Criteria { height: auto; padding: 0 1; }
    Criteria > Horizontal { height: 1; }
    Criteria Saying { width: 22; color: $quiet; }
    Criteria .-chosen Saying { color: $primary; text-style: bold; }
    Criteria Input { width: 24; border: none; padding: 0 1; background: $field-locked; }
    Criteria .-chosen Input { background: $field-optional; color: $field-ink; }
    Criteria Input:focus { background: $field-current; color: $field-bright-ink; }
    Criteria Saying.until { width: 4; padding: 0 1; }
    """

    class Wanted(Message):
        """Enter behind the last line of a criterion: search."""

    class Below(Message):
        """Down, on the last criterion."""

    def __init__(self, criteria: Sequence[Criterion], language: str) -> None:
        super().__init__()
        self._criteria = tuple(criteria)
        self._language = language
        self._chosen = 0

    def compose(self) -> ComposeResult:
        """A row each."""
        for at, each in enumerate(self._criteria):
            with Horizontal(id=f"by-{at}", classes="-chosen" if at == self._chosen else ""):
                yield Saying(self._label(at), self._language)
                yield _line()
                if each.between:
                    yield Saying(both("query-until"), self._language, classes="until")
                    yield _line()

    @property
    def values(self) -> dict[str, str]:
        """What is typed in the chosen one: column, or column.from and column.to, → text."""
        column = self._criteria[self._chosen].column
        texts = [line.value.strip() for line in self._lines(self._chosen)]
        return (
            {column: texts[0]} if len(texts) == 1 else {f"{column}.from": texts[0], f"{column}.to": texts[1]}
        )

    @property
    def front(self) -> Input:
        """The line of the chosen one, the first of two."""
        return self._lines(self._chosen)[0]

    def clear(self) -> None:
        """Nothing is typed in any of them."""
        for line in self.query(Input):
            line.value = ""

    def _lines(self, at: int) -> list[Input]:
        return list(self.query_one(f"#by-{at}").query(Input))

    def _label(self, at: int) -> Words:
        mark = "(•)" if at == self._chosen else "( )"
        words = self._criteria[at].words
        return Words(f"{mark} {words.zh}", f"{mark} {words.en}")

    def _choose(self, chosen: int) -> None:
        """Search by this one; what stands in the others does not count."""
        self._chosen = chosen
        for at in range(len(self._criteria)):
            row = self.query_one(f"#by-{at}")
            row.set_class(at == chosen, "-chosen")
            next(iter(row.query(Saying).results(Saying))).say(self._label(at))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The criterion whose line has the cursor is the one."""
        at = next((at for at in range(len(self._criteria)) if event.widget in self._lines(at)), self._chosen)
        if at != self._chosen:
            self._choose(at)

    def on_key(self, event: events.Key) -> None:
        """Up and Down go through the criteria."""
        if event.key not in ("up", "down"):
            return
        event.stop()
        at = self._chosen + (1 if event.key == "down" else -1)
        if at == len(self._criteria):
            self.post_message(self.Below())
        elif at >= 0:
            self._lines(at)[0].focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """On to the second date, or search."""
        event.stop()
        lines = self._lines(self._chosen)
        if event.input is lines[-1]:
            self.post_message(self.Wanted())
        else:
            lines[-1].focus()

    def retell(self, language: str) -> None:
        """The labels in another language; what is typed stays."""
        self._language = language
        for row in self.children:
            for child in row.children:
                retell(child, language)


def _line() -> Input:
    line = Input(compact=True)
    line.cursor_blink = False
    return line
