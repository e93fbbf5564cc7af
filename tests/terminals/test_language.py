"""What the commands say, and the bar they draw."""

from __future__ import annotations

import io
import string
from pathlib import Path

import pytest

import terminals
from terminals import language
from terminals.cli.progress import Progress

SENTENCES = language._SENTENCES


@pytest.mark.parametrize("key", SENTENCES)
def test_both_languages_say_the_same(key: str) -> None:
    """A sentence has the same placeholders in English and Chinese, so none fails in one of them."""
    english, chinese = (
        {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        for text in SENTENCES[key]
    )
    assert english == chinese


def test_no_sentence_is_left_over() -> None:
    """Every sentence is said somewhere: its key, or what its key is made of, stands in the code."""
    code = "".join(path.read_text("utf-8") for path in Path(terminals.__path__[0]).rglob("*.py"))
    built = {"card-", "card-legal", "card-operator"}
    unsaid = {key for key in SENTENCES if code.count(f'"{key}"') < 2 and key not in built}
    assert unsaid == set()


@pytest.mark.parametrize(
    ("environ", "chosen", "expected"),
    [
        ({}, None, "en"),
        ({"LANG": "zh_CN.UTF-8"}, None, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB"}, None, "en"),
        ({"LANG": "en_GB", "EPORT_LANG": "zh"}, None, "zh"),
        ({"LANG": "zh_CN"}, "en", "en"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_locale_s(
    environ: dict[str, str], chosen: str | None, expected: str
) -> None:
    """An option wins over EPORT_LANG, which wins over the locale's variables."""
    assert language.language(environ, chosen) == expected


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_the_bar_shows_after_two_seconds_and_goes_away() -> None:
    """Quick work draws nothing; longer work draws a bar that the last step takes off the line."""
    times = iter([0.0, 1.9, 2.1])
    screen = Screen()
    bar = Progress(screen, lambda: next(times))
    bar.step(1, 4, "sending")
    assert screen.getvalue() == ""
    bar.step(2, 4, "sending")
    assert "sending [" in screen.getvalue()
    assert "2/4" in screen.getvalue()
    bar.step(4, 4, "sending")
    assert screen.getvalue().endswith("\r\x1b[K")


def test_no_bar_is_drawn_into_a_file() -> None:
    """Standard error that is no terminal gets words only."""
    times = iter([0.0, 9.0])
    stream = io.StringIO()
    Progress(stream, lambda: next(times)).step(1, 4, "sending")
    assert stream.getvalue() == ""
