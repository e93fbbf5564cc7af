"""`Jobs` without threads, for tests of what is built upon them: real transactions, at once or when told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred

from storage.database import Database


class Held:
    """Runs each job in a write transaction; with `hold`, only when `go` is called."""

    def __init__(self, database: Database, *, hold: bool = False) -> None:
        self.database = database
        self.hold = hold
        self.jobs: list[Callable[[], None]] = []

    def run(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Deferred[Any]:
        """As `threads.Writer.run`."""
        deferred: Deferred[Any] = Deferred()

        def job() -> None:
            try:
                with self.database.write() as connection:
                    result = fn(connection, *args, **kwargs)
            except Exception as error:  # noqa: BLE001 - it belongs to the one who asked
                deferred.errback(error)
            else:
                deferred.callback(result)

        if self.hold:
            self.jobs.append(job)
        else:
            job()
        return deferred

    def go(self) -> None:
        """Do the oldest job."""
        self.jobs.pop(0)()
