"""The large code lists (代码表): countries, units, currencies, customs districts, natures of enterprises.

Knows how to read, look up and search them; small lists stay in the schemas. A list is a file `<name>.csv`
(code, zh, en), its version and its names stand in `index.csv` beside it. Later folders replace whole lists of
earlier ones, so customs can reload one without touching the program. Refuses to know which field uses a list:
the schemas say so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from messages.annotations import Words

OWN = Path(__file__).parent / "codelists"


class CodeListError(Exception):
    """A folder of code lists cannot be used; the text says which file and line, and what to change there."""


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a list."""

    code: str
    label: Words


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list in one version (an ISO date), in the order of its file."""

    name: str
    version: str
    title: Words
    source: str
    codes: dict[str, Code]

    def label(self, code: str, language: str = "zh") -> str:
        """What the code means, in `zh` or `en`; the code itself where the list does not hold it."""
        known = self.codes.get(code)
        return known.label.in_language(language) if known else code

    def search(self, text: str, limit: int = 20) -> list[Code]:
        """The entries that fit what was typed, best first; the first entries of the list for nothing typed.

        An entry fits if its code begins with the text or one of its names holds it, whatever the case of its
        letters. Best are equal codes and names, then beginnings, then the rest.
        """
        wanted = text.strip().casefold()
        ranked = ((rank, each) for each in self.codes.values() if (rank := _rank(each, wanted)) < _MISS)
        return [each for _, each in sorted(ranked, key=lambda pair: pair[0])][:limit]


class CodeLists:
    """All lists of one or more folders (this package's own, without any)."""

    def __init__(self, *folders: Path) -> None:
        self._lists: dict[str, CodeList] = {}
        for folder in folders or (OWN,):
            self._lists.update((each.name, each) for each in _read(folder))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the lists, sorted."""
        return tuple(sorted(self._lists))

    def get(self, name: str) -> CodeList:
        """The list of this name. Raises KeyError where there is none."""
        return self._lists[name]

    def has(self, name: str, code: str) -> bool:
        """Whether the list holds the code, as it is written there. Raises KeyError for an unknown list."""
        return code in self._lists[name].codes

    def label(self, name: str, code: str, language: str = "zh") -> str:
        """As CodeList.label. Raises KeyError for an unknown list."""
        return self._lists[name].label(code, language)

    def search(self, name: str, text: str, limit: int = 20) -> list[Code]:
        """As CodeList.search. Raises KeyError for an unknown list."""
        return self._lists[name].search(text, limit)


_MISS = 3


def _rank(entry: Code, wanted: str) -> int:
    code, names = entry.code.casefold(), (entry.label.zh.casefold(), entry.label.en.casefold())
    if wanted == code or wanted in names:
        return 0
    if code.startswith(wanted) or any(name.startswith(wanted) for name in names):
        return 1
    return 2 if any(wanted in name for name in names) else _MISS


def _read(folder: Path) -> Iterator[CodeList]:
    for _, row in _rows(folder / "index.csv", ("name", "version", "zh", "en", "source")):
        path = folder / f"{row['name']}.csv"
        codes: dict[str, Code] = {}
        for line, entry in _rows(path, ("code", "zh", "en")):
            code = entry["code"]
            if not code or code in codes:
                raise CodeListError(f"{path}, line {line}: code {code!r} is empty or there twice")
            codes[code] = Code(code, Words(entry["zh"], entry["en"]))
        yield CodeList(row["name"], row["version"], Words(row["zh"], row["en"]), row["source"], codes)


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != columns:
                raise CodeListError(f"{path}, line 1: the columns have to be {', '.join(columns)}")
            for row in reader:
                if None in row or None in row.values():
                    raise CodeListError(f"{path}, line {reader.line_num}: it needs {len(columns)} values")
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError) as error:
        raise CodeListError(f"{path}: {error}") from None
