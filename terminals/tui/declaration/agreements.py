"""代理报关委托协议: those of either party, their text to be read and printed.

Knows what an agreement says and that both parties have it; refuses to know who makes one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.declaration.names import AGREEMENT, SYSTEM_NAME
from messages.wire import wire_date
from terminals.tui.buttons import Option
from terminals.tui.columns import Column, Fetched, Wanted
from terminals.tui.criteria import Criterion
from terminals.tui.dossiers import CasePage
from terminals.tui.searching import SearchPage
from terminals.tui.words import both
from terminals.work.dossier import Said, Section
from terminals.work.found import CaseFound, CaseLine, Search
from terminals.work.papers import Papers, moment

MOST = 500
"""Agreements that the list holds, the newest: one for a pair of parties a year."""
_PAGE = 100  # the gateway's most
_PARTIES = (
    ("trade", Words("委托方（境内收发货人）", "Principal (domestic consignee)")),
    ("agent", Words("被委托方（申报单位）", "Agent (declaring unit)")),
)
_OF_PARTY = (
    ("Name", Words("名称", "Name")),
    ("Scc", Words("统一社会信用代码", "Social credit code")),
    ("Code", Words("海关编码", "Customs code")),
)


class AgreementList(SearchPage[CaseFound]):
    """委托协议查询."""

    WORDS: ClassVar[Words] = Words("委托协议查询", "Agreements")
    TOGETHER: ClassVar[bool] = True
    AT_ONCE: ClassVar[bool] = True
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion("number.contains", Words("协议编号", "Number")),
        Criterion("trade.contains", Words("境内收发货人", "Consignee's code")),
        Criterion("day", Words("生成日期", "Made on"), between=True),
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("number", Words("协议编号", "Number"), cells=18),
        Column("tradeName", Words("委托方", "Principal"), most=32, least=12),
        Column("agentName", Words("被委托方", "Agent"), most=32, least=12),
        Column("since", Words("有效期自", "From"), cells=10),
        Column("until", Words("有效期至", "Until"), cells=10),
        Column("force", Words("状态", "State"), most=10),
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+o", "view", both("query-view").zh, show=False)]

    def _fetch(self, wanted: Wanted) -> Fetched[CaseFound]:
        """In a thread: the own ones and those that the other party has, of which a page is read."""
        lines = [*self._all({}), *self._all({"shared": "1"})]
        lines.sort(key=lambda each: each.changed, reverse=True)
        start = (wanted.page - 1) * wanted.size
        read = (self.work.line.case(SYSTEM_NAME, each.number) for each in lines[start : start + wanted.size])
        return Fetched([each for each in read if each is not None], len(lines))

    def _all(self, whose: Mapping[str, str]) -> list[CaseLine]:
        found: list[CaseLine] = []
        for number in range(1, MOST // _PAGE + 1):
            asked = Search({**self._asked, **whose, "kind": AGREEMENT}, (), "-changed", number, _PAGE)
            page = self.work.line.cases(SYSTEM_NAME, asked)
            found += page.cases
            if number >= page.pages:
                break
        return found

    def name_of(self, item: CaseFound) -> object:
        """Its number."""
        return item.line.number

    def text(self, item: CaseFound, key: str) -> str:
        """What stands in a cell."""
        if key == "number":
            return item.line.number
        if key == "force":
            return self._force(item).in_language(self.language)
        text = str(item.body.get(key, ""))
        return _day(text) if key in ("since", "until") else text

    def tone(self, item: CaseFound, key: str) -> str:
        """What is over is not looked for."""
        return "quiet" if self._over(item) else ""

    def _over(self, item: CaseFound) -> bool:
        return str(item.body.get("until", "")) < wire_date(self.terminal.clock())

    def _force(self, item: CaseFound) -> Words:
        return Words("已到期", "over") if self._over(item) else Words("有效", "in force")

    def _options(self) -> list[Option]:
        return [Option("view", both("query-view"), "ctrl+o", self.is_mounted and self.table.item is not None)]

    def picked(self) -> None:
        """Enter shows it."""
        self.action_view()

    def action_view(self) -> None:
        """Its text."""
        item = self.table.item
        if item is not None:
            self.terminal.open_soon("declaration.agreement", found=item)


class AgreementPage(CasePage):
    """代理报关委托协议, to be read and printed."""

    WORDS: ClassVar[Words] = Words("委托协议", "Agreement")
    PAPERS: ClassVar[Papers] = Papers(lambda _: ())

    def sections(self) -> list[Section]:
        """What it says."""
        body, line = self.found.body, self.found.line
        head = (
            Said(Words("协议编号", "Number"), _same(line.number)),
            Said(Words("有效期", "In force"), _same(f"{_day(body['since'])} — {_day(body['until'])}")),
            Said(Words("生成时间", "Made"), _same(moment(line.created))),
        )
        read = [Section(Words("代理报关委托协议", "Agency agreement for customs declarations"), head)]
        for prefix, words in _PARTIES:
            said = [Said(label, _same(str(body[f"{prefix}{name}"]))) for name, label in _OF_PARTY]
            read.append(Section(words, tuple(said), 1))
        read.append(Section(Words("约定", "Terms"), tuple(_TERMS), 1))
        return read

    def _options(self) -> list[Option]:
        return [Option("print", both("entry-print"), "ctrl+p")]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """It has no files."""
        return False if action == "files" else super().check_action(action, parameters)


_TERMS = (
    Said(
        Words("委托事项", "What is entrusted"),
        Words(
            "委托方委托被委托方在有效期内代理报关单的申报。",
            "The agent declares to customs on the principal's behalf while this is in force.",
        ),
    ),
    Said(
        Words("文书", "Document"),
        Words(
            "经网关签名的协议文书随回执发送双方。",
            "Both parties have it as a document that the gateway has signed, in the receipt that told them.",
        ),
    ),
)


def _day(text: str) -> str:
    """YyyyMMdd as people read it."""
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}" if len(text) == 8 else text


def _same(text: str) -> Words:
    return Words(text, text)
