"""A layout whose children lie where a function says: an editor upon the field that it edits.

Knows one region; refuses to know what lies there.
"""

from __future__ import annotations

from collections.abc import Callable

from textual.geometry import Offset, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget


class Within(Layout):
    """All children in one place."""

    name = "within"

    def __init__(self, place: Callable[[], Region]) -> None:
        """`place`: where that is now, in cells of the parent."""
        super().__init__()
        self._place = place

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        """There, every time anew."""
        region = self._place()
        return [WidgetPlacement(region, Offset(), Spacing(), child) for child in children]
