"""智能辅助申报执行: start a run by ticked rules, watch it, stop it. The gateway runs it, whoever looks.

Knows what is asked while the screen is in front, twice a second and never two at once; refuses to know what a
run's figures mean and how a message is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from messages.annotations import Words
from messages.declaration.names import FAILED, RULE, SYSTEM_NAME, UNCONFIRMED, WAITING
from messages.declaration.table import DRAFT, ENABLED, RUNNING
from terminals.trouble import Trouble
from terminals.tui.buttons import Buttons, Option
from terminals.tui.choose import Choose
from terminals.tui.columns import Column, Fetched, Wanted
from terminals.tui.declaration import lists
from terminals.tui.declaration.chosen_rules import ChosenRules
from terminals.tui.declaration.figures import NONE, batch_of, countdown, figures
from terminals.tui.declaration.lists import DeclarationList, held
from terminals.tui.declaration.orders import OrderPage
from terminals.tui.declaration.records import last_of
from terminals.tui.declaration.standing import CLOSED
from terminals.tui.progress import Bar
from terminals.tui.query import Action
from terminals.tui.words import Saying, both
from terminals.work.found import CaseFound, CaseLine, Search

ASKS = 0.5
"""Seconds between two questions to the gateway: the screen follows a run within a second."""
_QUIET = 4  # questions between two looks at a list of which nothing has changed
_KINDS = {"1": Words("申报单位", "declaring unit"), "2": Words("境内收发货人", "consignee")}
_SCOPES = {
    "all": Words("全部", "all"),
    "batch": Words("本批次", "this batch"),
    "waiting": Words("待申报", "what waits"),
    "unconfirmed": Words("税费未确认", "taxes not confirmed"),
    "failed": Words("申报失败", "what failed"),
}
BATCHED = Column("batch", Words("批次号", "Batch"), cells=21, sorts=True)
_CODE, _START, _STOP = "DEC161", "start", "stop"
_MOST_RULES = 100
_TAXES = "taxes"
_Asked = tuple[Mapping[str, str], tuple[str, ...]]  # criteria and states


class RunPage(OrderPage, DeclarationList):
    """Rules above, figures and bar, the declarations below."""

    CODE: ClassVar[str] = _CODE
    WORDS: ClassVar[Words] = Words("智能辅助申报执行", "Run")
    TIMED: ClassVar[bool] = False
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        lists.NUMBERED, lists.CASE, lists.BILLED, lists.IS_SMART, lists.IS_TAXED, lists.AT, lists.WAY,
        BATCHED, lists.CHANGED,
    )  # fmt: skip
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("record", both("smart-record"), "ctrl+o", "declaration.record"),
        Action(_TAXES, Words("税费确认", "Taxes"), "ctrl+k", "declaration.taxes", "", frozenset({DRAFT})),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "act('start')", "smart-start"),
        Binding("ctrl+t", "act('stop')", "smart-stop"),
        Binding("ctrl+e", "act('kind')", "smart-kind"),
        Binding("ctrl+l", "act('rules')", "smart-to-rules"),
        Binding("ctrl+b", "act('scope')", "smart-scope", show=False),
        Binding("ctrl+o", "act('record')", "smart-record"),
        Binding("ctrl+k", f"act('{_TAXES}')", "declaration-taxes", show=False),
    ]
    DEFAULT_CSS = """
    RunPage > .run--hint { width: 100%; height: auto; max-height: 3; padding: 0 1; color: $quiet; }
    RunPage > .run--figures { width: 100%; height: 1; padding: 0 1; }
    RunPage > .run--next { width: 100%; height: 1; padding: 0 1; color: $primary; text-style: bold; }
    RunPage > .run--lost { width: 100%; height: auto; padding: 0 1; color: $error; display: none; }
    RunPage > .run--record { width: 100%; height: auto; max-height: 3; padding: 0 1; background: $panel; }
    RunPage > Bar { height: 1; margin: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.run: CaseFound | None = None
        self._run_no = ""
        self._kind_of_unit = "1"
        self._scope = "all"
        self._asks = False  # a question is on its way
        self._fetches = False  # in whichever thread: the list is
        self._quiet = 0
        self._seen = ""  # when the gateway answered last, as people read it
        self._record: tuple[str, int] = ("", 0)  # whose record is shown, and as of which revision

    def compose(self) -> ComposeResult:
        """From the top to the bottom."""
        language = self.language
        yield self.gate()
        yield Buttons(self._commands(), language, id="run")
        yield Saying(both("smart-run-hint"), language, classes="run--hint")
        yield ChosenRules(language)
        yield Saying(NONE.batch, language, classes="run--figures", id="batch")
        yield Saying(NONE.every, language, classes="run--figures", id="every")
        yield Saying(Words(), language, classes="run--next")
        yield Saying(Words(), language, classes="run--lost")
        yield Bar()
        table, actions = super().compose()
        yield table
        yield Saying(Words(), language, classes="run--record")
        yield actions

    def on_mount(self) -> None:
        """Follow the run while this is in front."""
        self.anew(self._fetch_rules, "rules")
        self.call_after_refresh(self.table.start)
        self.set_interval(ASKS, self.ask)

    def on_show(self) -> None:
        """In front: rules may have been set meanwhile; what runs is asked at once."""
        self.anew(self._fetch_rules, "rules")
        self.ask()

    @property
    def rules(self) -> ChosenRules:
        """What a run goes by."""
        return self.query_one(ChosenRules)

    @property
    def running(self) -> bool:
        """Whether a run is under way, as far as is known here."""
        return self.run is not None and self.run.line.state == RUNNING

    def first(self) -> Widget:
        """The rules."""
        return self.rules.grid

    def help(self) -> Words:
        """What F1 says."""
        return both("help-smart-run")

    def again(self) -> None:
        """The rules, the run and the list anew."""
        super().again()
        self.anew(self._fetch_rules, "rules")
        self.ask()

    def reached(self, up: bool) -> None:
        """The gateway is gone, or is back: then what it has done meanwhile is asked at once."""
        if up:
            self.anew(self._fetch_rules, "rules")
        self._lost(not up)
        self.ask()

    # -- following the run

    def ask(self) -> None:
        """What runs, and how far it is; nothing while nobody looks, or an answer is on its way."""
        if not self.is_mounted or not self.terminal.in_front(self):
            return
        self._count_down()
        if not self._asks and self.work.line.up:
            self._asks = True
            self.run_worker(self._ask(), group="ask")

    async def _ask(self) -> None:
        try:
            if not self._run_no:
                found = await asyncio.to_thread(self.work.line.lookup, SYSTEM_NAME, "standing", ())
                if found is not None:
                    self.stand(found)
            if self._run_no:
                run = await asyncio.to_thread(self.work.line.case, SYSTEM_NAME, self._run_no)
                self._follow(run)
            elif self.run is None:
                self._follow(None)
        except Trouble:
            self._lost(lost=True)
        else:
            self._seen = f"{self.terminal.clock().astimezone():%H:%M:%S}"
            self._lost(lost=False)
            self._renew()
        finally:
            self._asks = False

    def stood(self) -> None:
        """A run that was started elsewhere, or before, is followed."""
        running = str(self.standing.get("runNo", ""))
        if running and not self.running:
            self._run_no = running
        if self.is_mounted:
            self._offer_commands()

    def _follow(self, run: CaseFound | None) -> None:
        """Show a run as it is now."""
        before, self.run = self.run, run if run is not None else self.run
        if run is None or (before is not None and before.line == run.line):
            self._offer_commands()
            return
        self._quiet = 0
        told = figures(run)
        self.query_one("#batch", Saying).say(told.batch)
        self.query_one("#every", Saying).say(told.every)
        self.query_one(Bar).show(told.looked, told.total)
        self.query_one(".run--next", Saying).say(told.end)
        self.rules.tick(run.body["rules"], locked=self.running)
        self._kind_of_unit = str(run.body["unitKind"])
        if not self.running:
            self._run_no = ""
            self._standing = {name: each for name, each in self.standing.items() if name != "runNo"}
        self._count_down()
        self._offer_commands()

    def _count_down(self) -> None:
        if self.running and self.run is not None:
            self.query_one(".run--next", Saying).say(countdown(self.run, self.terminal.clock()))

    def _lost(self, lost: bool) -> None:
        saying = self.query_one(".run--lost", Saying)
        saying.say(both("smart-run-lost", when=self._seen or "-"))
        saying.display = lost

    def _renew(self) -> None:
        """The list, where the run has moved; now and then also where it has not: marks come and go."""
        if self._fetches:
            return
        if self._quiet % _QUIET == 0:
            self.table.renew()
        self._quiet += 1

    # -- rules

    async def _fetch_rules(self) -> None:
        search = Search({"kind.starts": RULE}, (ENABLED,), "billNo", 1, _MOST_RULES)
        try:
            page = await asyncio.to_thread(self.work.line.cases, SYSTEM_NAME, search)
        except Trouble:
            return  # which the status bar says
        self.rules.show(page.cases)
        self._offer_commands()

    # -- the declarations

    def _fetch(self, wanted: Wanted) -> Fetched[CaseLine]:
        """In a thread: this batch's, then what waits, as one list of pages."""
        self._fetches = True
        try:
            return self._pages(wanted)
        finally:
            self._fetches = False

    def _pages(self, wanted: Wanted) -> Fetched[CaseLine]:
        rows: dict[str, CaseLine] = {}
        total, start = 0, (wanted.page - 1) * wanted.size
        for criteria, states in self._searches():
            room = wanted.size - len(rows)
            skip = max(0, start - total)
            page, inside = skip // wanted.size + 1, skip % wanted.size
            found = self.work.line.cases(
                SYSTEM_NAME, Search(criteria, states, wanted.order, page, wanted.size)
            )
            some = [*found.cases]
            if inside and room > len(some) - inside and page < found.pages:
                following = Search(criteria, states, wanted.order, page + 1, wanted.size)
                some += self.work.line.cases(SYSTEM_NAME, following).cases
            if skip < found.total:
                rows |= {line.number: line for line in some[inside : inside + room]}
            total += found.total
        return Fetched(tuple(rows.values()), total)

    def _searches(self) -> list[_Asked]:
        batch, pool = batch_of(self.run), {"pool": self.work.who.dxp_id}
        drafts, every = (DRAFT,), lists.STATES
        of_batch: list[tuple[Mapping[str, str], tuple[str, ...]]] = (
            [({"batch": batch}, every)] if batch else []
        )
        match self._scope:
            case "batch":
                return of_batch
            case "waiting":
                return [(pool, drafts)]
            case "unconfirmed":
                return [({**pool, "office.contains": f"-{WAITING}{UNCONFIRMED}"}, drafts)]
            case "failed":
                return [({"office.contains": f"-{FAILED}"}, drafts)]
        return [*of_batch, (pool, drafts)]

    def _offered(self, action: Action, line: CaseLine | None) -> bool:
        """Taxes are confirmed of what is self-assessed."""
        own = action.key != _TAXES or (line is not None and bool(held(line)[_TAXES]))
        return own and super()._offered(action, line)

    def on_paged_table_moved(self) -> None:
        """Another declaration: its record."""
        self._look_up_record()

    def on_paged_table_came(self) -> None:
        """The same, or another one under the cursor."""
        self._look_up_record()

    def _look_up_record(self) -> None:
        item = self.table.item
        now = (item.number, item.revision) if item is not None else ("", 0)
        if now != self._record:
            self._record = now
            self.anew(self._fetch_record, "record")

    async def _fetch_record(self) -> None:
        number, words = self._record[0], Words()
        if number:
            try:
                found = await asyncio.to_thread(self.work.line.case, SYSTEM_NAME, number)
            except Trouble:
                self._record = ("", 0)
                return
            said = last_of(found) if found is not None else Words()
            words = Words(f"{number} {said.zh}", f"{number} {said.en}") if said != Words() else Words()
        self.query_one(".run--record", Saying).say(words)

    # -- commands

    def _commands(self) -> list[Option]:
        """开始申报, 停止申报, and what they go by."""
        scope = _SCOPES[self._scope]
        fine = self.enabled and self.barred(_CODE, _START) is None and not self._ordering
        return [
            Option("start", Words("开始申报", "Start"), "ctrl+r", fine and not self.running),
            Option("stop", Words("停止申报", "Stop"), "ctrl+t", fine and self.running),
            Option("kind", both("smart-kind"), "ctrl+e", not self.running),
            Option("scope", Words(f"显示：{scope.zh}", f"Show: {scope.en}"), "ctrl+b"),
        ]

    def _offer_commands(self) -> None:
        if self.is_attached:
            self.query_one("#run", Buttons).offer(self._commands())
            self.rules.be_for(_KINDS[self._kind_of_unit])

    def action_act(self, key: str) -> None:
        """A command or an action by its name."""
        match key:
            case "start":
                self.command(self._start)
            case "stop":
                self.command(self._stop)
            case "kind":
                self.command(self._choose_kind)
            case "scope":
                self.command(self._choose_scope)
            case "rules":
                self.rules.grid.focus()
            case _:
                super().action_act(key)

    def on_grid_picked(self) -> None:
        """Enter on a rule leads to the button that starts."""
        self.query_one("#run", Buttons).focus()

    async def _choose_kind(self) -> None:
        if self.running:
            await self.tell(both("smart-run-running"), alarm=True)
            return
        options = [Option(key, words) for key, words in _KINDS.items()]
        title = Words("生效企业类型", "Kind of enterprise")
        chosen = await self.terminal.ask(Choose(title, options, self.language, current=self._kind_of_unit))
        self._kind_of_unit = chosen or self._kind_of_unit

    async def _choose_scope(self) -> None:
        options = [Option(key, words) for key, words in _SCOPES.items()]
        title = Words("显示范围", "Show")
        chosen = await self.terminal.ask(Choose(title, options, self.language, current=self._scope))
        if chosen and chosen != self._scope:
            self._scope = chosen
            self.table.start()

    async def _start(self) -> None:
        rules = self.rules.ticked
        against = self._unready(rules)
        if against is not None:
            await self.tell(against, alarm=True)
            return
        kind = _KINDS[self._kind_of_unit]
        question = both("smart-run-ask", count=len(rules), kind=kind, rules=self.rules.said())
        if not await self.sure(question):
            return
        chosen = [{"ruleNo": number} for number in rules]
        content = {"action": "1", "unitKind": self._kind_of_unit, "ChosenRule": chosen}
        step = await self.order(_CODE, _START, content)
        if step is not None:
            self._run_no = step.case
            self.ask()

    def _unready(self, rules: Sequence[str]) -> Words | None:
        if not self.enabled:
            return CLOSED
        if self.running:
            return both("smart-run-running")
        if self.rules.empty:
            return both("smart-run-no-rules")
        return None if rules else both("smart-run-tick")

    async def _stop(self) -> None:
        run = self.run
        if run is None or not self.running:
            await self.tell(both("smart-run-not-running"), alarm=True)
        elif await self.sure(both("smart-run-ask-stop")):
            step = await self.order(_CODE, _STOP, {"action": "2"}, run)
            if step is not None:
                self.ask()
