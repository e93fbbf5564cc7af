"""The call that shows how it goes (统计): traffic by the hour, refusals by reason, what waits, and how long.

Knows who may look, how far back, and how counts become rows for a chart; refuses to know where they come
from. Which states wait for customs is the systems' declaration.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from gateway.acceptance import REFUSAL
from gateway.http.access import CUSTOMS, OPERATIONS, Access
from gateway.http.exchange import HttpError, Request, Response, answer_json
from gateway.http.router import Route
from gateway.services import Clock, Systems
from gateway.statistics import Statistics
from messages.faults import FAULTS
from messages.wire import parse_wire_time, wire_time
from receipts import codes
from storage import statistics, tables
from storage.statistics import COUNTED, HOUR, Hour, Waiting

SPAN = timedelta(days=31)
USUAL = timedelta(hours=24)
WORK = ("待处理节点", "nodes to be worked off")
AGES = (60, 600, 3_600, 86_400, 3 * 86_400, 7 * 86_400)  # seconds: the bounds of what has waited for how long

WAITING = "waiting"
VALUES = 50  # of a column, the most frequent ones

Read = Callable[[Request], Coroutine[Any, Any, dict[str, Any]]]


class Charts:
    """GET /v1/statistics/{what}."""

    def __init__(self, counts: Statistics, systems: Systems, access: Access, clock: Clock) -> None:
        self._counts = counts
        self._systems = systems
        self._access = access
        self._clock = clock
        self._of_receipt = {kind.receipt: system for system in systems.all() for kind in system.types}
        self._shown: dict[str, Read] = {
            "traffic": self._traffic,
            "refusals": self._refusals,
            "queues": self._queues,
            WAITING: self._waiting,
        }
        self.routes = (Route("GET", "/v1/statistics/{what}", self.show),)

    async def show(self, request: Request) -> Response:
        """One of them."""
        session = await self._access.session(request)
        request.only(("system", "by") if request.parameters["what"] == WAITING else ("from", "to"))
        if session.role not in (CUSTOMS, OPERATIONS):
            raise HttpError(403, f"only the roles {CUSTOMS} and {OPERATIONS} may look at statistics")
        shown = self._shown.get(request.parameters["what"])
        if shown is None:
            raise HttpError(404, f"the statistics are {', '.join(self._shown)}")
        return answer_json(await shown(request))

    async def _traffic(self, request: Request) -> dict[str, Any]:
        begin, end = self._span(request)
        counted = await self._counts.hours(begin, end)
        return {
            "from": wire_time(begin),
            "to": wire_time(end),
            "hours": [
                {
                    "hour": wire_time(each),
                    "messages": dict(found.messages),
                    "receipts": dict(_by_type(found)),
                    "refusals": sum(count for _, count in _refusals(found)),
                }
                for each, found in counted.items()
            ],
        }

    async def _refusals(self, request: Request) -> dict[str, Any]:
        begin, end = self._span(request)
        replies: Counter[str] = Counter()
        receipts: Counter[tuple[str, int]] = Counter()
        for found in (await self._counts.hours(begin, end)).values():
            for code, count in _refusals(found):
                replies[code] += count
            for (type_, status), count in found.receipts.items():
                if status is not None and codes.refuses(status):
                    receipts[type_, status] += count
        reasons = [
            *(_reason("reply", code, "", _words_of(code), count) for code, count in replies.items()),
            *(
                _reason("receipt", str(status), type_, self._words(type_, status), count)
                for (type_, status), count in receipts.items()
            ),
        ]
        reasons.sort(key=lambda reason: (-reason["count"], reason["of"], reason["code"]))
        return {"from": wire_time(begin), "to": wire_time(end), "reasons": reasons}

    async def _queues(self, request: Request) -> dict[str, Any]:
        request.only(())
        at, found = await self._counts.moment("queues", self._look)
        return {"at": wire_time(at), "queues": found}

    def _look(self, conn: Connection, now: datetime) -> list[dict[str, Any]]:
        bounds = [timedelta(seconds=age) for age in AGES]
        queues = [_queue("dispatch", WORK, statistics.due_work(conn, now, bounds))]
        for system in self._systems.all():
            for state in system.waiting(CUSTOMS):
                waiting = statistics.cases_in(conn, system.name, state, now, bounds)
                queues.append(_queue(f"{system.name}/{state}", system.labels[state], waiting))
        return queues

    async def _waiting(self, request: Request) -> dict[str, Any]:
        """What waits for customs in one system, state by state, by the values of a search column."""
        system, by = self._systems.get(request.one("system")), request.one("by")
        if system is None or by not in system.search:
            raise HttpError(400, "system and by are needed: a system, and one of its search columns")
        column = tables.SEARCH[system.search.index(by)]

        def look(conn: Connection, now: datetime) -> list[dict[str, Any]]:
            return [
                {"state": state, "zh": system.labels[state][0], "en": system.labels[state][1], "values": [
                    {"value": value, "count": count, "oldest": wire_time(oldest)}
                    for value, count, oldest in statistics.cases_by(conn, system.name, state, column, VALUES)
                ]}
                for state in system.waiting(CUSTOMS)
            ]  # fmt: skip

        at, found = await self._counts.moment((WAITING, system.name, by), look)
        return {"at": wire_time(at), "states": found}

    def _words(self, type_: str, status: int) -> tuple[str, str]:
        system = self._of_receipt.get(type_)
        return codes.words(status, system) if system else (str(status), str(status))

    def _span(self, request: Request) -> tuple[datetime, datetime]:
        """From and to, made whole hours; the last day without them. Raises HttpError 400."""
        end = _time(request, "to") or self._clock()
        begin = _time(request, "from") or end - USUAL
        begin, end = _whole(begin), _whole(end + HOUR - timedelta(microseconds=1))
        if not timedelta() < end - begin <= SPAN:
            raise HttpError(400, f"to must be behind from, and at most {SPAN.days} days")
        return begin, end


def _time(request: Request, name: str) -> datetime | None:
    text = request.one(name)
    if not text:
        return None
    try:
        return parse_wire_time(text)
    except ValueError as error:
        raise HttpError(400, f"{name} must be a time such as 2026-11-20T08:00:00+08:00 ({error})") from None


def _whole(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _by_type(found: Hour) -> Counter[str]:
    counted: Counter[str] = Counter()
    for (type_, _), count in found.receipts.items():
        counted[type_] += count
    return counted


def _refusals(found: Hour) -> Iterator[tuple[str, int]]:
    """(response code, how many) of the messages refused to proven senders."""
    for kind, count in found.others.items():
        if kind.startswith(REFUSAL):
            yield kind.removeprefix(REFUSAL), count


def _words_of(code: str) -> tuple[str, str]:
    return FAULTS[code].words if code in FAULTS else (code, code)


def _reason(of: str, code: str, type_: str, words: tuple[str, str], count: int) -> dict[str, Any]:
    return {"of": of, "code": code, "type": type_, "zh": words[0], "en": words[1], "count": count}


def _queue(name: str, words: tuple[str, str], waiting: Waiting) -> dict[str, Any]:
    return {
        "queue": name,
        "zh": words[0],
        "en": words[1],
        "count": sum(waiting.ages),
        "more": COUNTED in waiting.ages,
        "oldest": wire_time(waiting.oldest) if waiting.oldest else None,
        "ages": [
            {"within": bound, "count": count}
            for bound, count in zip((*AGES, None), waiting.ages, strict=True)
        ],
    }
