"""The customs desk's review of an application (审核): what it would change field by field, or all it says.

Knows that a change is approved as it was shown, on what is filed now, and which decisions need a reason or a
day; refuses to know how cases are fetched, forms typed and decisions sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.enterprise import changes, filings
from messages.enterprise.changes import Difference
from messages.enterprise.events import APPROVE
from messages.enterprise.names import APPLICATIONS, CANCELLATIONS, OBJECT, RENEWALS, REVIEW
from messages.enterprise.table import FILED, LABELS, PENDING
from messages.wire import wire_date
from terminals.trouble import Trouble
from terminals.tui.columns import Column, Listed
from terminals.tui.dialogs import Tell
from terminals.tui.enterprise import differences
from terminals.tui.enterprise.differences import Changed
from terminals.tui.enterprise.documents import PAPERS, attached
from terminals.tui.enterprise.filing import filed_now
from terminals.tui.files import write_file
from terminals.tui.grid import Grid
from terminals.tui.opinions import OpinionPage
from terminals.tui.posting import Posted
from terminals.tui.reader import Reader
from terminals.tui.words import Saying, both
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound
from terminals.work.model import FormModel
from terminals.work.papers import Papers
from terminals.work.rows import Place

_MARKS = {
    changes.CHANGED: ("~", "warn"), changes.ADDED: ("+", "good"), changes.REMOVED: ("-", "bad"),
}  # fmt: skip
_STALE = ("!!", "bad")
_DECISION = 10  # lines of the screen
_OLD, _NEW = Words("备案内容", "Filed"), Words("申请变更为", "Applied for")
_NOW = Words("现在的备案", "Filed now")
_ENTERPRISE = Words("备案企业", "Filed")
_STATUS, _VALID = Words("注册状态", "Status"), Words("有效期", "Valid")
_NEW_END = Words("新的有效期至", "The new end of validity")


class ApplicationReview(OpinionPage):
    """One application that waits, or that of a review that was left half written."""

    CODE: ClassVar[str] = REVIEW
    WORDS: ClassVar[Words] = Words("审核", "Review")
    EVENT: ClassVar[str] = "approve"
    DETAIL: ClassVar[str] = "enterprise.case"
    PAPERS: ClassVar[Papers] = PAPERS
    DECIDE: ClassVar[Words] = both("review-open")
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("mark", Words("", ""), cells=2),
        Column("field", Words("变更项目", "Field"), most=32, least=22),
        Column("old", _OLD, most=60, least=20),
        Column("new", _NEW, most=60, least=20),
    )
    DEFAULT_CSS = """
    ApplicationReview > .review--sum {
        width: 100%; height: 1; padding: 0 1; background: $panel; text-style: bold;
    }
    ApplicationReview > .review--sum.-stale { color: $error; }
    ApplicationReview > Grid { height: 1fr; min-height: 5; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "declare", "review-open")]

    _filed: Mapping[str, Any] | None = None  # what customs holds of the enterprise now
    _at: Sequence[int] = ()  # which difference stands in a row; -1 for whose those below are

    def compose(self) -> ComposeResult:
        """The differences above, or all of it where there are none; the decision below."""
        buttons, reader, form = super().compose()
        yield buttons
        yield Saying(Words(), self.language, classes="review--sum")
        yield Grid(self.COLUMNS, self.language, fixed=1)
        yield reader
        yield form

    def on_mount(self) -> None:
        """The decision has so many lines of the screen."""
        self.view.styles.height = _DECISION

    # -- the case

    def fresh(self) -> FormModel:
        """A review names the enterprise as the application does."""
        model = super().fresh()
        found = self._found
        if found is not None:
            stored: Mapping[str, Any] = found.body.get("stored") or {}
            named = {name: stored.get(name, "") for name in ("regCode", "scc")}
            model.load(named, case=found.line.number, state=found.line.state)
        return model

    def learned(self, found: CaseFound) -> None:
        """What is filed now is asked for; until it is here, the differences are those of the declaration."""
        self._draw(found)
        self.anew(partial(self._compare, found), "filed")

    async def _compare(self, found: CaseFound) -> None:
        code = self.model.head.text("regCode")
        try:
            self._filed = await asyncio.to_thread(self._ask_filed, code)
        except Trouble as error:
            self.terminal.complain(error)
            return
        self._draw(found)
        self.show_state()

    def _ask_filed(self, code: str) -> Mapping[str, Any]:
        """In a thread; and the code lists of what is compared."""
        for name in ("country", "education"):
            if self.work.line.codes.known(name) is None:
                self.work.line.code_list(name)
        return filed_now(self.work.line, code) or {}

    @property
    def differences(self) -> list[Difference]:
        """What the application would change."""
        return list(self._found.body.get("differences") or ()) if self._found is not None else []

    def _now(self, against: Sequence[Difference]) -> list[str | None]:
        """What is filed now in each field; as it was then while that is not known, or once it is decided:
        an approval has filed it itself.
        """
        waits = self._found is not None and self._found.line.state == PENDING
        if self._filed is None or not waits:
            return [one["old"] for one in against]
        return changes.filed_now(self._filed, against)

    def _words(self, against: Sequence[Difference]) -> list[Changed]:
        return differences.changed(against, lambda: self._blank(self.applied))

    def _draw(self, found: CaseFound) -> None:
        grid, reader, against = self.query_one(Grid), self.query_one(Reader), self.differences
        grid.display, reader.display = bool(against), not against
        stale = [now != one["old"] for now, one in zip(self._now(against), against, strict=True)]
        rows: list[list[str]] = []
        tones: dict[tuple[int, str], str] = {}
        at: list[int] = []
        whose = Words()
        for place, (one, words) in enumerate(zip(against, self._words(against), strict=True)):
            mark, tone = _STALE if stale[place] else _MARKS[one["what"]]
            if words.where != whose:
                whose = words.where
                tones[len(rows), "field"] = "quiet"
                rows.append(["", whose.in_language(self.language), "", ""])
                at.append(-1)
            tones[len(rows), "mark"] = tones[len(rows), "old" if stale[place] else "new"] = tone
            cells = (words.label, words.old, words.new)
            rows.append([mark, *(each.in_language(self.language) for each in cells)])
            at.append(place)
        for section in attached(self.PAPERS.files(found, self._blank)):
            tones[len(rows), "field"] = "quiet"
            rows.append(["", section.heading.in_language(self.language), "", ""])
            rows += [["", each.label.zh, "", each.value.zh] for each in section.said]
        self._at = at
        grid.show(Listed(self.COLUMNS, rows, tones), max(0, grid.row))
        reader.show(self.PAPERS.sections(found, self._blank))
        summary = self.query_one(".review--sum", Saying)
        summary.say(_summary(str(found.body["type"]), len(against), sum(stale)))
        summary.set_class(any(stale), "-stale")
        self.offer()

    def retell(self, language: str) -> None:
        """Everything in another language."""
        super().retell(language)
        if self._found is not None:
            self._draw(self._found)
            self.show_state()

    def on_grid_picked(self, event: Grid.Picked) -> None:
        """All of one difference, however long."""
        event.stop()
        place = self._at[event.row] if 0 <= event.row < len(self._at) else -1
        if place >= 0:
            one = self.differences[place]
            (now,) = self._now([one])
            words, *other = self._words([one, *([] if now == one["old"] else [{**one, "new": now or ""}])])
            dialog = Tell(_whole(words, other), self.language, title=words.label)
            self.run_worker(self.terminal.ask(dialog))

    def action_case(self) -> None:
        """Between what is reviewed and the decision."""
        above = self.query_one(Grid) if self.query_one(Grid).display else self.query_one(Reader)
        if above.has_focus:
            self.view.first()
        else:
            above.focus()

    def action_print(self) -> None:
        """All of the case, its differences first, as a PDF."""
        from terminals.work.printing import dossier_pdf

        found = self._found
        if found is not None:
            read = self.PAPERS.sections(found, self._blank)
            make = partial(dossier_pdf, self.heading, read, self.language)
            self.run_worker(write_file(self.terminal, found.line.number, ".pdf", make), group="files")

    def facts(self) -> list[tuple[Words, str]]:
        """What is filed of the enterprise now."""
        filed = self._filed
        if not filed:
            return []
        state = Words(*LABELS[FILED[filings.status(filed, wire_date(self.terminal.clock()))]])
        ends = str(filed.get("validTo", "")) or Words("长期", "no end").in_language(self.language)
        return [
            (_ENTERPRISE, str(filed.get("cnName", ""))),
            (_STATUS, state.in_language(self.language)),
            (_VALID, f"{filed.get('validFrom', '')}–{ends}"),
        ]

    # -- deciding

    @property
    def applied(self) -> str:
        """The type of the application."""
        return str(self._found.body.get("type", "")) if self._found is not None else ""

    @property
    def approves(self) -> bool:
        """Whether that is what is chosen."""
        return self.model.head.text("reviewResult") == APPROVE

    async def right(self, purpose: Purpose) -> bool:
        """A renewal that is approved is valid to some day, and nothing else is."""
        if not await super().right(purpose):
            return False
        wanted = self.approves and self.applied in RENEWALS
        if wanted == bool(self.model.head.text("validTo")):
            return True
        words = Words(
            f"{_NEW_END.zh} {'不能为空' if wanted else '仅在换证、延续审核通过时填写'}",
            f"{_NEW_END.en}: {'it is missing' if wanted else 'only where a renewal is approved'}",
        )
        await self.tell(words, alarm=True)
        self.view.go(Place(self.model.head, "validTo"))
        return False

    def question(self) -> Words:
        """What comes of it."""
        if not self.approves:
            return Words(
                "是否审核不通过？审核意见将告知企业。", "Refuse it? The enterprise is told the reason."
            )
        zh, en = "审核通过后不能撤销。", "It cannot be taken back."
        if count := len(self.differences):
            zh, en = f"{count} 项变更将立即写入备案。", f"The differences ({count}) are filed at once."
        elif self.applied in RENEWALS:
            end = self.model.head.text("validTo")
            zh, en = f"备案有效期将改为 {end}。", f"The registration is then valid to {end}."
        elif self.applied in CANCELLATIONS:
            zh, en = "企业备案将立即注销。", "The registration is cancelled at once."
        elif self.applied == OBJECT:
            zh, en = (
                "备案信息不因此改变，请另行更正。",
                "What is filed stays: correct it by itself.",
            )
        return Words(f"是否审核通过？{zh}", f"Approve it? {en}")

    async def done(self, model: FormModel, posted: Posted) -> None:
        """It is decided, and nothing more to be done here: the tab closes."""
        await super().done(model, posted)
        shell = self.terminal.shell
        shell.run_worker(shell.close(self))

    def decided(self, state: Words) -> Words:
        """What is said then."""
        return Words(f"审核完成：{state.zh}", f"Reviewed: {state.en}")


def _summary(code: str, count: int, stale: int) -> Words:
    """What it is, how much it changes, and whether that is still what it was."""
    if stale:
        return Words(
            f"!! 申报后海关备案已变化：{stale} 项，不能审核通过（回车查看）",
            f"!! The filing has changed since: {stale} of them, it cannot be approved (Enter shows one)",
        )
    zh, en = APPLICATIONS[code]
    return Words(f"{zh}：变更 {count} 项", f"{en}: {count} differences") if count else Words(zh, en)


def _whole(one: Changed, now: Sequence[Changed]) -> Words:
    """One difference, however long, and what is filed now where that is something else."""
    said = [(_OLD, one.old), (_NEW, one.new), *((_NOW, each.new) for each in now)]
    zh = "\n\n".join([one.where.zh, *(f"{name.zh}：{words.zh}" for name, words in said)])
    en = "\n\n".join([one.where.en, *(f"{name.en}: {words.en}" for name, words in said)])
    return Words(zh, en)
