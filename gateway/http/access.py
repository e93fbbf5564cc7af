"""Who is calling: the bearer token of a request, and how many calls its party may make.

Knows the Authorization header and the two refusals (401, 429); refuses to know how a session was opened.
"""

from __future__ import annotations

from sqlalchemy import Connection

from gateway.http.exchange import HttpError, Request
from gateway.limits import Rates
from gateway.services import Directory
from gateway.sessions import Sessions
from storage.sessions import Session

CUSTOMS = "customs"  # the role that reads every party's cases
OPERATIONS = "operations"  # the role of those who run the gateway and look how it goes
_BEARER = "bearer "


class Access:
    """Lets callers in."""

    def __init__(self, sessions: Sessions, directory: Directory, rates: Rates) -> None:
        self._sessions = sessions
        self._directory = directory
        self._rates = rates

    async def session(self, request: Request) -> Session:
        """The caller's session. Raises HttpError 401, or 429 when its party calls too often."""
        found = await self.known(request)
        if found is None:
            raise HttpError(401, "log in first: this call needs a bearer token", WWW_Authenticate="Bearer")
        wait = self._rates.take(found.dxp_id, self._directory.rate(found.dxp_id))
        if wait:
            raise HttpError(429, f"{found.dxp_id} calls too often; call again in {wait} seconds", wait)
        return found

    async def known(self, request: Request) -> Session | None:
        """The session of the request's token; None without an Authorization. Raises HttpError 401."""
        token = bearer(request)
        if not token:
            return None
        found = await self._sessions.find(token)
        if found is None:
            raise over()
        return found

    def still(self, session: Session, connection: Connection) -> bool:
        """Whether the session is there still, as the database has it; for a reader's thread."""
        return self._sessions.still(connection, session)


def over() -> HttpError:
    """The refusal of a session that is not there, or not any more."""
    return HttpError(
        401,
        "the session is unknown or over; log in again",
        WWW_Authenticate='Bearer error="invalid_token"',
    )


def bearer(request: Request) -> str:
    """The bearer token; '' without an Authorization. Raises HttpError 401 for another kind of one."""
    header = request.header(b"authorization")
    if not header:
        return ""
    if header[: len(_BEARER)].lower() != _BEARER:
        raise HttpError(401, "only bearer tokens are known here", WWW_Authenticate="Bearer")
    return header[len(_BEARER) :].strip()
