"""What the model calls complete and correct, the XSD accepts, and the reverse; whatever is typed."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messages.forms import Field, repeating
from messages.system import content
from messages.workflow import File
from terminals.work.checks import Fault, Problem, Purpose
from terminals.work.model import FormModel
from terminals.work.rows import Row
from tests.messages.assistance.world import digest, request
from tests.messages.enterprise.world import registration
from tests.terminals.work.forms import HEAD, LINE, empty, message, violations

CODES = ("BVS111", "BVS121", "BVS131", "CMA111", "CMA121", "CMA171", "CMA191", "ENT111", "ENT311", "ENT511")
NUMBERED = {"BVS": "Z", "CMA": "A", "ENT": "E"}  # what case numbers begin with
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ODD = st.text(st.characters(), max_size=30) | st.text(" \t\n\r\u3000\x7f\x85.0-9Aa备", max_size=12)
TYPED = st.text(string.ascii_letters + string.digits + "中文.-", max_size=25)
NUMBERS = st.decimals(0, 10**15, places=3, allow_nan=False).map(str) | st.integers(0, 10**19).map(str)
REQUEST = request(reqDate="20260201")
FILED = registration()
KNOWN = {
    **HEAD, **LINE, "bookNo": "B1", "bookType": "1", "reviewResult": "0", "reviewInfo": "x",
    **{name: value for name, value in REQUEST.items() if isinstance(value, str)},
    **{name: value for name, value in REQUEST["Bill"][0].items() if isinstance(value, str)},
    **REQUEST["Bill"][0]["Goods"][0], "docType": "01", "result": "1", "conclusion": "1", "content": "x",
    "kind": "news", "title": "x", "officeCode": "FCUSTOMS01", "union": "EU GCC", "nameZh": "x",
    "nameEn": "x", **{name: value for name, value in FILED.items() if isinstance(value, str)},
    **FILED["Manager"][0], **FILED["Broker"][0], **FILED["Penalty"][0],
}  # fmt: skip
FILE = File(digest(1), 1000, "application/pdf", "letter.pdf")


def values(field: Field) -> st.SearchStrategy[str]:
    """Something typed into a field: right ones often, wrong ones of every kind."""
    choices = [st.just(""), st.just(KNOWN.get(field.name, "1")), TYPED, ODD]
    if field.choices:
        choices += [st.sampled_from([choice.value for choice in field.choices])] * 3
    if field.base == "decimal":
        choices += [NUMBERS] * 3
    if field.patterns:
        choices.append(st.from_regex(field.patterns[0], fullmatch=True))
    if field.max_length:
        choices.append(st.integers(field.max_length - 1, field.max_length + 1).map(lambda size: "1" * size))
    return st.one_of(choices)


@st.composite
def filled(draw: st.DrawFn, likely: bool = False) -> FormModel:
    """A form of some type with anything typed into it; `likely`: most of it right."""
    model = empty(draw(st.sampled_from(CODES)))
    if draw(st.booleans()) or model.form.code in ("BVS121", "CMA121"):
        model.settled(case=f"{NUMBERED[model.form.code[:3]]}000000000000000001")
    type_in(draw, model, model.head, likely=likely)
    return model


def type_in(draw: st.DrawFn, model: FormModel, row: Row, *, likely: bool) -> None:
    """Type into a row and into lines of it, and into lines of those."""
    type_row(draw, model, row, likely=likely)
    for name, plan in row.plan.plans.items():
        for _ in range(draw(st.integers(0, 2 if row.parent is None else 1))):
            files = plan.group.hints.upload is not None
            line = model.attach(name, FILE, row) if files else model.add(name, row)
            type_in(draw, model, line, likely=likely)


def type_row(draw: st.DrawFn, model: FormModel, row: Row, *, likely: bool) -> None:
    """Type into the fields of a row."""
    for field in row.plan.shown:
        right = KNOWN.get(field.name, "")
        if likely and draw(st.integers(0, 15)):
            model.set(row, field.name, right)
        else:
            model.set(row, field.name, draw(values(field)))


def stricter(problem: Problem) -> bool:
    """Whether the terminal knows more than the XSD can say: calendar, codes, conditions, lookups; and that a
    form may be left out as a whole, as a deletion leaves it out, but not here.
    """
    if problem.fault in (Fault.UNKNOWN, Fault.UNCHECKED):
        return True
    field = problem.place.field
    if problem.fault is Fault.MISSING:
        head = problem.place.row
        typed = head.values.keys() - {"caseNo", "etpsInnerNo"} or any(head.lines.values())
        return not field.required or (field.absent_when is not None and not typed)
    return field.problem(problem.place.row.text(problem.place.name)) is None


@QUICK
@given(filled(likely=True) | filled(), st.sampled_from(Purpose))
def test_what_the_model_lets_through_the_schema_accepts_and_the_reverse(
    model: FormModel, purpose: Purpose
) -> None:
    """No form that may be sent is refused by the XSD; what the XSD accepts fails stricter rules only."""
    problems = model.problems(purpose)
    refused = violations(model, purpose)
    assert bool(refused) <= bool(problems)
    assert bool([problem for problem in problems if not stricter(problem)]) == bool(refused)


@QUICK
@given(filled(), st.sampled_from([Purpose.SAVE, Purpose.DECLARE]))
def test_every_refusal_of_the_schema_leads_to_a_field_that_the_model_has_something_against(
    model: FormModel, purpose: Purpose
) -> None:
    """No refusal is left without a place to go to."""
    rows = {id(problem.place.row) for problem in model.problems(purpose)}
    places = {(id(problem.place.row), problem.place.name) for problem in model.problems(purpose)}
    for violation in violations(model, purpose):
        place = model.blame(violation)
        assert place is not None, violation
        assert id(place.row) in rows, violation
        assert (id(place.row), place.name) in places, violation


@QUICK
@given(filled())
def test_a_form_that_was_kept_comes_back_the_same(model: FormModel) -> None:
    """What a draft keeps is all there is, also of what is wrong."""
    again = empty(model.form.code)
    again.restore(model.dump())
    assert again.dump() == model.dump()
    assert again.problems(Purpose.DECLARE) == [
        Problem(place(again, problem), problem.fault, problem.words)
        for problem in model.problems(Purpose.DECLARE)
    ]


def place(model: FormModel, problem: Problem) -> Any:
    """The same place on another copy of the form."""
    return type(problem.place)(_same(model, problem.place.row), problem.place.name)


def _same(model: FormModel, row: Row) -> Row:
    if row.parent is None:
        return model.head
    return _same(model, row.parent).rows(row.field.name)[row.index]


@QUICK
@given(filled(likely=True))
def test_what_was_sent_and_comes_back_as_a_case_is_the_same_form(model: FormModel) -> None:
    """As XML through the gateway and back; what the system fills in is its own."""
    node = message(model, Purpose.SAVE)[0]
    lists = frozenset(path.rpartition("/")[2] for path in repeating(model.form.code))
    again = empty(model.form.code)
    again.load(content(node, lists), case=model.case, state="")
    assert [row.values for row in again.head.walk()] == [row.values for row in model.head.walk()]


@QUICK
@given(filled(), st.data())
def test_a_sum_is_that_of_its_parts_whatever_was_typed_in_which_order(
    model: FormModel, data: st.DataObject
) -> None:
    """Unless it was overtyped, or a part is no number."""
    row = model.add("Line") if "Line" in model.plan.plans else None
    if row is None:
        return
    parts = row.plan.sums["totalQty"]
    for name in data.draw(st.lists(st.sampled_from(parts), max_size=12)):
        model.set(row, name, data.draw(st.integers(0, 999).map(str) | st.just("")))
    present = [int(row.text(name)) for name in parts if row.text(name)]
    assert row.text("totalQty") == (str(sum(present)) if present else "")
