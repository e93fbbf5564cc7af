"""Consultations (业务咨询): an enterprise asks and asks on, customs answers; all that was said is read above.

Knows lists of them and who may say what; refuses to know how forms are typed and sent, and cases drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.enterprise.names import CONSULTATION, REPLY
from messages.enterprise.table import ASKED, REPLIED
from messages.forms import own_forms
from messages.workflow import Body
from terminals.tui.attaching import fetch_files
from terminals.tui.buttons import Option
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.dossiers import FILES
from terminals.tui.enterprise.desk import VIEW, WAITED, Queue, keys
from terminals.tui.enterprise.documents import PAPERS
from terminals.tui.enterprise.lists import (
    BY_CODE,
    BY_NAME,
    DATE,
    NAME,
    NUMBER,
    REG_CODE,
    SEQ,
    STATE,
    CooperationList,
    by_state,
)
from terminals.tui.entry import EntryPage
from terminals.tui.filled import Desk
from terminals.tui.opinions import OpinionPage
from terminals.tui.posting import Posted
from terminals.tui.query import Action
from terminals.tui.reader import Reader
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound
from terminals.work.model import FormModel
from terminals.work.papers import Papers

_SAID = (ASKED, REPLIED)
_DAY, _TITLE = Words("咨询日期", "Asked on"), Words("咨询主题", "Subject")
_BY_DAY = Criterion(DATE.key, _DAY, between=True)
_BY_TITLE = Criterion("title.contains", _TITLE)
_ASKED_ON = Column(DATE.key, _DAY, cells=9, sorts=True)
_SUBJECT = Column("title", _TITLE, most=40, sorts=True)
_REPLY = Action("reply", Words("答复", "Answer"), "ctrl+r", "enterprise.reply", "reply", frozenset({ASKED}))
_ASK = Words("提问", "Ask")
_WAITS = Words("待海关答复，答复后可以继续提问。", "Customs will answer; then you may ask on.")
_STAYS = Words("已提交的咨询不能删除。", "What was asked cannot be deleted.")


class QuestionQueue(Queue):
    """业务咨询答复: what waits for customs' answer."""

    CODE: ClassVar[str] = REPLY
    WORDS: ClassVar[Words] = Words("业务咨询答复", "Questions to answer")
    STATES: ClassVar[tuple[str, ...]] = (ASKED,)
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (_BY_TITLE, BY_NAME, _BY_DAY)
    COLUMNS: ClassVar[tuple[Column, ...]] = (SEQ, WAITED, _SUBJECT, NAME, REG_CODE, _ASKED_ON, NUMBER)
    ACTIONS: ClassVar[tuple[Action, ...]] = (_REPLY, VIEW)
    BINDINGS: ClassVar[list[BindingType]] = keys(*ACTIONS)


class ConsultationQuery(CooperationList):
    """业务咨询查询: all of them, answered or not."""

    CODE: ClassVar[str] = REPLY
    WORDS: ClassVar[Words] = Words("业务咨询查询", "Consultations")
    STATES: ClassVar[tuple[str, ...]] = _SAID
    AT_ONCE: ClassVar[bool] = True
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (_BY_TITLE, by_state(_SAID), BY_NAME, BY_CODE, _BY_DAY)
    COLUMNS: ClassVar[tuple[Column, ...]] = (SEQ, STATE, _SUBJECT, NAME, REG_CODE, _ASKED_ON, NUMBER)
    ACTIONS: ClassVar[tuple[Action, ...]] = (VIEW, _REPLY)
    BINDINGS: ClassVar[list[BindingType]] = keys(*ACTIONS)


