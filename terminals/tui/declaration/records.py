"""申报记录: what the engine has noted of one declaration, the newest first.

Knows a declaration's `log`; refuses to know how a case is fetched and drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from messages.annotations import Words
from messages.declaration.names import SMART_WORDS
from terminals.tui.buttons import Option
from terminals.tui.dossiers import CasePage
from terminals.tui.words import both
from terminals.work.dossier import Said, Section
from terminals.work.found import CaseFound
from terminals.work.papers import Papers

_RECORD, _ENTRIES = Words("申报记录", "Record"), Words("记录", "Entries")
_OF = (
    ("number", Words("统一编号", "Number")),
    ("billNo", Words("提运单号", "Bill of lading")),
    ("batch", Words("批次号", "Batch")),
)


def when(time: str) -> str:
    """An entry's time as people read it."""
    return f"{time[:4]}-{time[4:6]}-{time[6:8]} {time[8:10]}:{time[10:12]}:{time[12:14]}"


def last_of(found: CaseFound) -> Words:
    """The last entry of a declaration's record, with its time; empty without one."""
    log = found.body.get("log") or ()
    return _entry(log[-1], f"{when(str(log[-1]['time']))} ") if log else Words()


def _entry(entry: Mapping[str, str], before: str = "") -> Words:
    batch = f" ({entry['batch']})" if entry.get("batch") else ""
    return Words(f"{before}{entry['zh']}{batch}", f"{before}{entry['en']}{batch}")


class RecordPage(CasePage):
    """All entries of one declaration's record."""

    PAPERS: ClassVar[Papers] = Papers(lambda found: ())
    WORDS: ClassVar[Words] = _RECORD

    def sections(self) -> list[Section]:
        """Which declaration, and what was noted of it."""
        found = self.found
        facts = [Said(label, Words(text, text)) for key, label in _OF if (text := found.line.text(key))]
        smart = SMART_WORDS.get(str(found.body.get("smart", "")))
        if smart is not None:
            facts.append(Said(Words("智能申报状态", "Smart state"), Words(*smart)))
        log = reversed(found.body.get("log") or ())
        said = [Said(Words(when(str(each["time"])), when(str(each["time"]))), _entry(each)) for each in log]
        entries = said or [Said(Words(), both("smart-no-record"))]
        return [Section(_RECORD, tuple(facts)), Section(_ENTRIES, tuple(entries), 1)]

    def _options(self) -> list[Option]:
        return [Option("print", both("entry-print"), "ctrl+p")]
