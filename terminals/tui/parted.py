"""The parts of a form on the screen: its head and its body lines, of which one is in front.

Knows a FormModel, where the cursor is and how it goes from part to part; refuses to know what is typed, and
every key of a field. Where there is room, head and body are seen together; else one at a time. A form with
steps (第一步 …) is gone through part by part, in any order: what is missing is said when it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget

from messages.annotations import Words
from terminals.tui.dialogs import NOTHING
from terminals.tui.facts import Facts
from terminals.tui.keeper import Keeper
from terminals.tui.lines import Lines
from terminals.tui.parting import HEAD, Parting, needed, seen
from terminals.tui.parts import Part, Parts
from terminals.tui.sheet import Sheet
from terminals.tui.steps import Steps
from terminals.tui.words import Saying, both
from terminals.work.checks import Purpose
from terminals.work.model import FormModel
from terminals.work.plan import Plan
from terminals.work.rows import Place

_BODY_LINES = 18  # of the screen, from which the body can be seen below the head


class PartedView(Vertical):
    """The head, the bodies, and the lines around them: facts, steps, the parts' names, help."""

    ESSENTIAL: ClassVar[tuple[str, ...]] = ("other_part",)
    """Actions whose keys stay in the footer where it is narrow."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "other_part", "form-part"),
        Binding("alt+n", "step(1)", "form-next-step"),
        Binding("alt+p", "step(-1)", "form-last-step"),
    ]

    def __init__(
        self,
        keeper: Keeper,
        model: FormModel,
        language: str,
        *,
        reading: bool,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        """`keeper` is told of all that happens in the fields."""
        super().__init__(id=id)
        self.model = model
        self.language = language
        self.reading = reading
        self._keeper = keeper
        self._front = HEAD
        self._stacked = False
        self._title = NOTHING
        self.head = Sheet(keeper, language, reading=reading)
        self.bodies = {lines.group.name: lines for lines in self._all_lines(model.plan, None)}
        self._parting = Parting(model.plan)

    def _all_lines(self, plan: Plan, above: Lines | None) -> Iterator[Lines]:
        """The bodies, each before what its lines have of their own."""
        for each in plan.plans.values():
            lines = Lines(
                each.group, seen(each), self._keeper, self.language, reading=self.reading, above=above
            )
            yield lines
            yield from self._all_lines(each, lines)

    def compose(self) -> ComposeResult:
        """The parts' names, the head, the bodies, what has to be read, and the help line."""
        yield Facts(self.language)
        if self._parting.begins:
            yield Steps(self.language)
        yield Parts(self.language)
        yield Saying(NOTHING, self.language, classes="form--needs")
        with VerticalScroll(classes="form--head", can_focus=False):
            yield self.head
        yield from self.bodies.values()
        yield Saying(NOTHING, self.language, classes="form--notice")
        yield Saying(NOTHING, self.language, classes="form--help")

    def on_mount(self) -> None:
        """Show what it was made with."""
        self.load(self.model)

    # -- what is on it

    def load(self, model: FormModel) -> None:
        """Show another form of the same type, the head in front."""
        self.model, self._front = model, HEAD
        self.head.load(model, model.head, model.fields)
        for lines in self.bodies.values():
            if lines.above is None:  # those below follow
                lines.load(model)
        self._bring(HEAD)

    def read(self, *, only: bool) -> None:
        """From now on nothing can be typed, or it can again; what is on it stays."""
        if only == self.reading:
            return
        active, self.reading = self._sheet().active, only
        self.head.read(only=only)
        for lines in self.bodies.values():
            lines.read(only=only)
        self._bring(self._front)
        if active:
            self.front.focus()

    def show_facts(self, facts: Sequence[tuple[Words, str]]) -> None:
        """What stands above the head, such as who enters the form."""
        self.query_one(Facts).show(facts)

    def show_title(self, title: Words) -> None:
        """What the form is and in which state, such as 【新建未暂存】."""
        self._title = title
        self._name_parts()

    @property
    def going(self) -> bool:
        """Whether it is being taken off the screen: what it is made of goes piece by piece."""
        return self._pruning or not self.is_attached

    @property
    def part(self) -> str:
        """Where the cursor is: HEAD, or the name of a group of lines."""
        return self._front

    @property
    def lines(self) -> Lines | None:
        """The body in front, if one is."""
        return self.bodies.get(self._front)

    @property
    def place(self) -> Place | None:
        """The field that the cursor is in."""
        return self._sheet().place

    @property
    def front(self) -> Widget:
        """What takes the focus when the form is shown."""
        sheet = self._sheet()
        if sheet.row is None and self.lines is not None:
            return self.lines.grid
        return sheet if self.reading else sheet.editor

    def _sheet(self) -> Sheet:
        return self.lines.sheet if self.lines is not None else self.head

    # -- going about

    def first(self) -> None:
        """Put the cursor into the first field of the head."""
        self._bring(HEAD)
        self.head.first()

    def go(self, place: Place) -> None:
        """Put the cursor into a field, or what is nearest to it: a problem's place may be a group's."""
        row, name = place.row, place.name
        if name in row.plan.plans:
            if row is not self.model.head:
                self.bodies[row.field.name].turn_to(row)
            self._bring(name)
            self.bodies[name].open()
        elif row is self.model.head:
            self._bring(HEAD)
            self.head.focus_field(name)
        else:
            self._bring(row.field.name)
            self.bodies[row.field.name].to(row, name)

    def show_part(self, part: str) -> bool:
        """Put the cursor into a part; False if the head has to be completed first, which it then says."""
        if part == HEAD:
            self._bring(HEAD)
            self.head.focus_field()
            return True
        missing = None if self.reading or self._parting.begins else self._missing()
        if missing is not None:
            self.go(missing[0])
            self._keeper.say(both("form-head-first", what=missing[1]))
            return False
        self._bring(part)
        return self.bodies[part].open()

    def _missing(self) -> tuple[Place, Words] | None:
        """Where the head is not complete, and why."""
        if self.model.complete(self.model.head):
            return None
        problems = self.model.problems(Purpose.DECLARE)
        return next(
            ((each.place, each.words) for each in problems if each.place.row is self.model.head), None
        )

    def _bring(self, part: str) -> None:
        """Bring a part to the front; a line that was begun in the one left, and nothing typed in it, goes."""
        before, self._front = self.bodies.get(self._front), part
        kept = {*self._upward(self.bodies.get(part))}
        for left in self._upward(before):
            if left not in kept:
                left.tidy()
        for name, lines in self.bodies.items():
            in_front = name == part or (self._stacked and part == HEAD and name == next(iter(self.bodies)))
            lines.display = in_front
        self.query_one(".form--head").display = part == HEAD or self._stacked
        self._name_parts()
        self._show_steps()

    def _upward(self, lines: Lines | None) -> Iterator[Lines]:
        """A body, and those whose lines its lines belong to."""
        while lines is not None:
            yield lines
            lines = self.bodies[lines.above.group.name] if lines.above is not None else None

    def _show_steps(self) -> None:
        """Which steps there are, which are complete, which is in front, and what has to be in that."""
        needs = self.query_one(".form--needs", Saying)
        needs.say(NOTHING if self.reading else needed(self.model, self._front))
        needs.display = needs.words != NOTHING
        if self._parting.begins:
            steps = self._parting.steps(self.model, judged=not self.reading)
            self.query_one(Steps).show(steps, self._parting.step_of(self._front))

    def _name_parts(self) -> None:
        counted = [
            Part(name, self._called(lines), len(lines.rows), lines.group.hints.short)
            for name, lines in self.bodies.items()
        ]
        parts = [Part(HEAD, both("form-head")), *counted]
        self.query_one(Parts).show(parts, self._front, self._title)

    def _called(self, lines: Lines) -> Words:
        """A body's name; with the number of the line above that its lines belong to, where there are more."""
        label, above = lines.group.label, lines.above
        if above is None or above.row is None or len(above.rows) < 2:
            return label
        of, number = above.group.label, above.row.number
        return Words(f"{label.zh}({of.zh}{number})", f"{label.en} ({of.en} {number})")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is another part where there is a body, and another step where there are steps."""
        if action == "other_part":
            return bool(self.bodies)
        return bool(self._parting.begins) if action == "step" else super().check_action(action, parameters)

    def on_steps_picked(self, event: Steps.Picked) -> None:
        """By mouse."""
        event.stop()
        self.show_part(event.part)

    def action_step(self, by: int) -> None:
        """The step before or behind (上一步、下一步)."""
        part = self._parting.beside(self._front, by)
        if part is not None:
            self.show_part(part)

    def on_parts_picked(self, event: Parts.Picked) -> None:
        """By mouse."""
        event.stop()
        self.show_part(event.key)

    def action_other_part(self) -> None:
        """The next part, around the end."""
        parts = self._parting.parts
        self.show_part(parts[(parts.index(self._front) + 1) % len(parts)])

    def on_resize(self, event: events.Resize) -> None:
        """Head and body together where there is room for both."""
        head = self.head.get_content_height(event.size, event.size, event.size.width - 2)
        room = event.size.height >= head + _BODY_LINES
        self._stacked = bool(self.bodies) and not self._parting.begins and room
        self.set_class(self._stacked, "-stacked")
        self._bring(self._front)

    def retell(self, language: str) -> None:
        """All of it in another language; the cursor and what is typed stay."""
        self.language = language
        retold: Iterable[Sheet | Lines] = (self.head, *self.bodies.values())
        for each in retold:
            each.retell(language)
        for line in self.query(Saying):
            line.retell(language)
        self.query_one(Facts).retell(language)
        self.query_one(Parts).retell(language)
        for steps in self.query(Steps):
            steps.retell(language)
