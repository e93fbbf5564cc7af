"""What every screen of the menu is: a page that lies in a tab.

Knows what the shell asks of a page: its heading, what is typed on it and must not be lost, whether it may be
closed, its help; and how it is told another language, receipts that came and the gateway that went. Refuses
to know what is on it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from messages.annotations import Words
from terminals.tui.dialogs import Ask
from terminals.tui.words import both, retell
from terminals.work.drafts import Draft
from terminals.work.receipts import Step
from terminals.work.submission import Answer

if TYPE_CHECKING:
    from terminals.tui.app import Terminal
    from terminals.tui.at_work import Work


class Page(Vertical):
    """One open screen. It is made with whatever `Terminal.open` was given, and mounted once.

    A page that is not in front stays mounted and goes on receiving what is told to all.
    """

    HEADING: Words = Words()
    STAYS = False
    """Its tab cannot be closed."""

    class Headed(Message):
        """The page's heading, or whether something typed on it is unsaved, has changed."""

    @property
    def terminal(self) -> Terminal:
        """The application."""
        return cast("Terminal", self.app)

    @property
    def work(self) -> Work:
        """The gateway's line, the signer, receipts and drafts of whoever is logged in."""
        return self.terminal.work

    @property
    def language(self) -> str:
        """`zh` or `en`."""
        return self.terminal.language

    # -- what the shell asks

    @property
    def heading(self) -> Words:
        """What stands on the tab. Post `Headed` when it changes."""
        return self.HEADING

    @property
    def unsaved(self) -> bool:
        """Whether something is typed here that the gateway does not have: its tab is marked."""
        return False

    def drafts(self) -> Sequence[Draft]:
        """What is typed here and would be lost, as it is now; quick: it is asked at the very end too."""
        return ()

    async def may_close(self) -> bool:
        """Whether the tab may be closed; asks where something is unsaved, which is forgotten then."""
        if not self.unsaved:
            return True
        words = both("close-sure", title=self.heading)
        dialog = Ask(words, self.language, default=False, alarm=True)
        return await self.terminal.ask(dialog) is True

    def about(self, given: Mapping[str, Any]) -> bool:
        """Whether it is about just what a screen is to be opened with: then it comes to the front instead."""
        return False

    def resume(self, given: Mapping[str, Any]) -> None:
        """It was to be opened with that once more, which may be newer than what it shows."""

    def help(self) -> Words:
        """What F1 says of this page."""
        return Words()

    def first(self) -> Widget | None:
        """What has the focus when the page is opened; None: the first that can have it."""
        return None

    # -- what the shell tells

    def again(self) -> None:
        """F5: fetch anew what is shown."""

    def came(self, steps: Sequence[Step]) -> None:
        """Receipts came."""

    def handed(self) -> None:
        """There is something to sign with now, where there was nothing before."""

    def reached(self, up: bool) -> None:
        """The gateway went away, or is back."""

    def answered(self, answer: Answer) -> bool:
        """A signed message that was kept has been answered at last; whether it was this page's."""
        return False

    def retell(self, language: str) -> None:
        """Another language from now on. A page whose own text changes says more than this."""
        for child in self.children:
            retell(child, language)

    # -- what a page does

    def anew(self, work: Callable[[], Coroutine[Any, Any, None]], group: str) -> None:
        """Do something in place of what was begun of its group.

        What is given up before it has begun, as a page's that is closed, was never a coroutine.
        """
        self.run_worker(cast("Any", work), group=group, exclusive=True)

    # -- what a page tells

    def keep(self) -> None:
        """Something was typed here: have it kept soon. May be called at every key."""
        self.terminal.keeper.touch(self)
