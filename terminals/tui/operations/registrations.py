"""Applicants (注册审核): who wants to take part, let in as a new party or into one that is there, or refused.

Knows how the choice is put, so that nobody joins a party without its name having been chosen, and what is
told where somebody else was quicker; refuses to know what a decision brings about.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from terminals.tui.buttons import Option
from terminals.tui.choose import Choose
from terminals.tui.columns import Column
from terminals.tui.dialogs import Ask, AskText, Tell
from terminals.tui.operations.alarms import joined
from terminals.tui.operations.watched import WatchedList, moment
from terminals.tui.systems import ROLES
from terminals.tui.words import both
from terminals.work.operated import ACCOUNT, Applicant, Done

NEW = "new"
LONGEST_REASON = 500
_NOBODY = "nobody"


class Registrations(WatchedList[Applicant]):
    """The list, the request in full, approving and refusing."""

    WORDS: ClassVar[Words] = both("operations-registrations")
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("id", both("operations-number"), number=True, most=9),
        Column("age", both("operations-waited"), cells=9),
        Column("kind", both("operations-kind"), most=12),
        Column("code", both("operations-code"), most=18),
        Column("name", both("operations-name"), most=50, least=22),
        Column("known", both("operations-known"), most=8),
        Column("mail", both("operations-mail"), most=40, least=6),
    )
    HELP: ClassVar[str] = "help-operations-registrations"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "approve", "operations-approve"),
        Binding("ctrl+b", "refuse", "operations-refuse"),
    ]

    def look(self) -> tuple[datetime, Sequence[Applicant], int]:
        """The oldest first."""
        found = self.work.line.applicants()
        return found.at, found.shown, found.waiting

    def name_of(self, item: Applicant) -> object:
        """Its number."""
        return item.id

    def text(self, item: Applicant, key: str) -> str:
        """What stands in a cell."""
        match key:
            case "id":
                return str(item.id)
            case "age":
                return self.age(item.filed)
            case "kind":
                return _kind(item).in_language(self.language)
            case "code":
                return item.cop_code or item.dxp_id
            case "name":
                return item.name or item.holder
            case "known":
                return both("operations-yes").in_language(self.language) if item.parties else ""
        return item.mail

    def tone(self, item: Applicant, key: str) -> str:
        """A number that is known is to be looked at."""
        return "warn" if key == "known" else ""

    def said(self, item: Applicant) -> Words:
        """All that was said, and what is known already."""
        lines = [
            both("operations-applicant", name=item.name or item.holder, code=item.cop_code or item.dxp_id,
                 role=ROLES.get(item.role, Words(item.role, item.role)), kind=_kind(item)),
            both("operations-contact", contact=item.contact or "-", telephone=item.telephone or "-",
                 mail=item.mail or "-"),
            both("operations-filed", at=moment(item.filed), ends=moment(item.ends) or "-"),
        ]  # fmt: skip
        lines += [both("operations-has", dxp=each.dxp_id, name=each.name) for each in item.parties[:3]]
        if item.kind != ACCOUNT:
            lines.append(both("operations-by-command", number=item.id))
        elif item.has_account:
            lines.append(both("operations-account-there"))
        return joined(lines)

    def picked(self) -> None:
        """Enter decides."""
        self.action_approve()

    def _options(self) -> list[Option]:
        there = self.is_mounted and self.table.item is not None
        return [
            Option("approve", both("operations-approve-it"), "ctrl+r", there),
            Option("refuse", both("operations-refuse-it"), "ctrl+b", there),
        ]

    # -- deciding

    def action_approve(self) -> None:
        """Let the one under the cursor in."""
        if (item := self.table.item) is not None:
            self.run_worker(self._approve(item), group="decide", exclusive=True)

    def action_refuse(self) -> None:
        """Refuse the one under the cursor."""
        if (item := self.table.item) is not None:
            self.run_worker(self._refuse(item), group="decide", exclusive=True)

    async def _approve(self, item: Applicant) -> None:
        if item.kind != ACCOUNT:
            await self._tell(both("operations-by-command", number=item.id))
            return
        if item.has_account:
            await self._tell(both("operations-account-there"))
            return
        party = await self._party(item)
        if party == _NOBODY:
            await self._refuse(item)
            return
        if party is None:
            return
        name = next((each.name for each in item.parties if each.dxp_id == party), "")
        values = {"mail": item.mail, "name": item.name, "code": item.cop_code, "dxp": party, "party": name}
        sure = both("operations-sure-new" if party == NEW else "operations-sure-join", **values)
        if await self.terminal.ask(Ask(sure, self.language, default=False, alarm=party != NEW)):
            self.order("registrations", item.id, {"decision": "approve", "party": party}, self._approved)

    async def _party(self, item: Applicant) -> str | None:
        """Where to: a new party, or one of those that have the number, which somebody has to choose."""
        if not item.parties:
            return NEW
        options = [
            Option(each.dxp_id, both("operations-into", dxp=each.dxp_id, name=each.name))
            for each in item.parties
        ]
        options.append(Option(_NOBODY, both("operations-into-none")))
        title = both("operations-which", code=item.cop_code)
        return await self.terminal.ask(Choose(title, options, self.language, current=_NOBODY, wide=True))

    async def _refuse(self, item: Applicant) -> None:
        def check(text: str) -> Words | None:
            fine = 0 < len(text.strip()) <= LONGEST_REASON
            return None if fine else both("operations-reason-wrong", most=LONGEST_REASON)

        words = both("operations-reason", name=item.name or item.holder or item.mail)
        reason = await self.terminal.ask(
            AskText(words, self.language, title=both("operations-refuse-it"), check=check)
        )
        if reason is not None:
            given = {"decision": "refuse", "reason": reason.strip()}
            self.order("registrations", item.id, given, self._refused)

    async def _tell(self, words: Words) -> None:
        await self.terminal.ask(Tell(words, self.language, alarm=True))

    def _approved(self, done: Done) -> Words:
        return both("operations-approved", party=done.told["party"]) if done.good else _why(done)

    def _refused(self, done: Done) -> Words:
        return both("operations-refused") if done.good else _why(done)


def _kind(item: Applicant) -> Words:
    return both(f"operations-kind-{item.kind}")


def _why(done: Done) -> Words:
    """Why nothing was decided, by the gateway's word for it."""
    told = done.told
    match told.get("why"):
        case "decided" if told.get("by"):
            state = both(f"operations-was-{told['state']}")
            return both("operations-decided", by=told["by"], state=state)
        case "none" | "decided":
            return both("operations-gone")
        case "taken":
            return both("operations-account-there")
        case "undecided" | "stranger":
            return both("operations-changed")
    return both("operations-not-decided", info=str(told.get("info", "")))
