"""A case to be read through: columns where there is room, headings to go to, nothing cut off."""

from __future__ import annotations

import pytest

from messages.annotations import Words
from terminals.tui.reader import Reader
from terminals.work.dossier import Said, Section
from tests.terminals.tui.stage import LARGE, SMALL, Stage


def same(text: str) -> Words:
    """The same in both languages."""
    return Words(text, text)


LONG = "协查内容很长，" * 40
SECTIONS = [
    Section(same("请求"), (Said(same("编号"), same("FC-1")), Said(same("国家"), same("KOR 韩国")))),
    *(Section(same(f"票据 {at}"), (Said(same("提单号"), same(f"B{at}")),), 1) for at in range(9)),
    Section(same("反馈"), (Said(same("内容"), same(LONG)), Said(same("结论"), same("属实")))),
]


@pytest.mark.asyncio
async def test_labels_stand_side_by_side_and_long_values_are_broken() -> None:
    """Two columns at 80, three at 120; a long value has lines of its own and is whole."""
    for size in (SMALL, LARGE):
        stage = Stage(Reader("zh"))
        async with stage.run_test(size=size) as pilot:
            reader = stage.query_one(Reader)
            reader.show(SECTIONS)
            await pilot.pause()
            lines = reader.text.split("\n")
            assert lines[0].strip() == "请求"
            assert lines[1].split() == ["编号", "FC-1", "国家", "KOR", "韩国"]
            assert "".join(lines).replace(" ", "").count("协查内容很长，") == 40
            assert lines[-1].split() == ["结论", "属实"]


@pytest.mark.asyncio
async def test_what_was_said_last_is_seen_first() -> None:
    """With `last`; a refresh with the same leaves the place; Left and Right go from heading to heading."""
    stage = Stage(Reader("zh"))
    async with stage.run_test(size=SMALL) as pilot:
        reader = stage.query_one(Reader)
        reader.show(SECTIONS, last=True)
        await pilot.pause()
        await pilot.pause()
        at = reader.text.split("\n").index(" 反馈")
        assert reader.scroll_offset.y == min(at, reader.max_scroll_y)
        assert reader.max_scroll_y > 0
        reader.focus()
        await pilot.press("home", "right")
        await pilot.pause()
        first = reader.scroll_offset.y
        assert reader.text.split("\n")[first].strip() == "■ 票据 0"
        reader.show(SECTIONS, last=True)
        await pilot.pause()
        assert reader.scroll_offset.y == first
        await pilot.press("left")
        await pilot.pause()
        assert reader.scroll_offset.y == 0
