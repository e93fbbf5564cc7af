"""Where the font of the prints is: one with Latin and Chinese letters, TrueType, that may be embedded.

Knows the places where distributions put it; refuses to know PDF. WenQuanYi Micro Hei is the smallest that
Debian has with all letters of GB 2312, the whole of GBK but for four signs, and ASCII; 5 MB.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from terminals.trouble import Trouble

PACKAGE = "fonts-wqy-microhei"
SETTING = "EPORT_FONT"
PLACES = (
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",  # Debian, Ubuntu
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",  # Fedora
    "/usr/share/fonts/wqy-microhei-fonts/wqy-microhei.ttc",  # Fedora from 38
    "/usr/share/fonts/wenquanyi/wqy-microhei/wqy-microhei.ttc",  # Arch
    "/usr/share/fonts/truetype/wqy-microhei.ttc",  # openSUSE
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",  # the larger of the family
)


class FontMissing(Trouble):
    """There is no font to print with."""


def font_file(places: Iterable[str] = PLACES) -> Path:
    """The font's file: what EPORT_FONT names, else the first that is there. Raises FontMissing."""
    named = os.environ.get(SETTING)
    for place in (named,) if named else places:
        if Path(place).is_file():
            return Path(place)
    raise FontMissing("font-missing", package=PACKAGE, setting=SETTING)
