"""The calls that store and fetch attachments (附件), by the SHA-256 of their content.

Knows that a file is streamed to and from the disk, so that memory does not grow with it, and that only its
owner fetches it; refuses to know what it is for. Knowing a digest buys nothing: the whole file must be sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast
from urllib.parse import quote

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from gateway.http.access import Access
from gateway.http.exchange import HttpError, Request, Response, answer_json
from gateway.http.router import Route
from gateway.services import Clock, Jobs
from storage import attachments
from storage.attachments import PER_FILE, Attachment, DigestDiffers, Store

P = ParamSpec("P")
T = TypeVar("T")

DEFAULT_BYTES = 4 * 1024 * 1024
UPLOAD_SECONDS = 600.0
MAX_NAME = 200
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}")


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
    """PUT and GET /v1/attachments/{sha256}."""

    def __init__(
        self,
        store: Store,
        files: Files,
        access: Access,
        writer: Jobs,
        reader: Jobs,
        clock: Clock,
        most_bytes: int = DEFAULT_BYTES,
        most_held: int | None = None,
    ) -> None:
        """`most_held`: bytes that all files of one party may have together; None: any."""
        self._store = store
        self._files = files
        self._access = access
        self._writer = writer
        self._reader = reader
        self._clock = clock
        self._most_held = most_held
        path = "/v1/attachments/{sha256}"
        self.routes = (
            Route("PUT", path, self.put, most_bytes, stream=True, body_seconds=UPLOAD_SECONDS),
            Route("GET", path, self.get),
        )

    async def put(self, request: Request) -> Response:
        """Store a file under its digest and note that the caller's party owns it; durable when answered."""
        session = await self._access.session(request)
        request.only(("name",))
        name = request.one("name")
        if len(name) > MAX_NAME or not name.isprintable():
            raise HttpError(422, f"name must be at most {MAX_NAME} printable characters")
        media_type = request.header(b"content-type").partition(";")[0].strip().lower()
        if not _MEDIA_TYPE.fullmatch(media_type):
            raise HttpError(415, "say the file's media type in Content-Type")
        digest = request.parameters["sha256"]
        await self._check_held(session.dxp_id, digest, 0)
        incoming = await self._files.run(self._store.receive)
        try:
            await request.stream(lambda block: self._files.run(incoming.write, block))
            await self._check_held(session.dxp_id, digest, incoming.size)
            size = await self._files.run(incoming.keep, digest)
        except DigestDiffers as error:
            raise HttpError(422, str(error)) from None
        except BaseException:
            # Not waited for: the client may be gone, and this coroutine cancelled.
            self._files.run(incoming.drop)
            raise
        owned = Attachment(session.dxp_id, digest, size, media_type, name, self._clock())
        new = await self._writer.run(attachments.own, owned)
        return answer_json({"sha256": digest, "size": size}, 201 if new else 200)

    async def _check_held(self, party: str, digest: str, size: int) -> None:
        if self._most_held is None:
            return
        held = await self._reader.run(attachments.held, party, digest) + PER_FILE + size
        if held > self._most_held:
            raise HttpError(413, f"{party} may hold {self._most_held} bytes of attachments, and not {held}")

    async def get(self, request: Request) -> Response:
        """The file, if the caller's party owns it."""
        session = await self._access.session(request)
        request.only(())
        digest = request.parameters["sha256"]
        found = (await self._reader.run(attachments.owned, session.dxp_id, (digest,))).get(digest)
        if found is None:
            raise HttpError(404, f"{session.dxp_id} has no attachment {digest}")
        file = self._store.path(digest).open("rb")
        disposition = f"attachment; filename*=UTF-8''{quote(found.name or digest, safe='')}"
        headers = (("Content-Disposition", disposition), ("ETag", f'"{digest}"'))
        return Response(200, b"", found.media_type, headers, file, found.size)
