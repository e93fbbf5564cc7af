"""How much waits to be processed: measured every few seconds, read by metrics and readiness at any time."""

from __future__ import annotations

from sqlalchemy import Connection
from twisted.internet.defer import Deferred

from gateway.queues import Queues
from gateway.services import Clock, Jobs
from storage import work
from storage.work import Backlog


class Load:
    """The work items that are due and not finished, as of the last look."""

    def __init__(self, reader: Jobs, queues: Queues, clock: Clock) -> None:
        """`queues`: the parties' own, which are told what was counted."""
        self._reader = reader
        self._queues = queues
        self._clock = clock
        self._backlog = Backlog(0, None)

    @property
    def count(self) -> int:
        """How many are due."""
        return self._backlog.count

    @property
    def age(self) -> float:
        """For how many seconds the oldest has been due; 0 when there is none."""
        oldest = self._backlog.oldest
        return 0.0 if oldest is None else max(0.0, (self._clock() - oldest).total_seconds())

    def measure(self) -> Deferred[None]:
        """Look again."""

        def look(connection: Connection) -> tuple[Backlog, dict[str, int]]:
            return work.backlog(connection, self._clock()), work.queued(connection)

        def measured(found: tuple[Backlog, dict[str, int]]) -> None:
            self._backlog = found[0]
            self._queues.counted(found[1])

        return self._reader.run(look).addCallback(measured)
