"""The line to the gateway: HTTPS with keep-alive, the configured CA only, and patience.

Knows how to carry the same bytes again and how long to wait between tries; refuses to know what they mean.
Nothing is signed here, so a retry can never be signed anew. No proxy, no system CA, no redirect.
"""

from __future__ import annotations

import contextlib
import math
import random
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Any, Self, TypeVar
from weakref import WeakSet

import httpx

from terminals.trouble import NoAnswer, Trouble, Unreachable, Unusable

T = TypeVar("T")

Body = bytes | Callable[[], Iterable[bytes]]
"""What is sent: at once, or made anew in pieces for each try; then a header says its Content-Length."""

Take = Callable[[Iterable[bytes]], None]
"""Takes an answer's body in pieces, each try's from the beginning."""

MAX_ANSWER = 64 * 1024 * 1024  # bytes; a page of receipts is far below
CONNECT = 10.0  # seconds
ANSWER = 60.0  # seconds between two bytes of an answer, beyond what it asked the gateway to wait
_BUSY = frozenset({408, 429, 503})
_FAULT = frozenset({500, 502, 504})


@dataclass(frozen=True, slots=True)
class Response:
    """A definitive answer: status, body, and headers with lower-case names."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on trying: waits grow from `first` by `factor` up to `longest`, for `total` seconds.

    A Retry-After of the gateway replaces a shorter wait. `math.inf` never gives up. With `jitter` 0.2 a wait
    is spread by ±20 %, so that terminals which lost a gateway together don't come back together.
    """

    total: float = 60.0
    first: float = 0.5
    factor: float = 2.0
    longest: float = 30.0
    jitter: float = 0.2

    def wait(self, attempt: int, retry_after: float | None, chance: float) -> float:
        """Seconds before try `attempt` + 1 (attempts count from 0); `chance` is within 0..1."""
        wait = min(self.first * self.factor ** min(attempt, 64), self.longest)
        wait *= 1 + self.jitter * (2 * chance - 1)
        return max(wait, retry_after or 0.0)


FOR_EVER = Patience(total=math.inf)


def tls(ca: Path) -> ssl.SSLContext:
    """A client context: TLS 1.2 or later, host name checked, trusting what is in `ca` and nothing else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cafile=str(ca))
    except (OSError, ssl.SSLError) as error:
        raise Unusable("ca-wrong", file=ca, reason=getattr(error, "strerror", None) or error) from None
    return context


def origin_of(url: str) -> str:
    """`https://host:port`, the port always written: what a login signs. Raises Unusable for anything else."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        raise Unusable("url-wrong", url=url) from None
    if (
        parts.scheme != "https"
        or not parts.host
        or parts.path not in ("", "/")
        or parts.query
        or parts.userinfo
    ):
        raise Unusable("url-wrong", url=url)
    host = parts.raw_host.decode("ascii").lower()
    return f"https://{f'[{host}]' if ':' in host else host}:{parts.port or 443}"


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header (RFC 9110, 10.2.3) asks for; None without a readable one."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        return max((parsedate_to_datetime(value) - now).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None


def definitive(status: int, content: bytes, headers: Mapping[str, str]) -> Response:
    """The answer, if it is one; raises NoAnswer for a status after which the same bytes may go again."""
    named = {name.lower(): value for name, value in headers.items()}
    asked = retry_after(named.get("retry-after"), datetime.now(UTC))
    if status in _BUSY or (status == 413 and asked is not None):
        raise NoAnswer("reason-busy", status=status, retry_after=asked)
    if status in _FAULT:
        raise NoAnswer("reason-fault", status=status, retry_after=asked)
    return Response(status, content, named)


