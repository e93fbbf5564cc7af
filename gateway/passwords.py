"""Passwords (口令) hashed with argon2id, one at a time, off the reactor's thread.

Knows one set of parameters; refuses to know accounts. One verification takes 19 MiB and some twenty
milliseconds: a single thread with a short queue keeps logins from taking the memory or the cores of messages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar, cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type
from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

T = TypeVar("T")

MAX_QUEUE: Final = 16
MIN_PASSWORD: Final = 12  # characters, of a new one
MAX_PASSWORD: Final = 256

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)


class TooManyLogins(Exception):
    """More logins by password are under way than are worked off in time: try again in a moment."""


def hashed(password: str) -> str:
    """The hash to store. ValueError when the password is empty or longer than MAX_PASSWORD."""
    if not 0 < len(password) <= MAX_PASSWORD:
        raise ValueError(f"a password has 1 to {MAX_PASSWORD} characters")
    return _HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one of `stored`; without one it takes as long and is False."""
    try:
        _HASHER.verify(stored or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


_NOBODY: list[str] = []


def _nobody() -> str:
    """The hash of a password that nobody has, made when first needed."""
    if not _NOBODY:
        _NOBODY.append(_HASHER.hash("\0nobody"))
    return _NOBODY[0]


class Passwords:
    """The one thread that checks passwords."""

    def __init__(self, reactor: IReactorFromThreads) -> None:
        self._reactor = reactor
        self._pool = ThreadPool(0, 1, "passwords")
        self._pool.start()
        self._waiting = 0

    def check(self, stored: str | None, password: str) -> Deferred[bool]:
        """Whether `password` matches. Fails with TooManyLogins."""
        return cast("Deferred[bool]", self._run(matches, stored, password))

    def hash(self, password: str) -> Deferred[str]:
        """What is stored of a new one. Fails with TooManyLogins, ValueError."""
        return cast("Deferred[str]", self._run(hashed, password))

    def _run(self, work: Callable[..., T], *given: object) -> Deferred[T]:
        if self._waiting >= MAX_QUEUE:
            return fail(TooManyLogins("too many logins by password at once; try again in a moment"))
        self._waiting += 1
        done: Deferred[T] = deferToThreadPool(self._reactor, self._pool, work, *given)
        return done.addBoth(self._done)

    def _done(self, result: T) -> T:
        self._waiting -= 1
        return result

    def stop(self) -> None:
        """Finish the check under way and end the thread."""
        self._pool.stop()
