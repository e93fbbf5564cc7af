"""What was signed and kept while the gateway did not answer: it goes out by itself, whatever page is open.

Knows when it is tried again and what is said of each message; tells the pages what became of it. Refuses to
know how anything is delivered.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from messages.annotations import Words
from terminals.trouble import Trouble
from terminals.tui.words import both
from terminals.work.submission import Answer

if TYPE_CHECKING:
    from terminals.tui.app import Terminal
    from terminals.tui.shell import Shell

AGAIN = 60.0  # seconds after which what is still kept is tried again while the line is up


class Outbox:
    """Of one person at work; all of it in the screen's loop but the delivering."""

    def __init__(self, terminal: Terminal, shell: Shell) -> None:
        self._terminal = terminal
        self._shell = shell
        self._busy = False

    def start(self) -> None:
        """Look again from time to time: a message may be kept though the line is up."""
        self._shell.set_interval(AGAIN, self._due)

    def _due(self) -> None:
        if self._terminal.work.line.up and self._terminal.work.sending.kept:
            self._terminal.run_worker(self.flush())

    def show(self) -> None:
        """Say in the status bar how many are kept."""
        number = self._terminal.work.sending.kept
        self._shell.status.show_note(both("kept-waiting", number=number) if number else None)

    async def flush(self) -> None:
        """Deliver what is kept, one after the other, and say what became of each."""
        if self._busy:
            return
        self._busy = True
        sending = self._terminal.work.sending
        answers, number, total = sending.send_kept(), 0, sending.kept
        try:
            while number < total:
                number += 1
                self._shell.status.show_note(both("kept-sending", number=number, total=total))
                answer = await asyncio.to_thread(next, answers, None)
                if answer is None:
                    break
                if not any(page.answered(answer) for page in self._shell.pages):
                    self._say(answer)
        except Trouble:
            pass  # the line says it when it is lost; what is kept is counted in the status bar
        finally:
            self._busy = False
            self.show()

    def _say(self, answer: Answer) -> None:
        titles = "、".join(dict.fromkeys(one.title for one in answer.sent if one.title)) or answer.cop_msg_id
        if answer.accepted:
            self._terminal.say(both("kept-sent", titles=titles))
            return
        said = [*(each for node in answer.violations for each in node), *answer.general]
        reason = "\n".join(each.text for each in said) or f"{answer.code} {answer.info}"
        self._terminal.say(both("kept-refused", titles=titles, reason=Words(reason, reason)), alarm=True)
