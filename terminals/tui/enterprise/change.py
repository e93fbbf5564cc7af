"""企业注册信息变更 and 报关企业许可变更: three tables gone through step by step, and what they change.

Knows that what is declared is what differs from the filing, that it is shown before, and that nothing is to
be declared where nothing differs; refuses to know which fields may be changed, which the schemas say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from messages.annotations import Words
from messages.enterprise import changes
from messages.registry import BY_CODE
from messages.system import content
from terminals.trouble import Trouble
from terminals.tui.buttons import Option
from terminals.tui.dialogs import Ask, Dialog, Tell
from terminals.tui.enterprise import differences
from terminals.tui.enterprise.application import Application
from terminals.tui.enterprise.differences import Difference
from terminals.tui.enterprise.documents import attached
from terminals.tui.menu import NARROW
from terminals.tui.parting import HEAD
from terminals.tui.posting import Posted
from terminals.tui.reader import Reader
from terminals.tui.words import both
from terminals.work import dossier
from terminals.work.checks import Purpose
from terminals.work.dossier import Section
from terminals.work.model import FormModel
from terminals.work.opening import opening

_BESIDE, _ABOVE = 12, 10  # cells and lines of the screen that a dialog leaves to what is behind and in it


class _Compared(Dialog[Any]):
    """Words, and below them what differs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll(-1)", show=False, priority=True),
        Binding("down", "scroll(1)", show=False, priority=True),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
    ]
    sections: list[Section]

    def inside(self) -> Iterator[Widget]:
        """The differences between the words and the buttons."""
        words, buttons = super().inside()
        reader = Reader(self.language)
        reader.can_focus = False
        yield words
        yield reader
        yield buttons

    def on_mount(self) -> None:
        """As large as there is room."""
        reader, size = self.query_one(Reader), self.app.size
        reader.styles.width = size.width - _BESIDE
        lines = sum(len(each.said) + 2 for each in self.sections)
        reader.styles.height = min(size.height - _ABOVE, lines)
        reader.show(self.sections)

    def action_scroll(self, lines: int) -> None:
        """Read on."""
        self.query_one(Reader).scroll_relative(y=lines, animate=False)


class Comparison(_Compared, Tell):
    """What differs from the filing, to be read."""

    def __init__(self, sections: list[Section], language: str) -> None:
        super().__init__(both("change-differs"), language, title=both("change-compare"))
        self.sections = sections


class Confirmation(_Compared, Ask):
    """What differs from the filing, before it is declared."""

    def __init__(self, sections: list[Section], language: str) -> None:
        super().__init__(both("change-ask"), language, title=both("change-compare"))
        self.sections = sections


class RegistrationChange(Application):
    """企业注册信息变更."""

    CODE: ClassVar[str] = "ENT111"
    WORDS: ClassVar[Words] = Words("企业注册信息变更", "Registration: change")
    ESSENTIAL: ClassVar[tuple[str, ...]] = ("next", "declare")
    ON_FORM: ClassVar[tuple[str, ...]] = (*Application.ON_FORM, "next", "compare")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("alt+s", "next", "change-next"),
        Binding("ctrl+l", "compare", "change-compare"),
    ]

    _goes_on = False  # whether the next table is shown once this one is saved

    def help(self) -> Words:
        """What F1 says."""
        return both("help-change")

    def options(self) -> list[Option]:
        """保存企业基本信息，下一步, and the comparison, besides."""
        options = super().options()
        if self.shut:
            return options
        can_save = self.objection(Purpose.SAVE) is None
        narrow = self.app.size.width < NARROW
        basics = not self.is_mounted or self.view.part == HEAD
        following = "change-following" if narrow else "change-next-basics" if basics else "change-next"
        return [
            *options,
            Option("next", both(following), "alt+s", can_save),
            Option("compare", both("change-diff" if narrow else "change-compare"), "ctrl+l"),
        ]

    def on_resize(self) -> None:
        """There may be more room for words, or less."""
        self.offer()

    def on_form_view_entered(self) -> None:
        """Another table may be in front."""
        self.offer()

    # -- 下一步

    def action_next(self) -> None:
        """Save this table, and go on to the next."""
        self.command(self._next)

    async def _next(self) -> None:
        self.view.settle()
        if self.model.state and not self.model.dirty:
            self._step_on()
            return
        self._goes_on = True
        try:
            await self._save()
        finally:
            self._goes_on = False

    def _step_on(self) -> None:
        """The next table; what stands against the one that is left is said, and keeps nobody there."""
        against = self.model.against(self.view.part)
        self.view.action_step(1)
        for words in against:
            self.terminal.say(words, alarm=True)

    async def done(self, model: FormModel, posted: Posted) -> None:
        """Saved on the way, the next table is shown at once; what is wrong in it is said there."""
        if not self._goes_on or posted.piece.event != self.event_of(Purpose.SAVE) or model is not self.model:
            await super().done(model, posted)
            return
        piece, last = posted.piece, posted.steps[-1]
        state = posted.found.line.state if posted.found is not None else model.state or last.label.zh
        model.settled(revision=piece.revision, app_time=piece.app_time, case=last.case, state=state)
        self._blame_case(model, posted.found)
        self.show_state()
        self._step_on()
        self.offer()

    async def kept_here(self) -> None:
        """Kept at this terminal on the way, the same."""
        if not self._goes_on:
            await super().kept_here()
            return
        self._step_on()
        self.offer()

    # -- what differs from the filing

    def compared(self) -> list[Difference] | None:
        """What differs from what is filed; of what was declared, what differed then; None: not known."""
        if self._found is not None and not self.declarable:
            return list(self._found.body.get("differences", ()))
        filed = self._opened.content if self._opened is not None else None
        if not filed:
            return None
        kind, control = BY_CODE[self.CODE][1], self.model.control(Purpose.DECLARE)
        form = content(self.model.node(control), kind.lists)
        return list(changes.differences(filed, form))

    def _sections(self, shown: list[Difference]) -> list[Section]:
        return [*differences.sections(shown, self.fresh), *attached(dossier.files(self.model))]

    def action_compare(self) -> None:
        """Show what differs."""
        self.view.settle()
        self.run_worker(self._compare(), group="compare")

    async def _compare(self) -> None:
        shown = self.compared()
        if shown:
            await self.terminal.ask(Comparison(self._sections(shown), self.language))
        else:
            against = self._opened.objection if self._opened is not None else None
            await self.tell(both("change-none") if shown is not None else against or both("change-unknown"))

    async def _declare(self) -> None:
        if await self.barred(Purpose.DECLARE) or not await self.right(Purpose.DECLARE):
            return
        with suppress(Trouble):  # without an answer, what was known last is shown
            self._opened = await asyncio.to_thread(opening, self.work.line, self.system.name, self.CODE)
        against = self._opened.objection if self._opened is not None else None
        if against is not None:
            self.show_state()
            await self.tell(against, alarm=True)
            return
        shown = self.compared()
        if shown is not None and not shown:
            await self.tell(both("change-none"), alarm=True)
        elif not await self.overtaken() and await self._agreed(shown):
            await self.send(Purpose.DECLARE)

    async def _agreed(self, shown: list[Difference] | None) -> bool:
        if shown is None:
            return await self.sure(self.question(), default=True)
        return await self.terminal.ask(Confirmation(self._sections(shown), self.language)) is True


class LicenceChange(RegistrationChange):
    """报关企业许可变更申请: name and legal representative may be changed, too."""

    CODE: ClassVar[str] = "ENT211"
    WORDS: ClassVar[Words] = Words("报关企业许可变更申请", "Licence: change")
