"""Short messages that a screen makes by itself: sent, and what came of it told (标记、确认).

Knows how a form without fields to be typed becomes a message, and how a receipt is told; refuses to know
which screen it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from hardware.signer import CardRemoved, SignerError
from messages.annotations import Words
from messages.declaration.names import SYSTEM_NAME
from messages.forms import own_forms
from terminals.trouble import NotProven, Trouble, Unreachable
from terminals.tui.dialogs import Tell
from terminals.tui.filled import Desk
from terminals.tui.page import Page
from terminals.tui.posting import Post, Posted
from terminals.tui.progress import Outcome, Progress, Report
from terminals.tui.told import told
from terminals.tui.words import both
from terminals.work.blaming import each_in_both
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound
from terminals.work.kinds import bilingual
from terminals.work.model import FormModel
from terminals.work.submission import Piece

T = TypeVar("T")


def blank(page: Page, code: str) -> FormModel:
    """A new form of this type."""
    return FormModel(own_forms().form(code), Desk(page.work, page.terminal.clock))


def piece_of(page: Page, code: str, content: Mapping[str, Any], about: CaseFound | None = None) -> Piece:
    """A message about a case, later than what was submitted of it last, or about none."""
    model = blank(page, code)
    if about is None:
        model.load(content, case="", state="")
    else:
        line, time = about.line, str(about.body.get("appTime", ""))
        model.load({"caseNo": line.number, **content}, case=line.number, state=line.state, app_time=time)
    return page.work.sending.piece(model, Purpose.DECLARE)


def send(page: Page, piece: Piece, report: Report) -> Posted:
    """In a thread: sign, send, wait for the receipt. Raises as `Sending.send`."""
    return Post(page.work).send(SYSTEM_NAME, piece, report)


async def say(page: Page, title: Words, piece: Piece) -> Posted | None:
    """Send it behind a bar and tell what came of it; None where nothing was taken, which is told, too."""
    posted = await behind_bar(page, title, lambda report: send(page, piece, report))
    if posted is None:
        return None
    words, good = said(posted)
    heard(page, posted)
    await page.terminal.ask(Tell(words, page.language, alarm=not good))
    return posted if good else None


async def behind_bar(page: Page, title: Words, work: Callable[[Report], T]) -> T | None:
    """Do what signs or asks the gateway; None where it cannot be, which is told."""
    terminal = page.terminal
    tell = partial(Tell, language=page.language, alarm=True)
    if page.work.holder is None:
        await terminal.ask(tell(told(page.work.missing)))
        return None
    outcome: Outcome[T] | None = await terminal.ask(Progress(title, work, page.language))
    try:
        return outcome.result() if outcome is not None else None
    except (Unreachable, NotProven) as error:
        await terminal.ask(tell(both("entry-kept", reason=told(error))))
    except CardRemoved:
        pass  # which is told before all pages, and nothing was sent
    except (Trouble, SignerError) as error:
        await terminal.ask(tell(told(error)))
    return None


def said(posted: Posted) -> tuple[Words, bool]:
    """What came of a message, and whether it is good."""
    answer = posted.answer
    if not answer.accepted:
        violations = [*(each for node in answer.violations for each in node), *answer.general]
        found = [bilingual(each.text) for each in violations] or [bilingual(f"{answer.code} {answer.info}")]
        return _lines(found), False
    if not posted.steps:
        return both("entry-sent"), False
    good = posted.bad is None
    return _lines([each_in_both(step.info) for step in posted.steps if step.bad is not good]), good


def heard(page: Page, posted: Posted) -> None:
    """Its receipts have been told: they do not count as new."""
    page.work.ladders.told(posted.steps)
    page.terminal.receipts_read()


def _lines(found: list[Words]) -> Words:
    return Words("\n".join(each.zh for each in found), "\n".join(each.en for each in found))
