"""智能辅助申报启用: the user notice (用户须知), read before the legal person enables it.

Knows the notice, after the manual's 功能特色 and 操作步骤, and what a mark authorises; refuses to know how it
is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from messages.annotations import Words
from messages.declaration.names import NOTICE_VERSION
from terminals.tui.buttons import Buttons, Option
from terminals.tui.declaration.orders import OrderPage
from terminals.tui.declaration.standing import SmartPage
from terminals.tui.reader import Reader
from terminals.tui.words import Saying, both
from terminals.work.dossier import Said, Section

_CODE, _EVENT = "DEC131", "enable"
_ENABLE = Words("立即启用", "Enable now")
_FEATURES = (
    ("自动校验物流信息", "Manifest and arrival are looked up by themselves"),
    ("自动生成代理报关委托协议", "The agency agreement is made where there is none"),
    ("支持运抵后、有舱单数据自动申报", "Declared once the goods have a manifest, or have arrived"),
    ("支持集成直属海关特色校验逻辑", "Checks of the customs concerned come before declaring"),
)
_STEPS = (
    ("一次启用智能辅助申报功能使用权限", "Enable it, once"),
    ("预设一次智能辅助申报规则", "Set the rules, once"),
    ("批量多次导入带智能辅助申报标记单据", "Import or type declarations with the mark, as often as you like"),
    ("一键执行智能辅助申报", "Start the run by one key"),
)
_NOTICE = 5  # paragraphs


class EnablingPage(OrderPage):
    """The notice, and 立即启用."""

    WORDS: ClassVar[Words] = Words("智能辅助申报启用", "Enable")
    HEADING = WORDS
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "enable", "smart-enable")]
    DEFAULT_CSS = """
    EnablingPage > .enabling--state { width: 100%; height: auto; padding: 0 1; text-style: bold; }
    """

    def compose(self) -> ComposeResult:
        """Whether it is enabled, and the notice."""
        yield Buttons(self._options(), self.language)
        yield Saying(Words(), self.language, classes="enabling--state")
        yield Reader(self.language)

    def on_mount(self) -> None:
        """The notice, at once."""
        self.query_one(Reader).show(_sections())

    def first(self) -> Widget:
        """What is read."""
        return self.query_one(Reader)

    def help(self) -> Words:
        """What F1 says."""
        return both("help-smart-enable")

    def again(self) -> None:
        """Ask anew."""
        self.anew(self.ask_standing, "standing")

    def stood(self) -> None:
        """Since when, and by whom."""
        self.query_one(Buttons).offer(self._options())
        self.query_one(".enabling--state", Saying).say(self._state())

    def _state(self) -> Words:
        if self._standing is None:
            return Words()
        if self.enabled:
            by, time = self.standing["by"], self.standing["time"]
            when = f"{time[:4]}-{time[4:6]}-{time[6:8]} {time[8:10]}:{time[10:12]}"
            return both("smart-since", when=when, by=by)
        against, words = self.barred(_CODE, _EVENT) or Words(), both("smart-not-yet")
        return Words(f"{words.zh}\n{against.zh}".rstrip(), f"{words.en}\n{against.en}".rstrip())

    def _options(self) -> list[Option]:
        wanted = self._standing is not None and not self.enabled
        able = wanted and self.barred(_CODE, _EVENT) is None
        return [Option("enable", _ENABLE, "ctrl+r", able)]

    def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
        """By mouse, or from the row of buttons."""
        event.stop()
        self.action_enable()

    def action_enable(self) -> None:
        """立即启用."""
        self.command(self._enable)

    async def _enable(self) -> None:
        done = self._standing is not None and self.enabled
        if done or self.barred(_CODE, _EVENT) is not None:
            await self.tell(self._state(), alarm=not done)
            return
        if not await self.sure(both("smart-sure")):
            return
        if await self.order(_CODE, _EVENT, {"notice": "1", "noticeVersion": NOTICE_VERSION}) is None:
            return
        for page in self.terminal.shell.pages.query(SmartPage):
            await page.ask_standing()
        await self.tell(both("smart-enabled"))


def _sections() -> list[Section]:
    return [
        _section(Words("用户须知", "User notice"), [both(f"smart-notice-{at + 1}") for at in range(_NOTICE)]),
        _section(Words("功能特色", "What it does"), [Words(*each) for each in _FEATURES]),
        _section(Words("操作步骤", "How it goes"), [Words(*each) for each in _STEPS]),
    ]


def _section(heading: Words, texts: Sequence[Words]) -> Section:
    numbers = (Words(f"{at}.", f"{at}.") for at in range(1, len(texts) + 1))
    return Section(heading, tuple(map(Said, numbers, texts)))
