"""新闻动态 and 资料中心: what China Customs has published for foreign officers.

Knows the two kinds; refuses to know how publications are listed and read.
"""

from __future__ import annotations

from typing import ClassVar

from messages.annotations import Words
from terminals.tui.publications import NewsList


class News(NewsList):
    """新闻动态."""

    KIND: ClassVar[str] = "news"
    DETAIL: ClassVar[str] = "assistance.read"
    WORDS: ClassVar[Words] = Words("新闻动态", "News")


class Material(NewsList):
    """资料中心."""

    KIND: ClassVar[str] = "material"
    DETAIL: ClassVar[str] = "assistance.read"
    WORDS: ClassVar[Words] = Words("资料中心", "Material centre")
