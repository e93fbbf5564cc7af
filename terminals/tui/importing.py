"""An entry screen whose body lines may come from a spreadsheet (导入) in the own area.

Knows how a file is named and read in a thread, and that its lines are put in as if somebody had typed them;
refuses to know any system, and to open a file outside the area.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.forms import Field
from terminals.trouble import Trouble, Unusable
from terminals.tui.attaching import ATTACHMENTS, choose_file, files_of
from terminals.tui.buttons import Option
from terminals.tui.entry import EntryPage
from terminals.tui.progress import Outcome, Progress, Report
from terminals.tui.told import told
from terminals.tui.words import both
from terminals.work.importing import Imported, read_lines

MOST = 10_000  # lines, where a form says no number


class ImportingPage(EntryPage):
    """Its first group of lines can be filled from a file."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+o", "import", "entry-import")]

    def options(self) -> list[Option]:
        """导入 besides."""
        return [*super().options(), Option("import", both("entry-import"), "ctrl+o", not self._busy)]

    def action_import(self) -> None:
        """导入."""
        self.run_worker(self._import(), group="send")

    async def _import(self) -> None:
        if not self.view.show_part(self.model.groups[0].name):
            return  # the head comes first, which was said
        path = await choose_file(self.terminal, both("import-title"), (ATTACHMENTS,), (".xlsx",))
        if not path:
            return
        group = self.model.groups[0]
        columns, most, place = self.model.columns(group), group.max_occurs or MOST, files_of(self.terminal)
        lists = self.work.line.codes.known

        def work(report: Report) -> Imported:
            name = PurePath(path.strip()).name
            try:
                with place.open(path) as file:
                    return read_lines(file, columns, most, name=name, code_list=lists)
            except OSError as error:
                raise Unusable("sheet-unreadable", file=name, reason=error.strerror or error) from None

        outcome: Outcome[Imported] | None
        outcome = await self.terminal.ask(Progress(both("entry-import"), work, self.language))
        try:
            found = outcome.result() if outcome is not None else None
            if found is not None and await self._taken(group, found):
                await self._fill(group.name, found)
        except Trouble as error:
            await self.tell(told(error), alarm=True)

    async def _taken(self, group: Field, found: Imported) -> bool:
        """Whether a file's lines are to be put in: it has what no line can do without, and nothing typed is
        replaced unasked.
        """
        trial = self.fresh()
        trial.restore(self.model.dump())
        trial.fill(group.name, found.lines[:1], replace=True)
        for row in trial.rows(group.name):
            standings = [(field, trial.standing(row, field.name)) for field in found.absent]
            lacking = [
                field.label
                for field, standing in standings
                if standing.required and not standing.locked and not row.text(field.name)
            ]
            if lacking:
                zh, en = "、".join(each.zh for each in lacking), ", ".join(each.en for each in lacking)
                await self.tell(both("import-lacks", columns=Words(zh, en)), alarm=True)
                return False
        there = sum(1 for row in self.model.rows(group.name) if any(row.values.values()))
        return not there or await self.sure(both("import-ask", count=there, more=len(found.lines)))

    async def _fill(self, group: str, found: Imported) -> None:
        self.view.follow(self.model.fill(group, found.lines, replace=True))
        await self.ask_owed()
        rows = self.model.rows(group)
        empty = [field for field in found.absent if not any(row.text(field.name) for row in rows)]
        absent = Words(
            "、".join(field.label.zh for field in empty) or "-",
            ", ".join(field.label.en for field in empty) or "-",
        )
        strange = Words("、".join(found.strange) or "-", ", ".join(found.strange) or "-")
        await self.tell(both("import-done", count=len(found.lines), absent=absent, strange=strange))
