"""Long work behind a bar: how far it is, what it is doing, and a way to stop it (上传、导入、批量提交).

Knows how work in another thread is shown and stopped; refuses to know what the work is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from messages.annotations import Words
from terminals.tui.cells import centred
from terminals.tui.dialogs import NOTHING, Dialog
from terminals.tui.words import Saying, both

R = TypeVar("R")


class Bar(Widget):
    """How much of something is done."""

    COMPONENT_CLASSES = {"bar--done", "bar--open"}  # noqa: RUF012 - Textual's own way

    def __init__(self) -> None:
        super().__init__()
        self._done, self._total = 0, 0

    def show(self, done: int, total: int) -> None:
        """`total` 0: nobody knows yet how much there is."""
        if (done, total) != (self._done, self._total):
            self._done, self._total = done, total
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The part done in another colour, the numbers in the middle."""
        wide = self.size.width
        text = f"{self._done} / {self._total}" if self._total else "…"
        filled = wide * min(self._done, self._total) // self._total if self._total else 0
        strip = Strip([Segment(centred(text, wide), self.get_component_rich_style("bar--open"))], wide)
        done = strip.crop(0, filled).apply_style(self.get_component_rich_style("bar--done"))
        return Strip.join([done, strip.crop(filled, wide)])


class Report:
    """What work tells of itself, from whichever thread it is in."""

    def __init__(self, tell: Callable[[int, int, Words], None]) -> None:
        self._tell = tell
        self._stop = Event()

    def __call__(self, done: int, total: int = 0, words: Words = NOTHING) -> None:
        """So much is done, of so much, and this is being done now."""
        self._tell(done, total, words)

    def stopped(self) -> bool:
        """Whether somebody wants it to stop; the work looks now and then."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Stop when it can."""
        self._stop.set()


class Outcome(Generic[R]):
    """What became of the work: its result, or the exception that ended it."""

    def __init__(self, result: R | None, error: BaseException | None, *, stopped: bool) -> None:
        self._result = result
        self._error = error
        self.stopped = stopped

    def result(self) -> R | None:
        """What the work returned; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._result


class Progress(Dialog[Outcome[R]], Generic[R]):
    """Does `work` in a thread while it is open. Escape asks the work to stop; it closes when it has."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", show=False),
        Binding("escape", "escape", "dialog-stop"),
    ]

    def __init__(self, title: Words, work: Callable[[Report], R], language: str) -> None:
        super().__init__(title, language)
        self._work = work
        self._report = Report(lambda *told: self.app.call_from_thread(self._told, *told))

    def inside(self) -> Iterator[Widget]:
        """What is being done, the bar, and how to stop."""
        yield Saying(NOTHING, self.language, classes="dialog--words")
        yield Bar()
        yield Saying(both("progress-keys"), self.language, classes="dialog--keys")

    def on_mount(self) -> None:
        """Begin."""
        self.run_worker(lambda: self._work(self._report), thread=True, exit_on_error=False)

    def _told(self, done: int, total: int, words: Words) -> None:
        if self.is_mounted:
            self.query_one(Bar).show(done, total)
            if words != NOTHING:
                self.query_one(".dialog--words", Saying).say(words)

    def action_escape(self) -> None:
        """Ask the work to stop."""
        self._report.stop()
        self.query_one(".dialog--keys", Saying).say(both("progress-stopping"))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Close when the work has ended, however it ended."""
        worker: Worker[R] = event.worker
        if event.state is WorkerState.SUCCESS:
            self.dismiss(Outcome(worker.result, None, stopped=self._report.stopped()))
        elif event.state is WorkerState.ERROR:
            self.dismiss(Outcome(None, worker.error, stopped=self._report.stopped()))

    def on_unmount(self) -> None:
        """Whoever closes it otherwise wants no more of it."""
        self._report.stop()
