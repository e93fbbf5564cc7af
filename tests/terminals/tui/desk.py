"""A desk with one form on it: a stocktake of the real schema, and what it tells whoever keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual import events
from textual.keys import key_to_character
from textual.pilot import Pilot
from textual.widgets import Input

from messages.codes import Code
from messages.forms import Field, Form, form
from terminals.tui.form import FormView
from terminals.tui.sheet import Sheet
from terminals.work.model import FormModel
from tests.terminals.tui.stage import Stage, style_at
from tests.terminals.work.forms import LISTS

HEAD_KEYS = [
    *"PD001", "enter", *"3122260001", "enter", *"浦东演示", "enter", *"20240916", "enter", "3", "enter",
]  # fmt: skip
"""From 企业内部编号 to 管理模式."""


class Desk(Stage):
    """The form; `owed` and `typed` count what it tells."""

    def __init__(
        self, model: FormModel, language: str = "zh", *, reading: bool = False, lists: bool = True
    ) -> None:
        self.fetched: list[str] = []
        self.view = FormView(
            model, language, LISTS.get if lists else lambda _: None, self._fetch, reading=reading
        )
        super().__init__(self.view)
        self.owed = 0
        self.typed = 0

    def _fetch(self, field: Field) -> Sequence[Code]:
        name = field.hints.list
        assert name
        self.fetched.append(name)
        return tuple(LISTS.get(name).codes.values())

    def on_mount(self) -> None:
        """The cursor is in the first field."""
        self.view.first()

    def on_form_view_owed(self) -> None:
        """A lookup is owed."""
        self.owed += 1

    def on_form_view_typed(self) -> None:
        """Something was typed."""
        self.typed += 1

    @property
    def model(self) -> FormModel:
        """What is on the form."""
        return self.view.model

    @property
    def at(self) -> str:
        """The field that the cursor is in, such as Line[2]/unit; '' if it is in none."""
        place = self.view.place
        sheet = self.view.head if self.view.lines is None else self.view.lines.sheet
        return place.path if place is not None and sheet.active else ""

    def head(self, *names: str) -> list[str]:
        """Values of the head."""
        return [self.model.head.text(name) for name in names]

    def spot(self, name: str, sheet: Sheet | None = None) -> tuple[int, int]:
        """Where on the screen a field's box begins."""
        sheet = sheet or self.view.head
        box = next(box for box in sheet.boxes if box.field.name == name)
        return sheet.region.x + box.left, sheet.region.y + box.top

    def mark(self, name: str) -> str:
        """The mark before a box of the head."""
        x, y = self.spot(name)
        return self.screen._compositor.render_strips()[y].crop(x - 2, x - 1).text

    def ground(self, name: str) -> str:
        """The colour of a box of the head."""
        x, y = self.spot(name)
        return style_at(self, x + 12, y)[1]

    def line(self) -> Input:
        """What is being typed in."""
        focused = self.focused
        assert isinstance(focused, Input)
        return focused


async def burst(pilot: Pilot[None], keys: Sequence[str]) -> None:
    """Keys that arrive all at once, as a slow line delivers them; then everything comes to rest."""
    names = {" ": "space"}
    for key in keys:
        name = names.get(key, key)
        pilot.app.post_message(events.Key(name, key if len(key) == 1 else key_to_character(key)))
    await pilot.pause()
    await pilot.pause()


def sixty_fields() -> Form:
    """A stocktake with as many more fields as make sixty."""
    own = form("BVS111")
    singles = [each for each in own.node.children if not each.is_group]
    shown = [each for each in singles if each.hints.fill != "terminal"]
    more = [
        replace(shown[at % 10 + 6], name=f"more{at}", path=f"Stocktake/more{at}")
        for at in range(60 - len(shown))
    ]
    node = replace(own.node, children=(*singles, *more, *own.groups))
    return replace(own, message=replace(own.message, children=(node, *own.message.children[1:])))
