"""Notices (通知公告): what customs publishes to all enterprises or to one, and what an enterprise reads.

Knows the message, its kind and who reads it; refuses to know how publications are listed and written.
"""

from __future__ import annotations

from typing import ClassVar

from messages.annotations import Words
from messages.enterprise.names import NOTICE
from messages.enterprise.publications import KIND
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.publications import NewsList
from terminals.tui.published import PublicationEntry, PublicationQuery, actions, columns, criteria
from terminals.tui.query import Action

_DATE = "applyDate"


class PublishedNotices(PublicationQuery):
    """通知公告查询, at the desk."""

    CODE: ClassVar[str] = NOTICE
    WORDS: ClassVar[Words] = Words("通知公告查询", "Published notices")
    CRITERIA: ClassVar[tuple[Criterion, ...]] = criteria("title", _DATE)
    COLUMNS: ClassVar[tuple[Column, ...]] = columns("title", _DATE)
    ACTIONS: ClassVar[tuple[Action, ...]] = actions("enterprise.case", "enterprise.publish")


class NoticeEntry(PublicationEntry):
    """发布通知公告: to the enterprise that is named, or to all."""

    CODE: ClassVar[str] = NOTICE
    WORDS: ClassVar[Words] = Words("发布通知公告", "Publish a notice")

    @property
    def READERS(self) -> Words:  # type: ignore[override]  # noqa: N802 - of most publications the same
        """Who sees what is on the form."""
        code = self.model.head.text("regCode")
        return Words(f"企业 {code} ", f"The enterprise {code}") if code else _ALL


_ALL = Words("所有企业", "All enterprises")


class NoticeList(NewsList):
    """通知公告, as an enterprise reads them."""

    KIND: ClassVar[str] = KIND
    DETAIL: ClassVar[str] = "enterprise.notice"
    WORDS: ClassVar[Words] = Words("通知公告", "Notices")
