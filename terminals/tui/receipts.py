"""The receipts (回执): everything that was sent, and the ladder of steps that each has climbed so far.

Knows how a ladder is summed up in a line and how its steps are listed; what is looked at here is read. New
ones appear by themselves. Refuses to fetch anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget

from messages.annotations import Words
from messages.wire import CST
from terminals.tui.columns import Column
from terminals.tui.dialogs import NOTHING, Tell
from terminals.tui.grid import Grid
from terminals.tui.page import Page
from terminals.tui.words import Saying, both
from terminals.work.receipts import Ladder, Step

LOOKED = 0.7  # seconds that a ladder is seen before it counts as read
ACCEPTED = "0000"

_LADDERS = (
    Column("unread", NOTHING, cells=2),
    Column("title", both("receipts-number"), most=22),
    Column("case", both("receipts-case"), cells=19),
    Column("state", both("receipts-state"), most=28),
    Column("time", both("receipts-time"), cells=14),
    Column("type", both("receipts-type"), most=8),
)
_STEPS = (
    Column("time", both("receipts-time"), cells=19),
    Column("label", both("receipts-state"), most=28),
    Column("info", both("receipts-info"), most=200),
)


class Receipts(Page):
    """Ladders above, the steps of one of them below."""

    HEADING = both("receipts-heading")
    DEFAULT_CSS = """
    Receipts #ladders { height: 3fr; }
    Receipts #title { height: 1; width: 100%; background: $panel; padding: 0 1; text-style: bold; }
    Receipts #steps { height: 2fr; }
    Receipts #none { width: 100%; padding: 1; color: $quiet; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+l", "read_all", "key-read"),
        Binding("escape", "ladders", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._ladders: tuple[Ladder, ...] = ()
        self._looking: Timer | None = None

    def compose(self) -> ComposeResult:
        """Two lists, and what stands between."""
        yield Saying(NOTHING, self.language, id="none")
        yield Grid(_LADDERS, self.language, id="ladders")
        yield Saying(NOTHING, self.language, id="title")
        yield Grid(_STEPS, self.language, id="steps")

    def on_mount(self) -> None:
        """What there is."""
        self.again()

    def first(self) -> Widget:
        """The ladders."""
        return self.query_one("#ladders")

    def help(self) -> Words:
        """What F1 says."""
        return both("help-receipts")

    def retell(self, language: str) -> None:
        """The same in another language."""
        super().retell(language)
        self._show(self.query_one("#ladders", Grid).row)

    # -- what there is

    def came(self, steps: Sequence[Step]) -> None:
        """More than before."""
        self.again()

    def again(self) -> None:
        """Everything anew, the cursor on the same ladder."""
        current = self._current()
        self._ladders = self.work.ladders.all()
        keys = [(each.cop_msg_id, each.node) for each in self._ladders]
        here = (current.cop_msg_id, current.node) if current else None
        self._show(keys.index(here) if here in keys else 0)

    def action_read_all(self) -> None:
        """All were looked at."""
        self.work.ladders.look()
        self.terminal.receipts_read()
        self.again()

    def _show(self, row: int) -> None:
        none = not self._ladders
        self.query_one("#none").display = none
        self.query_one("#none", Saying).say(both("receipts-none") if none else NOTHING)
        self.query_one("#ladders", Grid).show(_Ladders(self._ladders, self.language), row)
        self._show_steps()

    def _current(self) -> Ladder | None:
        row = self.query_one("#ladders", Grid).row
        return self._ladders[row] if 0 <= row < len(self._ladders) else None

    def _show_steps(self) -> None:
        ladder = self._current()
        self.query_one("#title", Saying).say(_title(ladder) if ladder else NOTHING)
        rows = _Steps(ladder, self.language)
        self.query_one("#steps", Grid).show(rows, len(rows) - 1)
        if self._looking is not None:
            self._looking.stop()
        if ladder is not None and ladder.unread:
            self._looking = self.set_timer(LOOKED, self._looked)

    def _looked(self) -> None:
        """What has been in front for a while counts as read."""
        ladder = self._current()
        if ladder is not None and ladder.unread and self.terminal.in_front(self):
            self.work.ladders.look(ladder.cop_msg_id)
            self.terminal.receipts_read()
            self.again()

    def on_show(self) -> None:
        """In front again: what is seen now may be unread still."""
        self._show_steps()

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Another ladder."""
        if event.grid.id == "ladders":
            self._show_steps()

    def on_grid_picked(self, event: Grid.Picked) -> None:
        """Enter on a ladder goes to its steps; on a step it opens all that the step says."""
        if event.grid.id == "ladders":
            self.query_one("#steps").focus()
        elif 0 <= event.row < len(rows := event.grid.rows):
            info = rows.text(event.row, "info") or "-"
            said = f"{rows.text(event.row, 'time')}  {rows.text(event.row, 'label')}\n\n{info}"
            title = _title(ladder) if (ladder := self._current()) else None
            self.run_worker(self.terminal.ask(Tell(Words(said, said), self.language, title=title)))

    def action_ladders(self) -> None:
        """Back from the steps."""
        self.query_one("#ladders").focus()


def state(ladder: Ladder) -> Words:
    """How far a submission has come, in a few words."""
    if ladder.steps:
        return ladder.steps[-1].label
    return both("receipts-waiting") if ladder.answered == ACCEPTED else _sending(ladder)


def _sending(ladder: Ladder) -> Words:
    if not ladder.answered:
        return both("receipts-unanswered")
    accepted = ladder.answered == ACCEPTED
    return both("receipts-accepted") if accepted else both("receipts-refused", code=ladder.answered)


def name(ladder: Ladder) -> str:
    """What people know a submission by."""
    return (ladder.sent.title if ladder.sent else "") or ladder.case or ladder.cop_msg_id


def _title(ladder: Ladder) -> Words:
    case = f"  {ladder.case}" if ladder.case and ladder.case != name(ladder) else ""
    return Words(f"{name(ladder)}{case}", f"{name(ladder)}{case}")


def _when(moment: datetime, form: str) -> str:
    return moment.astimezone(CST).strftime(form)


class _Ladders:
    """Ladders as rows."""

    def __init__(self, ladders: Sequence[Ladder], language: str) -> None:
        self._ladders = ladders
        self._language = language

    def __len__(self) -> int:
        return len(self._ladders)

    def text(self, row: int, key: str) -> str:
        ladder = self._ladders[row]
        match key:
            case "unread":
                return "*" if ladder.unread else ""
            case "title":
                return ladder.sent.title if ladder.sent else ""
            case "case":
                return ladder.case
            case "state":
                return state(ladder).in_language(self._language)
            case "time":
                return _when(ladder.time, "%m-%d %H:%M:%S")
        return ladder.sent.code if ladder.sent else ladder.steps[-1].type

    def tone(self, row: int, key: str) -> str:
        ladder = self._ladders[row]
        if key == "unread":
            return "warn"
        refused = not ladder.steps and ladder.answered not in ("", ACCEPTED)
        bad = refused or (ladder.steps and ladder.steps[-1].bad)
        return "bad" if key == "state" and bad else ""


class _Steps:
    """The steps of one ladder as rows, the sending before them."""

    def __init__(self, ladder: Ladder | None, language: str) -> None:
        self._language = language
        self._rows: list[tuple[datetime, Words, str, bool]] = []
        if ladder is not None and ladder.sent is not None:
            refused = ladder.answered not in ("", ACCEPTED)
            self._rows.append((ladder.sent.time, _sending(ladder), ladder.cop_msg_id, refused))
        for step in ladder.steps if ladder else ():
            self._rows.append((step.time, step.label, step.info, step.bad))

    def __len__(self) -> int:
        return len(self._rows)

    def text(self, row: int, key: str) -> str:
        time, label, info, _ = self._rows[row]
        if key == "time":
            return _when(time, "%Y-%m-%d %H:%M:%S")
        return info if key == "info" else label.in_language(self._language)

    def tone(self, row: int, key: str) -> str:
        return "bad" if key == "label" and self._rows[row][3] else ""
