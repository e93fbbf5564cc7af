"""待办事项: what waits for whoever looks, the longest first: drafts, returned cases, calls of customs.

Knows which states wait for which role, and the name of the screen that does what is wanted; refuses to know
those screens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.inspection import table as states
from messages.inspection.names import SYSTEM_NAME
from messages.wire import CST, parse_wire_time
from terminals.trouble import Trouble
from terminals.tui.buttons import Option
from terminals.tui.columns import Column, Fetched, Wanted
from terminals.tui.searching import SearchPage
from terminals.tui.systems import AGENCY, CUSTOMS, ENTERPRISE, OPERATOR
from terminals.tui.words import both
from terminals.work.found import CaseLine, Search
from terminals.work.receipts import Step

MOST = 500
"""Cases that the list holds: nobody gets through more."""
_PAGE = 100  # the gateway's most
_DO = Words("办理", "Do it")
_HELP = Words(
    "等待您办理的事项，等待最久的在前。Enter 办理所选事项，F5 刷新。",
    "What waits for you, the longest first. Enter does it, F5 looks anew.",
)


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done with a case in a state, and the screen for it."""

    words: Words
    entry: str


_SUBMIT = Task(Words("委托暂存，尚未提交", "Entrustment to be submitted"), "inspection.entrust")
_SUPPLEMENT = Task(Words("委托被退回，补充材料", "Entrustment returned for more"), "inspection.entrust")
_ANSWER, _REPORT, _REVIEW = "inspection.reply", "inspection.report", "inspection.reply-review"
_ENTRUSTING = {states.WRITTEN: _SUBMIT, states.RETURNED: _SUPPLEMENT}
_OWN: Mapping[str, Mapping[str, Task]] = {
    ENTERPRISE: _ENTRUSTING,
    OPERATOR: _ENTRUSTING,
    AGENCY: {
        states.DRAFT: Task(Words("备案申请暂存，尚未提交", "Filing to be applied for"), "inspection.filing"),
        states.MORE: Task(Words("备案申请须补充材料", "Filing returned for more"), "inspection.filing"),
        states.RAISED: Task(Words("质量问题待反馈", "Quality problem to be answered"), _ANSWER),
        states.DEMANDED: Task(Words("文件检查待提交", "Documents to be submitted"), _ANSWER),
        states.WANTING: Task(Words("监督检查须补充材料", "Check returned for more"), _ANSWER),
        states.TO_PUT_RIGHT: Task(Words("限期整改，提交整改材料", "Things to be put right"), _ANSWER),
        states.NOT_YET: Task(Words("整改须补充材料", "Not yet put right"), _ANSWER),
        states.CALLED: Task(Words("年度报告待填报", "Annual report to be written"), _REPORT),
        states.REPORTING: Task(Words("年度报告暂存，尚未提交", "Annual report to be submitted"), _REPORT),
    },
    CUSTOMS: {
        states.PENDING: Task(Words("备案申请待审核", "Filing to be reviewed"), "inspection.filing-review"),
        states.CHANGING: Task(Words("备案变更待审核", "Change to be reviewed"), "inspection.filing-review"),
        states.ON_SITE: Task(Words("实地检查待审核", "On-site check to be reviewed"), _REVIEW),
        states.SUBMITTED: Task(Words("检查材料待审核", "Documents to be reviewed"), _REVIEW),
        states.PUT_RIGHT: Task(Words("整改材料待审核", "What was put right, to be reviewed"), _REVIEW),
    },
}
"""What waits in a role's own cases; in all of them, for customs."""
_SHARED: Mapping[str, Mapping[str, Task]] = {
    AGENCY: {
        states.ENTRUSTED: Task(Words("业务委托待受理", "Entrustment to be accepted"), "inspection.answer"),
        states.ACCEPTED: Task(Words("检验结果待录入", "Inspection without a result"), "inspection.result"),
    },
}
"""What waits in cases of others in which a role takes part."""


class Waiting(SearchPage[CaseLine]):
    """待办事项."""

    WORDS: ClassVar[Words] = Words("待办事项", "To do")
    AT_ONCE: ClassVar[bool] = True
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("task", Words("待办事项", "To do"), most=36),
        Column("since", Words("等待自", "Since"), cells=16),
        Column("subject", Words("企业/机构", "Whose"), most=32, least=10),
        Column("words", Words("摘要", "About"), most=40, least=10),
        Column("number", both("query-case"), cells=19),
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+o", "do", _DO.zh, show=False)]

    def help(self) -> Words:
        """What F1 says."""
        return _HELP

    def came(self, steps: Sequence[Step]) -> None:
        """Something was done, or something new waits."""
        self.table.renew()

    def on_show(self) -> None:
        """In front again: what was done meanwhile waits no more."""
        self.table.renew()

    def _fetch(self, wanted: Wanted) -> Fetched[CaseLine]:
        """In a thread: both kinds of cases, of which a page is cut."""
        role = self.work.who.role
        found = self._all(_OWN[role], {})
        if role in _SHARED:
            found += self._all(_SHARED[role], {"shared": "1"})
        found.sort(key=lambda each: each.changed)
        start = (wanted.page - 1) * wanted.size
        return Fetched(found[start : start + wanted.size], len(found))

    def _all(self, tasks: Mapping[str, Task], criteria: Mapping[str, str]) -> list[CaseLine]:
        found: list[CaseLine] = []
        for number in range(1, MOST // _PAGE + 1):
            asked = Search(criteria, tuple(tasks), "changed", number, _PAGE)
            page = self.work.line.cases(SYSTEM_NAME, asked)
            found += page.cases
            if number >= page.pages:
                break
        return found

    def name_of(self, item: CaseLine) -> object:
        """Its number."""
        return item.number

    def text(self, item: CaseLine, key: str) -> str:
        """What is to be done, and since when."""
        if key == "task":
            return self._wanted(item).words.in_language(self.language)
        if key == "since":
            return parse_wire_time(item.changed).astimezone(CST).strftime("%Y-%m-%d %H:%M")
        return item.text(key)

    def _wanted(self, item: CaseLine) -> Task:
        role = self.work.who.role
        return {**_OWN[role], **_SHARED.get(role, {})}[item.state]

    def _options(self) -> list[Option]:
        return [Option("do", _DO, "ctrl+o", self.is_mounted and self.table.item is not None)]

    def picked(self) -> None:
        """Enter does it."""
        self.action_do()

    def action_do(self) -> None:
        """The screen for it, with the case as it is now."""
        item = self.table.item
        if item is not None:
            self.run_worker(self._do(item), group="open", exclusive=True)

    async def _do(self, item: CaseLine) -> None:
        try:
            found = await asyncio.to_thread(self.work.line.case, SYSTEM_NAME, item.number)
        except Trouble as error:
            self.terminal.complain(error)
            return
        if found is None or found.line.state != item.state:  # somebody else has done it
            self.again()
            self.terminal.say(both("query-gone", case=item.number), alarm=found is None)
            return
        await self.terminal.open(self._wanted(item).entry, found=found)
