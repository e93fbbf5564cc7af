"""By what is searched (查询条件): one of several criteria, that with the cursor, or all of them together.

Knows lines, codes that are chosen by Space, days as people type them, and which line counts; refuses to know
what is searched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input

from messages.annotations import Offer, Words
from messages.codes import Code
from terminals.tui.picker import CodePicker
from terminals.tui.words import Saying, both, retell
from terminals.work.moments import DAY, spelled

_ALONE = "◆"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One way to search: a search column, whether it is asked from–to, and the codes that it may have.

    `offer`: codes that are asked for when they are wanted. `alone`: it needs no range of time beside it,
    which a mark and another colour of its name say.
    """

    column: str
    words: Words
    between: bool = False
    codes: tuple[Code, ...] = ()
    offer: Offer | None = None
    alone: bool = False

    @property
    def coded(self) -> bool:
        """Whether codes are shown by Space."""
        return bool(self.codes) or self.offer is not None


class Criteria(Vertical):
    """The criteria, one below the other."""

    DEFAULT_CSS = """
    Criteria { height: auto; padding: 0 1; }
    Criteria > Horizontal { height: 1; }
    Criteria Saying { width: 22; color: $quiet; }
    Criteria .-chosen Saying { color: $primary; text-style: bold; }
    Criteria .-alone Saying.name { color: $warning; }
    Criteria Input { width: 24; border: none; padding: 0 1; background: $field-locked; }
    Criteria .-chosen Input { background: $field-optional; color: $field-ink; }
    Criteria Input:focus { background: $field-current; color: $field-bright-ink; }
    Criteria Saying.codes { width: auto; padding: 0 1; color: $quiet; text-style: none; }
    Criteria Saying.until { width: 4; padding: 0 1; }
    """

    class Wanted(Message):
        """Enter behind the last line of a criterion: search."""

    class Below(Message):
        """Down, on the last criterion."""

    def __init__(
        self,
        criteria: Sequence[Criterion],
        language: str,
        *,
        together: bool = False,
        offered: Callable[[Offer], Sequence[Code]] = lambda _: (),
    ) -> None:
        """`together`: all of them count; `offered` gets the codes of an offer, in a thread."""
        super().__init__()
        self._offered = offered
        self._together = together
        self._criteria = tuple(criteria)
        self._language = language
        self._chosen = 0

    def compose(self) -> ComposeResult:
        """A row each."""
        for at, each in enumerate(self._criteria):
            counts = self._together or at == self._chosen
            names = [name for name, given in (("-chosen", counts), ("-alone", each.alone)) if given]
            with Horizontal(id=f"by-{at}", classes=" ".join(names)):
                yield Saying(self._label(at), self._language, classes="name")
                yield _Coded(self._pick) if each.coded else _line()
                if each.coded:
                    yield Saying(both("query-codes"), self._language, classes="codes")
                if each.between:
                    yield Saying(both("query-until"), self._language, classes="until")
                    yield _line()

    @property
    def values(self) -> dict[str, str]:
        """What is typed in those that count: column, or column.from and column.to, → text."""
        found: dict[str, str] = {}
        for at in range(len(self._criteria)) if self._together else (self._chosen,):
            column = self._criteria[at].column
            texts = [line.value.strip() for line in self._lines(at)]
            if len(texts) == 1:
                found[column] = texts[0]
            else:
                days = [spelled(DAY, text) for text in texts]  # 2026-02-01, 2026/2/1, 20260201
                found |= {f"{column}.from": days[0], f"{column}.to": days[1]}
        return found

    @property
    def front(self) -> Input:
        """The line of the chosen one, the first of two."""
        return self._lines(self._chosen)[0]

    def clear(self) -> None:
        """Nothing is typed in any of them."""
        for line in self.query(Input):
            line.value = ""
        if self._together:
            self._chosen = 0

    def put(self, column: str, *texts: str) -> None:
        """Type this into a criterion."""
        at = next(at for at, each in enumerate(self._criteria) if each.column == column)
        for line, text in zip(self._lines(at), texts, strict=True):
            line.value = text

    def fold(self, *, folded: bool) -> None:
        """Show the first one and those that something is typed in, or all of them again."""
        for at in range(1, len(self._criteria)):
            filled = any(line.value.strip() for line in self._lines(at))
            self.query_one(f"#by-{at}").display = filled or not folded

    def _lines(self, at: int) -> list[Input]:
        return list(self.query_one(f"#by-{at}").query(Input))

    def _label(self, at: int) -> Words:
        words = self._criteria[at].words
        if self._criteria[at].alone:
            words = Words(f"{_ALONE}{words.zh}", f"{_ALONE}{words.en}")
        if self._together:
            return words
        mark = "(•)" if at == self._chosen else "( )"
        return Words(f"{mark} {words.zh}", f"{mark} {words.en}")

    def _choose(self, chosen: int) -> None:
        """Search by this one; what stands in the others does not count."""
        self._chosen = chosen
        if self._together:
            return
        for at in range(len(self._criteria)):
            row = self.query_one(f"#by-{at}")
            row.set_class(at == chosen, "-chosen")
            row.query(Saying).first(Saying).say(self._label(at))

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

    def _pick(self) -> None:
        criterion, line = self._criteria[self._chosen], self._lines(self._chosen)[0]

        def take(code: str) -> None:
            line.value = code

        offer, current = criterion.offer, line.value
        codes = criterion.codes if offer is None else lambda: self._offered(offer)
        picker = CodePicker(criterion.words, codes, self._language, current=current, take=take)
        self.app.push_screen(picker)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """On to the second date, or search."""
        event.stop()
        lines = self._lines(self._chosen)
        if event.input is lines[-1]:
            self.post_message(self.Wanted())
        else:
            lines[-1].focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Beside a code, what it means; else how codes are chosen."""
        at = next(at for at in range(len(self._criteria)) if event.input in self._lines(at))
        codes = {code.code: code.label for code in self._criteria[at].codes}
        if codes:
            said = codes.get(event.value.strip(), both("query-codes"))
            self.query_one(f"#by-{at}").query(".codes").first(Saying).say(said)

    def retell(self, language: str) -> None:
        """The labels in another language; what is typed stays."""
        self._language = language
        for row in self.children:
            for child in row.children:
                retell(child, language)


class _Coded(Input):
    """A line for a code: Space shows those that there are."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "codes", show=False, priority=True)]

    def __init__(self, pick: Callable[[], None]) -> None:
        super().__init__(compact=True)
        self.cursor_blink = False
        self._pick = pick

    def action_codes(self) -> None:
        """Choose one."""
        self._pick()


def _line() -> Input:
    line = Input(compact=True)
    line.cursor_blink = False
    return line
