"""标记操作: declarations by all that they are found by; ticked, over several pages, marked or not any more.

Knows the manual's criteria, questions and answers, and that a mark names the very draft; refuses to know how
lists and sending work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.declaration.names import SYSTEM_NAME
from messages.declaration.table import DRAFT
from terminals.tui.buttons import Option
from terminals.tui.columns import Column, Wanted
from terminals.tui.criteria import Criterion
from terminals.tui.declaration import lists
from terminals.tui.declaration.lists import MARK, STATES, DeclarationList, held
from terminals.tui.declaration.saying import behind_bar, heard, piece_of, said, send
from terminals.tui.declaration.standing import CLOSED, SmartPage
from terminals.tui.dialogs import Ask, Tell
from terminals.tui.listing import PAGE
from terminals.tui.progress import Report
from terminals.tui.query import Action, Batch
from terminals.tui.words import both
from terminals.work.found import CaseLine

CODE = "DEC151"
ROOM = 500
"""Drafts that a message names."""
MOST = 5_000
"""Declarations that are ticked at once."""
_ADD = Batch("mark", Words("添加智能辅助申报", "Add mark"), "ctrl+r", frozenset({DRAFT}))
_CANCEL = Batch("unmark", Words("取消智能辅助申报", "Cancel mark"), "ctrl+d", frozenset(STATES))
_ACTION = {_ADD.key: "1", _CANCEL.key: "2"}
_ASK = {
    _ADD.key: Words("是否确认添加选中数据？共 {} 条", "Mark what is chosen? {} in all"),
    _CANCEL.key: Words("是否确认取消智能辅助申报？共 {} 条", "Cancel the marks? {} in all"),
}
_ALL = Words("全选", "Tick all")


class MarkList(SmartPage, DeclarationList):
    """标记操作."""

    CODE: ClassVar[str] = CODE
    WORDS: ClassVar[Words] = Words("标记操作", "Marks")
    ROWS: ClassVar[int] = PAGE
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        lists.TYPE, lists.UNIT, lists.FLAG, lists.CUSTOMS, MARK, lists.STATE, lists.NUMBER, lists.TRADE,
        lists.BILL, lists.MODE, lists.HOLDER, lists.DAY,
    )  # fmt: skip
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        lists.NUMBERED, lists.CASE, lists.IS_MARKED, lists.STATED, lists.BILLED, lists.AT, lists.WAY,
        lists.OF, lists.BY, lists.CHANGED, lists.HELD, lists.IS_TAXED,
    )  # fmt: skip
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("view", both("query-view"), "ctrl+o", "declaration.case"),
    )
    BATCHES: ClassVar[tuple[Batch, ...]] = (_ADD, _CANCEL)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "act('mark')", "declaration-mark"),
        Binding("ctrl+d", "act('unmark')", "declaration-unmark"),
        Binding("alt+a", "act('all')", _ALL.zh, show=False),
        *(Binding(each.hot, f"act('{each.key}')", each.words.zh, show=False) for each in ACTIONS),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._ticked: dict[str, CaseLine] = {}  # by number, on whatever page

    def compose(self) -> ComposeResult:
        """The gate before all."""
        yield self.gate()
        yield from super().compose()

    # -- ticks stay while pages are turned

    def action_run(self) -> None:
        """Another question: what was ticked of the one before counts no more."""
        self._ticked.clear()
        super().action_run()

    def on_grid_marked(self) -> None:
        """Of the page that is seen."""
        marked = self.table.grid.marked
        for at, each in enumerate(self.table.items):
            if at in marked:
                self._ticked[each.number] = each
            else:
                self._ticked.pop(each.number, None)

    def on_paged_table_came(self) -> None:
        """What was ticked of this page before is ticked again, as it is now."""
        items = self.table.items
        self._ticked |= {each.number: each for each in items if each.number in self._ticked}
        self.table.grid.marked = {at for at, each in enumerate(items) if each.number in self._ticked}
        self.table.grid.refresh()

    def _of(self, batch: Batch) -> list[CaseLine]:
        """The ticked ones that it is for, else the one under the cursor."""
        item = self.table.item
        chosen = list(self._ticked.values()) or ([item] if item is not None else [])
        wanted = "0" if batch is _ADD else "1"
        return [each for each in chosen if each.state in batch.states and held(each)["mark"] == wanted]

    def _finding(self) -> list[Option]:
        """全选 besides."""
        some = self.is_mounted and self.table.total > 0
        return [*super()._finding(), Option("all", _ALL, "alt+a", some)]

    def picked(self) -> None:
        """Enter shows it."""
        self.action_act("view")

    def action_act(self, key: str) -> None:
        """全选, or an action by its name."""
        if key == "all":
            self.anew(self._tick_all, "batch")
        else:
            super().action_act(key)

    async def _tick_all(self) -> None:
        """All that was found, or the first of it."""
        order = self.table.wanted.order

        def work(report: Report) -> list[CaseLine]:
            found: list[CaseLine] = []
            while len(found) < MOST and not report.stopped():
                page = self._fetch(Wanted(len(found) // PAGE + 1, PAGE, order))
                found += page.rows
                report(len(found), min(page.total, MOST), both("list-fetching"))
                if len(found) >= page.total or not page.rows:
                    break
            return found

        found = await behind_bar(self, _ALL, work)
        if found:
            self._ticked = {each.number: each for each in found}
            self.on_paged_table_came()
            self._offer()
            count, total = len(found), self.table.total
            self.terminal.say(
                Words(f"已选中 {count} 条，共 {total} 条", f"{count} ticked of {total}"), alarm=count < total
            )

    # -- 添加、取消

    async def do_all(self, batch: Batch, lines: Sequence[CaseLine]) -> None:
        """After the question: each draft by its guid and digest, and what came of each message."""
        if not self.enabled:
            await self.terminal.ask(Tell(CLOSED, self.language, alarm=True))
            return
        ask = _ASK[batch.key]
        question = Words(ask.zh.format(len(lines)), ask.en.format(len(lines)))
        if not await self.terminal.ask(Ask(question, self.language, default=batch is _ADD)):
            return

        def work(report: Report) -> list[tuple[Words, bool]]:
            return list(self._sent(batch, lines, report))

        told = await behind_bar(self, batch.words, work)
        self._ticked.clear()
        self.table.grid.marked.clear()
        self.again()
        if told:
            good = all(each for _, each in told)
            words = Words("\n".join(each.zh for each, _ in told), "\n".join(each.en for each, _ in told))
            await self.terminal.ask(Tell(words, self.language, alarm=not good))

    def _sent(self, batch: Batch, lines: Sequence[CaseLine], report: Report) -> Iterator[tuple[Words, bool]]:
        """In a thread: what each message was answered."""
        for start in range(0, len(lines), ROOM):
            some = lines[start : start + ROOM]
            drafts = [
                self._draft(each, batch, start + at, len(lines), report) for at, each in enumerate(some)
            ]
            if report.stopped():
                yield both("list-stopped"), False
                return
            content = {"action": _ACTION[batch.key], "Draft": drafts}
            posted = send(self, piece_of(self, CODE, content), report)
            self.app.call_from_thread(heard, self, posted)
            yield said(posted)

    def _draft(
        self, line: CaseLine, batch: Batch, done: int, total: int, report: Report
    ) -> Mapping[str, str]:
        """A draft as a message names it: a mark is for what is stored now, and for nothing else. One that was
        changed since it was listed is not named by a digest that nobody here has looked at: it is refused.
        """
        if batch is _CANCEL or report.stopped():
            return {"caseNo": line.number}
        report(done, total, both("batch-fetching"))
        found = self.work.line.case(SYSTEM_NAME, line.number)
        if found is None or found.line.revision != line.revision:
            return {"caseNo": line.number}
        draft = found.body.get("draft", {})
        named = {"draftGuid": draft.get("guid", ""), "draftDigest": draft.get("digest", "")}
        return {"caseNo": line.number, **{name: value for name, value in named.items() if value}}
