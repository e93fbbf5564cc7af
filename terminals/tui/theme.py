"""The colours of the terminal's screens, and the style sheet that uses them.

Knows colours by what they mean, and what an App needs to have them; refuses to know widgets. All of them are
among the 256 that every terminal draws alike, so nothing shifts where 24-bit colour is missing; and no
meaning hangs on a colour alone, since some terminals have sixteen and some people see fewer. Light, as the
manual's own screens are.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import App, ReturnType
from textual.theme import Theme

from terminals.tui import cjk, keyboard, wrapping

STYLES = Path(__file__).with_name("terminals.tcss")
"""The style sheet of all widgets here; an App puts it into its CSS_PATH."""

_INK = "#1c1c1c"  # 234
_PAPER = "#eeeeee"  # 255
_WHITE = "#ffffff"  # 231
_GREY = "#d0d0d0"  # 252
_QUIET = "#626262"  # 241
_BLUE = "#005faf"  # 25
_RED = "#af0000"  # 124

LIGHT = Theme(
    name="eport",
    dark=False,
    primary=_BLUE,
    secondary="#5f87af",  # 67
    accent="#005f87",  # 24
    warning="#af5f00",  # 130
    error=_RED,
    success="#005f00",  # 22
    foreground=_INK,
    background=_PAPER,
    surface=_WHITE,
    panel="#dadada",  # 253
    variables={
        # how a field stands (录入框状态)
        "field-required": "#ffd7d7",  # 224: light red
        "field-optional": "#afd7ff",  # 153: light blue
        "field-locked": _GREY,
        "field-current": "#005fd7",  # 26: blue
        "field-wrong": "#d70000",  # 160: red
        "field-ink": _INK,
        "field-locked-ink": "#444444",  # 238
        "field-bright-ink": _WHITE,
        "field-selected": "#87afff",  # 111
        # what stands beside something
        "quiet": _QUIET,
        "mark": _RED,
        "rule": "#949494",  # 246
        # lists
        "list-heading": "#5f87af",  # 67
        "list-heading-ink": _WHITE,
        "list-cursor": "#ffd787",  # 222
        "list-cursor-away": "#dadada",  # 253
        "list-marked": "#ffffaf",  # 229
        # bars
        "bar": _BLUE,
        "bar-ink": _WHITE,
        # of Textual's own widgets
        "block-cursor-background": _BLUE,
        "block-cursor-foreground": _WHITE,
        "input-cursor-background": _WHITE,
        "input-cursor-foreground": _INK,
        "input-cursor-text-style": "none",
        "input-selection-background": "#87afff",
        "scrollbar": "#a8a8a8",  # 248
        "scrollbar-hover": "#808080",
        "scrollbar-active": _BLUE,
        "scrollbar-background": "#e4e4e4",  # 254
        "scrollbar-background-hover": "#e4e4e4",
        "scrollbar-background-active": "#e4e4e4",
        "scrollbar-corner-color": "#e4e4e4",
    },
)
"""The theme to register with an App and to set."""


class Painted(App[ReturnType]):
    """An App in these colours, with letters kept whole and keys as they were pressed."""

    CSS_PATH = STYLES
    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False

    def __init__(self) -> None:
        cjk.install()
        keyboard.install()
        wrapping.install()
        super().__init__()
        self.register_theme(LIGHT)
        self.theme = LIGHT.name

    async def on_event(self, event: events.Event) -> None:
        """Whatever comes from the terminal passes here first."""
        if isinstance(event, events.Key):
            keyboard.without_letter(event)
        await super().on_event(event)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The style sheet is read before a theme is set."""
        return LIGHT.variables
