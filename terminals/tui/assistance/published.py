"""What customs publishes (新闻动态、资料中心): the list of it, and the form to write, change and withdraw it.

Knows that there is no draft of a publication: it is out when it is sent; refuses to know how files are sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.assistance.table import PUBLISHED, WITHDRAWN
from messages.workflow import Body
from terminals.tui.assistance.desk import VIEW
from terminals.tui.assistance.lists import DATE, CaseList
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.entry import EntryPage
from terminals.tui.posting import Posted
from terminals.tui.query import SEQUENCE, Action
from terminals.tui.words import both
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound
from terminals.work.model import FormModel

CODE = "CMA171"
_TITLE = Words("标题", "Title")
_DONE = {
    PUBLISHED: Words("已发布，外方官员现在可以看到。", "Published: foreign officers see it now."),
    WITHDRAWN: Words("已撤回，外方官员不再看到。", "Withdrawn: foreign officers see it no more."),
}
_ASK_WITHDRAW = Words(
    "是否撤回该内容？外方官员将不再看到它及其附件。",
    "Withdraw it? Foreign officers will no longer see it, nor its files.",
)


class PublicationQuery(CaseList):
    """发布管理: what is out, what was withdrawn."""

    CODE: ClassVar[str] = CODE
    FORM: ClassVar[str] = CODE
    WORDS: ClassVar[Words] = Words("发布查询", "Published")
    STATES: ClassVar[tuple[str, ...]] = (PUBLISHED, WITHDRAWN)
    TOGETHER: ClassVar[bool] = True
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion("title.contains", _TITLE),
        Criterion(DATE, Words("发布日期", "Published on"), between=True),
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column(SEQUENCE, both("query-number"), number=True, cells=4),
        Column("state", both("query-state"), most=10),
        Column(DATE, Words("发布日期", "Published"), cells=9, sorts=True),
        Column("title", _TITLE, most=60),
        Column("number", both("query-case"), cells=19, sorts=True),
    )
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        VIEW,
        Action(
            "edit", both("query-change"), "ctrl+e", "assistance.publish", "publish", frozenset({PUBLISHED})
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(each.hot, f"act('{each.key}')", each.words.zh, show=False) for each in ACTIONS
    ]

    def on_mount(self) -> None:
        """What was published last is there at once."""
        self.call_after_refresh(self.action_run)


class PublicationEntry(EntryPage):
    """发布: news or material, a title, a text, files."""

    CODE: ClassVar[str] = CODE
    WORDS: ClassVar[Words] = Words("发布新闻资料", "Publish")
    EVENTS: ClassVar[Mapping[Purpose, str]] = {
        Purpose.SAVE: "", Purpose.DECLARE: "publish", Purpose.DELETE: "withdraw",
    }  # fmt: skip
    DECLARE: ClassVar[Words] = Words("发布", "Publish")
    ASK: ClassVar[Words] = Words(
        "是否发布？所有外方官员都将看到。", "Publish it? All foreign officers will see it."
    )

    def content(self, found: CaseFound) -> Body:
        """What is out."""
        return found.body.get("stored") or {}

    @property
    def inner(self) -> str:
        """The title."""
        return self.model.head.text("title")

    async def delete(self) -> None:
        """What is out is withdrawn; what was only typed is thrown away."""
        if not self.model.state:
            await super().delete()
        elif not await self.barred(Purpose.DELETE) and await self.sure(_ASK_WITHDRAW):
            await self.send(Purpose.DELETE)

    async def done(self, model: FormModel, posted: Posted) -> None:
        """It is out, or withdrawn."""
        piece, last = posted.piece, posted.steps[-1]
        state = WITHDRAWN if piece.event == "withdraw" else PUBLISHED
        if state == WITHDRAWN:
            await self.tell(_DONE[state])
            self.begin()
            return
        model.settled(revision=piece.revision, app_time=piece.app_time, case=last.case, state=state)
        self.show_state()
        self.offer()
        await self.tell(_DONE[state])
