"""What becomes of attachments (附件) that nobody needs: given up in time, and swept from the disk.

Knows three kinds: files that no message has named for a while, files that are nobody's because their sender
went away or had no room left, and those that were never received whole. Refuses to know what names a file.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks

from gateway.http.attachments import UPLOAD_SECONDS, Files
from gateway.services import Clock, Jobs
from storage import owners
from storage.attachments import Store

LEFT = timedelta(seconds=2 * UPLOAD_SECONDS)
"""Older than this, what is half written is nobody's upload any more."""


class Caretaker:
    """Sweeps every few minutes; each time what is too old, of one of the store's folders and of all loose."""

    def __init__(self, store: Store, files: Files, writer: Jobs, clock: Clock) -> None:
        self._store = store
        self._files = files
        self._writer = writer
        self._clock = clock

    def sweep(self) -> Deferred[int]:
        """Fires with the number of files that were removed."""
        swept: Deferred[int] = self._sweep()
        return swept

    @inlineCallbacks
    def _sweep(self) -> Any:
        now = self._clock()
        before = now - owners.KEPT_LOOSE
        left = yield self._files.run(self._store.clear_incoming, now - LEFT)
        found = yield self._files.run(self._store.strays, before)
        gone = yield self._writer.run(owners.abandon, before, found)
        return left + (yield self._files.run(self._store.remove_all, gone, before))
