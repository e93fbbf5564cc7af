"""Registers whose columns hold choices of a form (进出口、运输方式、比较方式): shown by what they mean.

Knows the form that a line was filed by; refuses to know which register it is.
"""

from __future__ import annotations

from typing import ClassVar

from messages.declaration.names import SYSTEM_NAME
from messages.forms import own_forms
from terminals.tui.registers import Filed, RegisterPage


class Register(RegisterPage):
    """What is filed by FORM."""

    SYSTEM: ClassVar[str] = SYSTEM_NAME
    FORM: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        fields = own_forms().form(self.FORM).node.children
        self._choices = {
            field.name: {choice.value: choice.label for choice in field.choices}
            for field in fields
            if field.choices
        }

    def text(self, item: Filed, key: str) -> str:
        """What stands in a cell; of a few choices what they mean."""
        text = super().text(item, key)
        words = self._choices.get(key, {}).get(text)
        return words.in_language(self.language) if words is not None else text
