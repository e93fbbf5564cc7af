"""进度跟踪: an officer's requests to China, what has become of them, and what can be done with each or many.

Knows the manual's 4.2: criteria, columns, states and their actions, 批量提交 and 批量删除; refuses to know
how lists, forms and sending work.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.assistance.table import ANSWERED, DRAFT, EVALUATED, PENDING, RETURNED
from messages.codes import Code
from messages.forms import own_forms
from terminals.trouble import Trouble
from terminals.tui.assistance.lists import DATE, LETTER, TYPE, CaseList, columns
from terminals.tui.assistance.request import CODE, on_form
from terminals.tui.attaching import job_of
from terminals.tui.batches import Fates
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.dialogs import Ask, Tell
from terminals.tui.filled import Desk
from terminals.tui.progress import Outcome, Progress, Report
from terminals.tui.query import Action, Batch
from terminals.tui.told import told
from terminals.tui.words import both
from terminals.work.batches import Fate, send_all
from terminals.work.checks import Purpose
from terminals.work.found import CaseLine
from terminals.work.model import FormModel
from terminals.work.submission import Piece

TYPES = tuple(
    Code(code, words)
    for code, words in (
        ("1", Words("单证核查", "documents")),
        ("2", Words("原产地核查", "origin")),
        ("3", Words("价格核查", "price")),
        ("4", Words("统计核查", "statistics")),
        ("9", Words("其他核查", "other")),
    )
)
_DRAFTS = frozenset({DRAFT, RETURNED})
SAID = Action(
    "said", Words("反馈信息", "Feedback"), "ctrl+b", "assistance.said", "",
    frozenset({RETURNED, ANSWERED, EVALUATED}),
)  # fmt: skip
_SUBMIT = Batch("submit", Words("批量提交", "Submit marked"), "ctrl+r", _DRAFTS, ticked=frozenset({RETURNED}))
_DELETE = Batch("delete", Words("批量删除", "Delete marked"), "ctrl+d", frozenset({DRAFT}))
_PURPOSE = {_SUBMIT.key: Purpose.DECLARE, _DELETE.key: Purpose.DELETE}
_ASK = {_SUBMIT.key: "batch-ask-submit", _DELETE.key: "batch-ask-delete"}
_NAMED = 8  # requests that a question names


class RequestProgress(CaseList):
    """进度跟踪."""

    CODE: ClassVar[str] = CODE
    FORM: ClassVar[str] = CODE
    WORDS: ClassVar[Words] = Words("进度跟踪", "Progress")
    STATES: ClassVar[tuple[str, ...]] = (DRAFT, PENDING, RETURNED, ANSWERED, EVALUATED)
    AT_ONCE: ClassVar[bool] = True
    TOGETHER: ClassVar[bool] = True
    ROWS: ClassVar[int] = 10
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion(f"{LETTER}.contains", Words("协查函编号", "Reference number")),
        Criterion(f"{TYPE}.contains", Words("请求类型", "Type"), codes=TYPES),
        Criterion(DATE, Words("申报时间", "Date"), between=True),
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = columns(Words("外方协查编号", "Reference number"), state=9)
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("view", Words("查看", "View"), "ctrl+o", "assistance.case"),
        SAID,
        Action("change", Words("修改", "Modify"), "ctrl+e", "assistance.request", "submit", _DRAFTS),
        Action(
            "evaluate",
            Words("评价", "Evaluate"),
            "ctrl+t",
            "assistance.evaluation",
            "",
            frozenset({ANSWERED}),
        ),
    )
    BATCHES: ClassVar[tuple[Batch, ...]] = (_SUBMIT, _DELETE)
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(each.hot, f"act('{each.key}')", each.words.zh, show=False) for each in ACTIONS),
        *(Binding(each.hot, f"act('{each.key}')", each.words.zh, show=False) for each in BATCHES),
    ]

    def picked(self) -> None:
        """Enter goes on with a draft, and shows anything else."""
        line = self.table.item
        self.action_act("change" if line is not None and line.state in _DRAFTS else "view")

    # -- 批量提交, 批量删除

    async def do_all(self, batch: Batch, lines: Sequence[CaseLine]) -> None:
        """Submit or delete these, after a question; then each one's fate."""
        again = [line for line in lines if line.state == RETURNED]
        words = both(_ASK[batch.key], count=len(lines), names=_names(lines))
        if again:
            besides = both("batch-ask-returned", count=len(again), names=_names(again))
            words = Words(words.zh + besides.zh, words.en + besides.en)
        plain = batch is _SUBMIT and not again
        if not await self.terminal.ask(Ask(words, self.language, default=plain, alarm=not plain)):
            return
        purpose = _PURPOSE[batch.key]

        def work(report: Report) -> list[Fate]:
            return self._sent(lines, purpose, report)

        outcome: Outcome[list[Fate]] | None
        outcome = await self.terminal.ask(Progress(batch.words, work, self.language))
        try:
            fates = outcome.result() if outcome is not None else None
        except Trouble as error:
            await self.terminal.ask(Tell(told(error), self.language, alarm=True))
            return
        self.table.grid.marked.clear()
        self.again()
        if fates:
            await self.terminal.ask(Fates(batch.words, fates, self.language))

    def _sent(self, lines: Sequence[CaseLine], purpose: Purpose, report: Report) -> list[Fate]:
        """In a thread: fetch them, judge them, and send those that nothing stands against."""
        fates: list[Fate] = []
        pieces: list[Piece] = []
        for done, line in enumerate(lines):
            report(done, len(lines), both("batch-fetching"))
            if report.stopped():
                return fates
            name = _name(line)
            found = self.work.line.case(line.system, line.number)
            if found is None:
                fates.append(Fate(name, both("query-gone", case=line.number), good=False))
                continue
            model = FormModel(own_forms().form(CODE), Desk(self.work, self.terminal.clock))
            time = str(found.body.get("appTime", ""))
            model.load(on_form(found.body), case=line.number, state=found.line.state, app_time=time)
            verdict = model.verdict(purpose) if purpose is Purpose.DECLARE else None
            if verdict is not None:
                fates.append(Fate(name, verdict.words, good=False, case=line.number))
            else:
                pieces.append(self.work.sending.piece(model, purpose))
        job = job_of(report, both("batch-sending"))
        return [*fates, *send_all(self.work.sending, self.work.ladders, pieces, job)]


def _name(line: CaseLine) -> str:
    """What people call a request by; a draft may have no number of its own yet."""
    return line.text(LETTER) or line.number


def _names(lines: Sequence[CaseLine]) -> Words:
    """Them all, or the first of them and how many more there are."""
    names, more = [_name(line) for line in lines[:_NAMED]], len(lines) - _NAMED
    some = Words("、".join(names), ", ".join(names))
    return some if more <= 0 else both("batch-names", names=some, more=more)
