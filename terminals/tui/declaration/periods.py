"""Ranges of time by one key or a button: 当天、本周、本月、三个月.

Knows when each of them begins, and the criterion that it is typed into; refuses to know what is searched.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.wire import CST
from terminals.tui.buttons import Option
from terminals.tui.criteria import Criterion
from terminals.tui.searching import SearchPage

T = TypeVar("T")

PERIODS: tuple[tuple[str, Words, Callable[[date], date]], ...] = (
    ("today", Words("当天", "Today"), lambda day: day),
    ("week", Words("本周", "This week"), lambda day: day - timedelta(days=day.weekday())),
    ("month", Words("本月", "This month"), lambda day: day.replace(day=1)),
    ("quarter", Words("三个月", "3 months"), lambda day: three_months_before(day)),
)
"""The shortcuts: what they are called, and when the range begins that ends today."""


def three_months_before(day: date) -> date:
    """The same day three months before, or the last of that month."""
    month = day.month - 3
    first = date(day.year - (month < 1), (month - 1) % 12 + 1, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


class PeriodPage(SearchPage[T]):
    """A list with a criterion of time, PERIOD, which the shortcuts fill in."""

    PERIOD: ClassVar[Criterion]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+t", "period", "declaration-period")]

    _period = -1  # the shortcut that was taken last

    @property
    def today(self) -> date:
        """The day in China."""
        return self.terminal.clock().astimezone(CST).date()

    def take_period(self, place: int) -> None:
        """Type one of PERIODS in."""
        self._period = place
        self.since(PERIODS[place][2](self.today))

    def since(self, day: date) -> None:
        """Type in the time from that day until today."""
        self.criteria.put(self.PERIOD.column, day.isoformat(), self.today.isoformat())

    def action_period(self) -> None:
        """The next shortcut, and the list of it at once."""
        self.take_period((self._period + 1) % len(PERIODS))
        self.action_run()

    def action_act(self, key: str) -> None:
        """A shortcut, or an action by its name."""
        names = [name for name, *_ in PERIODS]
        if key in names:
            self.take_period(names.index(key))
            self.action_run()
        else:
            super().action_act(key)

    def _finding(self) -> list[Option]:
        """Searching, and the shortcuts."""
        periods = [Option(name, words) for name, words, _ in PERIODS]
        return [*super()._finding(), *periods]
