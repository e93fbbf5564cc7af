"""Registers whose columns hold choices of a form (进出口、运输方式、比较方式): shown by what they mean.

Knows the form that a line was filed by; refuses to know which register it is.
"""

from __future__ import annotations

from typing import ClassVar

from messages.declaration.names import SYSTEM_NAME
from messages.forms import own_forms
from terminals.tui.registers import Filed, RegisterPage
from terminals.work.moments import readable


class Register(RegisterPage):
    """What is filed by FORM."""

    SYSTEM: ClassVar[str] = SYSTEM_NAME
    FORM: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        fields = own_forms().form(self.FORM).node.children
        self._types = {field.name: field.type_name for field in fields}
        self._choices = {
            field.name: {choice.value: choice.label for choice in field.choices}
            for field in fields
            if field.choices
        }

    def text(self, item: Filed, key: str) -> str:
        """What stands in a cell; of a few choices what they mean, a time as people read it."""
        text = super().text(item, key)
        words = self._choices.get(key, {}).get(text)
        if words is not None:
            return words.in_language(self.language)
        return readable(self._types.get(key, ""), text) or text
