"""Charts, where people look rather than read: curves over hours, and bars with names.

Knows how numbers are drawn; refuses to know what they count. Plotext draws the curves; the bars are drawn
here, since it takes a Chinese letter for one cell and their names would break the lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.strip import Strip
from textual.widget import Widget
from textual_plotext import PlotextPlot

from messages.annotations import Words
from terminals.tui.cells import fit, width
from terminals.tui.words import both

COLOURS = ((0, 95, 175), (215, 95, 0), (0, 135, 95), (135, 0, 175))
"""Of the first curve, the second …; all of them among the 256."""
MARKERS = "*+xo"
"""What they are drawn with, so that nobody has to tell colours apart; every font has these."""
_TICKS = 12
_WIDEST_NAME = 28
_EIGHTHS = " ▏▎▍▌▋▊▉█"


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve: its name, and a number for each place."""

    words: Words
    numbers: Sequence[float]


class Legend(Widget):
    """What a chart is about, and which colour is which curve."""

    def __init__(self, title: Words, language: str) -> None:
        super().__init__()
        self._about = title
        self._language = language
        self._curves: tuple[Curve, ...] = ()

    def explain(self, curves: Sequence[Curve]) -> None:
        """These curves."""
        self._curves = tuple(curves)
        self.refresh()

    def retell(self, language: str) -> None:
        """The same in another language."""
        self._language = language
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The title, then each name in its colour, behind its marker."""
        ground = self.rich_style
        segments = [Segment(f"{self._about.in_language(self._language)}  ", ground + Style(bold=True))]
        for curve, (red, green, blue), marker in zip(self._curves, COLOURS, MARKERS, strict=False):
            colour = ground + Style.parse(f"bold rgb({red},{green},{blue})")
            segments.append(Segment(f"{marker * 2} {curve.words.in_language(self._language)}  ", colour))
        return Strip(segments).adjust_cell_length(self.size.width, ground)


class Curves(Vertical):
    """Up to four curves over the same places, such as the hours of a day."""

    def __init__(self, title: Words, language: str) -> None:
        super().__init__()
        self._legend = Legend(title, language)
        self._plot = PlotextPlot()

    def compose(self) -> ComposeResult:
        """The legend above the curves."""
        yield self._legend
        yield self._plot

    def show(self, places: Sequence[str], curves: Sequence[Curve]) -> None:
        """Draw them; `places`, as many as each curve has numbers, are named below the chart, in ASCII."""
        plt = self._plot.plt
        plt.clear_figure()
        at = [float(place) for place in range(len(places))]
        for curve, colour, marker in zip(curves, COLOURS, MARKERS, strict=False):
            plt.plot(at, list(curve.numbers), marker=marker, color=colour)
        every = max(1, -(-len(places) // _TICKS))
        plt.xticks(at[::every], list(places[::every]))
        plt.ylim(0, max((number for curve in curves for number in curve.numbers), default=0) or 1)
        self._legend.explain(curves)
        self._plot.refresh()

    def retell(self, language: str) -> None:
        """The names in another language."""
        self._legend.retell(language)


@dataclass(frozen=True, slots=True)
class Measure:
    """One bar: its name, its number, and how the number is written if not as it is."""

    words: Words
    number: float
    written: str = ""

    @property
    def text(self) -> str:
        """The number as it is shown."""
        return self.written or f"{self.number:g}"


class Bars(Widget):
    """Named bars, one below the other, the longest as wide as there is room."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"bars--title", "bars--bar", "bars--number"}

    def __init__(
        self,
        title: Words,
        language: str,
        *,
        none: Words | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        """`none`: what is said where there is no bar to draw."""
        super().__init__(id=id)
        self._none = none or both("charts-nothing")
        self._known = False  # a chart of nothing is one thing, a chart that is still to come another
        self._about = title
        self._language = language
        self._measures: tuple[Measure, ...] = ()

    def show(self, measures: Sequence[Measure]) -> None:
        """These bars, in this order; those that have no room are left out, and their number is said."""
        self._measures = tuple(measures)
        self._known = True
        self.refresh()

    def retell(self, language: str) -> None:
        """The names in another language."""
        self._language = language
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The title, then a bar a line."""
        ground, wide = self.rich_style, self.size.width
        if y == 0:
            style = self.get_component_rich_style("bars--title")
            return Strip([Segment(fit(self._about.in_language(self._language), wide), style)], wide)
        if y == 1 and self._known and not self._measures:
            quiet = self.get_component_rich_style("bars--number")
            return Strip([Segment(fit(self._none.in_language(self._language), wide), quiet)], wide)
        room = self.size.height - 1
        if y == room and len(self._measures) > room:
            return Strip([Segment(fit(f"… +{len(self._measures) - room + 1}", wide), ground)], wide)
        if y > len(self._measures):
            return Strip.blank(wide, ground)
        return Strip(self._bar(self._measures[y - 1])).adjust_cell_length(wide, ground)

    def _bar(self, measure: Measure) -> list[Segment]:
        names = [each.words.in_language(self._language) for each in self._measures]
        named = min(_WIDEST_NAME, self.size.width // 3, max(map(width, names)))
        written = max(width(each.text) for each in self._measures)
        room = max(1, self.size.width - named - written - 3)
        most = max(each.number for each in self._measures) or 1
        eighths = round(8 * room * max(0.0, measure.number) / most)
        bar = _EIGHTHS[8] * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
        name = fit(measure.words.in_language(self._language), named, right=True)
        return [
            Segment(f"{name} ", self.rich_style),
            Segment(
                bar,
                self.get_component_rich_style("bars--bar", partial=True) + self.rich_style.background_style,
            ),
            Segment(f" {measure.text}", self.get_component_rich_style("bars--number")),
        ]
