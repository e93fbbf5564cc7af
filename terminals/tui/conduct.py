"""What happens by itself while somebody works, and what is done about it.

Knows the gateway that goes and comes back, receipts, sessions that end, cards that are pulled and put back,
forms that an earlier terminal has left. All of it happens in the screen's thread. Refuses to know keys.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hardware.signer import SignerError
from messages.annotations import Words
from terminals.session import ByPassword
from terminals.trouble import Told
from terminals.tui.dialogs import Ask
from terminals.tui.gone import Gone
from terminals.tui.offering import Offer
from terminals.tui.outbox import Outbox
from terminals.tui.secret import NameAndSecret
from terminals.tui.status import Person
from terminals.tui.systems import ROLES
from terminals.tui.taking import ADDED, Taking
from terminals.tui.watching import Watcher
from terminals.tui.words import both
from terminals.work.drafts import Draft
from terminals.work.events import Came, Down, Ended, Event, Kept, Up

if TYPE_CHECKING:
    from terminals.tui.app import Terminal
    from terminals.tui.home import Home
    from terminals.tui.shell import Shell

BACK = "device is back"
"""What a watcher tells when something was put in."""


class Conduct:
    """Of one person's work, from `begin` to `end`."""

    def __init__(self, terminal: Terminal, shell: Shell) -> None:
        self._terminal = terminal
        self._shell = shell
        self._watcher: Watcher | None = None
        self._gone: Gone | None = None
        self._asking = False  # to log in again
        self._up = True
        self._taking = Taking(terminal, self._taken)
        self._outbox = Outbox(terminal, shell)

    async def begin(self) -> None:
        """Show who works here, watch line and card, offer what was left."""
        work = self._terminal.work
        self._show_person()
        self._terminal.receipts_read()
        work.line.listen(work.ladders)
        self._watch()
        self._taking.start()
        self._outbox.start()
        await self._outbox.flush()  # a form whose message is taken now is no draft any more
        await self._look_for_drafts()
        if self._terminal.left:
            self._terminal.offer_drafts()

    def _watch(self) -> None:
        holder = self._terminal.work.holder
        if holder is not None and holder.watched:
            self._watcher = Watcher(holder, holder.take_out, lambda: self._terminal.told(BACK))
            self._watcher.start()

    def end(self) -> None:
        """Watch nothing any more."""
        self._taking.close()
        if self._watcher is not None:
            self._watcher.close()

    async def happened(self, event: Event | SignerError | str) -> None:
        """Deal with something."""
        match event:
            case Up():
                self._line(up=True)
            case Down(trouble, again):
                self._line(up=False, why=trouble, again=again)
            case Came(steps):
                self._terminal.receipts_read()
                for page in self._shell.pages:
                    page.came(steps)
            case Kept():
                self._outbox.show()
            case Ended(trouble):
                self._terminal.run_worker(self._log_in_again(trouble))
            case SignerError():
                await self._card_out(event)
            case str() if event == ADDED:
                self._terminal.run_worker(self._taking.look())
            case _:
                if self._gone is not None:
                    self._gone.action_look()

    # -- the line

    def _line(self, *, up: bool, why: Told | None = None, again: float = 0.0) -> None:
        status = self._shell.status
        if up:
            status.show_up()
        else:
            status.show_down(again)
        if up == self._up:
            return
        self._up = up
        if why is None:
            self._terminal.say(both("line-up"))
        else:
            reason = Words(why.told("zh"), why.told("en"))
            self._terminal.say(both("line-down", reason=reason), alarm=True)
        for page in self._shell.pages:
            page.reached(up)
        if up:
            self._terminal.run_worker(self._outbox.flush())
            self._terminal.run_worker(self._taking.look())

    async def _log_in_again(self, trouble: Told) -> None:
        """The session has ended, and somebody has to say how it goes on."""
        work = self._terminal.work
        if self._asking or (work.holder is not None and work.holder.out):
            return
        self._asking = True
        reason = Words(trouble.told("zh"), trouble.told("en"))
        words = both("session-ended", reason=reason)
        try:
            if work.holder is not None:
                title = both("session-again")
                if await self._terminal.ask(Ask(words, self._terminal.language, title=title, alarm=True)):
                    work.line.retry()
                return
            account = work.line.session.credentials.who
            prompt = NameAndSecret("account", self._terminal.language, name=account, fixed=True, words=words)
            given = await self._terminal.ask(prompt)
            if given is not None:
                work.line.session.credentials = ByPassword(account, given[1].reveal())
                work.line.session.forget()
                work.line.retry()
        finally:
            self._asking = False

    # -- the card

    async def _taken(self) -> None:
        """A signer has come."""
        self._watch()
        self._show_person()
        self._home().show_person()
        self._shell.refresh_bindings()
        for page in self._shell.pages:
            page.handed()
        self._terminal.say(both("agent-taken"))

    async def _card_out(self, why: SignerError) -> None:
        """Close everything for input until the device is back."""
        holder = self._terminal.work.holder
        if holder is None or not holder.out or self._gone is not None:
            return
        self._terminal.keeper.flush()
        await self._terminal.no_pin_asked()
        work = self._terminal.work
        who = work.who.holder or work.line.session.credentials.who
        self._gone = Gone(holder, why, self._terminal.language, who, work.card)
        self._show_person()
        self._terminal.run_worker(self._until_back(self._gone))

    async def _until_back(self, gone: Gone) -> None:
        await self._terminal.ask(gone)
        self._gone = None
        self._show_person()
        self._terminal.work.line.retry()

    def _show_person(self) -> None:
        work = self._terminal.work
        holder = work.holder
        device = work.device
        out = holder is not None and holder.out
        if out:
            assert holder is not None
            device = both("agent-out-device" if holder.kind == "agent" else "device-out", device=device)
        role = ROLES.get(work.who.role, Words(work.who.role, work.who.role))
        name = work.who.holder or work.line.session.credentials.who
        if name.startswith(role.zh):  # 操作员 李录: it says so itself
            role = Words()
        self._shell.status.show_person(
            Person(role, name, work.party.cop_name or work.who.dxp_id, device, out)
        )

    # -- forms that were not finished

    async def _look_for_drafts(self) -> None:
        self._terminal.left = await asyncio.to_thread(self._terminal.work.drafts.left)
        self._home().show_drafts(len(self._terminal.left))

    def _home(self) -> Home:
        from terminals.tui.home import Home

        return next(page for page in self._shell.pages if isinstance(page, Home))

    async def offer(self) -> None:
        """Show them; open or throw away what is chosen, until there is nothing more to do."""
        while self._terminal.left:
            chosen = await self._terminal.ask(Offer(self._terminal.left, self._name, self._terminal.language))
            if chosen is None:
                return
            if chosen.what == "drop":
                await self._drop(chosen.drafts[0])
            else:
                for draft in chosen.drafts:
                    await self._reopen(draft)
                await self._look_for_drafts()
                return
            await self._look_for_drafts()

    def _name(self, draft: Draft) -> Words:
        entry = self._terminal.menu.for_draft(draft.system, draft.code)
        return entry.words if entry is not None else Words(draft.code, draft.code)

    async def _reopen(self, draft: Draft) -> None:
        entry = self._terminal.menu.for_draft(draft.system, draft.code)
        if entry is None:
            self._terminal.say(both("drafts-not-here", code=draft.code), alarm=True)
        elif await asyncio.to_thread(self._terminal.work.drafts.take, draft):
            await self._terminal.open(entry.name, draft=draft)

    async def _drop(self, draft: Draft) -> None:
        sure = both("drafts-sure", title=draft.title or self._name(draft))
        if await self._terminal.ask(Ask(sure, self._terminal.language, default=False, alarm=True)):
            await asyncio.to_thread(self._terminal.work.drafts.forget, draft.id)
