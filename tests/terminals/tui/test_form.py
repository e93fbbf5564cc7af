"""The head of a form: typed in by keyboard alone, and how every field stands is seen."""

from __future__ import annotations

import time

import pytest
from textual import events

from terminals.tui.form import FormView
from terminals.tui.parting import HEAD
from terminals.tui.picker import CodePicker
from terminals.work.checks import Purpose
from terminals.work.model import FormModel
from terminals.work.rows import Place
from tests.terminals.tui.desk import HEAD_KEYS, Desk, burst, sixty_fields
from tests.terminals.tui.stage import LARGE, SMALL, Stage, shown, text, until
from tests.terminals.work.forms import Known, empty, stocktake

LIGHT_RED, LIGHT_BLUE, GREY, BLUE, RED = "#ffd7d7", "#afd7ff", "#d0d0d0", "#005fd7", "#d70000"
FIRST_OPENING, LATER_OPENING, REPAINT = 0.9, 0.3, 0.02  # seconds


@pytest.mark.asyncio
async def test_enter_goes_through_the_fields_in_order_and_shift_tab_back() -> None:
    """Locked fields are passed over; Tab does what Enter does."""
    app = Desk(empty())
    async with app.run_test(size=SMALL) as pilot:
        assert app.at == "etpsInnerNo"
        await pilot.press("enter")
        assert app.at == "etpsCode"
        await pilot.press("tab", "tab")
        assert app.at == "stockDate"
        await pilot.press("shift+tab", "shift+tab", "shift+tab", "shift+tab")
        assert app.at == "etpsInnerNo"


@pytest.mark.asyncio
async def test_arrows_go_to_the_field_above_or_below() -> None:
    """The nearest in the same column."""
    app = Desk(empty())
    async with app.run_test(size=SMALL) as pilot:
        x, y = app.spot("etpsInnerNo")
        await pilot.press("down")
        name = app.at
        assert app.spot(name) == (x, y + 1)
        await pilot.press("up")
        assert app.at == "etpsInnerNo"


@pytest.mark.asyncio
async def test_keys_that_arrive_all_at_once_land_where_they_were_meant_to() -> None:
    """Letters, corrections, a code list with what is typed in it, and the fields behind it."""
    app = Desk(empty())
    async with app.run_test(size=SMALL) as pilot:
        keys = [
            *"PX", "backspace", *"D001", "enter",
            *"3122260002", "left", "left", "delete", "0", "home", "delete", "3", "enter",
            *"演示企业", "tab", *"20240916", "enter", " ", *"processing", "enter", *"C1234", "enter",
            *"Li Ming", "enter",
        ]  # fmt: skip
        await burst(pilot, keys)
        await until(pilot, lambda: app.at == "regName")
        names = ("etpsInnerNo", "etpsCode", "etpsName", "stockDate", "mgmtMode", "bookNo", "legalPerson")
        assert app.head(*names) == ["PD001", "3122260002", "演示企业", "20240916", "3", "C1234", "Li Ming"]


@pytest.mark.asyncio
async def test_a_time_is_typed_as_people_write_it_and_shown_as_they_read_it() -> None:
    """With the cursor behind it and in it; what means no time stays as it was typed, and is called wrong."""
    app = Desk(empty("DEC181"))
    async with app.run_test(size=LARGE) as pilot:
        row = app.model.head
        app.view.go(Place(row, "arrivalTime"))
        for typed, value in (
            ("2026-11-21 08:30", "20261121083000"),
            ("20261121 0830", "20261121083000"),
            ("2026/1/2 9:05:07", "20260102090507"),
            ("202611210830", "20261121083000"),
            ("20261121083059", "20261121083059"),
        ):
            app.view.go(Place(row, "arrivalTime"))
            await pilot.press(*(("space" if key == " " else key) for key in typed), "enter")
            assert row.text("arrivalTime") == value
            assert f"{value[:4]}-{value[4:6]}-{value[6:8]} {value[8:10]}:" in shown(app)
        app.view.go(Place(row, "arrivalTime"))
        await pilot.press(*"tomorrow", "enter")
        assert row.text("arrivalTime") == "tomorrow"
        standing = app.model.standing(row, "arrivalTime")
        assert "2026-01-31 08:30" in standing.words.zh
        app.view.go(Place(row, "arrivalTime"))
        await pilot.press(*"202602310830", "enter")
        assert "不是存在的日期" in app.model.standing(row, "arrivalTime").words.zh


