"""What customs and the operator have published (新闻动态, 资料中心): read newest first, with its files.

Knows the form of the answers; refuses to know who publishes and how it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from messages.workflow import File


@dataclass(frozen=True, slots=True)
class News:
    """One bulletin."""

    number: int
    kind: str
    title: str
    body: str
    publisher: str  # dxpId
    published: str  # wire time
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class NewsPage:
    """Some of them; `before` is the number to read on from, None at the end."""

    news: tuple[News, ...]
    before: int | None


def news_of(told: Any) -> News:
    """What an answer's JSON says of one."""
    files = tuple(
        File(each["sha256"], each["size"], each["mediaType"], each["name"]) for each in told["files"]
    )
    return News(
        told["id"], told["kind"], told["title"], told["body"], told["publisher"], told["publishedAt"], files
    )


def page_of(told: Any) -> NewsPage:
    """What an answer's JSON says of some; of none where there is no answer."""
    return NewsPage(tuple(news_of(each) for each in told["bulletins"]), told["before"])
