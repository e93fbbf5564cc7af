"""Code lists at a terminal: fetched once, kept by version, at hand without asking."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

from messages.codes import CodeLists
from terminals.client import Response
from terminals.work.codes import CodeBook, Desk


class Gateway:
    """Answers as /v1/codes does."""

    def __init__(self, version: str = "2026-01-01") -> None:
        self.version = version
        self.asked: list[str] = []

    def ask(self, headers: dict[str, str]) -> Response:
        """The list, or 304."""
        tag = f'"{self.version}"'
        self.asked.append(headers.get("if-none-match", ""))
        if headers.get("if-none-match") == tag:
            return Response(304, b"")
        rows = [["001", "台", f"set {self.version}"]]
        body = json.dumps({"list": "unit", "version": self.version, "rows": rows}).encode()
        return Response(200, body, {"etag": tag})


def test_a_list_is_this_packages_own_until_the_gateways_was_seen(tmp_path: Path) -> None:
    """Somebody types before anything was fetched."""
    book = CodeBook(tmp_path)
    assert book.known("unit") == CodeLists().get("unit")
    assert book.known("no_such_list") is None
    fetched = book.fetch("unit", Gateway().ask)
    assert fetched is not None
    assert (fetched.version, list(fetched.codes)) == ("2026-01-01", ["001"])
    assert fetched.title == CodeLists().get("unit").title
    assert book.known("unit") is fetched


def test_the_next_terminal_asks_only_whether_it_has_changed(tmp_path: Path) -> None:
    """A list is carried over the line once a version."""
    gateway = Gateway()
    CodeBook(tmp_path).fetch("unit", gateway.ask)
    book = CodeBook(tmp_path)
    known = book.known("unit")
    assert known is not None
    assert book.fetch("unit", gateway.ask) is known
    gateway.version = "2026-02-02"
    assert book.fetch("unit", gateway.ask) is book.known("unit") is not known
    assert gateway.asked == ["", '"2026-01-01"', '"2026-01-01"']


def test_what_cannot_be_read_is_fetched_again(tmp_path: Path) -> None:
    """A broken file, or a broken answer, leaves what is known."""
    gateway = Gateway()
    CodeBook(tmp_path).fetch("unit", gateway.ask)
    (tmp_path / "unit.json").write_text("{")
    book = CodeBook(tmp_path)
    assert book.known("unit") == CodeLists().get("unit")
    assert book.fetch("unit", lambda headers: Response(200, b"{}")) is book.known("unit")
    assert book.fetch("unit", gateway.ask) != CodeLists().get("unit")


def test_a_list_finds_what_is_typed(tmp_path: Path) -> None:
    """By code, Chinese or English name, best first."""
    country = CodeBook(tmp_path).known("country")
    assert country is not None
    assert [code.code for code in country.search("日本")] == ["JPN"]
    assert country.search("jpn")[0].label.zh == "日本"
    assert country.label("JPN", "en") == "Japan"
    assert country.label("???") == "???"


def test_the_day_is_chinas(tmp_path: Path) -> None:
    """Eight hours ahead of UTC."""
    desk = Desk(CodeBook(tmp_path), lambda: datetime(2026, 2, 28, 16, 30, tzinfo=UTC))
    assert desk.today() == date(2026, 3, 1)
    assert desk.code_list("unit") is not None
