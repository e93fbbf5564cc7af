"""A form being filled in (录入): every value as typed, how every field stands, and what may be sent of it.

Knows a form only by its model (messages.forms), the hints in it, and what it is told by a Context. Refuses to
know screens, the gateway and every system's name. Not thread-safe: it belongs to the thread of the screen;
`dump` and `node` give copies that another thread may have.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any, Protocol

from lxml import etree

from messages.annotations import Words
from messages.asked import Need
from messages.codes import CodeList
from messages.faults import Violation
from messages.forms import Field, Form
from messages.system import CASE
from terminals.work import blaming, checks, filling, keeping
from terminals.work.checks import Fault, Problem, Purpose, Verdict
from terminals.work.filling import Question
from terminals.work.judging import Judge
from terminals.work.lined import Lined
from terminals.work.plan import plan_of
from terminals.work.rows import EVERYTHING, NOTHING, Changed, Place, Row, cleaned
from terminals.work.ruled import Found, Rules
from terminals.work.standing import Kind, Standing

__all__ = ["Context", "FormModel", "Question"]

NEW, CHANGE, DELETE = "1", "2", "3"  # appType
TODAY = "today"  # the prefill that a form knows by itself
_STATUS = {Purpose.SAVE: "1", Purpose.DECLARE: "2", Purpose.DELETE: "2"}  # appStatus


class Context(Protocol):
    """What a model has to be told."""

    def code_list(self, name: str) -> CodeList | None:
        """The code list of this name, or None while it is not known here: codes are not checked then."""
        ...

    def today(self) -> date:
        """The day in China Standard Time."""
        ...


class FormModel(Lined):
    """One form. `case` is its number (统一编号) once there is one; `id` names it in drafts."""

    def __init__(self, form: Form, context: Context, *, id: str = "") -> None:  # noqa: A002
        super().__init__(plan_of(form), Judge(context.code_list, context.today))
        self.form = form
        self.id = id or uuid.uuid4().hex
        self.case = ""
        self.state = ""  # the case's; '' while it is nowhere but here
        self.app_time = ""  # of what was submitted last; '' for nothing
        self._clean = 0
        self._context = context
        self._rules = Rules(form, self._judge, context.today)
        self._watched = self.plan.watched()

    # -- what is on it

    @property
    def fields(self) -> tuple[Field, ...]:
        """The head's fields that are shown, in document order, the locked ones too."""
        return self.plan.shown

    @property
    def groups(self) -> tuple[Field, ...]:
        """The groups of body lines, in document order."""
        return self.form.groups

    def columns(self, group: Field) -> tuple[Field, ...]:
        """The fields that are shown of a group of the head's, in document order."""
        return self.plan.plans[group.name].shown

    def standing(self, row: Row, name: str) -> Standing:
        """How a field stands, by what is in it now; what is being typed is the screen's to know.

        What the system's rules say is as old as the last `consider`.
        """
        found = self._judge.standing(row, name, self.control(Purpose.DECLARE))
        said = self._rules.said(row, name) if found.kind not in (Kind.WRONG, Kind.HIDDEN) else None
        return found if said is None else replace(found, kind=Kind.WRONG, words=said)

    def meaning(self, row: Row, name: str) -> Words:
        """What a code in this field means; empty for no code, and for one that is not known."""
        field, value = row.plan.fields[name], row.text(name)
        if field.hints.list:
            known = self._context.code_list(field.hints.list)
            labels = {code.code: code.label for code in known.codes.values()} if known else {}
        else:
            labels = {choice.value: choice.label for choice in field.choices}
        found = [labels[code] for code in (value.split() if field.many else [value]) if code in labels]
        return Words("、".join(each.zh for each in found), ", ".join(each.en for each in found))

    def overtyped(self, row: Row, name: str) -> str:
        """What a field that is typed over would hold by itself, a sum or what was looked up; '' else."""
        return filling.overtyped(row, name)

    # -- changing it

    def set(self, row: Row, name: str, text: str) -> Changed:
        """Type `text` into a field. A locked field is left as it is; blanks around the text are dropped."""
        value = cleaned(text)
        if self.standing(row, name).locked:
            return NOTHING
        if not filling.put(row, name, value):
            return filling.doubt(row, name)
        self.revision += 1
        changed = Changed(frozenset({Place(row, name)}), name in self._watched)
        return changed | filling.withdraw(row, name) | filling.add_up(row, name)

    def begin(self, group: str, parent: Row | None = None) -> Row:
        """A new line, nothing typed in it yet: a clean form stays so. Raises ValueError when it is full."""
        clean = not self.dirty
        row = self.add(group, parent)
        if clean:
            self._clean = self.revision
        return row

    def drop(self, row: Row) -> Changed:
        """Take away a line in which nothing was typed: a clean form stays so."""
        clean = not self.dirty
        changed = self.delete((row,))
        if clean:
            self._clean = self.revision
        return changed

    # -- what a new form begins with

    @property
    def prefills(self) -> frozenset[str]:
        """The lookups without a key that know what a new form's fields begin with; the day is known here."""
        return frozenset(self.plan.prefills.values()) - {TODAY}

    def prefill(self, found: Mapping[str, Mapping[str, Any]]) -> Changed:
        """Fill in the day, and what was `found` by the name of its lookup; what is typed already stays.

        A form that was clean stays so: nothing is lost with it.
        """
        clean, changed = not self.dirty, NOTHING
        known = {**found, TODAY: dict.fromkeys(self.plan.prefills, f"{self._context.today():%Y%m%d}")}
        for name, source in self.plan.prefills.items():
            value = cleaned(str(known.get(source, {}).get(name) or ""))
            if value and not self.head.text(name):
                changed |= self.set(self.head, name, value)
        if clean:
            self._clean = self.revision
        return changed

    # -- what is looked up (调出)

    def questions(self, row: Row | None = None, limit: int = 100) -> list[Question]:
        """The lookups owed, by a row and what is below it: keys complete and right, and not answered yet."""
        owed = filling.questions(row or self.head, self._judge, self.control(Purpose.DECLARE))
        return list(islice(owed, limit))

    def answer(self, question: Question, found: Mapping[str, Any] | None) -> Changed:
        """Apply what was found, or that there is no such thing. An answer to an old key changes nothing."""
        changed = filling.apply(question, found, self._judge, self.control(Purpose.DECLARE))
        if changed is not NOTHING:
            self.revision += 1
            for place in changed.places:
                changed |= filling.add_up(place.row, place.name)
        return changed

    # -- judging it

    def problems(self, purpose: Purpose, *, ruled: bool = False) -> list[Problem]:
        """All that stands against sending it for `purpose`, in document order.

        `ruled`: behind it what the system's own rules have against declaring it.
        """
        found = list(self._judge.problems(self.head, self.control(purpose)))
        if ruled and purpose is Purpose.DECLARE:
            places = {problem.place for problem in found}  # what is missing is told already
            against = ((place, words) for place, words in self._ruled() if place not in places)
            found += [Problem(place, Fault.RULE, words) for place, words in against]
        return found

    def verdict(self, purpose: Purpose) -> Verdict | None:
        """The manual's message for `purpose`, and where to go; None when it may be sent."""
        return checks.verdict(self.problems(purpose, ruled=True), purpose)

    def consider(self) -> Changed:
        """Let the system's rules judge what is on it now; what they say is shown at the fields."""
        return EVERYTHING if self._rules.show(self._wrong_by_rule()) else NOTHING

    def needs(self, group: str) -> list[Need]:
        """What the system's rules demand of the lines of a group, as the form is now."""
        self._ruled()
        return [need for need in self._rules.needs() if need.part == group]

    def against(self, group: str) -> list[Words]:
        """What the system's rules have against the lines of a group, '' against the head, as it is now."""
        return [words for place, words in self._ruled() if _group(place) == group]

    def _ruled(self) -> Found:
        return self._rules.of(self.revision, self.head, self.control(Purpose.DECLARE))

    def _wrong_by_rule(self) -> Found:
        """Without what is missing: that is no mistake yet."""
        return tuple((place, words) for place, words in self._ruled() if place.row.text(place.name))

    def complete(self, row: Row) -> bool:
        """Whether a row's own fields are all filled in and right: the body opens when the head is."""
        control = self.control(Purpose.DECLARE)
        return not any(
            problem.place.row is row and not problem.place.field.is_group
            for problem in self._judge.problems(row, control, below=False)
        )

    def blame(self, violation: Violation) -> Place | None:
        """Show what the gateway found, at its field, until that is changed. None where it is no field's."""
        return blaming.blame(self.head, self._judge, self.control(Purpose.DECLARE), violation)

    def blame_receipt(self, info: str, of: Mapping[str, Any] | None = None) -> Place | None:
        """Show a receipt's words at the field that they name; None where they name none.

        `of`: the content that they were said of, if that is not what is on the form. A field that is another
        one by now has no mark of it, nor has one that the rules here judge by themselves.
        """
        place = blaming.named(self.head, info)
        own = self._rules.paths(of) if of is not None else {found.path for found, _ in self._ruled()}
        if place is None or place.path in own:
            return place
        return blaming.blame_receipt(self.head, info, None if of is None else keeping.read(self.plan, of))

    def forgive(self) -> Changed:
        """Nothing that the gateway has said of it counts any more."""
        return EVERYTHING if blaming.forgive(self.head) else NOTHING

    def locate(self, path: str) -> Place | None:
        """The field that a violation's path means, or its group or line where the field is no shown one."""
        return keeping.locate(self.head, path)

    # -- coming and going

    @property
    def dirty(self) -> bool:
        """Whether anything was changed since it was new, loaded or stored (`settled`)."""
        return self.revision != self._clean

    def settled(
        self, *, revision: int | None = None, app_time: str = "", case: str = "", state: str = ""
    ) -> None:
        """It is at the gateway as it was at `revision` (now, if none is said); the rest where it is new."""
        self._clean = self.revision if revision is None else revision
        self.app_time = app_time or self.app_time
        self.case, self.state = case or self.case, state or self.state
        self._show_case()

    def refill(self, content: Mapping[str, Any]) -> None:
        """Show what the system has filled in (返填) since, such as 申报日期; what was typed stays."""
        for field in self.fields:
            if field.hints.fill == "system" and field.name != CASE and field.name not in self.plan.totals:
                filling.put(self.head, field.name, str(content.get(field.name, "")))

    def load(self, content: Mapping[str, Any], *, case: str, state: str, app_time: str = "") -> None:
        """Fill it with a case's content (plain data, as messages.system.content makes it), clean."""
        self.head = keeping.read(self.plan, content)
        self.case, self.state, self.app_time = case, state, app_time
        self._show_case()
        filling.trust(self.head, self._judge, self.control(Purpose.DECLARE))
        for group in self.plan.plans:
            filling.retotal(self.head, group)
        self.revision += 1
        self._clean = self.revision

    def dump(self) -> dict[str, Any]:
        """All of it as plain data for JSON: values, what is overtyped, answers, case, revision."""
        return {
            "form": self.form.code, "case": self.case, "state": self.state, "appTime": self.app_time,
            "revision": self.revision, "clean": self._clean, "head": keeping.dump(self.head),
        }  # fmt: skip

    def restore(self, dumped: Mapping[str, Any]) -> None:
        """What `dump` gave, dirty or clean as it was. What the form does not have any more is left out."""
        self.head = keeping.restore(self.plan, dumped.get("head", {}))
        self.case, self.state = str(dumped.get("case", "")), str(dumped.get("state", ""))
        self.app_time = str(dumped.get("appTime", ""))
        self.revision, self._clean = int(dumped.get("revision", 0)), int(dumped.get("clean", 0))

    def control(self, purpose: Purpose) -> dict[str, str]:
        """The fields that the terminal fills by itself, as far as `purpose` decides them."""
        kind = DELETE if purpose is Purpose.DELETE else CHANGE if self.case else NEW
        wanted = {"appType": kind, "appStatus": _STATUS[purpose], CASE: self.case}
        return {name: self._possible(name, value) for name, value in wanted.items() if value}

    def _show_case(self) -> None:
        if CASE in self.plan.fields:
            filling.put(self.head, CASE, self.case)

    def _possible(self, name: str, value: str) -> str:
        field = self.plan.fields.get(name)
        choices = [choice.value for choice in field.choices] if field else []
        return value if not choices or value in choices else choices[0]

    def node(self, control: Mapping[str, str]) -> etree._Element:
        """The business node in schema order; `control` has the fields that the terminal fills by itself."""
        return keeping.node(self.form, self.head, self._judge, control)


def _group(place: Place) -> str:
    """The group of the form that a place belongs to; '' is the head's own."""
    name, line, _ = place.path.partition("[")
    return name if line or place.field.is_group else ""
