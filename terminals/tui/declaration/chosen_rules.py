"""The rules that a run goes by (生效的预配置规则): all that are enabled, ticked with Space.

Knows how they are listed and which are ticked; refuses to know what a run is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical

from messages.annotations import Words
from terminals.tui.columns import Column, Listed
from terminals.tui.grid import Grid
from terminals.tui.words import Saying, both
from terminals.work.found import CaseLine

_COLUMNS = (
    Column("billNo", Words("配置名称", "Name"), most=30, least=8),
    Column("side", Words("进出口", "I/E"), cells=6),
    Column("office", Words("申报单位、标记用户", "Declaring unit, user"), most=30, least=10),
    Column("trade", Words("境内收发货人", "Consignee"), most=30, least=10),
)
_ROWS = 4
_NAMED = 6  # rules that a question names
_SIDES = {"I": Words("进口", "Import"), "E": Words("出口", "Export")}


class ChosenRules(Vertical):
    """The rules, a line each. What is ticked stays so when they come anew; `locked`, it is only shown."""

    DEFAULT_CSS: ClassVar[str] = """
    ChosenRules { height: auto; }
    ChosenRules > Saying { width: 100%; height: 1; padding: 0 1; color: $quiet; }
    """

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self._rules: Sequence[CaseLine] = ()
        self._ticked: frozenset[str] = frozenset()
        self._unit = Words()
        self.locked = False

    def compose(self) -> ComposeResult:
        """What is to be done, and the rules."""
        yield Saying(Words(), self._language)
        grid = Grid(_COLUMNS, self._language, marks=True)
        grid.styles.height = 1  # what is empty takes no room from the rest
        yield grid

    @property
    def grid(self) -> Grid:
        """The lines."""
        return self.query_one(Grid)

    @property
    def ticked(self) -> list[str]:
        """The numbers of those that are ticked, in their order."""
        return [rule.number for rule in self._rules if rule.number in self._ticked]

    def said(self) -> Words:
        """The ticked ones by name and direction, a line each; of many the first."""
        chosen = [rule for rule in self._rules if rule.number in self._ticked]
        lines = [(rule.text("billNo") or rule.number, _side(rule)) for rule in chosen[:_NAMED]]
        zh, en = ([f"  {name} ({side.in_language(each)})" for name, side in lines] for each in ("zh", "en"))
        more = ["  …"] if len(chosen) > _NAMED else []
        return Words("\n".join([*zh, *more]), "\n".join([*en, *more]))

    @property
    def empty(self) -> bool:
        """Whether there is none to be ticked."""
        return not self._rules

    def show(self, rules: Sequence[CaseLine]) -> None:
        """These are enabled now."""
        if tuple(rules) != tuple(self._rules):
            self._rules = rules
            self._draw()

    def be_for(self, unit: Words) -> None:
        """The kind of enterprise that they are for (生效企业类型)."""
        self._unit = unit
        self._say()

    def tick(self, numbers: Iterable[str], *, locked: bool) -> None:
        """These are ticked; `locked`: a run goes by them."""
        ticked = frozenset(numbers)
        if (ticked, locked) != (self._ticked, self.locked):
            self._ticked, self.locked = ticked, locked
            self._draw()

    def on_grid_marked(self, event: Grid.Marked) -> None:
        """Another choice; while a run goes by them there is none."""
        event.stop()
        if self.locked:
            self._draw()
        else:
            self._ticked = frozenset(self._rules[row].number for row in self.grid.marked)
            self._say()

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Nobody else's business."""
        event.stop()

    def retell(self, language: str) -> None:
        """The same in another language."""
        self._language = language
        self.query_one(Saying).retell(language)
        self.grid.retell(language)
        self._draw()

    def _draw(self) -> None:
        rows = [self._texts(rule) for rule in self._rules]
        grid = self.grid
        grid.show(Listed(_COLUMNS, rows), max(grid.row, 0))
        grid.marked = {at for at, rule in enumerate(self._rules) if rule.number in self._ticked}
        grid.styles.height = min(len(rows), _ROWS) + 1
        self._say()

    def _say(self) -> None:
        words = both("smart-run-rules", kind=self._unit, count=len(self.ticked))
        self.query_one(Saying).say(both("smart-run-no-rules") if self.empty else words)

    def _texts(self, rule: CaseLine) -> tuple[str, ...]:
        side = _side(rule).in_language(self._language)
        return rule.text("billNo") or rule.number, side, rule.text("office"), rule.text("trade")


def _side(rule: CaseLine) -> Words:
    return _SIDES.get(rule.text("kind")[-1:], Words())
