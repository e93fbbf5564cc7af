"""Noticing that receivers have picked up their messages: they come back with a cursor at or behind them.

Knows how far each mailbox was looked at already, so that a party that reads on costs one short look and one
that polls in vain costs nothing; refuses to know cursors and messages. No poll waits for it: what is missed
by a crash is noticed when the receiver comes again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection
from twisted.internet.defer import CancelledError, inlineCallbacks

from gateway.services import Jobs
from gateway.threads import StoppedError
from storage import pickups

log = structlog.get_logger("gateway.routing")


class Pickups:
    """Reactor thread only."""

    def __init__(
        self,
        reader: Jobs,
        writer: Jobs,
        moment: Callable[[Connection], datetime],
        noticed: Callable[[], object],
    ) -> None:
        """`noticed`: there is something for the dispatch to do."""
        self._reader = reader
        self._writer = writer
        self._moment = moment
        self._noticed = noticed
        self._looked: dict[str, int] = {}  # up to where nothing waits any more, by party
        self._under_way: dict[str, int] = {}  # up to where to look next, by party that is being looked at

    def read_to(self, party: str, position: int) -> None:
        """The party came back for what is behind `position`; nobody waits for what follows from it."""
        if position <= self._looked.get(party, 0):
            return
        if party in self._under_way:
            self._under_way[party] = max(self._under_way[party], position)
            return
        self._under_way[party] = 0
        self._look(party, position).addErrback(self._failed, party)

    @inlineCallbacks
    def taken(self, party: str, position: int) -> Any:
        """The party has taken what was posted to it, up to and with `position`; fires when that is certain.

        Of what was taken nobody may come again, so whoever posts waits for this before he goes on.
        """
        _, waits = yield self._reader.run(pickups.looked, party, position)
        while waits:
            waits = yield self._writer.run(self._take, party, position)
            self._noticed()

    @inlineCallbacks
    def _look(self, party: str, position: int) -> Any:
        while position:
            reached, waits = yield self._reader.run(pickups.looked, party, position)
            while waits:
                waits = yield self._writer.run(self._take, party, reached)
                self._noticed()
            self._looked[party] = max(reached, self._looked.get(party, 0))
            position, self._under_way[party] = self._under_way[party], 0
        del self._under_way[party]

    def _take(self, connection: Connection, party: str, position: int) -> bool:
        return pickups.picked_up(connection, party, position, self._moment(connection))

    def _failed(self, failure: Any, party: str) -> None:
        self._under_way.pop(party, None)
        if not failure.check(CancelledError, StoppedError):
            log.warning("what was picked up could not be noted; it is when the party polls again",
                        party=party, error=failure.getErrorMessage())  # fmt: skip
