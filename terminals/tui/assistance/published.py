"""What customs publishes for foreign officers (新闻动态、资料中心).

Knows the message and who reads it; refuses to know how publications are listed, written and withdrawn.
"""

from __future__ import annotations

from typing import ClassVar

from messages.annotations import Words
from terminals.tui.assistance.lists import DATE
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.published import PublicationEntry, PublicationQuery, actions, columns, criteria
from terminals.tui.query import Action

CODE = "CMA171"


class Publications(PublicationQuery):
    """发布查询."""

    CODE: ClassVar[str] = CODE
    CRITERIA: ClassVar[tuple[Criterion, ...]] = criteria("title", DATE)
    COLUMNS: ClassVar[tuple[Column, ...]] = columns("title", DATE)
    ACTIONS: ClassVar[tuple[Action, ...]] = actions("assistance.case", "assistance.publish")


class Publication(PublicationEntry):
    """发布: news or material."""

    CODE: ClassVar[str] = CODE
    WORDS: ClassVar[Words] = Words("发布新闻资料", "Publish")
    READERS: ClassVar[Words] = Words("所有外方官员", "All foreign officers")
