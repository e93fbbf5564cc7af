"""A form on the screen (录入): what is typed on it, and lines that say what the field wants.

Knows a FormModel and what hangs on a change; refuses to know systems, the gateway and what becomes of the
form: lookups that are owed are posted as `Owed`, changes as `Typed`, files that are to be chosen or fetched
as `FileWanted` and `FilesAsked`. It is mounted once and filled again with `load`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual.message import Message

from messages.annotations import Words
from messages.codes import Code, CodeList
from messages.forms import Field
from terminals.tui import helping
from terminals.tui.dialogs import NOTHING
from terminals.tui.parted import PartedView
from terminals.tui.parting import HEAD
from terminals.tui.sheet import Sheet
from terminals.tui.words import Saying, both
from terminals.work.model import FormModel, Question
from terminals.work.rows import EVERYTHING, Changed, Place, Row
from terminals.work.standing import Kind


class FormView(PartedView):
    """One form. `code_list` answers at once or with None; `fetch_list` may take its time, in a thread."""

    class Typed(Message):
        """Something on the form is other than before."""

        def __init__(self, view: FormView) -> None:
            super().__init__()
            self.view = view

        @property
        def control(self) -> FormView:
            """The form."""
            return self.view

    class Owed(Typed):
        """Lookups are owed: ask `view.model.questions()`, and give the answers to `view.answer`."""

    class FileWanted(Typed):
        """A file is to be chosen for a new line of a group of files."""

        def __init__(self, view: FormView, group: Field) -> None:
            super().__init__(view)
            self.group = group

    class FilesAsked(Typed):
        """The files of these lines are wanted in the own area."""

        def __init__(self, view: FormView, rows: Sequence[Row]) -> None:
            super().__init__(view)
            self.rows = tuple(rows)

    class Entered(Typed):
        """The cursor is in another field, `view.place`."""

    def __init__(
        self,
        model: FormModel,
        language: str,
        code_list: Callable[[str], CodeList | None],
        fetch_codes: Callable[[Field], Sequence[Code]],
        *,
        reading: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        """`fetch_codes` gets a field's codes from the gateway; `reading`: nothing can be typed (查看明细)."""
        super().__init__(self, model, language, reading=reading, id=id)
        self._code_list = code_list
        self._fetch_codes = fetch_codes
        self._notice = NOTHING  # what has to be read before the next letter, as why the field left is wrong

    def load(self, model: FormModel) -> None:
        """Show another form of the same type, the head in front."""
        self._notice = NOTHING
        model.consider()
        super().load(model)
        self._help(NOTHING)

    # -- changing

    def follow(self, changed: Changed = EVERYTHING) -> None:
        """The model was changed from outside: draw it again."""
        self.changed(None, changed)

    def answer(self, question: Question, found: Mapping[str, str] | None) -> None:
        """What was found for a lookup, or that there is no such thing."""
        self.changed(None, self.model.answer(question, found))
        standing = self.model.standing(question.row, question.field)
        if standing.kind is Kind.WRONG and self.place != Place(question.row, question.field):
            self.say(standing.words)  # the cursor has left it meanwhile

    def settle(self) -> None:
        """Before the form is sent or kept: what is typed counts, empty lines at the end do not."""
        sheet = self._sheet()
        if sheet.active:
            sheet.leave()
        for lines in reversed(self.bodies.values()):  # what an empty line holds goes before it
            lines.tidy()

    # -- as keeper of its sheets

    def changed(self, sheet: Sheet | None, changed: Changed) -> None:
        """Something was typed: whatever hangs on it is drawn again."""
        if self.going or not (changed.all or changed.places):
            return
        self._notice = NOTHING
        if changed.all:
            self.model.consider()
        self._draw(changed)
        self._name_parts()
        if changed.all:
            self._show_steps()
        self._say_help()
        self.post_message(self.Typed(self))

    def _draw(self, changed: Changed) -> None:
        self.head.follow(changed)
        for lines in self.bodies.values():
            lines.follow(changed)

    def entered(self, sheet: Sheet, place: Place) -> None:
        """Say what the field wants."""
        part = HEAD if sheet is self.head else place.row.field.name
        if part != self._front:
            self._bring(part)
        self._say_help()
        self.post_message(self.Entered(self))

    def left(self, sheet: Sheet, place: Place) -> None:
        """Have the rules judge the form, remember what is wrong with the field, and ask what is owed."""
        if self.going:  # the cursor left because the form goes
            return
        self._draw(self.model.consider())
        standing = self.model.standing(place.row, place.name)
        self._notice = standing.words if standing.kind is Kind.WRONG else NOTHING
        if self.model.questions(place.row, limit=1):
            self.post_message(self.Owed(self))
        self._show_steps()

    def past(self, sheet: Sheet, way: int) -> None:
        """From the head into the body, from line to line, and back."""
        lines = self.lines
        if sheet is self.head:
            if way > 0 and self.bodies:
                self.show_part(next(iter(self.bodies)))
            else:
                self.head.focus_field()
        elif lines is None:
            return
        elif way > 0 and lines.below:
            self.show_part(lines.below[0].group.name)
        elif not lines.past(way):
            above = lines.above
            self._bring(above.group.name if above is not None else HEAD)
            (above.sheet if above is not None else self.head).last()

    def turned(self, sheet: Sheet, way: int) -> None:
        """To the next line; in the head, a few fields on."""
        if self.lines is not None and sheet is not self.head:
            self.lines.turned(way)
        else:
            for _ in range(5):
                sheet.cross(way)

    def say(self, words: Words) -> None:
        """In the help line, until something is typed."""
        self._notice = words
        self._say_help()

    def file_wanted(self, group: Field) -> None:
        """Somebody else chooses it."""
        self.post_message(self.FileWanted(self, group))

    def files_asked(self, rows: Sequence[Row]) -> None:
        """Somebody else fetches them."""
        self.post_message(self.FilesAsked(self, rows))

    def attached(self, group: Field, row: Row) -> None:
        """A file was chosen, and there is a line for it: the cursor goes there."""
        self.changed(None, EVERYTHING)
        self._bring(group.name)
        self.bodies[group.name].to(row)

    def codes(self, field: Field) -> Sequence[Code] | None:
        """A field's codes: of the schema, or of a list if that is here; what is offered now is asked for."""
        if field.hints.offer is not None and not field.hints.list:
            return None
        if not field.hints.list:
            return [Code(choice.value, choice.label) for choice in field.choices]
        known = self._code_list(field.hints.list)
        return None if known is None else tuple(known.codes.values())

    def fetch(self, field: Field) -> Sequence[Code]:
        """A field's codes, from the gateway."""
        return self._fetch_codes(field)

    # -- help

    def _say_help(self) -> None:
        """What is wrong with the current field, else what it wants; above it what has to be read besides."""
        place, sheet = self.place, self._sheet()
        if place is None:
            return
        standing = self.model.standing(place.row, place.name)
        judged = standing.kind is Kind.WRONG and (sheet.known_wrong or not sheet.active)
        if not judged and sheet.replaced:
            self._help(both("form-replaced", value=sheet.replaced))
            return
        own = self.model.overtyped(place.row, place.name)
        said = helping.overtyped(place, own) if own else helping.line(place.field)
        self._help(standing.words if judged else said, wrong=judged)

    def _help(self, words: Words, *, wrong: bool = False) -> None:
        line, notice = self.query_one(".form--help", Saying), self.query_one(".form--notice", Saying)
        line.set_class(wrong, "-wrong")
        line.say(_alarming(words) if wrong else words)
        told = self._notice != NOTHING and not (wrong and self._notice == words)
        notice.set_class(told, "-wrong")
        notice.say(_alarming(self._notice) if told else NOTHING)

    def help(self) -> Words:
        """All there is to know of the current field: F1 shows it."""
        place = self.place
        if place is None:
            return NOTHING
        return helping.explained(place, self.model.standing(place.row, place.name))


def _alarming(words: Words) -> Words:
    return Words(f"! {words.zh}", f"! {words.en}")
