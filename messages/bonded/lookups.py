"""What is looked up while a stocktake or a book is filled in: parties by their code, and filed books.

A book answers only whoever names the enterprise and the kind of book that it was filed for, as the store step
compares them afterwards: nobody learns here what a declaration would not tell. Customs reads whole books.
"""

from __future__ import annotations

from typing import Any

from messages.bonded import books
from messages.bonded.books import SYSTEM
from messages.lookups import Key, Lookup
from messages.system import CUSTOMS
from messages.workflow import Body, Facts, Party, PartyByCode, Record, RecordsUnder

LINE = ("codeTs", "gName", "gModel", "unit")
HEAD = ("bookNo", "bookType", "etpsCode", "etpsName", "validTo")


def _party(key: Key, facts: Facts) -> Body | None:
    party: Party | None = facts[PartyByCode(key["etpsCode"])]
    return None if party is None else {"etpsName": party.name}


def _head(key: Key, facts: Facts) -> Body | None:
    book: Record | None = facts[books.head(key["bookNo"])]
    if book is None or book.body["etpsCode"] != key["etpsCode"]:
        return None
    return {name: book.body[name] for name in HEAD if name in book.body}


def _line(key: Key, facts: Facts) -> Body | None:
    book: Record | None = facts[books.head(key["bookNo"])]
    kind = books.BOOK_OF_MODE.get(key["mgmtMode"])
    if book is None or (book.body["etpsCode"], book.body["bookType"]) != (key["etpsCode"], kind):
        return None
    filed = books.filed_line(book, key, facts)
    return None if filed is None else {name: filed[name] for name in LINE if name in filed}


def _whole(key: Key, facts: Facts) -> Body | None:
    book: Record | None = facts[books.head(key["bookNo"])]
    if book is None:
        return None
    version = book.body["version"]
    lines: list[dict[str, Any]] = [
        {name: value for name, value in record.body.items() if name != "version"}
        for record in facts[_lines(key)]
        if record.body["version"] == version
    ]
    lines.sort(key=lambda entry: int(entry["recordNo"]))
    head = {name: book.body[name] for name in (*HEAD, "appTime") if name in book.body}
    return {**head, "BookLine": lines}


def _lines(key: Key) -> RecordsUnder:
    return RecordsUnder(SYSTEM, "book-line", f"{key['bookNo']}/")


LOOKUPS = {
    "party": Lookup(
        by=("etpsCode",),
        facts=lambda key: (PartyByCode(key["etpsCode"]),),
        values=_party,
    ),
    "book": Lookup(  # one line of it
        by=("mgmtMode", "etpsCode", "bookNo", "recordNo"),
        facts=lambda key: (books.head(key["bookNo"]), books.line(key["bookNo"], key["recordNo"])),
        values=_line,
    ),
    "book-head": Lookup(
        by=("etpsCode", "bookNo"),
        facts=lambda key: (books.head(key["bookNo"]),),
        values=_head,
    ),
    "filed-book": Lookup(  # as it stands, to be changed
        by=("bookNo",),
        facts=lambda key: (books.head(key["bookNo"]), _lines(key)),
        values=_whole,
        roles=frozenset({CUSTOMS}),
    ),
}
