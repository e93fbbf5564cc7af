"""公共查询: rules for used machinery by HS code or name, and filed agencies with what is imposed on them.

Knows what the two public lookups tell and how one line of it is read; refuses to know who looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from messages.annotations import Words
from messages.forms import own_forms
from messages.inspection.names import SYSTEM_NAME
from terminals.tui.buttons import Option
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.filled import Desk
from terminals.tui.inspection.desk_published import RuleEntry, RuleRegister
from terminals.tui.page import Page
from terminals.tui.reader import Reader
from terminals.tui.registers import Filed, RegisterPage
from terminals.work import dossier
from terminals.work.dossier import Said, Section
from terminals.work.model import FormModel

_READ = Words("阅读", "Read")
_STATE = Words("处置状态", "State")
_UNTIL = Words("处置到期时间", "Until")
_SINCE = Words("发布日期", "Since")
_RULE = Words("旧机电业务规则", "Rule for used machinery")
_AGENCY = Words("已备案检验机构", "Filed inspection agency")
_HELP = Words("用上下键、PgUp、PgDn 阅读。", "Up, Down, PgUp and PgDn read on.")


class PublicQuery(RegisterPage):
    """Something that everybody may look up; Enter reads all of a line. FORM has its labels."""

    SYSTEM: ClassVar[str] = SYSTEM_NAME
    FORM: ClassVar[str]
    ITEM: ClassVar[Words]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+o", "read", "news-read")]

    def more(self, item: Filed) -> Iterable[Said]:
        """What is told of a line that is on no form."""
        return ()

    def _options(self) -> list[Option]:
        return [Option("read", _READ, "ctrl+o", self.is_mounted and self.table.item is not None)]

    def picked(self) -> None:
        """Enter reads it."""
        self.action_read()

    def action_read(self) -> None:
        """The one under the cursor."""
        item = self.table.item
        if item is not None:
            model = FormModel(own_forms().form(self.FORM), Desk(self.work, self.terminal.clock))
            model.load(item, case="", state="")
            sections = dossier.sections(model, self.ITEM, tuple(self.more(item)))
            self.terminal.open_soon("inspection.known", sections=sections)


class RuleQuery(PublicQuery, RuleRegister):
    """旧机电业务规则查询."""

    WORDS: ClassVar[Words] = Words("旧机电业务规则查询", "Rules for used machinery")
    FORM: ClassVar[str] = RuleEntry.CODE
    ITEM: ClassVar[Words] = _RULE
    ENTRY: ClassVar[str] = ""

    def more(self, item: Filed) -> Iterable[Said]:
        """Since when."""
        yield Said(_SINCE, _same(str(item["since"])))


class AgencyQuery(PublicQuery):
    """已备案检验机构查询: by name or certificate number, with the disposal that is in force and its end."""

    WORDS: ClassVar[Words] = Words("已备案检验机构查询", "Filed agencies")
    FORM: ClassVar[str] = "PSI111"
    ITEM: ClassVar[Words] = _AGENCY
    LOOKUP: ClassVar[str] = "agencies"
    GROUP: ClassVar[str] = "Agency"
    BY: ClassVar[Mapping[str, str]] = {"agencyName": "agencies-by-name", "certNo": "agencies-by-number"}
    CODES: ClassVar[Mapping[str, str]] = {"country": "country"}
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion("agencyName", Words("检验机构名称", "Name")),
        Criterion("certNo", Words("备案编号", "Certificate no.")),
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("agencyName", Words("检验机构名称", "Name"), most=40, least=20, sorts=True),
        Column("certNo", Words("备案编号", "Certificate no."), cells=15, sorts=True),
        Column("state", _STATE, most=24, sorts=True),
        Column("endTime", _UNTIL, cells=16, sorts=True),
        Column("country", Words("国家/地区", "Country"), most=20, sorts=True),
        Column("agencyCode", Words("机构代码", "Code"), cells=10, sorts=True),
    )

    def text(self, item: Filed, key: str) -> str:
        """What stands in a cell: how the agency stands in words, and until when."""
        if key == "state":
            return _standing(item).in_language(self.language)
        return _moment(item) if key == "endTime" else super().text(item, key)

    def tone(self, item: Filed, key: str) -> str:
        """An agency that cannot be entrusted stands out."""
        return "warn" if key == "state" and not item["open"] else ""

    def more(self, item: Filed) -> Iterable[Said]:
        """How it stands."""
        yield Said(_STATE, _standing(item))
        if item.get("endTime"):
            yield Said(_UNTIL, _same(_moment(item)))


class Known(Page):
    """All of one line, to be read."""

    def __init__(self, sections: list[Section]) -> None:
        super().__init__()
        self._sections = sections

    def compose(self) -> ComposeResult:
        """The text."""
        yield Reader(self.language)

    def on_mount(self) -> None:
        """Show it."""
        self.query_one(Reader).show(self._sections)

    @property
    def heading(self) -> Words:
        """What kind of thing it is."""
        return self._sections[0].heading

    def about(self, given: Mapping[str, Any]) -> bool:
        """The same line is not opened twice."""
        return bool(given.get("sections") == self._sections)

    def first(self) -> Widget:
        """The text."""
        return self.query_one(Reader)

    def help(self) -> Words:
        """What F1 says."""
        return _HELP


def _standing(item: Filed) -> Words:
    return Words(str(item["state"]), str(item["stateEn"]))


def _moment(item: Filed) -> str:
    """2026-11-30 18:00, in China Standard Time as customs wrote it; '' for no end."""
    end = str(item.get("endTime", ""))
    return f"{end[:4]}-{end[4:6]}-{end[6:8]} {end[8:10]}:{end[10:12]}" if end else ""


def _same(text: str) -> Words:
    return Words(text, text)
