"""A name and its password: an account, or a certificate file and its passphrase (口令).

Knows how both are typed, and that nobody sees the second; refuses to know what they open. The password is in
no widget's value, as a PIN is not.
"""

from __future__ import annotations

from collections.abc import Iterator

from textual.widget import Widget
from textual.widgets import Input

from messages.annotations import Words
from terminals.profile import Secret
from terminals.tui.dialogs import NOTHING, Dialog
from terminals.tui.pin import PinBox
from terminals.tui.words import Saying, both

Given = tuple[str, Secret]


class NameAndSecret(Dialog[Given]):
    """Asks for both; None when it is cancelled. `kind`, file or account, chooses the words."""

    def __init__(
        self, kind: str, language: str, *, name: str = "", fixed: bool = False, words: Words = NOTHING
    ) -> None:
        """`fixed`: the name is given and cannot be changed. `words`: what stands above."""
        super().__init__(both(f"login-{kind}-title"), language)
        self._kind = kind
        self._name = name
        self._fixed = fixed
        self._words = words

    def inside(self) -> Iterator[Widget]:
        """The two boxes."""
        if self._words != NOTHING:
            yield Saying(self._words, self.language, classes="dialog--words")
        yield Saying(both(f"login-{self._kind}-name"), self.language, classes="dialog--label")
        name = Input(self._name, compact=True, disabled=self._fixed)
        name.cursor_blink = False
        yield name
        yield Saying(both(f"login-{self._kind}-secret"), self.language, classes="dialog--label")
        yield PinBox()
        yield Saying(both("secret-keys"), self.language, classes="dialog--keys")

    def on_mount(self) -> None:
        """Begin where something is missing."""
        self.query_one(PinBox if self._name else Input).focus()

    def on_input_submitted(self) -> None:
        """On to the password."""
        self.query_one(PinBox).focus()

    def on_pin_box_entered(self) -> None:
        """Hand both over."""
        name = self.query_one(Input).value.strip()
        if name:
            self.dismiss((name, Secret(self.query_one(PinBox).take())))
        else:
            self.query_one(Input).focus()

    def action_escape(self) -> None:
        """Nothing of it stays."""
        self.query_one(PinBox).take()
        self.dismiss(None)
