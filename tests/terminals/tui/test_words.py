"""What the widgets say, in two languages."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

import terminals
from messages.annotations import Words
from terminals.sentences import widgets
from terminals.tui.words import Saying, both, retell, word
from tests.terminals.tui.stage import SMALL, Stage, shown


@pytest.mark.parametrize("key", widgets.SENTENCES)
def test_both_languages_have_the_same_places_to_fill(key: str) -> None:
    """So that nothing fails in one of them."""
    english, chinese = (
        {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        for text in widgets.SENTENCES[key]
    )
    assert english == chinese


def test_no_saying_of_the_widgets_is_left_over() -> None:
    """Every one is said somewhere."""
    root = Path(terminals.__path__[0])
    code = "".join(path.read_text("utf-8") for path in (root / "tui").rglob("*.py"))
    assert {key for key in widgets.SENTENCES if f'"{key}"' not in code} == set()


def test_words_within_words_are_said_in_the_same_language() -> None:
    """A reason that is known in both languages is not mixed into the other one."""
    told = both("table-failed", reason=Words("网关没有回答。", "The gateway does not answer."))
    assert told.zh == "网关没有回答。 按 F5 重试"
    assert told.en == "The gateway does not answer. F5: try again"
    assert word("zh", "dialog-yes") == "是"


def test_a_saying_there_is_not_is_an_error() -> None:
    """And no empty place on the screen."""
    with pytest.raises(KeyError):
        both("no-such-saying")


@pytest.mark.asyncio
async def test_everything_below_a_screen_is_told_the_language() -> None:
    """Whatever can be told, however deep."""
    app = Stage(Saying(Words("保税核查", "Bonded verification"), "zh"))
    async with app.run_test(size=SMALL) as pilot:
        assert "保税核查" in shown(app)
        retell(app.screen, "en")
        await pilot.pause()
        assert "Bonded verification" in shown(app)
