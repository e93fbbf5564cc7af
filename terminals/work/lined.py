"""The lines of a form that is filled in: new ones, copies, many at once, and taking them away.

Knows rows, and which of their fields are somebody's to type; refuses to know what a line is about, and how a
form is judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from messages.workflow import File
from terminals.work import filling
from terminals.work.checks import Purpose
from terminals.work.judging import Judge
from terminals.work.plan import FILE, Plan
from terminals.work.rows import EVERYTHING, NOTHING, Changed, Row, cleaned

_OF_FILE = {"mediaType": "media_type"}  # fields of a file's line that File calls otherwise


class Lined:
    """A head with lines of groups below it. `revision` counts the changes."""

    def __init__(self, plan: Plan, judge: Judge) -> None:
        self.plan = plan
        self.head = Row(plan)
        self.revision = 0
        self._judge = judge

    def control(self, purpose: Purpose) -> dict[str, str]:
        """The fields that the terminal fills by itself, as far as `purpose` decides them."""
        raise NotImplementedError

    def rows(self, group: str, parent: Row | None = None) -> tuple[Row, ...]:
        """The lines of a group, of the head if no other row is said."""
        return (parent or self.head).rows(group)

    def add(self, group: str, parent: Row | None = None, at: int | None = None) -> Row:
        """A new empty line, at the end or before place `at`. Raises ValueError when the group is full."""
        parent = parent or self.head
        lines = parent.lines[group]
        self._room(parent, group, 1)
        row = Row(parent.plan.plans[group], parent)
        lines.insert(len(lines) if at is None else at, row)
        parent.renumber(group)
        self.revision += 1
        return row

    def attach(self, group: str, file: File, parent: Row | None = None) -> Row:
        """A new line for a file that was chosen, in a group of files. Raises ValueError when it is full."""
        row = self.add(group, parent)
        for name, field in row.plan.fields.items():
            if field.hints.fill == FILE:
                filling.put(row, name, str(getattr(file, _OF_FILE.get(name, name))))
        return row

    def file(self, row: Row) -> File:
        """The file that a line of a group of files names."""
        named = {_OF_FILE.get(name, name): value for name, value in row.values.items()}
        return File(named["digest"], int(named["size"]), named["media_type"], named["name"])

    def copy(self, rows: Sequence[Row]) -> tuple[Row, ...]:
        """These lines, all of one group and parent, once more at its end, with the lines that they have.

        What a lookup fills is left to it. Raises ValueError when there is no room.
        """
        parent, group = rows[0].parent, rows[0].plan.name
        assert parent is not None  # the head is no line
        self._room(parent, group, len(rows))
        copies = tuple(self._copied(row, parent) for row in rows)
        parent.lines[group].extend(copies)
        parent.renumber(group)
        filling.retotal(parent, group)
        self.revision += 1
        return copies

    def _copied(self, row: Row, parent: Row) -> Row:
        copy, control = Row(row.plan, parent), self.control(Purpose.DECLARE)
        for name, value in row.values.items():
            if row.plan.fields[name].hints.fill != "system" and not self._judge.locked(row, name, control):
                filling.put(copy, name, value)
        for group, lines in row.lines.items():
            copy.lines[group] = [self._copied(line, copy) for line in lines]
            copy.renumber(group)
        for parts in row.plan.sums.values():
            filling.resum(copy, parts[0])
        return copy

    def fixed(self, row: Row) -> bool:
        """Whether a line cannot be taken away, since it is as it was filed."""
        return self._judge.fixed(row, self.control(Purpose.DECLARE))

    def delete(self, rows: Iterable[Row]) -> Changed:
        """Take these lines away; the others close up."""
        gone = {row for row in rows if row.parent is not None}
        groups = {(row.parent, row.plan.name) for row in gone if row.parent is not None}
        for parent, group in groups:
            parent.lines[group] = [row for row in parent.lines[group] if row not in gone]
            parent.renumber(group)
            filling.retotal(parent, group)
        self.revision += bool(groups)
        return EVERYTHING if groups else NOTHING

    def fill(self, group: str, lines: Sequence[Mapping[str, str]], *, replace: bool = False) -> Changed:
        """Put many lines in at once, behind or (replace) instead of those there, as if they were typed.

        What a lookup fills is left to it. Raises ValueError when there is no room for so many.
        """
        kept = [] if replace else self.head.lines[group]
        self._room(self.head, group, len(lines) - (len(self.head.lines[group]) if replace else 0))
        plan, control = self.plan.plans[group], self.control(Purpose.DECLARE)
        fresh = []
        for line in lines:
            row = Row(plan, self.head)
            for name, text in line.items():
                field = plan.fields.get(name)
                if field is None or field not in plan.shown or field.hints.fill == "system":
                    continue
                if not self._judge.locked(row, name, control):
                    filling.put(row, name, cleaned(text))
            for parts in plan.sums.values():
                filling.resum(row, parts[0])
            fresh.append(row)
        self.head.lines[group] = [*kept, *fresh]
        self.head.renumber(group)
        filling.retotal(self.head, group)
        self.revision += 1
        return EVERYTHING

    def _room(self, parent: Row, group: str, more: int) -> None:
        most = parent.plan.plans[group].group.max_occurs
        if most is not None and len(parent.lines[group]) + more > most:
            raise ValueError(f"{group} holds at most {most} lines")