@pytest.mark.asyncio
async def test_a_day_is_typed_with_hyphens_too() -> None:
    """2024-09-16 is 20240916, as it is in criteria."""
    app = Desk(empty())
    async with app.run_test(size=SMALL) as pilot:
        app.view.go(Place(app.model.head, "stockDate"))
        await pilot.press(*"2024-9-16", "enter")
        assert app.head("stockDate") == ["20240916"]


@pytest.mark.asyncio
async def test_every_standing_is_told_by_colour_and_by_mark() -> None:
    """Required, optional, locked, current and wrong (录入框状态)."""
    app = Desk(empty())
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter", "x", "enter")
        await pilot.pause()
        seen = {name: (app.ground(name), app.mark(name)) for name in (
            "etpsInnerNo", "legalPerson", "declDate", "etpsCode", "etpsName",
        )}  # fmt: skip
        assert seen == {
            "etpsInnerNo": (LIGHT_RED, "*"),
            "legalPerson": (LIGHT_BLUE, " "),
            "declDate": (GREY, "▪"),
            "etpsCode": (RED, "!"),
            "etpsName": (BLUE, "*"),
        }


@pytest.mark.asyncio
async def test_a_wrong_format_is_told_when_the_field_is_left_and_not_before() -> None:
    """Red, the reason above the next field's help; typing on takes that away, correcting it the colour."""
    app = Desk(empty())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("a", "-", "b")
        assert app.mark("etpsInnerNo") == "*"
        assert "企业内部编号：" not in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert (app.ground("etpsInnerNo"), app.mark("etpsInnerNo")) == (RED, "!")
        assert text(app)[-2].startswith(" ! 企业内部编号：")
        assert "请输入核查企业的海关十位编码" in text(app)[-1]
        await pilot.press("3")
        await pilot.pause()
        assert "企业内部编号：" not in shown(app)
        await pilot.pause()
        assert "请输入核查企业的海关十位编码" in text(app)[-1]
        await pilot.press("shift+tab")
        await pilot.pause()
        assert text(app)[-1].startswith(" ! 企业内部编号：")
        assert (app.ground("etpsInnerNo"), app.mark("etpsInnerNo")) == (BLUE, "!")
        await pilot.press("ctrl+a", "A", "enter")
        await pilot.pause()
        assert app.ground("etpsInnerNo") == LIGHT_RED
        assert app.head("etpsInnerNo") == ["A"]


@pytest.mark.asyncio
async def test_the_help_line_says_what_the_current_field_wants() -> None:
    """And F1 all there is to know of it."""
    app = Desk(empty())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("enter", "enter", "enter")
        await pilot.pause()
        assert "请输入盘库日期，格式为 yyyyMMdd" in text(app)[-1]
        await pilot.press("enter")
        help_ = app.view.help().zh
        assert "【管理模式】" in help_
        assert "必填项" in help_
        assert "2 纸质手册电子化" in help_
        await pilot.press("enter")
        assert "管理模式 = 电子账册、纸质手册电子化 时必填" in app.view.help().zh
        await pilot.press("enter", "张")
        help_ = app.view.help().zh
        assert "最多 16 个字符" in help_
        assert "非必填项" in help_
        assert "当前内容：张" in help_


@pytest.mark.asyncio
async def test_a_total_that_was_typed_over_says_what_it_would_be() -> None:
    """Whenever the cursor comes back to it."""
    model = stocktake(1)
    (row,) = model.rows("Line")
    model.set(row, "totalQty", "100")
    app = Desk(model)
    async with app.run_test(size=SMALL) as pilot:
        app.view.go(Place(row, "totalQty"))
        await pilot.pause()
        assert "已手工修改；合计应为 6" in text(app)[-1]
        await pilot.press("6")
        await pilot.press("shift+tab", "enter")
        await pilot.pause()
        assert "已手工修改" not in text(app)[-1]


