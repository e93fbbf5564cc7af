"""The sandbox (联调环境): faults that a developer of enterprise software orders for his own messages.

Knows which faults there are and how each shows; refuses to know what is in a message. Only a gateway that
was started for tests has one (`serve --sandbox`, in a demo's home). It forgets what was ordered when it ends.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from twisted.internet.defer import Deferred

from gateway.services import Answer, Intake, Reactor
from messages import envelope
from messages.faults import Fault
from messages.registry import BY_CODE
from messages.workflow import Effect, Event, Issue

LOST, DELAY, RETURNED, UNAVAILABLE = "lost-answer", "delay", "returned", "unavailable"
FAULTS: Mapping[str, str] = {
    LOST: "the message is taken, and the connection cut before the answer",
    DELAY: "the answer comes `seconds` late",
    RETURNED: "the message is taken, and each of its nodes gets receipt 100 (退单) and no other",
    UNAVAILABLE: "503 and 3001, with `seconds` to wait: the message is not taken",
}
MOST_ORDERS = 20  # of one party
MOST_TIMES = 1_000
MOST_SECONDS = 60
MOST_REMEMBERED = 10_000  # messages that are to be returned
_RETURNED = 100  # 海关退单


@dataclass(frozen=True, slots=True)
class Order:
    """A fault for the next `times` messages of a party, or for the one under `cop_msg_id`."""

    fault: str
    times: int = 1
    seconds: float = 1.0
    cop_msg_id: str = ""

    def plain(self) -> dict[str, Any]:
        """As it is written in JSON."""
        return {
            "fault": self.fault, "times": self.times, "seconds": self.seconds, "copMsgId": self.cop_msg_id,
        }  # fmt: skip


class Sandbox:
    """An intake that stands before the real one. Reactor thread, but for `instead`."""

    def __init__(self, inner: Intake, reactor: Reactor) -> None:
        self._inner = inner
        self._reactor = reactor
        self._orders: dict[str, list[Order]] = {}
        self._returned: OrderedDict[tuple[str, str], None] = OrderedDict()

    # -- what is ordered

    def order(self, party: str, orders: Sequence[Order]) -> None:
        """These, in place of what the party had ordered before."""
        self._orders[party] = list(orders)

    def ordered(self, party: str) -> list[Order]:
        """What is still to come of it."""
        return list(self._orders.get(party, ()))

    def _next(self, party: str, cop_msg_id: str) -> dict[str, Order]:
        """What befalls this attempt, by fault; each is used up by one."""
        left, now = [], dict[str, Order]()
        for order in self._orders.get(party, ()):
            if order.fault not in now and order.cop_msg_id in ("", cop_msg_id):
                now[order.fault] = order
                order = replace(order, times=order.times - 1)
            if order.times:
                left.append(order)
        if now:
            self._orders[party] = left
        return now

    # -- services.Intake

    def take(self, body: bytes, peer: str, session: str = "") -> Deferred[Answer]:
        """The real intake's answer, with whatever was ordered for its sender."""
        try:
            head = envelope.parse(body).head
        except Fault:
            return self._inner.take(body, peer, session)
        faults = self._next(head.sender, head.cop_msg_id)
        if UNAVAILABLE in faults:
            wait = max(1, round(faults[UNAVAILABLE].seconds))
            info = "ordered in the sandbox: send the same bytes again later"
            answered: Deferred[Answer] = Deferred()
            answered.callback(Answer(503, self.unavailable(info), wait))
            return answered
        if RETURNED in faults:  # before it is taken: it may be processed before its answer is there
            self._returned[head.sender, head.cop_msg_id] = None
            if len(self._returned) > MOST_REMEMBERED:
                self._returned.popitem(last=False)
        taken = self._inner.take(body, peer, session)
        if DELAY in faults:
            taken.addCallback(self._later, faults[DELAY].seconds)
        if LOST in faults:
            taken.addCallback(lambda answer: replace(answer, lost=True))
        return taken

    def unavailable(self, info: str) -> bytes:
        """As the real intake says it."""
        return self._inner.unavailable(info)

    def _later(self, answer: Answer, seconds: float) -> Deferred[Answer]:
        late: Deferred[Answer] = Deferred()
        self._reactor.callLater(seconds, late.callback, answer)
        return late

    # -- for the performer

    def instead(self, event: Event) -> Sequence[Effect] | None:
        """What takes the place of the workflow's step for this event; None: nothing does."""
        origin = event.origin
        if (origin.sender, origin.cop_msg_id) not in self._returned:
            return None
        receipt = BY_CODE[origin.type][1].receipt
        info = "退单（联调环境指定） / returned, as ordered in the sandbox"
        return [Issue(origin.sender, receipt, _RETURNED, info, origin)]
