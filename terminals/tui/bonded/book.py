"""Filed books (账册备案, 备案资料库) at the customs desk: by form or from a file, new, changed, withdrawn.

Knows that a book is no case, and how one that is filed is fetched to be changed or withdrawn; refuses
to know how forms and files work.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import ClassVar
from urllib.parse import urlencode

from textual.binding import Binding, BindingType

from messages.annotations import Words
from terminals.trouble import Trouble
from terminals.tui.buttons import Option
from terminals.tui.dialogs import AskText
from terminals.tui.importing import ImportingPage
from terminals.tui.posting import Posted
from terminals.tui.words import both
from terminals.work.checks import Purpose
from terminals.work.model import FormModel
from terminals.work.submission import Piece

_WITHDRAW = "withdraw"
"""What the terminal calls the sending that withdraws a book, for messages there is only `book`."""
_WHICH = Words("要变更的账册编号：", "The number of the book to be changed:")
_FILED = Words("账册已备案。", "The book is filed.")
_WITHDRAWN = Words("账册备案已撤销。", "The book is withdrawn.")
_FETCH = Words("调出账册", "Fetch a book")


class BookEntry(ImportingPage):
    """账册备案."""

    CODE: ClassVar[str] = "BVS131"
    WORDS: ClassVar[Words] = Words("账册备案", "Filed books")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "declare", "book-file"),
        Binding("ctrl+e", "fetch", "key-fetch"),
    ]
    DECLARE: ClassVar[Words] = both("book-file")
    ASK: ClassVar[Words] = both("book-ask-file")

    _filed = ""  # the number of the book that was fetched

    def options(self) -> list[Option]:
        """调出 besides."""
        return [*super().options(), Option("fetch", both("key-fetch"), "ctrl+e", not self._busy)]

    def event_of(self, purpose: Purpose) -> str:
        """Filing is all that can happen."""
        return "book" if purpose is Purpose.DECLARE else ""

    def state_words(self) -> Words:
        """A book has no state but this: filed as it stands here, or not."""
        if self._waits is not None or not self._filed:
            return super().state_words()
        return both("book-changed" if self.model.dirty else "book-filed")

    def piece(self, purpose: Purpose) -> Piece:
        """A book that is filed already is changed (appType 2) or withdrawn (3)."""
        known = self.model.head.text("bookNo") == self._filed != ""
        kind = "3" if purpose is Purpose.DELETE else "2" if known else "1"
        piece = self.work.sending.piece(self.model, purpose, {"appType": kind})
        return replace(piece, event=_WITHDRAW) if purpose is Purpose.DELETE else piece

    async def delete(self) -> None:
        """Of a book that was fetched, the filing; of any other, what is typed here."""
        number = self.model.head.text("bookNo")
        if not number or number != self._filed:
            await super().delete()
        elif not await self.barred(Purpose.DECLARE) and await self.sure(
            both("book-ask-withdraw", book=number)
        ):
            await self.send(Purpose.DELETE)

    async def done(self, model: FormModel, posted: Posted) -> None:
        """It is filed, or withdrawn."""
        if posted.piece.event == _WITHDRAW:
            await self.tell(_WITHDRAWN)
            self.begin()
            return
        model.settled(revision=posted.piece.revision, app_time=posted.piece.app_time)
        self._filed = model.head.text("bookNo")
        self.show_state()
        await self.tell(_FILED)

    def begin(self) -> None:
        """A new form is of no book yet."""
        self._filed = ""
        super().begin()

    def action_fetch(self) -> None:
        """A filed book onto the form."""
        self.run_worker(self._fetch(), group="send")

    async def _fetch(self) -> None:
        if self.unsaved and not await self.sure(both("entry-ask-new", save=both("entry-save"))):
            return
        number = await self.terminal.ask(AskText(_WHICH, self.language, title=_FETCH))
        if not number:
            return
        path = f"/v1/lookups/bonded/filed-book?{urlencode({'bookNo': number.strip()})}"
        try:
            told = await asyncio.to_thread(self.work.line.ask, path)
        except Trouble as error:
            self.terminal.complain(error)
            return
        if told is None:
            text = number.strip()
            await self.tell(Words(f"账册 {text} 未备案。", f"Book {text} is not filed."), alarm=True)
            return
        values = told.get("values", told)
        self.begin()
        model = self.fresh()
        model.load(values, case="", state="", app_time=str(values.get("appTime", "")))
        self._filed = str(values["bookNo"])
        self.put(model)
