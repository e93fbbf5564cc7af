"""The pictures of the operators' guide: a demo gateway, the terminal on it, an SVG of every screen shown.

`make screenshots`. Knows the walk that the snapshots are taken on, and how cells become a picture in which
Chinese letters take two of them whatever font there is, with no address of anybody's. Refuses to know
screens. Writes docs/guide/images/NAME.zh.svg and NAME.en.svg, those that the guide names.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rich.segment import Segment  # noqa: E402
from textual.pilot import Pilot  # noqa: E402

from hardware.virtual.stack import Stack  # noqa: E402
from terminals.tui.app import Terminal  # noqa: E402
from terminals.tui.cells import width  # noqa: E402
from terminals.tui.theme import LIGHT  # noqa: E402
from tests.scenarios.house import House  # noqa: E402
from tests.terminals.tui import tour, tour_officers  # noqa: E402
from tests.terminals.tui.picture import Mask  # noqa: E402
from tests.terminals.tui.story import tell  # noqa: E402

GUIDE = ROOT / "docs" / "guide"
IMAGES = GUIDE / "images"
SIZE = (80, 24)
WIDE, HIGH, LETTERS = 8, 18, 16  # pixels: a cell, and the size of letters
FONTS = "'Noto Sans Mono CJK SC','Sarasa Mono SC','WenQuanYi Micro Hei Mono','DejaVu Sans Mono',monospace"
_NAMED = re.compile(r"images/([a-z-]+)\.(?:zh|en)\.svg")
_PART = re.compile(
    r"(?P<sign>[\u2500-\u257f]+|[\u2000-\u24ff\u2580-\u28ff])|[^\x00-\u10ff\u2000-\u28ff]+|[\x21-\u10ff]+"
)
"""A run of wide letters, of narrow ones, or a sign: each is put where its first cell is."""


def drawn(app: Terminal, mask: Mask) -> str:
    """The screen as an SVG."""
    columns, rows = app.size
    size = f"{columns * WIDE + 2 * WIDE} {rows * HIGH + HIGH}"
    ground = str(LIGHT.background)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-WIDE} {-HIGH // 2} {size}">',
        f'<rect x="{-WIDE}" y="{-HIGH // 2}" width="100%" height="100%" rx="8" fill="{ground}"/>',
        f'<g font-family="{FONTS}" font-size="{LETTERS}" xml:space="preserve">',
    ]
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        x = 0
        for segment in strip:
            parts += _run(segment, mask(segment.text), x, y, ground)
            x += segment.cell_length
    return "\n".join([*parts, "</g></svg>", ""])


def _run(segment: Segment, text: str, x: int, y: int, ground: str) -> Iterator[str]:
    """The ground and the letters of one style."""
    style = segment.style
    if style is None:
        return
    back = style.bgcolor.get_truecolor().hex if style.bgcolor else ground
    if back != ground:
        size = f'width="{segment.cell_length * WIDE}" height="{HIGH}"'
        yield f'<rect x="{x * WIDE}" y="{y * HIGH}" {size} fill="{back}"/>'
    look = f'fill="{style.color.get_truecolor().hex if style.color else LIGHT.foreground}"'
    if style.bold:
        look += ' font-weight="bold"'
    lines = [name for name, on in (("underline", style.underline), ("line-through", style.strike)) if on]
    if lines:
        look += f' text-decoration="{" ".join(lines)}"'
    for part in _PART.finditer(text):
        at = (x + width(text[: part.start()])) * WIDE
        long = width(part.group()) * WIDE
        fit = f'textLength="{long}" lengthAdjust="spacingAndGlyphs"'
        if part["sign"]:  # Chinese fonts have these as wide as their letters
            fit += ' font-family="\'DejaVu Sans Mono\',monospace" font-size="13"'
        yield f'<text x="{at}" y="{y * HIGH + LETTERS - 1}" {fit} {look}>{escape(part.group())}</text>'


async def walk(house: House, folder: Path, cards: Stack, mask: Mask, wanted: set[str]) -> int:
    """Go to every stop once; how many pictures were taken."""
    taken = 0

    async def look(name: str, terminal: Terminal, pilot: Pilot[int]) -> None:
        nonlocal taken
        if name not in wanted:
            return
        for _ in ("zh", "en"):
            terminal.clear_notifications()
            await pilot.pause()
            path = IMAGES / f"{name}.{terminal.language}.svg"
            path.write_text(drawn(terminal, mask).replace(":00000", ":8443"), encoding="utf-8")
            taken += 1
            await pilot.press("f2")

    for each in (tour.logging_in, tour.entering, tour.looking, tour.at_customs, tour.at_officers):
        own = folder / each.__name__
        shutil.copytree(folder / "told", own)
        await each(tour.Visit(house, own, SIZE, cards), look)
    return taken


def named() -> set[str]:
    """The pictures that the guide shows."""
    return {name for path in GUIDE.glob("*.md") for name in _NAMED.findall(path.read_text(encoding="utf-8"))}


def main() -> None:
    """Take them all, in place of those that were there."""
    wanted = named()
    shutil.rmtree(IMAGES, ignore_errors=True)
    IMAGES.mkdir(parents=True)
    folder = Path(tempfile.mkdtemp(prefix="eport-pictures-"))
    cards = Stack(folder / "cards")
    os.environ.update(cards.environment)
    house = House(folder / "home")
    try:
        cards.start()
        house.start()
        mask = Mask([*tell(house, folder / "told" / "state"), *tour_officers.tell(house)])
        print(f"{asyncio.run(walk(house, folder, cards, mask, wanted))} pictures in {IMAGES}")
    finally:
        house.close()
        cards.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
