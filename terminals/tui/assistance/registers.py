"""What customs files beforehand (外方海关、互助协议): the registers, and the forms to file, change, withdraw.

Knows that what is filed is no case, and that a register is short enough to be seen whole; refuses to know how
forms are typed and sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from messages.annotations import Words
from messages.assistance.names import SYSTEM_NAME
from terminals.trouble import Trouble
from terminals.tui.assistance.lists import COUNTRIES
from terminals.tui.buttons import Buttons, Option
from terminals.tui.columns import Column, Listed
from terminals.tui.entry import EntryPage
from terminals.tui.grid import Grid
from terminals.tui.page import Page
from terminals.tui.posting import Posted
from terminals.tui.words import both
from terminals.work.checks import Purpose
from terminals.work.drafts import Draft
from terminals.work.found import CaseFound
from terminals.work.model import FormModel
from terminals.work.submission import Piece

_NEW, _CHANGE, _WITHDRAW = "1", "2", "3"  # appType
_CODES = ("country", "union")
_COUNTRY = Words("国家", "Country")
_HELP = Words(
    "Enter 或 Ctrl+E 修改所选备案，Ctrl+N 新增，F5 刷新。撤销备案在修改页面按 Ctrl+D。",
    "Enter or Ctrl+E changes what is chosen, Ctrl+N files another, F5 refreshes. To withdraw one, open it "
    "and press Ctrl+D.",
)


class RegisterPage(Page):
    """All that is filed of a kind. ENTRY is the screen that changes one."""

    WORDS: ClassVar[Words]
    LOOKUP: ClassVar[str]
    GROUP: ClassVar[str]
    COLUMNS: ClassVar[tuple[Column, ...]]
    ENTRY: ClassVar[str]
    DEFAULT_CSS = """
    RegisterPage > Grid { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "new", "entry-new"),
        Binding("ctrl+e", "change", "query-change"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.filed: list[Mapping[str, Any]] = []

    def compose(self) -> ComposeResult:
        """What can be done, and the list."""
        yield Buttons(self._options(), self.language)
        yield Grid(self.COLUMNS, self.language)

    def on_mount(self) -> None:
        """All of it, at once."""
        self.again()

    @property
    def heading(self) -> Words:
        """The screen's name."""
        return self.WORDS

    def first(self) -> Widget:
        """The list."""
        return self.query_one(Grid)

    def help(self) -> Words:
        """What F1 says."""
        return _HELP

    def again(self) -> None:
        """Ask anew."""
        self.run_worker(self._again(), group="again", exclusive=True)

    async def _again(self) -> None:
        try:
            found = await asyncio.to_thread(self._ask)
        except Trouble as error:
            self.terminal.complain(error)
            return
        self.filed = list((found or {}).get(self.GROUP, ()))
        self._show()

    def _ask(self) -> Mapping[str, Any] | None:
        """In a thread."""
        if self.work.line.codes.known(COUNTRIES) is None:
            self.work.line.code_list(COUNTRIES)
        return self.work.line.lookup(SYSTEM_NAME, self.LOOKUP, ())

    def _show(self) -> None:
        grid = self.query_one(Grid)
        rows = [[self._text(each, column.key) for column in self.COLUMNS] for each in self.filed]
        grid.show(Listed(self.COLUMNS, rows), max(0, grid.row))
        self.query_one(Buttons).offer(self._options())

    def _text(self, filed: Mapping[str, Any], key: str) -> str:
        text = str(filed.get(key, ""))
        return " ".join(self._called(code) for code in text.split()) if key in _CODES else text

    def _called(self, code: str) -> str:
        known = self.work.line.codes.known(COUNTRIES)
        label = known.codes[code].label.in_language(self.language) if known and code in known.codes else ""
        return f"{code} {label}".rstrip()

    def retell(self, language: str) -> None:
        """Everything in another language."""
        super().retell(language)
        self._show()

    def _options(self) -> list[Option]:
        return [
            Option("new", both("entry-new"), "ctrl+n"),
            Option("change", both("query-change"), "ctrl+e", bool(self.filed)),
        ]

    def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
        """By mouse, or from the row of buttons."""
        event.stop()
        getattr(self, f"action_{event.key}")()

    def on_grid_picked(self) -> None:
        """Enter changes one."""
        self.action_change()

    def action_new(self) -> None:
        """File another."""
        self.terminal.open_soon(self.ENTRY)

    def action_change(self) -> None:
        """Change what is under the cursor."""
        row = self.query_one(Grid).row
        if 0 <= row < len(self.filed):
            self.terminal.open_soon(self.ENTRY, filed=self.filed[row])


class FiledEntry(EntryPage):
    """One thing to be filed, changed or withdrawn. A model's state is what is filed: the values of KEY."""

    KEY: ClassVar[tuple[str, ...]]
    EVENT: ClassVar[str]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "declare", "book-file")]
    DECLARE: ClassVar[Words] = both("book-file")
    ASK: ClassVar[Words] = Words("是否备案？备案后立即生效。", "File it? It is in force at once.")

    def __init__(
        self,
        found: CaseFound | None = None,
        draft: Draft | None = None,
        filed: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(found, draft)
        self._filed = filed
        self._withdrawal = ""  # the guid of what withdraws it

    def prepare(self) -> None:
        """What is filed, if that is to be changed."""
        super().prepare()
        if self._filed is not None and self._draft is None:
            model = self.fresh()
            model.load(self._filed, case="", state="", app_time=str(self._filed.get("appTime", "")))
            model.state = self._key(model)
            self._model = model

    def _key(self, model: FormModel) -> str:
        return "/".join(model.head.text(name) for name in self.KEY)

    def event_of(self, purpose: Purpose) -> str:
        """Filing is all that can happen, withdrawing too."""
        return self.EVENT if purpose is not Purpose.SAVE else ""

    def state_words(self) -> Words:
        """Filed as it stands here, or changed since."""
        if self._waits is not None or not self.model.state:
            return super().state_words()
        return both("book-changed" if self.model.dirty else "book-filed")

    def piece(self, purpose: Purpose) -> Piece:
        """What is filed already is changed or withdrawn; under another key it is something new."""
        known = self.model.state == self._key(self.model)
        kind = _WITHDRAW if purpose is Purpose.DELETE else _CHANGE if known else _NEW
        piece = self.work.sending.piece(self.model, purpose, {"appType": kind})
        if purpose is Purpose.DELETE:
            self._withdrawal = piece.guid
        return piece

    async def delete(self) -> None:
        """What is filed is withdrawn; what was only typed is thrown away."""
        key = self._key(self.model)
        if not self.model.state or self.model.state != key:
            if not self.unsaved or await self.sure(both("entry-ask-drop")):
                self.begin()
            return
        words = Words(f"是否撤销备案 {key}？", f"Withdraw what is filed under {key}?")
        if not await self.barred(Purpose.DELETE) and await self.sure(words):
            await self.send(Purpose.DELETE)

    async def done(self, model: FormModel, posted: Posted) -> None:
        """It is filed, or withdrawn."""
        piece = posted.piece
        if piece.guid == self._withdrawal:
            await self.tell(Words("备案已撤销。", "It is withdrawn."))
            self.begin()
        else:
            model.settled(revision=piece.revision, app_time=piece.app_time, state=self._key(model))
            self.show_state()
            self.offer()
            await self.tell(Words("已备案。", "It is filed."))
        self._tell_register()

    def _tell_register(self) -> None:
        """The register, if it is open, shows it."""
        for page in self.terminal.shell.pages.query(RegisterPage):
            page.again()


class OfficeRegister(RegisterPage):
    """外方海关备案: which customs stands for which country."""

    WORDS: ClassVar[Words] = Words("外方海关备案", "Foreign customs")
    LOOKUP: ClassVar[str] = "offices"
    GROUP: ClassVar[str] = "Office"
    ENTRY: ClassVar[str] = "assistance.office"
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("country", _COUNTRY, most=20),
        Column("officeCode", Words("海关代码", "Code"), cells=11),
        Column("nameZh", Words("中文名称", "Chinese name"), most=24),
        Column("nameEn", Words("英文名称", "English name"), most=32),
        Column("union", Words("所属联盟", "Unions"), most=24),
        Column("reqDept", Words("部门", "Department"), most=28),
        Column("reqMail", Words("邮箱", "E-mail"), most=32),
    )


