"""A page with one form on it, typed or only read: what entry, details and review have in common.

Knows how a page comes by its model, code lists and lookups, and how the form is printed and exported.
Refuses to know any system: a system's own screen is a class that says which message type it is about.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from messages.annotations import Words
from messages.codes import Code, CodeList
from messages.forms import Field, own_forms
from messages.registry import BY_CODE
from messages.system import CASE, System
from messages.wire import CST
from messages.workflow import Body
from terminals.trouble import Refused, Trouble
from terminals.tui.attaching import fetch_files
from terminals.tui.dialogs import Tell
from terminals.tui.files import of_screen, write_file
from terminals.tui.form import FormView
from terminals.tui.page import Page
from terminals.tui.words import Saying, both
from terminals.work.found import CaseFound
from terminals.work.model import FormModel, Question
from terminals.work.offers import offered

if TYPE_CHECKING:
    from terminals.tui.at_work import Work

Make = Callable[[FormModel, list[tuple[Words, str]], str, Words], bytes]
CTRL_FILES: list[BindingType] = [
    Binding("ctrl+p", "print", "entry-print", show=False),
    Binding("ctrl+y", "export", "entry-export", show=False),
]
"""Keys of pages that print and export."""


class Desk:
    """What a model is told at a terminal: the code lists that are here, and the day in China."""

    def __init__(self, work: Work, clock: Callable[[], datetime]) -> None:
        self._work = work
        self._clock = clock

    def code_list(self, name: str) -> CodeList | None:
        """The list, if it is here."""
        return self._work.line.codes.known(name)

    def today(self) -> date:
        """The day."""
        return self._clock().astimezone(CST).date()


class FormPage(Page):
    """One form. CODE is its message type; WORDS is what the screen is called."""

    CODE: ClassVar[str]
    WORDS: ClassVar[Words]
    READING: ClassVar[bool] = False
    VIEW: ClassVar[type[FormView]] = FormView
    REMARK: ClassVar[str] = "form-remark"
    """What the remark on a case is called, by its saying."""
    BINDINGS: ClassVar[list[BindingType]] = [*CTRL_FILES, Binding("alt+r", "remark", "form-remark")]
    DEFAULT_CSS = """
    FormPage > .form--remark {
        width: 100%; height: auto; max-height: 3; padding: 0 1; display: none;
        background: $panel; color: $error;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._model: FormModel | None = None
        self._asking = asyncio.Lock()  # nothing is asked twice: an answer counts as a change

    # -- what a system says

    def content(self, found: CaseFound) -> Body:
        """What of a case stands on the form."""
        return found.body

    def sent_last(self, found: CaseFound) -> str:
        """The appTime of what was submitted of a case last."""
        return str(found.body.get("appTime", ""))

    def remark(self, found: CaseFound) -> Words:
        """What customs has said about a case, such as why it was refused; empty for nothing."""
        return Words()

    def remarked(self) -> CaseFound | None:
        """The case whose remark stands above the form."""
        return None

    def facts(self) -> list[tuple[Words, str]]:
        """What stands above the head."""
        who, party = self.work.who, self.work.party
        return [(both("entry-unit"), party.cop_name or who.dxp_id), (both("entry-operator"), who.holder)]

    # -- the form

    @property
    def system(self) -> System:
        """The system whose form it is."""
        return BY_CODE[self.CODE][0]

    @property
    def model(self) -> FormModel:
        """What is on the form."""
        if self._model is None:
            self._model = self.fresh()
        return self._model

    @property
    def view(self) -> FormView:
        """The form on the screen."""
        return self.query_one(FormView)

    def fresh(self) -> FormModel:
        """A new form."""
        return FormModel(own_forms().form(self.CODE), Desk(self.work, self.terminal.clock))

    def of_case(self, found: CaseFound) -> FormModel:
        """A form with what a case holds."""
        model = self.fresh()
        line = found.line
        model.load(self.content(found), case=line.number, state=line.state, app_time=self.sent_last(found))
        return model

    def form_view(self) -> FormView:
        """The widget, for `compose`."""
        known = self.work.line.codes.known
        return self.VIEW(self.model, self.language, known, self._fetch_codes, reading=self.READING)

    def remark_view(self) -> Saying:
        """The widget for what customs has said, for `compose`."""
        return Saying(Words(), self.language, classes="form--remark")

    def put(self, model: FormModel) -> None:
        """Show another form."""
        self._model = model
        self.view.load(model)
        self.show_state()

    def show_state(self) -> None:
        """Say what the form is and in which state."""
        self.view.show_facts(self.facts())
        for saying in self.query(".form--remark").results(Saying):
            words = self._remark()
            saying.say(words)
            saying.display = words != Words()
        self.view.show_title(both("entry-state", state=self.state_words()))
        self.post_message(self.Headed())

    def _remark(self) -> Words:
        found = self.remarked()
        return self.remark(found) if found is not None else Words()

    def action_remark(self) -> None:
        """All that customs has said, however long."""
        title = both(self.REMARK)
        self.run_worker(self.terminal.ask(Tell(self._remark(), self.language, title=title)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a key for what customs has said where it has."""
        return self._remark() != Words() if action == "remark" else super().check_action(action, parameters)

    def state_words(self) -> Words:
        """The state in the title."""
        return both("entry-reading") if self.READING else self.state_called(self.model.state)

    def state_called(self, state: str) -> Words:
        """A state in words."""
        return Words(*self.system.labels.get(state, (state, state)))

    def first(self) -> Widget | None:
        """The first field."""
        return self.view.front

    def on_mount(self) -> None:
        """The code lists that are not here yet are fetched."""
        self.show_state()
        self.run_worker(self._fetch_lists, thread=True, group="lists", exit_on_error=False)

    # -- code lists and lookups

    def _fetch_codes(self, field: Field) -> Sequence[Code]:
        """In a thread: of its list, or what is offered now."""
        if field.hints.offer is not None:
            return offered(self.work.line, self.system.name, field.hints.offer)
        name = field.hints.list or ""
        found = self.work.line.code_list(name)
        if found is None:
            raise Refused(
                "answer-unexpected", origin=self.work.line.origin, path=name, status=404, detail="-"
            )
        return tuple(found.codes.values())

    def _fetch_lists(self) -> None:
        """In a thread: whatever list any field of the form has."""
        names = {field.hints.list for field in self.model.form.node.walk() if field.hints.list}
        known = self.work.line.codes.known
        with suppress(Trouble):
            for name in sorted(name for name in names if known(name) is None):
                self.work.line.code_list(name)
                self.app.call_from_thread(self._listed)

    def _listed(self) -> None:
        if self.is_attached:
            self.view.follow()

    def on_form_view_owed(self, event: FormView.Owed) -> None:
        """Ask what is owed."""
        event.stop()
        self.run_worker(self.ask_owed(), group="lookups")

    def on_form_view_files_asked(self, event: FormView.FilesAsked) -> None:
        """Fetch files into the own area."""
        event.stop()
        files = [self.model.file(row) for row in event.rows]
        self.run_worker(fetch_files(self.terminal, files), group="files")

    async def ask_owed(self) -> None:
        """Ask the gateway whatever the form wants to know, until nothing is owed or it cannot be asked."""
        async with self._asking:
            await self._ask_all()

    async def _ask_all(self) -> None:
        model = self.model
        while model is self.model and (questions := model.questions(limit=20)):
            answers = await asyncio.to_thread(self._ask, questions)
            if model is not self.model:
                return
            clean = not model.dirty
            for question, found in answers:
                self.view.answer(question, found)
            if clean and answers:  # nothing was typed
                model.settled()
                self.show_state()
            if len(answers) < len(questions):
                return

    def _ask(self, questions: list[Question]) -> list[tuple[Question, Mapping[str, str] | None]]:
        """In a thread: the answers, as far as there are any."""
        answers: list[tuple[Question, Mapping[str, str] | None]] = []
        with suppress(Trouble):
            for question in questions:
                key = list(question.key)
                answers.append((question, self.work.line.lookup(self.system.name, question.name, key)))
        return answers

    # -- prints and exports

    def action_print(self) -> None:
        """The form as a PDF."""
        from terminals.work.printing import form_pdf

        self._write(".pdf", form_pdf)

    def action_export(self) -> None:
        """The form as a spreadsheet."""
        from terminals.work.export import form_xlsx

        self._write(".xlsx", form_xlsx)

    def _write(self, suffix: str, make: Make) -> None:
        name = self.model.case or self.inner
        name = name or of_screen(self.WORDS, self.language, self.terminal.clock())
        copy = self.fresh()  # it may be typed on while the file is made
        copy.restore(self.model.dump())
        data = partial(make, copy, self.facts(), self.language, self.state_words())
        self.run_worker(write_file(self.terminal, name, suffix, data), group="files")

    @property
    def inner(self) -> str:
        """What people call this form (企业内部编号)."""
        own = next((name for name in BY_CODE[self.CODE][1].order if name != CASE), "")
        return self.model.head.text(own) if own else ""

    def help(self) -> Words:
        """What F1 says."""
        return both("help-detail" if self.READING else "help-entry")
