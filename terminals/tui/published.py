"""What customs publishes (发布): the list of it, and the form to write, change and withdraw it.

Knows that there is no draft of a publication: it is out when it is sent; refuses to know any system's search
columns, and how files are sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.publishing import PUBLISHED, WITHDRAWN
from messages.workflow import Body
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.entry import EntryPage
from terminals.tui.posting import Posted
from terminals.tui.query import Action, QueryPage
from terminals.tui.searching import SEQUENCE
from terminals.tui.words import both
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound
from terminals.work.model import FormModel

_TITLE = Words("标题", "Title")
_VIEW, _EDIT = ("view", "ctrl+o"), ("edit", "ctrl+e")


def criteria(title: str, date: str) -> tuple[Criterion, ...]:
    """By title and day; the names of the search columns."""
    return (
        Criterion(f"{title}.contains", _TITLE),
        Criterion(date, Words("发布日期", "Published on"), between=True),
    )


def columns(title: str, date: str) -> tuple[Column, ...]:
    """The columns of a list of publications; the names of the search columns."""
    return (
        Column(SEQUENCE, both("query-number"), number=True, cells=4),
        Column("state", both("query-state"), most=10),
        Column(date, Words("发布日期", "Published"), cells=9, sorts=True),
        Column(title, _TITLE, most=60),
        Column("number", both("query-case"), cells=19, sorts=True),
    )


def actions(view: str, edit: str) -> tuple[Action, ...]:
    """The names of the screens that show one and that change one."""
    return (
        Action(_VIEW[0], both("query-view"), _VIEW[1], view),
        Action(_EDIT[0], both("query-change"), _EDIT[1], edit, "publish", frozenset({PUBLISHED})),
    )


class PublicationQuery(QueryPage):
    """发布查询: what is out, what was withdrawn, the last first."""

    WORDS: ClassVar[Words] = Words("发布查询", "Published")
    STATES: ClassVar[tuple[str, ...]] = (PUBLISHED, WITHDRAWN)
    TOGETHER: ClassVar[bool] = True
    AT_ONCE: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(hot, f"act('{key}')", show=False) for key, hot in (_VIEW, _EDIT)
    ]


class PublicationEntry(EntryPage):
    """发布: a title, a text, files. READERS are those who see it, in the plural."""

    READERS: ClassVar[Words]
    EVENTS: ClassVar[Mapping[Purpose, str]] = {
        Purpose.SAVE: "", Purpose.DECLARE: "publish", Purpose.DELETE: "withdraw",
    }  # fmt: skip
    DECLARE: ClassVar[Words] = Words("发布", "Publish")

    def content(self, found: CaseFound) -> Body:
        """What is out."""
        return found.body.get("stored") or {}

    def question(self) -> Words:
        """Who will see it."""
        return Words(f"是否发布？{self.READERS.zh}将看到。", f"Publish it? {self.READERS.en} will see it.")

    @property
    def inner(self) -> str:
        """The title."""
        return self.model.head.text("title")

    async def delete(self) -> None:
        """What is out is withdrawn; what was only typed is thrown away."""
        if not self.model.state:
            await super().delete()
            return
        sure = Words(
            f"是否撤回该内容？{self.READERS.zh}将不再看到它及其附件。",
            f"Withdraw it? {self.READERS.en} will no longer see it, nor its files.",
        )
        if not await self.barred(Purpose.DELETE) and await self.sure(sure):
            await self.send(Purpose.DELETE)

    async def done(self, model: FormModel, posted: Posted) -> None:
        """It is out, or withdrawn."""
        piece, last = posted.piece, posted.steps[-1]
        zh, en = self.READERS.zh, self.READERS.en
        if piece.event == "withdraw":
            await self.tell(Words(f"已撤回，{zh}不再看到。", f"Withdrawn: {en} see it no more."))
            self.begin()
            return
        model.settled(revision=piece.revision, app_time=piece.app_time, case=last.case, state=PUBLISHED)
        self.show_state()
        self.offer()
        await self.tell(Words(f"已发布，{zh}现在可以看到。", f"Published: {en} see it now."))
