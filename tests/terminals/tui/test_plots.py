"""Charts."""

from __future__ import annotations

import pytest

from messages.annotations import Words
from terminals.tui.cells import width
from terminals.tui.plots import Bars, Curve, Curves, Measure
from tests.terminals.tui.stage import SMALL, Stage, shown, text

HOURS = [f"{hour:02}" for hour in range(24)]
MESSAGES = Words("报文", "messages")
RECEIPTS = Words("回执", "receipts")


@pytest.mark.asyncio
async def test_curves_are_told_apart_by_more_than_colour() -> None:
    """Each is drawn with its own sign, which the legend names in both languages."""
    curves = Curves(Words("报文与回执", "Messages and receipts"), "zh")
    app = Stage(curves)
    async with app.run_test(size=SMALL) as pilot:
        curves.show(HOURS, [Curve(MESSAGES, [1] * 24), Curve(RECEIPTS, [9] * 24)])
        await pilot.pause()
        lines = text(app)
        assert "** 报文" in lines[0]
        assert "++ 回执" in lines[0]
        rows = {sign: next(at for at, line in enumerate(lines[1:]) if sign * 20 in line) for sign in "*+"}
        assert rows["+"] < rows["*"]
        assert "00" in lines[-1]
        assert "22" in lines[-1]
        curves.retell("en")
        await pilot.pause()
        assert "Messages and receipts" in text(app)[0]
        assert "++ receipts" in text(app)[0]


@pytest.mark.asyncio
async def test_a_day_without_anything_is_a_chart_too() -> None:
    """Nothing counted, or no hours at all."""
    curves = Curves(Words("报文与回执"), "zh")
    app = Stage(curves)
    async with app.run_test(size=SMALL) as pilot:
        curves.show(HOURS, [Curve(MESSAGES, [0] * 24)])
        await pilot.pause()
        curves.show([], [])
        await pilot.pause()
        assert "报文与回执" in text(app)[0]


@pytest.mark.asyncio
async def test_bars_are_as_long_as_their_numbers_and_begin_below_each_other() -> None:
    """Chinese names take two cells a letter, and the bars are aligned all the same."""
    bars = Bars(Words("退单原因", "Refusals by reason"), "zh")
    app = Stage(bars)
    async with app.run_test(size=SMALL) as pilot:
        bars.show([
            Measure(Words("签名无效", "signature invalid"), 40),
            Measure(Words("重复", "repeated"), 20),
            Measure(Words("旧报文", "old"), 0, "none"),
        ])  # fmt: skip
        await pilot.pause()
        first, second, third = text(app)[1:4]
        assert width(first.partition("█")[0]) == width(second.partition("█")[0])
        assert first.count("█") // 2 == second.count("█") > 0
        assert third.rstrip().endswith("旧报文  none")
        bars.retell("en")
        await pilot.pause()
        assert "signature invalid" in shown(app)
        assert "签名无效" not in shown(app)


@pytest.mark.asyncio
async def test_bars_of_nothing_say_so_once_that_is_known() -> None:
    """Until the figures are here nothing is said; then it is, in the language that is spoken."""
    bars = Bars(Words("退单原因"), "zh", none=Words("没有退回。", "Nothing was refused."))
    app = Stage(bars)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert "没有退回" not in shown(app)
        bars.show(())
        await pilot.pause()
        assert text(app)[1].strip() == "没有退回。"
        bars.retell("en")
        await pilot.pause()
        assert text(app)[1].strip() == "Nothing was refused."
        bars.show((Measure(Words("重复", "repeated"), 1),))
        await pilot.pause()
        assert "Nothing" not in shown(app)


@pytest.mark.asyncio
async def test_bars_that_have_no_room_are_counted() -> None:
    """So that nobody takes the list for complete."""
    bars = Bars(Words("退单原因"), "zh")
    app = Stage(bars)
    async with app.run_test(size=SMALL) as pilot:
        bars.show([Measure(Words(f"原因{at}"), at) for at in range(30)])
        await pilot.pause()
        assert "原因21" in shown(app)
        assert "… +8" in text(app)[-1]
