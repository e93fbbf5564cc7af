"""The code lists at a terminal (代码表): the gateway's, kept on disk by version, or those of this package.

Knows how a list is kept and asked for again; refuses to know which field uses it. `known` asks nobody and may
be called while somebody types; `fetch` asks the gateway.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from messages.annotations import Words
from messages.codes import Code, CodeList, CodeLists
from messages.wire import CST
from terminals.client import Response
from terminals.pending import replace_durably

_TAG = "etag"


@cache
def _own() -> CodeLists:
    return CodeLists()


class CodeBook:
    """The lists that one terminal has seen; `folder` is shared by the terminals of one person and gateway."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lists: dict[str, CodeList | None] = {}
        self._tags: dict[str, str] = {}
        self._lock = Lock()

    def known(self, name: str) -> CodeList | None:
        """The list as it was seen last, or this package's own; None where there is neither."""
        with self._lock:
            if name not in self._lists:
                kept = self._kept(name)
                self._lists[name] = kept if kept else self._bundled(name)
            return self._lists[name]

    def fetch(self, name: str, ask: Callable[[dict[str, str]], Response]) -> CodeList | None:
        """The gateway's list now, `ask` requests it with headers; what is known where it tells none."""
        known = self.known(name)
        tag = self._tags.get(name, "")
        answer = ask({"if-none-match": tag} if tag else {})
        if answer.status != 200:
            return known
        try:
            told = json.loads(answer.body)
            told[_TAG] = answer.headers.get("etag", "")
            found = self._read(name, told)
        except (ValueError, TypeError, KeyError):
            return known
        with self._lock:
            self._lists[name] = found
        body = json.dumps(told, ensure_ascii=False).encode()
        replace_durably(self._path(name), body)
        return found

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _kept(self, name: str) -> CodeList | None:
        try:
            return self._read(name, json.loads(self._path(name).read_bytes()))
        except (OSError, ValueError, TypeError, KeyError):
            return None  # it is asked for again

    def _bundled(self, name: str) -> CodeList | None:
        return _own().get(name) if name in _own().names else None

    def _read(self, name: str, told: dict[str, Any]) -> CodeList:
        codes = {str(code): Code(str(code), Words(str(zh), str(en))) for code, zh, en in told["rows"]}
        own = self._bundled(name)
        title = own.title if own else Words(name, name)
        found = CodeList(name, str(told["version"]), title, "", codes)
        self._tags[name] = str(told[_TAG])
        return found


class Desk:
    """What models are told (model.Context): the lists that are known here, and the day."""

    def __init__(self, book: CodeBook, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._book = book
        self._clock = clock

    def code_list(self, name: str) -> CodeList | None:
        """The list as it is known here."""
        return self._book.known(name)

    def today(self) -> date:
        """The day in China Standard Time."""
        return self._clock().astimezone(CST).date()
