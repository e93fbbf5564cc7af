"""What customs files beforehand (备案): registers, searched and read, and forms to file, change, withdraw.

Knows that what is filed is no case, and that an answer has all that a register shows; refuses to know any
system's registers, and how forms are typed and sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from terminals.tui.buttons import Option
from terminals.tui.columns import Fetched, Wanted
from terminals.tui.entry import EntryPage
from terminals.tui.posting import Posted
from terminals.tui.searching import SearchPage
from terminals.tui.words import both
from terminals.work.checks import Purpose
from terminals.work.drafts import Draft
from terminals.work.found import CaseFound
from terminals.work.model import FormModel
from terminals.work.submission import Piece

_NEW, _CHANGE, _WITHDRAW = "1", "2", "3"  # appType
Filed = Mapping[str, Any]


class RegisterPage(SearchPage[Filed]):
    """All that is filed of a kind. ENTRY is the screen that changes one; without it nothing is changed here.

    LOOKUP answers with the lines, as its GROUP, when nothing is typed. What is typed for a criterion of BY is
    the key of another lookup; for any other it is looked for in the column of that name, as a part of it.
    """

    SYSTEM: ClassVar[str]
    LOOKUP: ClassVar[str] = ""
    GROUP: ClassVar[str]
    BY: ClassVar[Mapping[str, str]] = {}
    """Criterion → the lookup of which it is the key."""
    CODES: ClassVar[Mapping[str, str]] = {}
    """Column → the code list of the codes in it, of which there may be several."""
    ENTRY: ClassVar[str] = ""
    EMPTY: ClassVar[Words] = both("register-empty")
    """What is said where there is nothing at all."""
    AT_ONCE: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "new", "entry-new"),
        Binding("ctrl+e", "change", "query-change"),
    ]

    @property
    def filed(self) -> Sequence[Filed]:
        """The lines that are shown."""
        return self.table.items

    def help(self) -> Words:
        """What F1 says."""
        return both("help-register" if self.ENTRY else "help-register-read")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is only read is not changed."""
        return bool(self.ENTRY) if action in ("new", "change") else super().check_action(action, parameters)

    def _fetch(self, wanted: Wanted) -> Fetched[Filed]:
        """In a thread: all of it, of which a page is cut."""
        for name in self.CODES.values():
            if self.work.line.codes.known(name) is None:
                self.work.line.code_list(name)
        found = [each for each in self._answer() if self._fits(each)]
        order = wanted.order.removeprefix("-")
        if order:
            found.sort(key=lambda each: str(each.get(order, "")), reverse=wanted.order.startswith("-"))
        start = (wanted.page - 1) * wanted.size
        return Fetched(found[start : start + wanted.size], len(found))

    def _answer(self) -> Sequence[Filed]:
        """In a thread: what is asked for, before the other criteria are looked at."""
        typed = {name: text for name, text in self._asked.items() if text}
        key = next(((name, text) for name, text in typed.items() if name in self.BY), None)
        return self.told(self.BY[key[0]] if key is not None else self.LOOKUP, key)

    def told(self, name: str, key: tuple[str, str] | None = None) -> Sequence[Filed]:
        """In a thread: the lines that a lookup answers with; none without its name."""
        found = self.work.line.lookup(self.SYSTEM, name, () if key is None else (key,)) if name else None
        lines = list((found or {}).get(self.GROUP, ()))
        total = int((found or {}).get("total", 0))
        if total > len(lines):  # of very many, an answer has the first ones
            words = both("register-more", count=len(lines), total=total)
            self.app.call_from_thread(self.terminal.say, words, alarm=True)
        return lines

    def _fits(self, filed: Filed) -> bool:
        asked = ((name, text) for name, text in self._asked.items() if text and name not in self.BY)
        return all(text.casefold() in self._searched(filed, name).casefold() for name, text in asked)

    def _searched(self, filed: Filed, key: str) -> str:
        """What a criterion is looked for in: the text and, of codes, their meanings in both languages."""
        text = str(filed.get(key, ""))
        return " ".join([text, *(f"{words.zh} {words.en}" for words in self._meanings(key, text))])

    def _meanings(self, key: str, text: str) -> list[Words]:
        known = self.work.line.codes.known(self.CODES[key]) if key in self.CODES else None
        return [known.codes[code].label for code in text.split() if code in known.codes] if known else []

    def name_of(self, item: Filed) -> object:
        """What stands in its first columns."""
        return tuple(str(item.get(column.key, "")) for column in self.COLUMNS[:2])

    def text(self, item: Filed, key: str) -> str:
        """What stands in a cell: codes with their meanings."""
        text = str(item.get(key, ""))
        if key not in self.CODES:
            return text
        return " ".join(self._called(key, code) for code in text.split())

    def _called(self, key: str, code: str) -> str:
        labels = [words.in_language(self.language) for words in self._meanings(key, code)]
        return " ".join([code, *labels])

    def _options(self) -> list[Option]:
        if not self.ENTRY:
            return []
        some = self.is_mounted and self.table.item is not None
        return [
            Option("new", both("entry-new"), "ctrl+n"),
            Option("change", both("query-change"), "ctrl+e", some),
        ]

    def on_paged_table_came(self) -> None:
        """Where nothing is filed yet, how that is done."""
        if self.ENTRY and not self.table.total and not any(self._asked.values()):
            self.terminal.say(self.EMPTY)

    def picked(self) -> None:
        """Enter changes one."""
        if self.ENTRY:
            self.action_change()

    def action_new(self) -> None:
        """File another."""
        self.terminal.open_soon(self.ENTRY)

    def action_change(self) -> None:
        """Change what is under the cursor."""
        filed = self.table.item
        if filed is not None:
            self.terminal.open_soon(self.ENTRY, filed=filed)


