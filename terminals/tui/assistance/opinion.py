"""What somebody says to a case of mutual assistance (办理、反馈、评价), which is read above.

Knows what a case consists of; refuses to know how it is read and which form it is.
"""

from __future__ import annotations

from typing import ClassVar

from terminals.tui.assistance.documents import PAPERS
from terminals.tui.opinions import OpinionPage
from terminals.tui.posting import Posted
from terminals.work.model import FormModel
from terminals.work.papers import Papers


class Opinion(OpinionPage):
    """One case and a form."""

    PAPERS: ClassVar[Papers] = PAPERS
    DETAIL: ClassVar[str] = "assistance.case"

    async def done(self, model: FormModel, posted: Posted) -> None:
        """It is said, once, and nothing more to be done here: the tab closes."""
        await super().done(model, posted)
        shell = self.terminal.shell
        shell.run_worker(shell.close(self))
