"""Files that pages make: where they go, what they are called, and that a full area takes none."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from messages.annotations import Words
from terminals.host.area import FOLDERS, Area, Quota
from terminals.tui.app import Terminal
from terminals.tui.files import of_screen, safe, write_file
from terminals.tui.place import Place

NOW = datetime(2024, 9, 16, 23, 30, tzinfo=UTC)


@dataclass
class Speaker:
    """What a file is written for: its place, and what it was told."""

    place: Place
    said: list[Words] = field(default_factory=list)

    def say(self, words: Words, **_: Any) -> None:
        """Remember it."""
        self.said.append(words)


def speaker(area: Path, **given: Any) -> Speaker:
    """Somebody with an area at a host."""
    Area(area, Quota(10_000, 20, 5_000))
    given = {"remote": True, "area_bytes": 10_000, "area_files": 20, **given}
    return Speaker(Place("https://gateway", Path("ca"), area, area, "zh", **given))


async def write(to: Speaker, name: str = "PD001", suffix: str = ".pdf", size: int = 10) -> Path | None:
    """Write one."""
    return await write_file(cast(Terminal, to), name, suffix, lambda: b"x" * size)


async def test_prints_and_exports_have_their_folders_at_a_host(tmp_path: Path) -> None:
    """Where SFTP shows them; a second of the same name stands beside the first."""
    one = speaker(tmp_path / "area")
    found = [
        await write(one),
        await write(one),
        await write(one, suffix=".xlsx"),
        await write(one, "../../x"),
    ]
    names = [str(each.relative_to(tmp_path / "area")) for each in found if each]
    assert names == ["prints/PD001.pdf", "prints/PD001-2.pdf", "exports/PD001.xlsx", "prints/x.pdf"]
    assert "prints/PD001.pdf" in one.said[0].zh
    assert set(FOLDERS) <= {each.name for each in (tmp_path / "area").iterdir()}


@pytest.mark.parametrize(
    ("words", "language", "name"),
    [
        (Words("保税核查查询", "Stocktake query"), "zh", "保税核查查询-20240917.pdf"),
        (Words("保税核查查询", "Stocktake query"), "en", "Stocktake-query-20240917.pdf"),
        (Words("../核查/\x1b[2J\u202e", ""), "zh", "核查__-2J--20240917.pdf"),
        (Words("核" * 200, ""), "zh", None),
    ],
)
async def test_what_is_of_no_case_is_called_by_its_screen_and_day(
    tmp_path: Path, words: Words, language: str, name: str | None
) -> None:
    """In the language of the screen, the day in China; whatever could do harm in a name is taken out."""
    one = speaker(tmp_path / "area")
    found = await write(one, of_screen(words, language, NOW))
    assert found is not None
    assert name is None or found.name == name
    assert len(found.name.encode()) <= 255
    assert "\x1b" not in found.name


def test_where_names_are_ascii_the_rest_of_a_name_is_enough() -> None:
    """A day, or at least something: no print fails for its name."""
    assert safe("保税核查查询-20240917", "ascii") == "20240917"
    assert safe("保税核查查询", "ascii") == "form"


async def test_a_folder_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    """Whatever somebody has put in its place."""
    one = speaker(tmp_path / "area")
    (tmp_path / "area" / "prints").rmdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "area" / "prints").symlink_to(tmp_path / "elsewhere")
    assert await write(one) == tmp_path / "area" / "PD001.pdf"
    assert list((tmp_path / "elsewhere").iterdir()) == []


async def test_a_full_area_takes_no_print_and_says_what_to_do(tmp_path: Path) -> None:
    """What is there counts, whoever wrote it: uploads, prints, exports."""
    one = speaker(tmp_path / "area")
    (tmp_path / "area" / "attachments" / "a").write_bytes(b"x" * 9_000)
    assert await write(one, size=900) is not None
    assert await write(one, size=200) is None
    assert "sftp" in one.said[-1].zh
    assert "full" in one.said[-1].en
    assert len(list((tmp_path / "area" / "prints").iterdir())) == 1


async def test_at_a_desk_a_file_is_where_the_terminal_was_begun(tmp_path: Path) -> None:
    """The disk is the desk's own: no quota."""
    one = speaker(tmp_path / "area", remote=False, area_bytes=0)
    assert await write(one) == tmp_path / "area" / "PD001.pdf"
