"""Gateways that share a database: who else is there, and what they tell each other.

On PostgreSQL they call to each other: which mailboxes have new receipts, so that a poll which waits at one is
woken by what another delivers; that there is more work than one can do; and that one has come or gone.
Nothing depends on a call being heard: whoever waits looks for himself, only less often. Where no other
gateway lives nothing is said, and with SQLite there is none.

Knows the line and the heartbeats; refuses to know what receipts or work are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import metadata
from typing import Any

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool
from twisted.python.failure import Failure

from gateway.services import Jobs, Timer
from storage import nodes
from storage.database import Database
from storage.listen import MOST_BYTES, Line, LineLost, NameTaken
from storage.nodes import Node

BEAT = 5.0  # seconds between two signs of life, where there may be others
BEAT_ALONE = 60.0  # the same where there are none
MISSED = 3  # signs in a row that did not come, after which a gateway counts as dead
PAUSE = 2.0  # seconds before the line is opened again
SKEW = 2.0  # seconds that this machine's clock may differ from the database's without a word

log = structlog.get_logger("gateway.nodes")


class Nodes:
    """Reactor thread only."""

    def __init__(
        self,
        *,
        reactor: Any,
        database: Database,
        writer: Jobs,
        node: str,
        clock: Callable[[], datetime],
        delivered: Callable[[dict[str, int]], None],
        work: Callable[[], None],
        listening: Callable[[bool], None],
        lost: Callable[[], None],
    ) -> None:
        """Take the node's name. `delivered`: others put receipts into these mailboxes, up to these positions.

        `work`: there may be some to do; `listening`: whether others are heard; `lost`: the name is another's.
        Raises NameTaken.
        """
        self._reactor = reactor
        self._database = database
        self._writer = writer
        self._node = node
        self._clock = clock
        self._delivered = delivered
        self._work = work
        self._listening = listening
        self._lost = lost
        self.alone = database.dialect == "sqlite"
        self.others: frozenset[str] = frozenset()  # the names of those that live
        self._skewed = False
        self._stopped = False
        self._again: Timer | None = None
        self._heads: dict[str, int] = {}  # still to be told
        self._words: set[str] = set()  # the same
        self._line: Line | None = None if self.alone else Line(database.url, node)

    @property
    def beat_seconds(self) -> float:
        """How often `beat` is to be called."""
        return BEAT_ALONE if self.alone else BEAT

    @property
    def silent_seconds(self) -> float:
        """Without a sign of life after which a gateway counts as dead."""
        return MISSED * self.beat_seconds

    def start(self) -> Deferred[None]:
        """Say that this gateway serves, and hear the others from now on."""
        if self._line is not None:
            self._reactor.addReader(self)
            self._listening(True)
        version = metadata.version("eport-gateway")
        noted: Deferred[Any] = self._writer.run(nodes.started, self._node, version)
        return noted.addCallback(lambda _: self._call("gateways"))

    def stop(self) -> Deferred[None]:
        """Say that this gateway ends in order; the name is free when it has fired."""
        self._stopped = True
        if self._again is not None and self._again.active():
            self._again.cancel()
        noted: Deferred[Any] = self._writer.run(nodes.stopped, self._node)
        noted.addErrback(lambda failure: log.warning("the end was not noted", error=str(failure.value)))
        return noted.addCallback(lambda _: self._hang_up("gateways"))

    def beat(self) -> Deferred[None]:
        """Give a sign of life, and see who else does."""
        return self._writer.run(nodes.seen, self._node).addCallback(self._seen)

    def tell(self, heads: Mapping[str, int]) -> None:
        """Receipts that were delivered here, up to these positions of mailboxes, are committed."""
        if self.others and heads:
            self._heads.update(heads)
            self._say()

    def ask_for_help(self) -> None:
        """There is more work than this gateway can do at once."""
        if self.others:
            self._call("work")

    # -- who is there ----------------------------------------------------------------------------------

    def _seen(self, found: tuple[datetime, list[Node]]) -> None:
        now, listed = found
        alive = frozenset(
            each.name
            for each in listed
            if each.name != self._node
            and each.seen_at is not None
            and (now - each.seen_at).total_seconds() < self.silent_seconds
        )
        left = {each.name for each in listed if each.seen_at is None}
        died = self.others - alive - left
        if alive != self.others:
            log.info("gateways of this database", others=sorted(alive))
        self.others = alive
        if died:
            log.warning("gateways are not seen any more: their work is done here", nodes=sorted(died))
            self._work()
        self._compare((self._clock() - now).total_seconds())

    def _compare(self, ahead: float) -> None:
        skewed = abs(ahead) > SKEW
        if skewed and not self._skewed:
            log.warning(
                "this machine's clock differs from the database's: have both set by NTP",
                seconds=round(ahead, 1),
            )
        self._skewed = skewed

    # -- what is said ----------------------------------------------------------------------------------

    def _call(self, word: str) -> None:
        self._words.add(word)
        self._say()

    def _say(self) -> None:
        """One call at a time: what comes meanwhile goes together with the next."""
        line = self._line
        if line is None or line.busy or not (self._words or self._heads):
            return
        call: dict[str, Any] = dict.fromkeys(self._words, 1)
        self._words.clear()
        heads: dict[str, int] = {}
        size = 100
        while self._heads and size < MOST_BYTES:
            party, position = self._heads.popitem()
            heads[party] = position
            size += len(party) + 30
        if heads:
            call["delivered"] = heads
        try:
            if line.say(json.dumps(call, separators=(",", ":"))):
                self._reactor.addWriter(self)
        except LineLost as error:
            self._broken(str(error))

    def _heard(self, call: str) -> None:
        try:
            said = json.loads(call)
            heads = {str(party): int(position) for party, position in said.get("delivered", {}).items()}
        except (ValueError, TypeError, AttributeError):
            log.warning("what was called on the gateways' line is not understood", call=call[:100])
            return
        if heads:
            self._delivered(heads)
        if "work" in said:
            self._work()
        if "gateways" in said:
            beat = self.beat()
            beat.addErrback(lambda failure: log.warning("no sign of life", error=str(failure.value)))

    # -- the line, as the reactor sees it (IReadDescriptor, IWriteDescriptor) --------------------------

    def fileno(self) -> int:
        """The line's socket; -1 when there is none."""
        return self._line.fileno() if self._line is not None else -1

    def logPrefix(self) -> str:  # noqa: N802 - Twisted's name
        """For Twisted's log."""
        return "gateways' line"

    def doRead(self) -> None:  # noqa: N802 - Twisted's name
        """The socket can be read."""
        assert self._line is not None
        try:
            calls = self._line.hear()
        except LineLost as error:
            self._broken(str(error))
            return
        for call in calls:
            self._heard(call)
        self._say()

    def doWrite(self) -> None:  # noqa: N802 - Twisted's name
        """The socket can be written to."""
        assert self._line is not None
        try:
            if not self._line.flush():
                self._reactor.removeWriter(self)
        except LineLost as error:
            self._broken(str(error))

    def connectionLost(self, reason: Failure) -> None:  # noqa: N802 - Twisted's name
        """The reactor gave the socket up."""
        self._broken(str(reason.value))

    def _hang_up(self, word: str) -> None:
        """Say a last word, if the socket takes it at once, and let go of the name."""
        self._call(word)
        self._let_go()

    def _let_go(self) -> None:
        if (
            self._line is not None
        ):  # by its socket the reactor knows what to forget: first that, then the line
            self._reactor.removeReader(self)
            self._reactor.removeWriter(self)
            line, self._line = self._line, None
            line.close()

    def _broken(self, why: str) -> None:
        """Others are not heard: look more often, and connect again."""
        if self._line is None:
            return
        self._let_go()
        if self._stopped:
            return
        log.warning("the gateways' line is broken; it is opened again", error=why)
        self._listening(False)
        self._again = self._reactor.callLater(PAUSE, self._reopen)

    def _reopen(self) -> None:
        pool = self._reactor.getThreadPool()
        opened = deferToThreadPool(self._reactor, pool, Line, self._database.url, self._node)
        opened.addCallbacks(self._opened, self._not_opened)

    def _opened(self, line: Line) -> None:
        if self._stopped:
            line.close()
            return
        self._line = line
        self._reactor.addReader(self)
        log.info("the gateways' line is open again")
        self._listening(True)
        self._work()
        self._say()

    def _not_opened(self, failure: Failure) -> None:
        if self._stopped:
            return
        if isinstance(failure.value, NameTaken):
            log.error("this gateway ends: its name is another's", error=str(failure.value))
            self._lost()
            return
        log.warning("the gateways' line could not be opened; trying again", error=str(failure.value)[:300])
        self._again = self._reactor.callLater(PAUSE, self._reopen)