class FiledEntry(EntryPage):
    """One thing to be filed, changed or withdrawn.

    A model's state is what is filed: the values of KEY. EVENT is the workflow's that files it.
    """

    KEY: ClassVar[tuple[str, ...]]
    EVENT: ClassVar[str]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "declare", "book-file")]
    DECLARE: ClassVar[Words] = both("book-file")
    ASK: ClassVar[Words] = Words("是否备案？备案后立即生效。", "File it? It is in force at once.")
    FILED: ClassVar[Words] = both("book-filed")
    CHANGED: ClassVar[Words] = both("book-changed")
    DONE: ClassVar[Words] = Words("已备案。", "It is filed.")
    GONE: ClassVar[Words] = Words("备案已撤销。", "It is withdrawn.")

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

    # -- what a system says

    def state_words(self) -> Words:
        """Filed as it stands here, or changed since."""
        if self._waits is not None or not self.model.state:
            return super().state_words()
        return self.CHANGED if self.model.dirty else self.FILED

    def withdrawing(self, key: str) -> Words:
        """What is asked before what is filed under `key` is withdrawn."""
        return Words(f"是否撤销备案 {key}？", f"Withdraw what is filed under {key}?")

    # -- filing and withdrawing

    def _key(self, model: FormModel) -> str:
        return "/".join(model.head.text(name) for name in self.KEY)

    def event_of(self, purpose: Purpose) -> str:
        """Filing is all that can happen, withdrawing too."""
        return self.EVENT if purpose is not Purpose.SAVE else ""

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
        if not await self.barred(Purpose.DELETE) and await self.sure(self.withdrawing(key)):
            await self.send(Purpose.DELETE)

    async def done(self, model: FormModel, posted: Posted) -> None:
        """It is filed, or withdrawn."""
        piece = posted.piece
        if piece.guid == self._withdrawal:
            await self.tell(self.GONE)
            self.begin()
        else:
            model.settled(revision=piece.revision, app_time=piece.app_time, state=self._key(model))
            self.show_state()
            self.offer()
            await self.tell(self.DONE)
        self._tell_register()

    def _tell_register(self) -> None:
        """The register, if it is open, shows it."""
        for page in self.terminal.shell.pages.query(RegisterPage):
            page.again()
