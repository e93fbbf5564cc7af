"""The body of a form: line after line by keyboard, and what can be done with lines."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from terminals.tui.choose import Choose, ChooseMany
from terminals.tui.dialogs import Ask
from terminals.tui.lines import Lines
from terminals.tui.parting import HEAD
from terminals.work.checks import Purpose
from tests.terminals.tui.desk import Desk, burst
from tests.terminals.tui.stage import LARGE, SMALL, shown, style_at, text, until
from tests.terminals.work.forms import empty, stocktake

LINE_KEYS = [
    *"1", "enter", *"8542390000", "enter", *"集成电路", "enter", "enter", *"007", "enter",
    *"1", "enter", *"2", "enter", *"3", "enter", "enter", "enter", "enter", "enter",
]  # fmt: skip
"""A line from 备案序号 to before 总库存数量."""


def body(app: Desk) -> Lines:
    """The lines in front."""
    lines = app.view.lines
    assert lines is not None
    return lines


def names(app: Desk) -> list[str]:
    """备案序号 of every line."""
    return [row.text("recordNo") for row in app.model.rows("Line")]


async def at_the_end_of_the_head(pilot: Pilot[None], app: Desk) -> None:
    """The cursor is in 备注."""
    app.view.head.focus_field("note")
    await pilot.pause()


@pytest.mark.asyncio
async def test_enter_behind_the_last_head_field_opens_the_body() -> None:
    """With a new line, the cursor in its first field."""
    app = Desk(stocktake())
    async with app.run_test(size=SMALL) as pilot:
        await at_the_end_of_the_head(pilot, app)
        await pilot.press("enter")
        await pilot.pause()
        assert (app.at, app.view.part) == ("Line[1]/recordNo", "Line")
        assert "表体 1" in text(app)[0]


@pytest.mark.asyncio
async def test_the_body_is_closed_until_the_head_is_complete() -> None:
    """The cursor is on what is missing, and the help line says so; no line was begun."""
    model = stocktake()
    model.set(model.head, "stockDate", "")
    app = Desk(model)
    async with app.run_test(size=SMALL) as pilot:
        await at_the_end_of_the_head(pilot, app)
        await pilot.press("enter")
        await pilot.pause()
        assert (app.at, app.view.part) == ("stockDate", HEAD)
        assert "表头未录入完成，不能录入表体：盘库日期 不能为空" in text(app)[-2]
        await pilot.press("ctrl+t")
        await pilot.pause()
        assert (app.at, names(app)) == ("stockDate", [])


@pytest.mark.asyncio
async def test_enter_behind_the_last_line_field_opens_the_next_line() -> None:
    """Two lines typed without a pause, however they arrive; the sum is filled in by itself."""
    app = Desk(stocktake())
    async with app.run_test(size=SMALL) as pilot:
        await at_the_end_of_the_head(pilot, app)
        await burst(pilot, ["enter", *LINE_KEYS, "enter", "2", *LINE_KEYS[1:], *"99", "enter", "3"])
        await until(pilot, lambda: app.at == "Line[3]/recordNo")
        rows = app.model.rows("Line")
        assert names(app) == ["1", "2", "3"]
        assert [row.text("totalQty") for row in rows] == ["6", "99", ""]
        assert [row.text("gName") for row in rows] == ["集成电路", "集成电路", ""]
        assert "007 个" in shown(app)


@pytest.mark.asyncio
async def test_an_empty_line_at_the_end_is_no_line() -> None:
    """It is not begun twice, and gone before the form is sent."""
    app = Desk(stocktake(1))
    async with app.run_test(size=SMALL) as pilot:
        app.view.show_part("Line")
        body(app).action_new()
        body(app).action_new()
        await pilot.press(*["enter"] * 13)
        await pilot.pause()
        assert len(app.model.rows("Line")) == 2
        app.view.settle()
        await pilot.pause()
        assert len(app.model.rows("Line")) == 1
        assert app.model.verdict(Purpose.DECLARE) is None
        assert "表体 1" in text(app)[0]
        await pilot.press("insert", "7")
        await pilot.pause()
        assert names(app) == ["1", "7"]


@pytest.mark.asyncio
async def test_looking_into_an_empty_body_begins_nothing() -> None:
    """Ctrl+T there and back: no line, nothing missing, nothing changed; once something is typed, there is."""
    app = Desk(stocktake(0))
    app.model.settled()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+t")
        assert app.at == "Line[1]/recordNo"
        await pilot.press("ctrl+t")
        await pilot.pause()
        assert (app.view.part, names(app)) == (HEAD, [])
        assert not app.model.dirty
        await pilot.press("ctrl+t", "7", "ctrl+t")
        await pilot.pause()
        assert (app.view.part, names(app)) == (HEAD, ["7"])
        assert app.model.dirty


@pytest.mark.asyncio
async def test_going_back_before_the_first_line_is_going_into_the_head() -> None:
    """And before another line, into the one before it."""
    app = Desk(stocktake(2))
    async with app.run_test(size=SMALL) as pilot:
        app.view.show_part("Line")
        body(app).to(app.model.rows("Line")[1])
        await pilot.press("shift+tab")
        assert app.at == "Line[1]/totalQty"
        await pilot.press(*["shift+tab"] * 13)
        await pilot.pause()
        assert (app.at, app.view.part) == ("note", HEAD)


@pytest.mark.asyncio
async def test_page_keys_go_to_the_same_field_of_other_lines() -> None:
    """To type a column."""
    app = Desk(stocktake(3))
    async with app.run_test(size=SMALL) as pilot:
        app.view.show_part("Line")
        await pilot.press("enter", "pagedown", "pagedown", "pagedown")
        assert app.at == "Line[3]/codeTs"
        await pilot.press("pageup", "ctrl+a", *"77")
        assert [row.text("codeTs") for row in app.model.rows("Line")] == ["8542390000", "77", "8542390000"]
        await pilot.pause()
        assert app.view.lines is not None
        assert app.view.lines.grid.row == 1


@pytest.mark.asyncio
async def test_the_list_shows_what_is_wrong_or_missing_in_a_line() -> None:
    """By a mark as well as by colour."""
    model = stocktake(2)
    model.set(model.rows("Line")[0], "recordNo", "x1")
    model.set(model.rows("Line")[1], "codeTs", "")
    app = Desk(model)
    async with app.run_test(size=SMALL) as pilot:
        app.view.show_part("Line")
        await pilot.pause()
        first, second = text(app)[2:4]
        assert "!x1" in first
        assert "*" in second
        wrong, missing = style_at(app, first.index("!"), 2), style_at(app, second.index("*"), 3)
        assert wrong[0] == missing[0] != style_at(app, 4, 2)[0]


@pytest.mark.asyncio
async def test_the_list_follows_what_is_typed() -> None:
    """Letter by letter; a column grows with what is in it."""
    app = Desk(stocktake(2))
    async with app.run_test(size=SMALL) as pilot:
        app.view.show_part("Line")
        await pilot.press("enter", "enter", *"多层陶瓷电容器")
        await pilot.pause()
        assert "多层陶瓷电容器" in text(app)[2]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "left"), [("y", ["2"]), ("n", ["1", "2", "3"]), ("enter", ["1", "2", "3"])]
)
async def test_marked_lines_are_deleted_after_a_question(answer: str, left: list[str]) -> None:
    """是否确认删除选中的表体数据: Enter is no; those left close up."""
    model = stocktake(3)
    for number, row in enumerate(model.rows("Line"), 1):
        model.set(row, "recordNo", str(number))
    app = Desk(model)
    async with app.run_test(size=SMALL) as pilot:
        app.view.show_part("Line")
        await pilot.press("escape", "space", "down", "space", "delete")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        assert "是否确认删除选中的表体数据（2 条）？" in shown(app)
        await pilot.press(answer)
        await pilot.pause()
        assert names(app) == left
        assert [row.text("seqNo") for row in app.model.rows("Line")] == [
            str(at + 1) for at in range(len(left))
        ]


@pytest.mark.asyncio
@pytest.mark.parametrize("way", ["key", "mouse"])
async def test_lines_have_a_menu(way: str) -> None:
    """新增、复制、删除、选择显示列, by a key or the right button."""
    app = Desk(stocktake(2))
    async with app.run_test(size=SMALL) as pilot:
        app.view.show_part("Line")
        await pilot.pause()

        async def menu(*keys: str) -> None:
            if way == "key":
                await pilot.press("alt+m")
            else:
                await pilot.click(body(app).grid, offset=(10, 1), button=3)
            await until(pilot, lambda: isinstance(app.screen, Choose))
            await pilot.press(*keys)
            await pilot.pause()

        await menu("down", "enter")
        assert names(app) == ["1", "1", "1"]
        await menu("end", "enter")
        await until(pilot, lambda: isinstance(app.screen, ChooseMany))
        await pilot.press("down", "space", "enter")
        await pilot.pause()
        assert "备案序号" not in text(app)[1]
        assert "商品编码" in text(app)[1]
        await menu("enter")
        assert app.at == "Line[4]/recordNo"


@pytest.mark.asyncio
async def test_a_lookup_closes_and_fills_the_fields_it_knows() -> None:
    """备案序号 pulls 商品编码, 商品名称 and 计量单位, which are grey then; the cursor goes on behind them."""
    app = Desk(stocktake(mgmtMode="1", bookNo="C1234"))
    async with app.run_test(size=SMALL) as pilot:
        app.view.show_part("Line")
        await pilot.press("5", "enter")
        await until(pilot, lambda: app.owed > 0)
        assert app.at == "Line[1]/gModel"
        (question,) = app.model.questions(app.model.rows("Line")[0])
        app.view.answer(
            question, {"codeTs": "8542390000", "gName": "集成电路", "unit": "007", "gModel": "A-1"}
        )
        await pilot.pause()
        assert app.line().value == "A-1"
        assert "▪ 8542390000" in shown(app)


@pytest.mark.asyncio
async def test_a_number_that_is_not_filed_is_wrong_in_words() -> None:
    """Refused, at the field."""
    app = Desk(stocktake(mgmtMode="1", bookNo="C1234"))
    async with app.run_test(size=SMALL) as pilot:
        app.view.show_part("Line")
        await pilot.press("5", "enter")
        (question,) = app.model.questions(app.model.rows("Line")[0])
        app.view.answer(question, None)
        await pilot.press("shift+tab")
        await pilot.pause()
        assert "备案序号 在备案数据中不存在，请修改" in text(app)[-1]


@pytest.mark.asyncio
async def test_head_and_body_are_seen_together_where_there_is_room() -> None:
    """At 120×40; at 80×24 one at a time, and Ctrl+T or a click changes it."""
    app = Desk(stocktake(2))
    async with app.run_test(size=LARGE) as pilot:
        await pilot.pause()
        assert "企业内部编号" in shown(app)
        assert "料件库存数量" in shown(app)
    app = Desk(stocktake(2))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert "料件库存数量" not in shown(app)
        await pilot.press("ctrl+t")
        await pilot.pause()
        assert "料件库存数量" in shown(app)
        assert "盘库日期" not in shown(app)
        await pilot.click(offset=(2, 0))
        await pilot.pause()
        assert (app.at, "盘库日期" in shown(app)) == ("etpsInnerNo", True)


@pytest.mark.asyncio
async def test_another_language_keeps_the_line_and_what_is_typed_in_it() -> None:
    """In the middle of a line."""
    app = Desk(stocktake(3))
    async with app.run_test(size=SMALL) as pilot:
        app.view.show_part("Line")
        await pilot.press("pagedown", "enter", "enter", "ctrl+a", *"Chip")
        app.view.retell("en")
        await pilot.pause()
        assert (app.at, app.line().value, body(app).grid.row) == ("Line[2]/gName", "Chip", 1)
        assert "Name of the goods" in text(app)[1]
        assert "007 piece" in shown(app)
        await pilot.press("s")
        assert app.model.rows("Line")[1].text("gName") == "Chips"


@pytest.mark.asyncio
async def test_ten_thousand_lines_are_as_many_as_there_may_be() -> None:
    """They open at once, and one more is refused in words."""
    model = stocktake()
    model.fill("Line", [{"recordNo": str(number)} for number in range(1, 10_001)])
    app = Desk(model)
    async with app.run_test(size=SMALL) as pilot:
        app.view.show_part("Line")
        await pilot.press("escape", "end", "insert")
        await pilot.pause()
        assert len(model.rows("Line")) == 10_000
        assert "表体记录已达上限" in text(app)[-2]


@pytest.mark.asyncio
async def test_an_empty_form_has_an_empty_list() -> None:
    """And its menu offers nothing that needs a line."""
    app = Desk(empty(), reading=True)
    async with app.run_test(size=SMALL) as pilot:
        app.view.show_part("Line")
        await pilot.press("alt+m")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("down", "enter", "escape")
        assert app.model.rows("Line") == ()
