"""Nothing typed is lost: what is on open pages goes to disk soon after each key, and at once when it must.

Knows when to write: a moment after the last key, before the input is closed, at SIGHUP and after a crash.
Refuses to know what is on a page: it is asked for its drafts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import structlog
from textual.timer import Timer

from terminals.trouble import Unusable
from terminals.work.drafts import Draft, Drafts

if TYPE_CHECKING:
    from textual.app import App

    from terminals.tui.page import Page

SOON = 1.0  # seconds without a key after which what was typed is written
LATEST = 5.0  # seconds after which it is written though somebody types on

log = structlog.get_logger("terminals.tui.keeping")


class Keeper:
    """Writes the drafts of the pages that were touched. All of it happens in the screen's thread."""

    def __init__(self, app: App[int], drafts: Drafts, failed: Callable[[Unusable], None]) -> None:
        self._app = app
        self._drafts = drafts
        self._failed = failed
        self._touched: set[Page] = set()
        self._timer: Timer | None = None
        self._began = 0.0
        self._kept: dict[str, int] = {}  # a form's id → the revision on disk

    def touch(self, page: Page) -> None:
        """Something was typed on this page."""
        now = time.monotonic()
        if not self._touched:
            self._began = now
        self._touched.add(page)
        if self._timer is not None:
            if now - self._began > LATEST - SOON:
                return
            self._timer.stop()
        self._timer = self._app.set_timer(SOON, self.flush)

    def flush(self) -> None:
        """Write what was touched, now."""
        touched, self._touched = self._touched, set()
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.write(draft for page in touched for draft in page.drafts())

    def write(self, drafts: Iterable[Draft]) -> None:
        """Write these, but for those that are on disk as they are."""
        for draft in drafts:
            if self._kept.get(draft.id) == draft.revision:
                continue
            try:
                self._drafts.keep(draft)
            except Unusable as error:
                log.error("what was typed cannot be kept", error=str(error))
                self._failed(error)
                return
            self._kept[draft.id] = draft.revision

    def forget(self, page: Page) -> None:
        """The page is closed, and what was typed on it is not wanted."""
        self._touched.discard(page)
        for draft in page.drafts():
            self._drafts.forget(draft.id)
            self._kept.pop(draft.id, None)