class OfficeEntry(FiledEntry):
    """外方海关备案."""

    CODE: ClassVar[str] = "CMA191"
    WORDS: ClassVar[Words] = Words("外方海关备案", "Foreign customs")
    KEY: ClassVar[tuple[str, ...]] = ("country",)
    EVENT: ClassVar[str] = "office"


class AgreementRegister(RegisterPage):
    """互助协议备案: what requests rest on, by country."""

    WORDS: ClassVar[Words] = Words("互助协议备案", "Agreements")
    LOOKUP: ClassVar[str] = "agreements"
    GROUP: ClassVar[str] = "Agreement"
    ENTRY: ClassVar[str] = "assistance.agreement"
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("country", _COUNTRY, most=20),
        Column("agreementNo", Words("协议编号", "Number"), most=16),
        Column("validFrom", Words("生效日期", "From"), cells=9),
        Column("validTo", Words("失效日期", "Until"), cells=9),
        Column("nameZh", Words("中文名称", "Chinese name"), most=60),
        Column("nameEn", Words("英文名称", "English name"), most=60),
    )


class AgreementEntry(FiledEntry):
    """互助协议备案."""

    CODE: ClassVar[str] = "CMA181"
    WORDS: ClassVar[Words] = Words("互助协议备案", "Agreement")
    KEY: ClassVar[tuple[str, ...]] = ("country", "agreementNo")
    EVENT: ClassVar[str] = "agreement"
