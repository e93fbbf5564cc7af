"""What is odd about a request but no fault: a bill that is there twice, a file attached twice (单证类型不同).

Knows that either may be meant, so that it is said before the request is sent, and hinders nothing; refuses to
know rules, which the gateway has.
"""

from __future__ import annotations

from collections.abc import Iterator

from messages.annotations import Words
from terminals.work.model import FormModel
from terminals.work.rows import Row


def remarks(model: FormModel) -> Iterator[Words]:
    """What whoever sends a request should look at once more."""
    bills: dict[object, int] = {}
    for row in model.rows("Bill"):
        first = bills.setdefault(_typed(row), row.number)
        if first != row.number:
            yield Words(
                f"第 {row.number} 票与第 {first} 票完全相同。",
                f"Bill {row.number} is the same as bill {first}.",
            )
    files: dict[str, int] = {}
    for row in model.rows("Attachment"):
        first = files.setdefault(row.text("digest"), row.number)
        if first != row.number and row.text("digest"):
            name = row.text("name")
            yield Words(
                f"附件 {row.number}（{name}）与附件 {first} 是同一文件。",
                f"File {row.number} ({name}) is the same as file {first}.",
            )


def _typed(row: Row) -> object:
    """All that is typed in a line and in the lines in it, to be compared."""
    below = tuple(_typed(line) for name in row.plan.plans for line in row.rows(name))
    return tuple(sorted((name, text) for name, text in row.values.items() if text)), below