class Gateway:
    """One gateway, over kept connections. Close it, or use it in a `with`."""

    def __init__(
        self,
        url: str,
        ca: Path,
        *,
        patience: Patience | None = None,
        answer: float = ANSWER,
        on_wait: Callable[[Trouble, float], None] | None = None,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """`trust`: what `tls(ca)` has made, for a gateway that others ask too."""
        self.origin = origin_of(url)
        self.patience = patience or Patience()
        self._ca = ca
        self._trust = trust or tls(ca)
        self._answer = answer
        self._on_wait = on_wait
        self._over = Event()
        self._sleep = sleep or self._over.wait
        self._clock = clock
        self._chance = random.SystemRandom().random
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._http = httpx.Client(
            base_url=self.origin,
            verify=self._trust,
            trust_env=False,
            timeout=httpx.Timeout(answer, connect=CONNECT),
            limits=httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=60),
        )

    def twin(self, patience: Patience, answer: float) -> Gateway:
        """The same gateway over connections of its own, with other patience."""
        return Gateway(self.origin, self._ca, patience=patience, answer=answer, trust=self._trust)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    @property
    def left(self) -> bool:
        """Whether `leave` was called."""
        return self._over.is_set()

    def leave(self) -> None:
        """Break off whatever is waiting, in any thread, and refuse what comes: NoAnswer or Unreachable."""
        self._over.set()
        for line in list(self._sockets):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)  # closing alone does not wake a thread that reads

    def request(
        self,
        method: str,
        path: str,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        wait: float = 0.0,
        take: Take | None = None,
    ) -> Response:
        """A definitive answer to one request, its same bytes sent again until there is one.

        `wait` is how many seconds the request itself asks the gateway to hold on; `take` gets the body of an
        answer 200. Raises Unreachable when patience is over.
        """
        return self.patiently(lambda: self.once(method, path, body, headers, wait=wait, take=take))

    def patiently(self, attempt: Callable[[], T]) -> T:
        """What `attempt` returns, tried again after growing waits for as long as it raises NoAnswer."""
        started = self._clock()
        tries = 0
        while True:
            try:
                return attempt()
            except NoAnswer as trouble:
                wait = self.patience.wait(tries, trouble.retry_after, self._chance())
                spent = self._clock() - started
                if spent + wait > self.patience.total or self._over.is_set():
                    raise Unreachable(
                        "no-answer", origin=self.origin, reason=trouble, seconds=round(spent)
                    ) from trouble
                if self._on_wait:
                    self._on_wait(trouble, wait)
                self._sleep(wait)
                tries += 1

    def once(
        self,
        method: str,
        path: str,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        wait: float = 0.0,
        take: Take | None = None,
    ) -> Response:
        """One try. Raises NoAnswer where the same bytes may go again, Unreachable where TLS is refused."""
        timeout = httpx.Timeout(self._answer + wait, connect=CONNECT)
        if self._over.is_set():
            raise NoAnswer("reason-left")
        try:
            with self._http.stream(
                method,
                path,
                content=body() if callable(body) else body,
                headers=headers,
                timeout=timeout,
                extensions={"trace": self._trace},
            ) as answer:
                content = b""
                if take is not None and answer.status_code == 200:
                    take(answer.iter_bytes())
                else:
                    content = self._read(answer)
        except httpx.ConnectError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error) or "SSL" in str(error):
                raise Unreachable("tls-refused", origin=self.origin, detail=error) from None
            raise NoAnswer("reason-connect", detail=error) from None
        except httpx.TimeoutException:
            raise NoAnswer("reason-timeout") from None
        except (ValueError, AttributeError):
            if self._over.is_set():  # ssl's word for a connection that `leave` broke off
                raise NoAnswer("reason-left") from None
            raise
        except httpx.TransportError as error:
            raise NoAnswer("reason-broken", detail=str(error) or type(error).__name__) from None
        return definitive(answer.status_code, content, answer.headers)

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Of httpcore: remember each connection's socket, which nothing else leads to while it waits."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            line = info["return_value"].get_extra_info("socket")
            self._sockets.add(line)
            if self._over.is_set():  # it was made while `leave` went through the others
                line.close()

    def _read(self, answer: httpx.Response) -> bytes:
        chunks: list[bytes] = []
        size = 0
        for chunk in answer.iter_bytes():
            size += len(chunk)
            if size > MAX_ANSWER:
                raise Unreachable("answer-too-long", origin=self.origin, limit=MAX_ANSWER)
            chunks.append(chunk)
        return b"".join(chunks)