@pytest.mark.asyncio
async def test_space_opens_the_code_list_of_a_coded_field_only() -> None:
    """What is chosen is in the field, and the cursor in the next one; elsewhere a space is a space."""
    app = Desk(empty())
    async with app.run_test(size=SMALL) as pilot:
        await burst(pilot, [*HEAD_KEYS[:-2], "space"])
        await until(pilot, lambda: isinstance(app.screen, CodePicker))
        await pilot.press("down", "enter")
        await until(pilot, lambda: app.at == "bookNo")
        assert app.head("mgmtMode") == ["2"]
        assert "2 纸质手册电子化" in shown(app)
        await pilot.press("enter", "a", "space", "b")
        assert app.head("legalPerson") == ["a b"]


@pytest.mark.asyncio
async def test_a_code_list_that_is_not_here_is_fetched_when_it_is_wanted() -> None:
    """The country's, from the gateway."""
    app = Desk(stocktake(), lists=False)
    async with app.run_test(size=SMALL) as pilot:
        app.view.head.focus_field("investCountry")
        await pilot.press("space")
        await until(pilot, lambda: "阿鲁巴" in shown(app))
        assert app.fetched == ["country"]


@pytest.mark.asyncio
@pytest.mark.parametrize("typed", ["usa", "美国", "united states"])
async def test_a_code_may_be_typed_by_its_name_or_in_small_letters(typed: str) -> None:
    """The field has the code when it is left, and shows what it means."""
    app = Desk(stocktake())
    async with app.run_test(size=SMALL) as pilot:
        app.view.head.focus_field("investCountry")
        await burst(pilot, [typed[0]] if len(typed) == 1 else [])
        app.post_message(events.Paste(typed))
        await pilot.pause()
        await pilot.press("enter")
        assert app.head("investCountry") == ["USA"]
        await pilot.pause()
        assert "USA 美国" in shown(app)


@pytest.mark.asyncio
async def test_what_hangs_on_a_field_follows_it_at_once() -> None:
    """管理模式 电子账册 makes 账册编号 required."""
    app = Desk(empty())
    async with app.run_test(size=SMALL) as pilot:
        app.view.head.focus_field("mgmtMode")
        assert app.mark("bookNo") == " "
        await pilot.press("1")
        await pilot.pause()
        assert (app.mark("bookNo"), app.ground("bookNo")) == ("*", LIGHT_RED)
        await pilot.press("backspace", "3")
        await pilot.pause()
        assert app.mark("bookNo") == " "


@pytest.mark.asyncio
async def test_escape_puts_back_what_was_in_the_field() -> None:
    """What was typed over by mistake is not lost."""
    app = Desk(stocktake())
    async with app.run_test(size=SMALL) as pilot:
        app.view.head.focus_field("etpsName")
        await pilot.press("ctrl+a", "x")
        assert app.head("etpsName") == ["x"]
        await pilot.press("escape")
        assert app.head("etpsName") == ["浦东演示进出口有限公司"]
        assert app.line().value == "浦东演示进出口有限公司"


@pytest.mark.asyncio
async def test_a_key_pressed_by_accident_costs_no_text() -> None:
    """Text is added to; a day is typed over, what it was is said, and Esc has it back."""
    app = Desk(stocktake())
    async with app.run_test(size=SMALL) as pilot:
        app.view.head.focus_field("etpsName")
        await pilot.press("space", "x", "enter")
        assert app.head("etpsName") == ["浦东演示进出口有限公司 x"]
        assert app.at == "stockDate"
        await pilot.press("2")
        await pilot.pause()
        assert app.head("stockDate") == ["2"]
        assert "原值：20240916" in text(app)[-1]
        await pilot.press("escape")
        await pilot.pause()
        assert app.head("stockDate") == ["20240916"]
        assert "原值" not in shown(app)


@pytest.mark.asyncio
async def test_what_is_no_day_is_said_so_when_it_is_left() -> None:
    """At once, and how a day is typed."""
    app = Desk(stocktake())
    async with app.run_test(size=SMALL) as pilot:
        app.view.head.focus_field("stockDate")
        await pilot.press(*"today", "enter")
        await pilot.pause()
        assert app.mark("stockDate") == "!"
        assert "盘库日期：today 不是日期，请按 20260131 的样式录入" in shown(app)


