"""The code list of a field (代码表): opened by Space, narrowed by typing, chosen from by Enter.

Knows codes with their names in both languages and how to find one quickly among ten thousand; refuses to know
which field wants it. What is typed is looked for in the code, the Chinese and the English name, whatever the
language of the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

from textual import events
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from messages.annotations import Words
from messages.codes import Code
from terminals.tui.cells import fit, plain, width
from terminals.tui.columns import Column
from terminals.tui.dialogs import NOTHING, Dialog
from terminals.tui.grid import Grid
from terminals.tui.typeahead import passed_on
from terminals.tui.words import Saying, both, word
from terminals.work.offers import Offered

_CODE, _NAME, _OTHER = "code", "name", "other"
_STEPS = {"up": -1, "down": 1}
_PAGES = {"pageup": -1, "pagedown": 1}
_ENDS = {"home": -1, "end": 1}


class Codes:
    """Codes that can be searched. Making one folds every name once; a search then only compares."""

    def __init__(self, codes: Sequence[Code]) -> None:
        self.all = tuple(codes)
        self._folded = [
            tuple(map(str.casefold, (each.code, each.label.zh, each.label.en))) for each in self.all
        ]

    def find(self, text: str) -> list[Code]:
        """Those that fit what was typed, best first: equal, then beginning so, then having it inside."""
        wanted = text.strip().casefold()
        if not wanted:
            return list(self.all)
        equal, begin, hold = [], [], []
        for at, (code, zh, en) in enumerate(self._folded):
            if wanted in (code, zh, en):
                equal.append(at)
            elif code.startswith(wanted) or zh.startswith(wanted) or en.startswith(wanted):
                begin.append(at)
            elif wanted in zh or wanted in en:
                hold.append(at)
        return [self.all[at] for at in (*equal, *begin, *hold)]


class Found:
    """The codes found, as rows of a list."""

    def __init__(self, codes: Sequence[Code], language: str) -> None:
        self.codes = codes
        self._language = language

    def __len__(self) -> int:
        return len(self.codes)

    def text(self, row: int, key: str) -> str:
        """The code, its name in the screen's language, or in the other one."""
        code = self.codes[row]
        if key == _CODE:
            return code.code
        name, other = code.label.zh, code.label.en
        if self._language != "zh":
            name, other = other, name
        return name if key == _NAME else other if other != name else ""

    def tone(self, row: int, key: str) -> str:
        """The other language stands back."""
        return "quiet" if key == _OTHER else ""


class CodePicker(Dialog[str]):
    """Choose a code, or None. `take` is called with it at once, before any key that was typed after Enter."""

    AUTO_FOCUS = ""
    takes_typing: ClassVar[bool] = True

    def __init__(
        self,
        title: Words,
        codes: Sequence[Code] | Callable[[], Sequence[Code]],
        language: str,
        *,
        current: str = "",
        typed: str = "",
        take: Callable[[str], None] | None = None,
    ) -> None:
        """`codes`: all of them, or a call that gets them and may take its time; it is made in a thread."""
        super().__init__(title, language)
        self._load = codes if callable(codes) else None
        self._codes = Codes(()) if callable(codes) else Codes(codes)
        self._found: list[Code] = []
        self._current = current
        self._typed = typed
        self._take = take
        self._failed = NOTHING

    def inside(self) -> Iterator[Widget]:
        """What was typed, the codes, and the keys."""
        columns = (
            Column(_CODE, Words(), most=24),
            Column(_NAME, Words(), most=40),
            Column(_OTHER, Words(), most=40),
        )
        yield Saying(NOTHING, self.language, classes="picker--typed")
        grid = Grid(columns, self.language, headings=False, quick=True)
        grid.can_focus = False
        yield grid
        yield Saying(both("picker-keys"), self.language, classes="dialog--keys")

    def on_mount(self) -> None:
        """Show the codes, or get them first."""
        if self._load is not None:
            self.run_worker(self._load, thread=True, exit_on_error=False)
        self._show(self._current)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """The codes are here, or cannot be got."""
        worker: Worker[Sequence[Code]] = event.worker
        if event.state is WorkerState.SUCCESS:
            self._codes, self._load = Codes(worker.result or ()), None
            self._say_cut(worker.result)
            if any(each.code == self._typed for each in self._codes.all):
                self._typed = ""  # it is one of them already: all are to be seen
            self._show(self._current)
        elif event.state is WorkerState.ERROR:
            self._load = None
            text = str(worker.error)
            self._failed = both("picker-failed", reason=text)
            self._show()

    def _say_cut(self, codes: Sequence[Code] | None) -> None:
        """That there are more than the gateway tells at once, and how one of the others is named."""
        if isinstance(codes, Offered) and codes.total > len(codes):
            keys, cut = both("picker-keys"), both("picker-cut", count=len(codes), total=codes.total)
            words = Words(f"{cut.zh}\n{keys.zh}", f"{cut.en}\n{keys.en}")
            self.query_one(".dialog--keys", Saying).say(words)

    def _show(self, code: str = "") -> None:
        self._found = self._codes.find(self._typed)
        if code and not self._found:  # what stands in the field is nothing to go by
            self._typed, self._found = "", list(self._codes.all)
        row = next((at for at, each in enumerate(self._found) if each.code == code), 0)
        self.query_one(Grid).show(Found(self._found, self.language), row)
        self._say_typed()

    def _say_typed(self) -> None:
        line = self.query_one(".picker--typed", Saying)
        wide = max(20, line.size.width)
        said = []
        for language in ("zh", "en"):
            state = word(language, "picker-count", found=len(self._found), total=len(self._codes.all))
            if self._load is not None:
                state = word(language, "picker-loading")
            elif self._failed != NOTHING:
                state = self._failed.in_language(language)
            left = word(language, "picker-filter") + f" {plain(self._typed)}▏"
            said.append(fit(left, max(10, wide - width(state))) + state)
        line.say(Words(*said))

    def on_resize(self) -> None:
        """The count stays at the right."""
        self.call_after_refresh(self._say_typed)

    def retell(self, language: str) -> None:
        """The other names first; what was typed and the cursor stay."""
        super().retell(language)
        grid = self.query_one(Grid)
        at = self._found[grid.row].code if 0 <= grid.row < len(self._found) else ""
        self._show(at)

    def on_key(self, event: events.Key) -> None:
        """Typing narrows, arrows move, Enter chooses."""
        if passed_on(self, event):
            return
        grid = self.query_one(Grid)
        key = event.key
        if key in _STEPS:
            grid.action_step(_STEPS[key])
        elif key in _PAGES:
            grid.action_page(_PAGES[key])
        elif key in _ENDS:
            grid.action_end(_ENDS[key])
        elif key == "enter":
            self._choose(grid.row)
        elif key == "backspace":
            self._type(self._typed[:-1])
        elif key == "ctrl+u":
            self._type("")
        elif event.is_printable and event.character is not None:
            self._type(self._typed + event.character)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """As if it were typed."""
        event.stop()
        if not passed_on(self, event):
            self._type(self._typed + event.text.strip())

    def _type(self, text: str) -> None:
        text = text.lstrip()
        if text != self._typed:
            self._typed = text
            self._show()

    def on_grid_picked(self, event: Grid.Picked) -> None:
        """By mouse."""
        self._choose(event.row)

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._found):
            code = self._found[row].code
            if self._take is not None:
                self._take(code)
            self.dismiss(code)
