"""The calls that store and fetch attachments (附件), by the SHA-256 of their content.

Knows that a file is streamed to and from the disk, so that memory does not grow with it; that what it is must
be what it says; and that its owner fetches it, and whoever is shown what names it. Refuses to know what it is
for. Knowing a digest buys nothing: the whole file must be sent, and whoever sends it gets the same answer
whether or not another party has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import IO, ParamSpec, TypeVar, cast
from urllib.parse import quote

from sqlalchemy import Connection
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from gateway.http.access import Access
from gateway.http.exchange import HttpError, Request, Response, answer_json
from gateway.http.router import Route
from gateway.services import Clock, Jobs
from messages.media import LARGEST, Look, WrongContent, judge
from messages.wire import wire_time
from storage import owners
from storage.attachments import DigestDiffers, Incoming, Store
from storage.journal import Chain, Entry
from storage.owners import Attachment, OverQuota
from storage.sessions import Session

P = ParamSpec("P")
T = TypeVar("T")

UPLOAD_SECONDS = 600.0
MAX_NAME = 200
STORED = "attachment"  # the journal's kind for a file that a party has sent
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,100}")


class Files:
    """The threads that write and sync files."""

    def __init__(self, reactor: IReactorFromThreads, threads: int = 2) -> None:
        self._reactor = reactor
        self._pool = ThreadPool(0, threads, "files")
        self._pool.start()

    def run(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        """Call `fn` in a thread."""
        return cast("Deferred[T]", deferToThreadPool(self._reactor, self._pool, fn, *args, **kwargs))

    def stop(self) -> None:
        """Finish what is under way and end the threads."""
        self._pool.stop()


class Attachments:
    """PUT and GET /v1/attachments/{sha256}, and what is known of one."""

    def __init__(
        self,
        store: Store,
        files: Files,
        access: Access,
        writer: Jobs,
        reader: Jobs,
        clock: Clock,
        chain: Chain,
        most_bytes: int = LARGEST,
        most_held: int | None = None,
    ) -> None:
        """`most_held`: bytes that all files of one party may have together; None: any."""
        self._store = store
        self._files = files
        self._access = access
        self._writer = writer
        self._reader = reader
        self._clock = clock
        self._chain = chain
        self._most_held = most_held
        path = "/v1/attachments/{sha256}"
        self.routes = (
            Route("PUT", path, self.put, most_bytes, stream=True, body_seconds=UPLOAD_SECONDS),
            Route("GET", path, self.get),
            Route("GET", path + "/facts", self.facts),
        )

    async def put(self, request: Request) -> Response:
        """Store a file under its digest and note that the caller's party owns it; durable when answered."""
        session = await self._access.session(request)
        request.only(("name",))
        name = request.one("name")
        if len(name) > MAX_NAME or not name.isprintable() or "/" in name or "\\" in name:
            raise HttpError(422, f"name must be at most {MAX_NAME} printable characters, and no path")
        media_type = request.header(b"content-type").partition(";")[0].strip().lower()
        if not _MEDIA_TYPE.fullmatch(media_type):
            raise HttpError(415, "say the file's media type in Content-Type")
        digest = request.parameters["sha256"]
        await self._check_held(session.dxp_id, digest)
        incoming, look = await self._files.run(self._store.receive), Look()
        try:
            await request.stream(lambda block: self._files.run(_take, incoming, look, block))
            judge(look, media_type, name)
            size = await self._files.run(incoming.keep, digest)
        except DigestDiffers as error:
            raise HttpError(422, str(error)) from None
        except WrongContent as error:
            self._files.run(incoming.drop)
            raise HttpError(415, str(error)) from None
        except BaseException:
            # Not waited for: the client may be gone, and this coroutine cancelled.
            self._files.run(incoming.drop)
            raise
        owned = Attachment(session.dxp_id, digest, size, media_type, name, self._clock())
        try:
            new = await self._writer.run(self._own, owned)
        except OverQuota:  # the file is nobody's, and is swept away
            raise self._too_much(session.dxp_id) from None
        return answer_json({"sha256": digest, "size": size}, 201 if new else 200)

    def _own(self, connection: Connection, owned: Attachment) -> bool:
        """In the writer's thread."""
        new = owners.own(connection, owned, self._most_held)
        if new:
            entry = Entry(STORED, owned.party, owned.digest, owned.digest, owned.created_at)
            self._chain.append(connection, [entry])
        return new

    async def _check_held(self, party: str, digest: str) -> None:
        """Before anything is taken; what came meanwhile is seen to when it is owned."""
        if self._most_held is not None:
            held = await self._reader.run(owners.held, party, digest) + owners.PER_FILE
            if held > self._most_held:
                raise self._too_much(party)

    def _too_much(self, party: str) -> HttpError:
        return HttpError(
            413, f"{party} may hold {self._most_held} bytes of attachments, and has no room left"
        )

    async def get(self, request: Request) -> Response:
        """The file, if the caller's party owns it or is shown what names it."""
        session = await self._access.session(request)
        request.only(())
        found = await self._readable(request, session)
        try:
            file: IO[bytes] = await self._files.run(self._store.path(found.digest).open, "rb")
        except FileNotFoundError:  # given up since it was looked for
            raise _none(session, found.digest) from None
        disposition = f"attachment; filename*=UTF-8''{quote(found.name or found.digest, safe='')}"
        headers = (
            ("Content-Disposition", disposition),
            ("Content-Security-Policy", "sandbox; default-src 'none'"),
            ("ETag", f'"{found.digest}"'),
        )
        return Response(200, b"", found.media_type, headers, file, found.size)

    async def facts(self, request: Request) -> Response:
        """What is known of a file that the caller may fetch, and how long the own one is kept unnamed."""
        session = await self._access.session(request)
        request.only(())
        found = await self._readable(request, session)
        own = found.party == session.dxp_id
        return answer_json(
            {
                "sha256": found.digest,
                "size": found.size,
                "mediaType": found.media_type,
                "name": found.name,
                "own": own,
                "until": wire_time(found.until) if own and found.until else None,
            }
        )

    async def _readable(self, request: Request, session: Session) -> Attachment:
        digest = request.parameters["sha256"]
        found = await self._reader.run(owners.readable, session.dxp_id, session.role, digest)
        if found is None:
            raise _none(session, digest)
        return found


def _take(incoming: Incoming, look: Look, block: bytes) -> None:
    look.feed(block)
    incoming.write(block)


def _none(session: Session, digest: str) -> HttpError:
    """The same for what is not there and for what is not to be known of."""
    return HttpError(404, f"there is no attachment {digest} for {session.dxp_id}")