@pytest.mark.asyncio
@pytest.mark.parametrize("key", ["ctrl+j", "alt+enter", "ctrl+enter"])
async def test_a_long_text_has_lines_and_enter_leaves_it(key: str) -> None:
    """Ctrl+Enter, Alt+Enter or Ctrl+J is a new line, since terminals differ; arrows stay within the text."""
    app = Desk(stocktake())
    async with app.run_test(size=SMALL) as pilot:
        app.view.head.focus_field("bizScope")
        await burst(pilot, [*"进口", key, *"加工", "up", "end", *"贸易", "down", *"业"])
        assert app.head("bizScope") == ["进口贸易\n加工业"]
        await pilot.press("enter")
        await pilot.pause()
        assert app.at == "note"
        assert "进口贸易" in shown(app)
        assert "加工业" in shown(app)


@pytest.mark.asyncio
async def test_what_is_pasted_is_one_line_where_there_is_one() -> None:
    """A cell copied out of a sheet has a line's end; lines of an address become one."""
    app = Desk(stocktake())
    async with app.run_test(size=SMALL) as pilot:
        app.view.head.focus_field("regAddr")
        app.post_message(events.Paste("上海市\n浦东新区\t1 号\n"))
        await pilot.pause()
        assert app.head("regAddr") == ["上海市 浦东新区 1 号"]


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_another_language_loses_nothing_that_is_typed(size: tuple[int, int]) -> None:
    """In the middle of a word: field, cursor and values stay; labels, meanings and help change."""
    app = Desk(stocktake(2))
    async with app.run_test(size=size) as pilot:
        app.view.head.focus_field("legalPerson")
        await pilot.press(*"Li Ming", "left", "left")
        before = app.model.dump()
        app.view.retell("en")
        await pilot.pause()
        assert "Legal representative" in shown(app)
        assert "法定代表人" not in shown(app)
        assert "3 processing trade handbook" in shown(app)
        assert "At most 16 characters" in text(app)[-1]
        assert (app.at, app.line().value, app.line().cursor_position) == ("legalPerson", "Li Ming", 5)
        await pilot.press("x")
        assert app.head("legalPerson") == ["Li Mixng"]
        assert app.model.dump()["head"] != before["head"]
        app.view.retell("zh")
        await pilot.pause()
        assert "法定代表人" in shown(app)


@pytest.mark.asyncio
async def test_labels_are_aligned_and_more_room_has_more_columns() -> None:
    """One column in English at 80, two in Chinese, three at 120: boxes begin below each other."""
    for language, size, columns in (("en", SMALL, 1), ("zh", SMALL, 2), ("en", LARGE, 2), ("zh", LARGE, 3)):
        app = Desk(empty(), language)
        async with app.run_test(size=size):
            boxes = app.view.head.boxes
            assert len({box.left for box in boxes}) == columns
            assert all(box.right <= size[0] - 2 for box in boxes)


@pytest.mark.asyncio
async def test_the_current_field_is_always_seen() -> None:
    """A form that is longer than the screen scrolls with the cursor."""
    app = Desk(empty(), "en")
    async with app.run_test(size=SMALL) as pilot:
        for name in ("note", "etpsInnerNo", "bizScope"):
            app.view.head.focus_field(name)
            await pilot.pause()
            x, y = app.spot(name)
            assert 1 <= y < SMALL[1] - 1
            assert app.focused is not None
            assert app.focused.region.offset == (x, y)


@pytest.mark.asyncio
async def test_the_terminal_is_told_where_the_cursor_is() -> None:
    """Input methods open their window there; behind Chinese letters it is two cells further for each."""
    app = Desk(empty())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("enter", "enter")
        await pilot.pause()
        x, y = app.spot("etpsName")
        assert app.cursor_position == (x + 1, y)  # Textual's place behind the last letter
        await pilot.press(*"企业")
        await pilot.pause()
        assert app.cursor_position == (x + 5, y)
        await pilot.press("enter")
        await pilot.pause()
        assert app.cursor_position == (app.spot("stockDate")[0] + 1, app.spot("stockDate")[1])


