"""The calls of those who run the gateway (运行管理): how it goes, what is not well, what is to be done.

Knows who may look and act; refuses to know what is measured and when it is an alarm. Nothing of a party's
business is in these answers: numbers, names of parties, and what the gateway says of its own errors.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from gateway.alarms import in_words
from gateway.http.access import OPERATIONS, Access
from gateway.http.exchange import HttpError, Request, Response, answer_json
from gateway.http.router import Route
from gateway.services import Jobs
from gateway.watch import BY_NAME
from messages.wire import wire_time
from storage import alarms, nodes, notices, pushes, waiting, work
from storage.alarms import Alarm
from storage.sessions import Session

ENDED = 20  # alarms that are over and still shown
FAILING = 50  # work items that failed and are shown
_NO_BODY = 1024

log = structlog.get_logger("gateway.operations")


class Running:
    """GET /v1/operations; POST /v1/operations/alarms/{id}, /v1/operations/work/{id}."""

    def __init__(
        self,
        access: Access,
        writer: Jobs,
        reader: Jobs,
        node: str,
        silent_seconds: float,
        wake: Callable[[], None],
    ) -> None:
        """`silent_seconds`: without a sign after which a gateway counts as dead; `wake`: there is work."""
        self._access = access
        self._writer = writer
        self._reader = reader
        self._node = node
        self._silent = silent_seconds
        self._wake = wake
        self.routes = (
            Route("GET", "/v1/operations", self.show),
            Route("POST", "/v1/operations/alarms/{id}", self.take, _NO_BODY),
            Route("POST", "/v1/operations/work/{id}", self.retry, _NO_BODY),
        )

    async def show(self, request: Request) -> Response:
        """All of it, as of now."""
        await operator(self._access, request)
        request.only(())
        return answer_json(await self._reader.run(self._look))

    async def take(self, request: Request) -> Response:
        """The caller looks after an alarm: it stays open, and others see by whom."""
        session = await operator(self._access, request)
        number = int(request.parameters["id"])
        if not await self._writer.run(self._taken, number, session.holder):
            raise HttpError(409, f"alarm {number} is over, or somebody looks after it already")
        log.info("an alarm was taken", alarm=number, by=session.holder)
        return Response(204)

    async def retry(self, request: Request) -> Response:
        """A work item that failed is tried again at once."""
        session = await operator(self._access, request)
        number = int(request.parameters["id"])
        if not await self._writer.run(self._retried, number):
            raise HttpError(409, f"work item {number} is done meanwhile, or has not failed")
        log.info("a work item is tried again", item=number, by=session.holder)
        self._wake()
        return Response(204)

    @staticmethod
    def _taken(connection: Connection, number: int, who: str) -> bool:
        return alarms.take(connection, number, who, nodes.moment(connection))

    @staticmethod
    def _retried(connection: Connection, number: int) -> bool:
        return waiting.at_once(connection, number, nodes.moment(connection))

    def _look(self, connection: Connection) -> dict[str, Any]:
        now = nodes.moment(connection)
        due = work.backlog(connection, now)
        count, failing = waiting.failing(connection, 1, FAILING)
        told, oldest = notices.waiting(connection)
        measured = pushes.measures(connection)
        asked, first = waiting.undecided(connection)
        return {
            "at": wire_time(now),
            "node": self._node,
            "nodes": [
                {
                    "name": each.name,
                    "version": each.version or "",
                    "startedAt": wire(each.started_at),
                    "seenAt": wire(each.seen_at),
                    "state": self._state(each.seen_at, now),
                }
                for each in nodes.listed(connection)
            ],
            "alarms": [_alarm(each) for each in alarms.listed(connection)],
            "ended": [_alarm(each) for each in alarms.ended(connection, ENDED)],
            "work": {
                "due": due.count,
                "oldest": wire(due.oldest),
                "failed": count,
                "items": [
                    {
                        "id": each.id,
                        "party": each.party,
                        "attempts": each.attempts,
                        "error": each.reason,
                        "againAt": wire_time(each.due_at),
                    }
                    for each in failing
                ],
            },
            "notices": {"waiting": told, "oldest": wire(oldest)},
            "callbacks": {**measured.states, "oldest": wire(measured.oldest)},
            "registrations": {"waiting": asked, "oldest": wire(first)},
        }

    def _state(self, seen: datetime | None, now: datetime) -> str:
        if seen is None:
            return "stopped"
        return "serving" if (now - seen).total_seconds() < self._silent else "silent"


async def operator(access: Access, request: Request) -> Session:
    """The session of somebody who runs the gateway. Raises HttpError."""
    session = await access.session(request)
    if session.role != OPERATIONS:
        raise HttpError(403, f"only the role {OPERATIONS} may look at this")
    return session


def wire(at: datetime | None) -> str:
    """A time as calls tell it; '' for none."""
    return "" if at is None else wire_time(at)


def _alarm(each: Alarm) -> dict[str, Any]:
    zh, en = in_words(each)
    rule = BY_NAME.get(each.name)
    todo = rule.todo if rule else ("", "")
    return {
        "id": each.id,
        "name": each.name,
        "subject": each.subject,
        "zh": zh,
        "en": en,
        "todoZh": todo[0],
        "todoEn": todo[1],
        "since": wire_time(each.since),
        "raisedAt": wire_time(each.raised_at),
        "raisedBy": each.raised_by,
        "clearedAt": wire(each.cleared_at),
        "takenAt": wire(each.taken_at),
        "takenBy": each.taken_by or "",
    }
