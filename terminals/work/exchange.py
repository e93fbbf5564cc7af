"""The line of a logged-in terminal to its gateway: everything that is asked, and what comes by itself.

Knows the calls, how to go on after the line was lost, and whom to tell; refuses to know screens. Every method
may be called from any thread, waits for its answer, and raises a Trouble in words where there is none: a
screen calls it in a worker. What happens by itself is told to `tell`, from threads of the line's own.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from cryptography import x509

from messages.codes import CodeList
from messages.workflow import File
from terminals.client import Body, Patience, Response, Take
from terminals.pending import folder_name
from terminals.proof import Prover
from terminals.receipts import Cursors
from terminals.session import Credentials, Session, detail
from terminals.trouble import LoginRefused, Refused, Unreachable
from terminals.work.attachments import Known, known_of
from terminals.work.codes import CodeBook
from terminals.work.events import Came, Down, Ended, Event, Tell, Up, Who
from terminals.work.found import CaseFound, CasePage, Query, Search, case_of, page_of
from terminals.work.kinds import Kinds, kinds_of
from terminals.work.news import News, NewsPage, news_of
from terminals.work.news import page_of as news_page_of
from terminals.work.operated import Applicants, Done, Seen, applicants_of, seen_of
from terminals.work.receipts import Ladders
from terminals.work.watch import Watch

__all__ = ["INTERACTIVE", "Came", "Down", "Ended", "Event", "Line", "Up", "Who"]

INTERACTIVE = Patience(total=4.0, first=0.3, longest=2.0)
"""For the Gateway of somebody who looks at a screen: long enough for a restart, then it is said."""

_ATTACHMENTS = "/v1/attachments/"
_FAREWELL = 3.0  # seconds that the end of a session may take
T = TypeVar("T")


class Line:
    """Open after `open`, listening after `listen`; close it when the terminal ends."""

    def __init__(self, session: Session, prover: Prover, state: Path, tell: Tell) -> None:
        self.session = session
        self.prover = prover
        self.state = state
        self.who = Who()
        self._tell = tell
        self._watch: Watch | None = None
        self._book: CodeBook | None = None
        self._kinds: tuple[str, Kinds] = ("", {})

    @property
    def origin(self) -> str:
        """The gateway: https://host:port."""
        return self.session.gateway.origin

    @property
    def up(self) -> bool:
        """Whether the gateway answered when it was asked last."""
        return self._watch is None or self._watch.up

    @property
    def codes(self) -> CodeBook:
        """The code lists as they are known here. Open first: they are kept beside the party's mailbox."""
        if self._book is None:
            folder = self.state / folder_name(self.origin, self.who.dxp_id) / "codes"
            self._book = CodeBook(folder)
        return self._book

    def open(self) -> Who:
        """Log in. Raises LoginRefused, Unreachable, or whatever the signer raises."""
        self.who = Who.of(self.session.open())
        return self.who

    def certificates(self) -> tuple[x509.Certificate, ...]:
        """What whoever is logged in may sign with, the newest first."""
        path = "/v1/sessions/current/certificates"
        return self._understood(path, self._request(path), _certificates)

    def change(self, credentials: Credentials) -> Who:
        """Go on as the same person with other credentials. Raises as `open`; all is as it was then."""
        self.who = Who.of(self.session.change(credentials))
        return self.who

    def listen(self, ladders: Ladders) -> None:
        """Begin to wait for receipts, which go into `ladders`, and to watch the line."""
        cursors = Cursors(self.state, self.origin, self.who.dxp_id)
        self._watch = Watch(self.session, self.prover, cursors, ladders, self._tell)
        self._watch.start()

    def retry(self) -> None:
        """Try a lost line, or an ended session, again now."""
        if self._watch is not None:
            self._watch.retry()

    def close(self) -> None:
        """Break off whatever is waiting, end the session; nothing is told after this."""
        up = self.up
        if self._watch is not None:
            self._watch.close()
        self.session.gateway.leave()
        if up:
            with self.session.gateway.twin(Patience(total=0), _FAREWELL) as gateway:
                self.session.close(gateway)

    # -- asking

    def cases(self, system: str, search: Search) -> CasePage:
        """One page of a system's cases."""
        return self._read(f"/v1/cases/{quote(system, safe='')}", search.query(), page_of)

    def case(self, system: str, number: str) -> CaseFound | None:
        """One case with its content, or None where there is none of that number to be seen."""
        path = f"/v1/cases/{quote(system, safe='')}/{quote(number, safe='')}"
        return self._read(path, (), lambda told: None if told is None else case_of(told))

    def history(self, system: str, number: str) -> list[Mapping[str, Any]]:
        """What became of a case, the newest first, as the gateway tells it; nothing where there is none."""
        path = f"/v1/cases/{quote(system, safe='')}/{quote(number, safe='')}/history"
        return self._read(path, (), lambda told: [] if told is None else list(told["steps"]))

    def code_list(self, name: str) -> CodeList | None:
        """A code list as the gateway has it now; `codes.known` is what is known without asking."""
        path = f"/v1/codes/{quote(name, safe='')}"
        return self.codes.fetch(name, lambda headers: self._request(path, headers))

    def kinds(self) -> Kinds:
        """The message types and who may send what."""
        tag, kinds = self._kinds
        answer = self._request("/v1/types", {"if-none-match": tag} if tag else {})
        if answer.status != 304:
            kinds = self._understood("/v1/types", answer, kinds_of)
            self._kinds = (answer.headers.get("etag", ""), kinds)
        return kinds

    def lookup(self, system: str, name: str, key: Iterable[tuple[str, str]]) -> Mapping[str, Any] | None:
        """What customs or the gateway knows under a key, or None: there is no such thing."""
        path = f"/v1/lookups/{quote(system, safe='')}/{quote(name, safe='')}"
        return self._read(path, list(key), _values)

    # -- attachments and what is published

    def attachment(self, digest: str) -> Known | None:
        """What the gateway knows of a file, or None: there is none that may be seen."""
        path = f"{_ATTACHMENTS}{quote(digest, safe='')}/facts"
        return self._read(path, (), lambda told: None if told is None else known_of(told))

    def upload(self, file: File, blocks: Callable[[], Iterable[bytes]]) -> None:
        """Send a file; `blocks` gives its bytes, for each try anew. Raises Refused, or whatever it raises."""
        path = f"{_ATTACHMENTS}{quote(file.digest, safe='')}?{urlencode({'name': file.name})}"
        headers = {"content-type": file.media_type, "content-length": str(file.size)}
        answer = self._request(path, headers, method="PUT", body=blocks)
        if answer.status not in (200, 201):
            raise Refused(
                "attachment-not-taken", origin=self.origin, file=file.name, status=answer.status,
                detail=detail(answer),
            )  # fmt: skip

    def download(self, digest: str, take: Take) -> None:
        """Fetch a file; `take` gets its bytes, of each try from the beginning. Raises Refused."""
        path = f"{_ATTACHMENTS}{quote(digest, safe='')}"
        answer = self._request(path, take=take)
        if answer.status == 404:
            raise Refused("attachment-none", origin=self.origin)
        if answer.status != 200:
            raise Refused(
                "answer-unexpected", origin=self.origin, path=path, status=answer.status,
                detail=detail(answer),
            )  # fmt: skip

    def news(
        self,
        kind: str = "",
        before: int | None = None,
        limit: int = 20,
        *,
        title: str = "",
        first: str = "",
        last: str = "",
    ) -> NewsPage:
        """What was published, the newest first; `before` a number reads on, `kind`: only such.

        `title` is a part of the title; `first` and `last` are days in China, yyyyMMdd, both included.
        """
        asked = [("kind", kind), ("before", str(before or "")), ("limit", str(limit))]
        asked += [("title", title), ("from", first), ("to", last)]
        return self._read("/v1/bulletins", [(name, value) for name, value in asked if value], news_page_of)

    def news_item(self, number: int) -> News | None:
        """One of it, or None where it was taken back."""
        return self._read(f"/v1/bulletins/{number}", (), lambda told: None if told is None else news_of(told))

    # -- running the gateway

    def operations(self) -> Seen:
        """How the gateways are. Raises Refused for who does not run them."""
        return self._read("/v1/operations", (), seen_of)

    def applicants(self) -> Applicants:
        """Registrations that wait for a decision."""
        return self._read("/v1/operations/registrations", (), applicants_of)

    def order(self, what: str, number: int, given: Mapping[str, str] | None = None) -> Done:
        """Have something done about one of `what`: alarms, work or registrations. Raises Refused."""
        path = f"/v1/operations/{what}/{number}"
        headers = {"content-type": "application/json"} if given is not None else {}
        body = b"" if given is None else json.dumps(given, ensure_ascii=False).encode()
        answer = self._request(path, headers, method="POST", body=body)
        if answer.status not in (200, 204, 409):
            raise Refused(
                "answer-unexpected", origin=self.origin, path=path, status=answer.status,
                detail=detail(answer),
            )  # fmt: skip
        try:
            return Done(answer.status != 409, dict(json.loads(answer.body or b"{}")))
        except ValueError as error:
            raise Unreachable(
                "answer-unreadable", origin=self.origin, path=path, detail=repr(error)
            ) from None

    # -- anything else

    def ask(self, path: str, query: Query | tuple[()] = ()) -> Any:
        """The JSON of any other call, such as statistics; None for 404."""
        return self._read(path, query, lambda told: told)

    def send(self, deliver: Callable[[], T]) -> T:
        """What `deliver` returns, which talks over `session`; a line found lost by it is told."""
        try:
            return self._noted(deliver())
        except Unreachable as trouble:
            self._lost(trouble)
            raise

    # -- how

    def _read(self, path: str, query: Query | tuple[()], understand: Callable[[Any], T]) -> T:
        asked = f"{path}?{urlencode(query)}" if query else path
        return self._understood(path, self._request(asked), understand)

    def _request(
        self,
        path: str,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        body: Body | None = None,
        take: Take | None = None,
    ) -> Response:
        try:
            return self._noted(self.session.request(method, path, body, headers, take=take))
        except Unreachable as trouble:
            self._lost(trouble)
            raise
        except LoginRefused as trouble:
            self._tell(Ended(trouble))
            raise

    def _understood(self, path: str, answer: Response, understand: Callable[[Any], T]) -> T:
        if answer.status not in (200, 404):
            raise Refused(
                "answer-unexpected", origin=self.origin, path=path, status=answer.status,
                detail=detail(answer),
            )  # fmt: skip
        try:
            return understand(json.loads(answer.body) if answer.status == 200 else None)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Unreachable(
                "answer-unreadable", origin=self.origin, path=path, detail=repr(error)
            ) from None

    def _noted(self, found: T) -> T:
        if self._watch is not None:
            self._watch.answered()
        return found

    def _lost(self, trouble: Unreachable) -> None:
        if self._watch is not None:
            self._watch.lost(trouble)


def _certificates(told: Any) -> tuple[x509.Certificate, ...]:
    return tuple(x509.load_der_x509_certificate(base64.b64decode(each)) for each in told["certificates"])


def _values(told: Any) -> dict[str, Any] | None:
    """The values of a lookup's answer."""
    return None if told is None else dict(told["values"])
