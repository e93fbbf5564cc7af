"""Alarms (告警): the rules looked at again and again, and whoever is to know told once.

Knows when to look and whom to tell: the log, the metrics, and by letter those who run the gateway. Refuses to
know what is looked at. An alarm stays open, over restarts too, until its rule finds nothing any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import Connection
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from gateway import metrics
from gateway.outbound.notices import Notices
from gateway.services import Jobs
from gateway.settings import Alarms as Limits
from gateway.watch import BY_NAME, RULES, Rule, Seen
from storage import alarms, waiting
from storage.alarms import Alarm, Finding

KEPT = timedelta(days=90)  # that an alarm is remembered after its end

log = structlog.get_logger("gateway.alarms")


class Alarms:
    """Reactor thread; `_look` runs in the writer's transaction."""

    def __init__(
        self,
        *,
        writer: Jobs,
        node: str,
        home: Path,
        limits: Limits,
        head_seconds: float,
        silent_seconds: float,
        notices: Notices,
        moment: Callable[[Connection], datetime],
        ends: Callable[[], Sequence[Finding]],
        rules: Sequence[Rule] = RULES,
    ) -> None:
        """`moment`: what time it is for all gateways; `ends`: what of this gateway's own ends soon."""
        self._writer = writer
        self._node = node
        self._home = home
        self._limits = limits
        self._head_seconds = head_seconds
        self._silent_seconds = silent_seconds
        self._notices = notices
        self._moment = moment
        self._ends = ends
        self._rules = rules
        self._read: dict[str, int] = {}  # how far parties have read since the last look

    def read_to(self, party: str, position: int) -> None:
        """A party came back with this position of its mailbox."""
        if position > self._read.get(party, 0):
            self._read[party] = position

    def look(self) -> Deferred[None]:
        """Judge every rule now."""
        read, self._read = self._read, {}
        looked = self._writer.run(self._look, read, tuple(self._ends()))
        looked.addErrback(self._put_back, read)
        return looked.addCallback(self._tell)

    def _look(
        self, connection: Connection, read: dict[str, int], ends: Sequence[Finding]
    ) -> tuple[list[Alarm], list[Alarm], Counter[str]]:
        now = self._moment(connection)
        waiting.read(connection, read, now)
        seen = Seen(self._node, now, self._home, self._limits, self._head_seconds, self._silent_seconds, ends)
        raised: list[Alarm] = []
        over: list[Alarm] = []
        for rule in self._rules:
            mine = self._node if rule.own else None
            new, gone = alarms.weigh(
                connection, rule.name, rule.look(connection, seen), self._node, now, mine
            )
            raised += new
            over += gone
        alarms.drop(connection, {rule.name for rule in self._rules}, now)
        alarms.purge(connection, now - KEPT)
        for each in raised:
            self._write(connection, each, now)
        return raised, over, Counter(each.name for each in alarms.listed(connection))

    def _write(self, connection: Connection, alarm: Alarm, now: datetime) -> None:
        zh, en = in_words(alarm)
        todo = BY_NAME[alarm.name].todo
        body = (f"{zh}\n{todo[0]}。", f"{en}\n{todo[1]}.")
        for address in self._limits.mail:
            self._notices.write(connection, f"alarm {alarm.id}", "", address, f"{zh} / {en}", body, now)

    def _tell(self, found: tuple[list[Alarm], list[Alarm], Counter[str]]) -> None:
        raised, over, standing = found
        for each in raised:
            log.error("alarm", name=each.name, subject=each.subject, told=each.told, words=in_words(each)[1])
        for each in over:
            log.info("an alarm is over", name=each.name, subject=each.subject)
        for rule in self._rules:
            metrics.ALARMS.labels(rule.name).set(standing[rule.name])

    def _put_back(self, failure: Failure, read: dict[str, int]) -> Failure:
        for party, position in read.items():
            self.read_to(party, position)
        return failure


def in_words(alarm: Alarm) -> tuple[str, str]:
    """What an alarm says, in Chinese and in English."""
    rule = BY_NAME.get(alarm.name)
    zh, en = rule.words if rule else (alarm.name, alarm.name)
    if rule and rule.about:
        zh_about, en_about = (each.format(subject=alarm.subject, told=alarm.told) for each in rule.about)
        return f"{zh}：{zh_about}", f"{en}: {en_about}"
    more = " ".join(part for part in (alarm.subject, alarm.told) if part)
    return (f"{zh}：{more}", f"{en}: {more}") if more else (zh, en)