class OwnConsultations(CooperationList):
    """业务咨询: an enterprise's own, the last first; Ctrl+N asks something new."""

    CODE: ClassVar[str] = CONSULTATION
    WORDS: ClassVar[Words] = Words("业务咨询", "Consultations")
    STATES: ClassVar[tuple[str, ...]] = _SAID
    AT_ONCE: ClassVar[bool] = True
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (_BY_TITLE, by_state(_SAID), _BY_DAY)
    COLUMNS: ClassVar[tuple[Column, ...]] = (SEQ, STATE, _SUBJECT, _ASKED_ON, NUMBER)
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("open", Words("阅读、追问", "Read, ask on"), "ctrl+o", "enterprise.ask"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [*keys(*ACTIONS), Binding("ctrl+n", "new", "entry-new")]

    def _options(self) -> list[Option]:
        return [*super()._options(), Option("new", _ASK, "ctrl+n")]

    def action_new(self) -> None:
        """Ask something."""
        self.terminal.open_soon("enterprise.ask")


class Consultation(EntryPage):
    """A question, the first or a further one; what was said so far is read above."""

    CODE: ClassVar[str] = CONSULTATION
    WORDS: ClassVar[Words] = Words("咨询", "Question")
    EVENTS: ClassVar[Mapping[Purpose, str]] = {
        Purpose.SAVE: "", Purpose.DECLARE: "ask", Purpose.DELETE: "",
    }  # fmt: skip
    DECLARE: ClassVar[Words] = Words("提交", "Send")
    ASK: ClassVar[Words] = Words("是否向海关提交该咨询？", "Send this question to customs?")
    ESSENTIAL: ClassVar[tuple[str, ...]] = ("declare", "case")
    DEFAULT_CSS = """
    Consultation > Reader { height: 1fr; min-height: 5; }
    Consultation > FormView.-below { height: 45%; min-height: 10; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g", "files", "form-fetch"),
        Binding("ctrl+l", "case", "desk-case"),
    ]

    def compose(self) -> ComposeResult:
        """What was said, between the buttons and the form."""
        buttons, *others = super().compose()
        yield buttons
        yield Reader(self.language)
        yield from others

    def on_mount(self) -> None:
        """What was said; of a question that was left half written it is fetched."""
        self._read()
        self.again()

    # -- the case

    def content(self, found: CaseFound) -> Body:
        """A further question has the title of the one before."""
        return {"title": found.line.text("title")}

    def remark(self, found: CaseFound) -> Words:
        """Why nothing more is asked now."""
        return _WAITS if found.line.state == ASKED else Words()

    @property
    def inner(self) -> str:
        """The title."""
        return self.model.head.text("title")

    def show_state(self) -> None:
        """What was said may be more now."""
        super().show_state()
        if self.is_mounted:
            self._read()

    def _read(self) -> None:
        reader, found = self.query_one(Reader), self._found
        reader.display = found is not None
        self.view.set_class(found is not None, "-below")
        if found is not None:
            reader.show(PAPERS.sections(found, self._blank), last=True)

    def _blank(self, code: str) -> FormModel:
        return FormModel(own_forms().form(code), Desk(self.work, self.terminal.clock))

    @property
    def finished(self) -> bool:
        """From the menu, what is sent makes room for a new question."""
        return bool(self.model.state) and not self.model.dirty and self._waits is None and not self._busy

    # -- what can be done

    def objection(self, purpose: Purpose) -> Words | None:
        """What was asked stays asked."""
        return _STAYS if purpose is Purpose.DELETE and self.model.state else super().objection(purpose)

    def options(self) -> list[Option]:
        """取附件 besides."""
        found = self._found
        some = found is not None and bool(PAPERS.files(found, self._blank))
        return [*super().options(), Option("files", FILES, "ctrl+g", some)]

    def action_files(self) -> None:
        """All files of what was said, into the own area."""
        found = self._found
        files = PAPERS.files(found, self._blank) if found is not None else ()
        if files:
            self.run_worker(fetch_files(self.terminal, files), group="files")

    def action_case(self) -> None:
        """Between what was said and the question."""
        reader = self.query_one(Reader)
        if reader.has_focus or not reader.display:
            self.view.first()
        else:
            reader.focus()

    async def done(self, model: FormModel, posted: Posted) -> None:
        """It is asked: the form is empty for the next question, which waits for the answer."""
        found = posted.found
        if found is None or model is not self.model:
            await super().done(model, posted)
            return
        self._found = found
        self.put(self.of_case(found))
        self.view.first()
        self.offer()
        await self.tell(Words("咨询已提交，请等待海关答复。", "It is asked: customs will answer."))


class Answer(OpinionPage):
    """Customs' answer to a question; all that was said before is read above."""

    CODE: ClassVar[str] = REPLY
    WORDS: ClassVar[Words] = Words("答复咨询", "Answer")
    EVENT: ClassVar[str] = "reply"
    DETAIL: ClassVar[str] = "enterprise.case"
    PAPERS: ClassVar[Papers] = PAPERS
    DECIDE: ClassVar[Words] = Words("答复", "Send the answer")

    def facts(self) -> list[tuple[Words, str]]:
        """Who asks."""
        found = self._found
        return [(column.words, found.line.text(column.key)) for column in (NAME, REG_CODE)] if found else []

    def question(self) -> Words:
        """It cannot be taken back."""
        return Words("是否发送答复？发送后不能更改。", "Send this answer? It cannot be changed afterwards.")

    def decided(self, state: Words) -> Words:
        """It was sent."""
        return Words(f"答复已发送，状态：{state.zh}", f"The answer is sent: {state.en}")
