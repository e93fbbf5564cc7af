"""The lines of a group as a list shows them: values with what they mean, marked where wrong or missing.

Knows a FormModel's lines; refuses to know widgets.
"""

from __future__ import annotations

from terminals.work.model import FormModel
from terminals.work.moments import readable
from terminals.work.rows import Row
from terminals.work.standing import Kind


class LineRows:
    """The lines of a group, as a list shows them."""

    def __init__(self, model: FormModel, rows: tuple[Row, ...], language: str) -> None:
        self.rows = rows
        self._model = model
        self._language = language

    def __len__(self) -> int:
        return len(self.rows)

    def text(self, row: int, key: str) -> str:
        """The value and what it means; ! before what is wrong, * for what is missing."""
        line = self.rows[row]
        text = readable(line.plan.fields[key].type_name, line.text(key)) or line.text(key)
        meaning = self._model.meaning(line, key).in_language(self._language) if text else ""
        standing = self._model.standing(line, key)
        mark = "!" if standing.kind is Kind.WRONG else ""
        if not text and standing.required and not standing.locked:
            return "*"
        return f"{mark}{text} {meaning}".rstrip()

    def tone(self, row: int, key: str) -> str:
        """What is wrong or missing stands out."""
        line = self.rows[row]
        standing = self._model.standing(line, key)
        missing = standing.required and not standing.locked and not line.text(key)
        return "bad" if standing.kind is Kind.WRONG or missing else ""
