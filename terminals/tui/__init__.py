"""The Textual application.

Importing this says how Textual is to behave, which it reads from the environment once, when it is imported
itself: no keyboard protocol of kitty (input methods lose letters under it), no animations and no smooth
scrolling, which cost a slow line and a shared machine more than they give.
"""

import os

for _name, _value in (
    ("TEXTUAL_DISABLE_KITTY_KEY", "1"),
    ("TEXTUAL_ANIMATIONS", "none"),
    ("TEXTUAL_SMOOTH_SCROLL", "0"),
):
    os.environ.setdefault(_name, _value)
