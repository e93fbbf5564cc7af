"""导入请求: the template of a request type into the own area, and a filled one into drafts, all or none.

Knows what an account fills into every request, and which of the gateway's rules a workbook can break; refuses
to know cells. A workbook with a fault comes back marked, and nothing of it is sent.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from messages.annotations import Words
from messages.assistance.names import MISSING, SYSTEM_NAME
from messages.assistance.rules import Known, faults
from messages.forms import own_forms
from messages.registry import BY_CODE
from messages.system import content
from terminals.trouble import Trouble, Unusable
from terminals.tui.assistance.progress import TYPES
from terminals.tui.assistance.request import CODE
from terminals.tui.attaching import ATTACHMENTS, behind_bar, choose_file, files_of, job_of
from terminals.tui.batches import Fates
from terminals.tui.buttons import Buttons, Option
from terminals.tui.choose import Choose
from terminals.tui.dialogs import Tell
from terminals.tui.filled import Desk
from terminals.tui.page import Page
from terminals.tui.progress import Report
from terminals.tui.words import Saying, both
from terminals.work.batches import Fate, send_all
from terminals.work.checks import Purpose
from terminals.work.filled import Mark, marked_xlsx, read_filled
from terminals.work.model import FormModel
from terminals.work.templates import template_xlsx

LARGEST = 20_000_000
"""Bytes of a workbook that is read."""
_TEMPLATES, _MARKED = "templates", "exports"
_TEMPLATE = Words("模板下载", "Fetch a template")
_UPLOAD = Words("上传导入", "Import a workbook")
_TYPE = Words("请求类型", "Type of request")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a workbook: the fates of its requests, or where it lies marked."""

    fates: tuple[Fate, ...] = ()
    marks: tuple[Mark, ...] = ()
    marked: str = ""


class Account:
    """What the gateway knows of whoever asks: kept while one workbook is read. For the reading thread."""

    def __init__(self, page: RequestImport) -> None:
        line = page.work.line
        self._line = line
        self._today = f"{Desk(page.work, page.terminal.clock).today():%Y%m%d}"
        self._office = line.lookup(SYSTEM_NAME, "office", ()) or {}
        self._agreements: dict[str, Mapping[str, Any] | None] = {}

    def fill(self, model: FormModel) -> None:
        """What nobody has filled in: the day, the country, department, sender, mail, the agreement."""
        model.prefill({"office": self._office})
        for question in model.questions():
            model.answer(question, self._agreement(dict(question.key)["country"]))

    def _agreement(self, country: str) -> Mapping[str, Any] | None:
        if country not in self._agreements:
            self._agreements[country] = self._line.lookup(SYSTEM_NAME, "agreement", [("country", country)])
        return self._agreements[country]

    def against(self, model: FormModel) -> Iterator[tuple[str, Words]]:
        """What the gateway's rules have against it, but for what is missing and for files: path and words."""
        control = {**model.control(Purpose.DECLARE), "guid": "-", "appTime": "-"}
        form = content(model.node(control), BY_CODE[CODE][1].lists)
        country, number = str(form.get("country", "")), form.get("agreementNo")
        listed = (self._agreement(country) or {}).get("Agreement", ()) if country and number else ()
        agreement = next((each for each in listed if each["agreementNo"] == number), None)
        known = Known(self._today, frozenset({country}), agreement)
        for fault in faults({**form, "Attachment": ()}, known):
            if fault.number != MISSING:
                yield fault.path, Words(fault.zh, fault.en)


