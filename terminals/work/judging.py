"""How the fields of a form stand, by its schema, its hints and the code lists.

Knows every rule that a terminal applies before it sends; refuses to change anything. What it finds correct
and complete, the XSD of the type accepts, and the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from messages.annotations import Condition, Lookup, Words
from messages.codes import CodeList
from messages.forms import Field
from terminals.work.checks import Fault, Problem, say
from terminals.work.moments import DAY, MOMENT
from terminals.work.plan import FILE, KEPT, SYSTEM, TERMINAL
from terminals.work.rows import Place, Row
from terminals.work.standing import Kind, Standing

Control = Mapping[str, str]
_TODAY = "today"
_DIGITS = 8  # of a day, yyyyMMdd


class Judge:
    """The rules, with what they have to be told."""

    def __init__(self, code_list: Callable[[str], CodeList | None], today: Callable[[], date]) -> None:
        self._code_list = code_list
        self._today = today

    # -- one field

    def standing(self, row: Row, name: str, control: Control) -> Standing:
        """How a field or group of `row` stands; `control` has what the terminal fills in by itself."""
        field = row.plan.field(name)
        if field.hints.fill == TERMINAL or self.absent(row, field, control):
            return Standing(Kind.HIDDEN)
        required = self.required(row, field, control)
        locked = field.hints.fill in (SYSTEM, FILE) or self.locked(row, name, control)
        wrong = self._refused(row, name) or self.wrong(row, field) or self._unknown(row, field, control)
        waits = self.waits(row, field, control)
        if wrong is not None:
            return Standing(Kind.WRONG, required, locked, wrong, waits)
        if locked:
            return Standing(Kind.LOCKED, required, locked=True)
        return Standing(Kind.REQUIRED if required else Kind.OPTIONAL, required, waits=waits)

    def required(self, row: Row, field: Field, control: Control) -> bool:
        """Whether it may not be empty now."""
        return field.required or self.holds(field.hints.required_when, row, control)

    def absent(self, row: Row, field: Field, control: Control) -> bool:
        """Whether it is no part of the message now."""
        return self.holds(field.absent_when, row, control) or self.holds(
            field.hints.absent_when, row, control
        )

    def locked(self, row: Row, name: str, control: Control) -> bool:
        """Whether it is kept as it is, or a lookup fills it now, so that nobody types it."""
        hints = row.plan.fields[name].hints if name in row.plan.fields else None
        if hints is not None and (hints.fill == KEPT or self._filed(row, hints.locked_when, control)):
            return True
        lookups = row.plan.locks.get(name, ())
        return any(self.asked(lookup, row, control) for lookup in lookups)

    def fixed(self, row: Row, control: Control) -> bool:
        """Whether a line stays: those of its group all do, or it is as it was filed and may not go."""
        fixed = row.field.hints.fixed
        return fixed is not None and (fixed.when is None or self._filed(row, fixed.when, control))

    def _filed(self, row: Row, condition: Condition | None, control: Control) -> bool:
        """Whether a condition holds for a row that is filed; a line without anything kept is a new one."""
        new = row.parent is not None and row.plan.kept and not any(map(row.values.get, row.plan.kept))
        return not new and self.holds(condition, row, control)

    def asked(self, lookup: Lookup, row: Row, control: Control) -> bool:
        """Whether a lookup is to be made now."""
        return lookup.when is None or self.holds(lookup.when, row, control)

    def holds(self, condition: Condition | None, row: Row, control: Control) -> bool:
        """Whether a condition does, over the fields of the row, of those above it, and `control`."""
        if condition is None:
            return False
        value = control.get(condition.field)
        if value is None:
            near = row.near(condition.field)
            value = near.text(condition.field) if near else ""
        return value in condition.values

    def wrong(self, row: Row, field: Field) -> Words | None:
        """What stands against a field's value, if there is one: schema, calendar, code list."""
        value = row.values.get(field.name, "")
        if not value or field.is_group:
            return None
        problem = field.problem(value)
        if problem is not None and field.type_name == DAY:
            return Words(
                f"{field.label.zh}：{value} 不是日期，请按 20260131 的样式录入",
                f"{field.label.en}: {value} is no day, type it like 20260131",
            )
        if problem is not None and field.type_name == MOMENT:
            return Words(
                f"{field.label.zh}：{value} 不是时间，请按 2026-01-31 08:30 的样式录入",
                f"{field.label.en}: {value} is no time, type it like 2026-01-31 08:30",
            )
        if problem is not None:
            return Words(f"{field.label.zh}：{problem.text.zh}", f"{field.label.en}: {problem.text.en}")
        if field.type_name in (DAY, MOMENT):
            return self._day(field, value[:_DIGITS])
        if field.hints.list:
            known = self._code_list(field.hints.list)
            if known is not None and not field.chosen(value) <= known.codes.keys():
                return Words(
                    f"{field.label.zh}：“{value}”不在代码表“{known.title.zh}”中，按空格键选择",
                    f"{field.label.en}: {value!r} is not in the list of codes, press space to choose",
                )
        return None

    def _day(self, field: Field, value: str) -> Words | None:
        zh, en = field.label.zh, field.label.en
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return Words(f"{zh}：{value} 不是存在的日期", f"{en}: there is no day {value}")
        if field.hints.latest == _TODAY and day > self._today():
            return Words(f"{zh}：{value} 晚于今天", f"{en}: {value} lies in the future")
        return None

    # -- lookups

    def key(self, row: Row, lookup: Lookup) -> tuple[tuple[str, str], ...] | None:
        """What to look up by; None while a part of it is empty or wrong."""
        key = []
        for name in lookup.by:
            near = row.near(name)
            value = near.text(name) if near else ""
            if near is None or not value or self.wrong(near, near.plan.fields[name]) is not None:
                return None
            key.append((name, value))
        return tuple(key)

    def waits(self, row: Row, field: Field, control: Control) -> bool:
        """Whether a lookup by this field is owed: its key is complete, and was not answered."""
        lookup = field.hints.lookup
        if lookup is None or not self.asked(lookup, row, control):
            return False
        key = self.key(row, lookup)
        return key is not None and row.answers.get(field.name, (None,))[0] != key

    def _unknown(self, row: Row, field: Field, control: Control) -> Words | None:
        """Not found, where fields are locked by what is found."""
        lookup = field.hints.lookup
        if lookup is None or not lookup.locks or not self.asked(lookup, row, control):
            return None
        answer = row.answers.get(field.name)
        if answer is None or answer[1] or answer[0] != self.key(row, lookup):
            return None
        objection = row.against.get(field.name)
        if objection is None:
            return say(Fault.UNKNOWN, field.label)
        label = field.label
        return Words(f"{label.zh}：{objection.zh}", f"{label.en}: {objection.en}")

    def _refused(self, row: Row, name: str) -> Words | None:
        blamed = row.blamed.get(name)
        return blamed[1] if blamed is not None and blamed[0] == row.values.get(name, "") else None

    # -- the whole form

    def problems(self, row: Row, control: Control, *, below: bool = True) -> Iterator[Problem]:
        """All that stands against sending `row` and (`below`) the lines in it, in document order."""
        for field in row.plan.group.children:
            if field.hints.fill in (TERMINAL, SYSTEM) or self.absent(row, field, control):
                continue
            if field.is_group:
                lines = row.lines[field.name]
                if not lines and self.required(row, field, control):
                    yield self._missing(row, field)
                for line in lines if below else ():
                    yield from self.problems(line, control)
            else:
                yield from self._problem(row, field, control)

    def _problem(self, row: Row, field: Field, control: Control) -> Iterator[Problem]:
        place = Place(row, field.name)
        value = row.values.get(field.name, "")
        if value:
            wrong = self.wrong(row, field)
            if wrong is not None:
                yield Problem(place, Fault.FORMAT, wrong)
                return
        elif self.required(row, field, control) and not self._to_come(row, field, control):
            yield self._missing(row, field)
            return
        if field.hints.lookup is None or not field.hints.lookup.locks:
            return
        unknown = self._unknown(row, field, control)
        if unknown is not None:
            barred = field.name in row.against  # which says it better
            yield Problem(place, Fault.RULE if barred else Fault.UNKNOWN, unknown)
        elif self.waits(row, field, control):
            yield Problem(place, Fault.UNCHECKED, say(Fault.UNCHECKED, field.label))

    def _to_come(self, row: Row, field: Field, control: Control) -> bool:
        """Whether an empty field is locked, and its key's problem says it all."""
        for key_field, lookup in row.plan.lookups:
            if field.name in lookup.locks and self.asked(lookup, row, control):
                key = self.key(row, lookup)
                answer = row.answers.get(key_field)
                return not (key is not None and answer == (key, True))
        return False

    def _missing(self, row: Row, field: Field) -> Problem:
        return Problem(Place(row, field.name), Fault.MISSING, say(Fault.MISSING, field.label))