@pytest.mark.asyncio
async def test_the_mouse_goes_into_a_field_and_its_list() -> None:
    """A click on the box or its label; one on ▾ opens the list; a locked field is not entered."""
    app = Desk(empty())
    async with app.run_test(size=SMALL) as pilot:
        x, y = app.spot("stockDate")
        await pilot.click(offset=(x + 3, y))
        assert app.at == "stockDate"
        await pilot.click(offset=(app.spot("declDate")[0] + 2, app.spot("declDate")[1]))
        assert app.at == "stockDate"
        box = next(box for box in app.view.head.boxes if box.field.name == "mgmtMode")
        x, y = app.spot("mgmtMode")
        await pilot.click(offset=(x + box.cells - 1, y))
        await until(pilot, lambda: isinstance(app.screen, CodePicker))


@pytest.mark.asyncio
async def test_a_lookup_that_is_owed_is_told_and_its_answer_shown() -> None:
    """The name of the enterprise comes from its code, and may be changed."""
    app = Desk(empty())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("enter", *"3122260001", "enter")
        await until(pilot, lambda: app.owed == 1)
        (question,) = app.model.questions()
        app.view.answer(question, {"etpsName": "浦东演示"})
        await pilot.pause()
        assert app.line().value == "浦东演示"
        await pilot.press("end", "x", "enter")
        assert app.head("etpsName") == ["浦东演示x"]


@pytest.mark.asyncio
async def test_a_problem_s_field_is_gone_to() -> None:
    """暂存 with something missing: the cursor is on the first such field, nothing is cleared."""
    model = stocktake(1)
    model.set(model.head, "stockDate", "")
    app = Desk(model)
    async with app.run_test(size=SMALL) as pilot:
        app.view.settle()
        verdict = model.verdict(Purpose.SAVE)
        assert verdict is not None
        app.view.go(verdict.place)
        await pilot.pause()
        assert app.at == "stockDate"
        assert app.head("etpsInnerNo") == ["PD001"]
        app.view.go(Place(model.rows("Line")[0], "unit"))
        await pilot.pause()
        assert app.at == "Line[1]/unit"


@pytest.mark.asyncio
async def test_another_form_takes_its_place() -> None:
    """The widget stays mounted; nothing of the form before is left on it."""
    app = Desk(stocktake(2, legalPerson="张三"))
    async with app.run_test(size=LARGE) as pilot:
        assert app.view.show_part("Line")
        app.view.load(stocktake(1, legalPerson="李四"))
        app.view.first()
        await pilot.pause()
        assert "李四" in shown(app)
        assert "张三" not in shown(app)
        assert (app.at, app.view.part) == ("etpsInnerNo", HEAD)
        await pilot.press("Q", "enter")
        assert app.head("etpsInnerNo") == ["PD001Q"]


@pytest.mark.asyncio
async def test_what_is_only_read_can_be_gone_through_and_not_changed() -> None:
    """查看明细: every field can be looked at, nothing typed."""
    app = Desk(stocktake(2), reading=True)
    async with app.run_test(size=SMALL) as pilot:
        before = app.model.revision
        await pilot.press("enter", "enter", "x", "space", "delete", "backspace")
        await pilot.pause()
        assert app.model.revision == before
        assert app.at == "etpsCode"
        assert "请输入核查企业的海关十位编码" in text(app)[-1]
        app.view.show_part("Line")
        await pilot.press("insert", "delete", "enter")
        await pilot.pause()
        assert app.model.revision == before
        assert len(app.model.rows("Line")) == 2


@pytest.mark.asyncio
async def test_sixty_fields_open_at_once_and_keys_are_painted_at_once() -> None:
    """The figures of the terminals' specification, threefold for slow machines, in this process alone."""
    app = Stage()
    form = sixty_fields()
    async with app.run_test(size=LARGE) as pilot:
        before = time.process_time()
        view = FormView(FormModel(form, Known()), "zh", Known().code_list, lambda _: ())
        await app.mount(view)
        view.first()
        await pilot.pause()
        assert time.process_time() - before < 3 * FIRST_OPENING
        assert len(view.head.fields) == 60
        before = time.process_time()
        view.load(FormModel(form, Known()))
        view.first()
        await pilot.pause()
        assert time.process_time() - before < 3 * LATER_OPENING
        took = []
        for _ in range(15):
            before = time.process_time()
            await pilot.press("7")
            took.append(time.process_time() - before)
        assert sorted(took)[7] < 10 * REPAINT
