"""系统通知 and 法规及政策文件: what customs has published for everybody, and what one party was told.

Knows the three kinds; refuses to know how publications are listed and read.
"""

from __future__ import annotations

from typing import ClassVar

from messages.annotations import Words
from messages.inspection.cases import NOTICE
from terminals.tui.columns import Column
from terminals.tui.publications import NewsList
from terminals.work.news import News

ANNOUNCEMENT, REGULATION = "announcement", "regulation"
_KINDS = {ANNOUNCEMENT: Words("公告", "announcement"), NOTICE: Words("通知", "notice")}


class Notices(NewsList):
    """公告消息: what everybody is told, and what only this party is."""

    KIND: ClassVar[str] = ANNOUNCEMENT
    DETAIL: ClassVar[str] = "inspection.read"
    WORDS: ClassVar[Words] = Words("公告消息", "Notices")
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("kind", Words("栏目", "Kind"), most=12),
        *NewsList.COLUMNS,
    )

    @property
    def kinds(self) -> tuple[str, ...]:
        """Both."""
        return tuple(_KINDS)

    def text(self, item: News, key: str) -> str:
        """Of which kind it is, besides."""
        return _KINDS[item.kind].in_language(self.language) if key == "kind" else super().text(item, key)


class Regulations(NewsList):
    """法规及政策文件查询."""

    KIND: ClassVar[str] = REGULATION
    DETAIL: ClassVar[str] = "inspection.read"
    WORDS: ClassVar[Words] = Words("法规及政策文件查询", "Laws and policies")
