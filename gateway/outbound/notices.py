"""Notices are written down (待发通知) in the transaction of whatever causes them, in both languages.

Knows addresses, channels and the bound of the queue; refuses to know why somebody is told something.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Self

import structlog
from sqlalchemy import Connection

from gateway import metrics
from gateway.outbound.letter import name_of, one_line, valid
from gateway.settings import Settings
from messages.workflow import Notify
from storage import notices, registry
from storage.notices import NewNotice

log = structlog.get_logger("gateway.outbound.notices")

_LETTER = """\
{zh}

{en}

--
{name}
本邮件由系统自动发送，请勿回复。 / This letter was sent by a machine: do not answer it.
"""
_LOG_IN = ("请登录系统查看和处理。", "Log in to read it and to act on it.")


class Notices:
    """Writes them; runs where the transaction does."""

    def __init__(
        self, channels: Mapping[str, Callable[[str], bool]], domain: str, name: str, most: int
    ) -> None:
        """`channels`: by name, whether each reaches an address. `domain`: the end of each notice's name.

        `name`: of the gateway, under each notice. `most` may wait.
        """
        self._channels = dict(channels)
        self._domain = domain
        self._name = name
        self._most = most

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the settings say."""
        mail = settings.mail
        return cls({"mail": valid} if mail.host else {}, mail.domain, settings.gateway.name, mail.waiting)

    @property
    def reach(self) -> bool:
        """Whether anybody can be told anything."""
        return bool(self._channels)

    def tell(self, conn: Connection, what: Notify, now: datetime) -> int:
        """What a step asked for, to the address it names, else to its party's own; how many were written."""
        addresses = [what.address] if what.address else registry.mails(conn, what.to)
        zh, en = what.words
        body = (f"{zh}\n{_LOG_IN[0]}", f"{en}\n{_LOG_IN[1]}")
        return sum(self.write(conn, what.key, what.to, each, f"{zh} / {en}", body, now) for each in addresses)

    def write(
        self,
        conn: Connection,
        key: str,
        party: str,
        address: str,
        subject: str,
        body: tuple[str, str],
        now: datetime,
    ) -> int:
        """One thing to one address, by each channel that reaches it; once for each key. How many.

        `body`: in Chinese and in English. Where too many wait it is not written, and the log says so.
        """
        written = 0
        text = _LETTER.format(zh=body[0], en=body[1], name=self._name)
        for channel, accepts in self._channels.items():
            if not accepts(address):
                continue
            if self.full(conn):
                metrics.NOTICES.labels("dropped").inc()
                log.error("a notice was not written: too many wait", party=party, most=self._most)
                continue
            name = name_of(f"{channel}\n{key}\n{address}", self._domain)
            new = NewNotice(name, channel, party, address, one_line(subject), text)
            if notices.add(conn, new, now):
                metrics.NOTICES.labels("written").inc()
                written += 1
        return written

    def crowded(self, conn: Connection) -> bool:
        """Whether half of the room is taken: what strangers cause may take no more of it."""
        return self.reach and 2 * notices.waiting(conn)[0] >= self._most

    def full(self, conn: Connection) -> bool:
        """Whether none may be added."""
        return notices.waiting(conn)[0] >= self._most
