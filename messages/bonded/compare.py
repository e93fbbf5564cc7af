"""The comparison (计算、比对): for each line, what was counted against its own parts and against the book.

Differences return nothing to the enterprise: they are for the customs officer to look at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from messages.bonded import books
from messages.workflow import Body, Facts, Record

PARTS = (
    "stockQty", "onlineQty", "transferInQty", "productQty", "outsourceQty", "scrapQty", "transitQty",
)  # fmt: skip
DIFFERENCES = ("difference", "bookDifference")


def parts_sum(entry: Body) -> Decimal:
    """The seven quantities of a line; those left out count nothing."""
    return sum((Decimal(str(entry[name])) for name in PARTS if entry.get(name)), Decimal(0))


def compare(form: Body, facts: Facts) -> list[dict[str, Any]]:
    """A row a line: seqNo, recordNo, total, parts, difference; with a book its balance and difference."""
    book: Record | None = facts.get(books.head(str(form["bookNo"]))) if form.get("bookNo") else None
    rows = []
    for entry in form.get("Line", ()):
        total, parts = Decimal(str(entry["totalQty"])), parts_sum(entry)
        row: dict[str, Any] = {
            "seqNo": entry["seqNo"],
            "recordNo": entry["recordNo"],
            "total": str(total),
            "parts": str(parts),
            "difference": str(total - parts),
        }
        filed = books.filed_line(book, entry, facts)
        if filed is not None and filed.get("balanceQty"):
            balance = Decimal(str(filed["balanceQty"]))
            row |= {"balance": str(balance), "bookDifference": str(total - balance)}
        rows.append(row)
    return rows


def worst(rows: Iterable[Mapping[str, Any]]) -> Decimal:
    """The largest difference of all lines, against its parts or the book, whichever way; 0 without any."""
    found = (abs(Decimal(row[name])) for row in rows for name in DIFFERENCES if name in row)
    return max(found, default=Decimal(0))