class RequestImport(Page):
    """导入请求."""

    WORDS: ClassVar[Words] = Words("导入请求", "Import requests")
    DEFAULT_CSS = """
    RequestImport Saying { width: 100%; height: auto; padding: 1 2 0 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "template", "import-template"),
        Binding("ctrl+o", "upload", "import-upload"),
    ]

    def compose(self) -> ComposeResult:
        """What can be done, how, and what was done last."""
        options = (Option("template", _TEMPLATE, "ctrl+t"), Option("upload", _UPLOAD, "ctrl+o"))
        yield Buttons(options, self.language)
        yield Saying(both("import-how"), self.language)
        yield Saying(Words(), self.language, id="said")

    @property
    def heading(self) -> Words:
        """The screen's name."""
        return self.WORDS

    def first(self) -> Widget:
        """The buttons."""
        return self.query_one(Buttons)

    def help(self) -> Words:
        """What F1 says."""
        return both("import-how")

    def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
        """By mouse, or from the row of buttons."""
        event.stop()
        getattr(self, f"action_{event.key}")()

    def _say(self, words: Words) -> None:
        self.query_one("#said", Saying).say(words)

    # -- 模板下载

    def action_template(self) -> None:
        """An empty workbook for one type of request."""
        self.run_worker(self._template(), group="import", exclusive=True)

    async def _template(self) -> None:
        options = [Option(each.code, each.label, each.code) for each in TYPES]
        kind = await self.terminal.ask(Choose(_TYPE, options, self.language))
        if kind is None:
            return

        def work(report: Report) -> Path:
            report(0, 0, both("import-making"))
            self._fetch_lists()
            desk = Desk(self.work, self.terminal.clock)
            data = template_xlsx(own_forms().form(CODE), desk, self.language, {"reqType": kind})
            return self._write(_TEMPLATES, f"{CODE}-{kind}.xlsx", data)

        path = await behind_bar(self.terminal, _TEMPLATE, work)
        if path is not None:
            self._say(both("import-template-there", file=path.relative_to(files_of(self.terminal).folder)))

    # -- 上传导入

    def action_upload(self) -> None:
        """A filled workbook."""
        self.run_worker(self._upload(), group="import", exclusive=True)

    async def _upload(self) -> None:
        folders = (ATTACHMENTS, _TEMPLATES, _MARKED)
        name = await choose_file(self.terminal, _UPLOAD, folders, (".xlsx",))
        if not name:
            return
        taken = await behind_bar(self.terminal, _UPLOAD, lambda report: self._take(name, report))
        if taken is None:
            return
        if taken.marks:
            words = both("import-marked", count=len(taken.marks), file=taken.marked)
            self._say(words)
            await self.terminal.ask(Tell(words, self.language, alarm=True))
            return
        good = sum(each.good for each in taken.fates)
        self._say(both("import-drafts", count=good))
        await self.terminal.ask(Fates(_UPLOAD, taken.fates, self.language))

    def _take(self, name: str, report: Report) -> Taken:
        """In a thread: all of a workbook's requests become drafts, or none."""
        self._fetch_lists()
        form, desk = own_forms().form(CODE), Desk(self.work, self.terminal.clock)
        account = Account(self)
        with tempfile.TemporaryDirectory() as folder:
            file = self._copied(name, Path(folder))
            job = job_of(report, both("import-reading"))
            found = read_filled(file, form, desk, job, begin=account.fill, rules=account.against)
            if found.marks:
                data = marked_xlsx(file, found.marks, self.language)
                path = self._write(_MARKED, f"{PurePath(name).stem}-marked.xlsx", data)
                return Taken((), found.marks, str(path.relative_to(files_of(self.terminal).folder)))
        pieces = [self.work.sending.piece(model, Purpose.SAVE) for model in found.models]
        job = job_of(report, both("batch-sending"))
        return Taken(tuple(send_all(self.work.sending, self.work.ladders, pieces, job)))

    def _copied(self, name: str, folder: Path) -> Path:
        """The workbook as it is now, where nobody changes it while it is read. Raises Unusable."""
        target = folder / PurePath(name).name
        try:
            with files_of(self.terminal).open(name) as opened, target.open("wb") as file:
                shutil.copyfileobj(opened, file, LARGEST)
                if opened.read(1) or file.tell() > LARGEST:
                    raise Unusable("sheet-too-large", file=target.name, limit=LARGEST)
        except OSError as error:
            raise Unusable(
                "attachment-unreadable", file=target.name, reason=error.strerror or error
            ) from None
        return target

    # -- both

    def _fetch_lists(self) -> None:
        """In a thread: the code lists that are not here yet."""
        line = self.work.line
        for name in sorted(
            {each.hints.list for each in own_forms().form(CODE).node.walk() if each.hints.list}
        ):
            if line.codes.known(name) is None:
                with suppress(Trouble):
                    line.code_list(name)

    def _write(self, folder: str, name: str, data: bytes) -> Path:
        place = files_of(self.terminal)
        try:
            return place.write(folder, name, [data], len(data))
        except OSError as error:
            raise Unusable("attachment-unwritable", file=name, reason=error.strerror or error) from None
