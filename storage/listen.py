"""A line between the gateways of one PostgreSQL: what one says the others hear, and each has its own name.

Knows LISTEN and NOTIFY on a connection of its own, and the lock that keeps a gateway's name to one process as
long as that connection lasts; refuses to know what is said. Nothing waits but `Line` itself, to connect: what
is said goes out as the socket takes it.

A NOTIFY inside a transaction makes its commit wait for every other that notifies, the disk included, since
they are put in one order (PostgreSQL, NOTIFY; async.c). So it is said after the commit that it is about, in a
transaction of its own that waits for no disk. What a crash leaves unsaid is found by those who look.
"""

from __future__ import annotations

import os
from collections import deque
from typing import Any

import psycopg
from psycopg import pq
from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from storage.database import ALIVE, KEEPALIVE

CHANNEL = "eport"
NAMES = 0x65706F6E  # the space of the names' advisory locks
MOST_BYTES = 7_900  # of one call; PostgreSQL takes less than 8,000
_WAIT = "5s"  # for a connection of the same name that is just ending
_OPTIONS = " ".join(f"-c {each}" for each in (*ALIVE, "synchronous_commit=off", f"lock_timeout={_WAIT}"))


class NameTaken(Exception):
    """Another process serves under this node's name on this database."""


class LineLost(Exception):
    """The connection has ended, or says what it should not: open another."""


class Line:
    """One connection, open from the beginning until `close`."""

    def __init__(self, url: URL, node: str) -> None:
        """Connect, take the name, listen. Raises NameTaken, sqlalchemy.exc.DBAPIError, psycopg.Error."""
        engine = create_engine(
            url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"options": _OPTIONS, "application_name": f"eport-gateway {node}", **KEEPALIVE},
        )
        pooled = engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        self._connection: psycopg.Connection[Any] = connection
        try:
            connection.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", (NAMES, node))
            connection.execute(f"LISTEN {CHANNEL}")
        except BaseException as error:
            connection.close()
            if isinstance(error, psycopg.errors.LockNotAvailable):
                raise NameTaken(
                    f"another gateway serves as node {node} on this database: stop it, or give this one a "
                    "name of its own (node = … in gateway.toml)"
                ) from None
            raise
        self._wire: Any = connection.pgconn
        self._wire.nonblocking = 1
        # libpq closes its socket itself when the other end is gone; whoever waits on it has one that stays.
        self._socket = os.dup(self._wire.socket)
        self._own = self._wire.backend_pid
        self._waiting: deque[str] = deque()
        self._busy = False

    def fileno(self) -> int:
        """The socket to wait on; the same, and open, until `close`."""
        return self._socket

    @property
    def busy(self) -> bool:
        """Whether the last call is not yet out: what is said now waits for it."""
        return self._busy

    def say(self, text: str) -> bool:
        """Call to the others, at most MOST_BYTES of UTF-8; True when the socket has to be written to again.

        Raises LineLost.
        """
        self._waiting.append(text)
        return self.flush()

    def hear(self) -> list[str]:
        """What others have called; to be asked when the socket can be read. Raises LineLost."""
        try:
            self._wire.consume_input()
            while self._busy and not self._wire.is_busy():
                result = self._wire.get_result()
                if result is None:
                    self._busy = False
                elif result.status != pq.ExecStatus.TUPLES_OK:
                    raise LineLost(result.error_message.decode(errors="replace").strip())
            heard = []
            while (call := self._wire.notifies()) is not None:
                if call.be_pid != self._own:
                    heard.append(call.extra.decode(errors="replace"))
        except psycopg.Error as error:
            raise LineLost(str(error)) from error
        return heard

    def flush(self) -> bool:
        """Send what can be sent; True when the socket has to be written to again. Raises LineLost."""
        try:
            if not self._busy and self._waiting:
                given = [CHANNEL.encode(), self._waiting.popleft().encode()]
                self._wire.send_query_params(b"SELECT pg_notify($1, $2)", given)
                self._busy = True
            return bool(self._wire.flush())
        except psycopg.Error as error:
            raise LineLost(str(error)) from error

    def close(self) -> None:
        """Let go of the name."""
        self._connection.close()
        os.close(self._socket)
