"""Notices (通知公告): what customs publishes to all enterprises or to one, and what an enterprise reads.

Knows the message, its kind and who reads it; refuses to know how publications are listed and written.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import ClassVar

from messages.annotations import Words
from messages.enterprise.names import NOTICE
from messages.enterprise.publications import KIND
from terminals.trouble import Trouble
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.enterprise.filing import filed_now
from terminals.tui.publications import NewsList
from terminals.tui.published import PublicationEntry, PublicationQuery, actions, columns, criteria
from terminals.tui.query import Action
from terminals.work.checks import Purpose
from terminals.work.found import CaseLine

_DATE = "applyDate"
_TO = Words("接收企业", "Addressed to")
_ALL = Words("所有企业", "All enterprises")


class PublishedNotices(PublicationQuery):
    """通知公告查询, at the desk."""

    CODE: ClassVar[str] = NOTICE
    WORDS: ClassVar[Words] = Words("通知公告查询", "Published notices")
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        *criteria("title", _DATE), Criterion("regCode.starts", _TO),
    )  # fmt: skip
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        *columns("title", _DATE), Column("regCode", _TO, cells=12, sorts=True),
    )  # fmt: skip
    ACTIONS: ClassVar[tuple[Action, ...]] = actions("enterprise.case", "enterprise.publish")

    def text(self, item: CaseLine, key: str) -> str:
        """A notice without an enterprise is for all."""
        text = super().text(item, key)
        return text if text or key != "regCode" else _ALL.in_language(self.language)


class NoticeEntry(PublicationEntry):
    """发布通知公告: to the enterprise that is named, or to all."""

    CODE: ClassVar[str] = NOTICE
    WORDS: ClassVar[Words] = Words("发布通知公告", "Publish a notice")

    _addressed = ""  # the name of the enterprise that is addressed, as far as it is known

    @property
    def READERS(self) -> Words:  # type: ignore[override]  # noqa: N802 - of most publications the same
        """Who sees what is on the form."""
        code = self.model.head.text("regCode")
        if not code:
            return _ALL
        return Words(f"企业 {code} {self._addressed}".rstrip(), f"{code} {self._addressed}".rstrip())

    async def right(self, purpose: Purpose) -> bool:
        """The one enterprise that is addressed is called by its name in the question, if it is filed."""
        code, self._addressed = self.model.head.text("regCode"), ""
        if not await super().right(purpose):
            return False
        if code:
            with suppress(Trouble):  # without an answer it is called by its code
                filed = await asyncio.to_thread(filed_now, self.work.line, code)
                self._addressed = str((filed or {}).get("cnName", ""))
        return True


class NoticeList(NewsList):
    """通知公告, as an enterprise reads them."""

    KIND: ClassVar[str] = KIND
    DETAIL: ClassVar[str] = "enterprise.notice"
    WORDS: ClassVar[Words] = Words("通知公告", "Notices")
