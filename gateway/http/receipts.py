"""The call that reads a mailbox: pages of receipts behind a cursor, with a wait for the first.

Knows a page's form on the wire; refuses to know what a receipt says. The documents are stored as they are
sent, so a page is their bytes between two tags.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from gateway.http.access import Access, over
from gateway.http.exchange import XML, HttpError, Request, Response
from gateway.http.router import Route
from gateway.mailboxes import Ended, Mailboxes, TooManyWaiting
from receipts import cursor, page

DEFAULT_LIMIT = 100

ReadTo = Callable[[str, int], object]
"""Told of each poll: the party, and the position up to which it has read its mailbox."""


class Receipts:
    """GET /v1/receipts."""

    def __init__(
        self, mailboxes: Mailboxes, access: Access, most: int, wait_seconds: float, read_to: ReadTo
    ) -> None:
        """`most`: receipts of a page; `wait_seconds`: of a poll."""
        self._mailboxes = mailboxes
        self._access = access
        self._most = most
        self._wait = int(wait_seconds)
        self._read_to = read_to
        self.routes = (Route("GET", "/v1/receipts", self.read),)

    async def read(self, request: Request) -> Response:
        """A page of the caller's own mailbox, oldest first."""
        session = await self._access.session(request)
        request.only(("after", "limit", "wait"))
        after = request.one("after")
        limit = request.number("limit", min(DEFAULT_LIMIT, self._most), 1, self._most)
        wait = request.number("wait", 0, 0, self._wait)
        try:
            position = cursor.decode(after)
        except ValueError as error:
            raise HttpError(400, str(error)) from None
        self._read_to(session.dxp_id, position)
        try:
            still = partial(self._access.still, session)
            found = await self._mailboxes.page(session.dxp_id, position, limit, wait, still)
        except TooManyWaiting as error:
            raise HttpError(429, str(error), 5) from None
        except Ended:
            raise over() from None
        following = cursor.encode(found.position) if found.documents else after
        return Response(200, page.document(following, found.documents), XML)
