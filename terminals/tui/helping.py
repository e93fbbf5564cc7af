"""What is said of a field: one line while the cursor is in it, and all there is to know of it by F1.

Knows how the schema's words, lengths, lists, conditions, sums and lookups are put into sentences; refuses to
know any field by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from messages.annotations import Condition, Words
from messages.forms import Field
from terminals.tui.words import both
from terminals.work.moments import MOMENT
from terminals.work.plan import Plan
from terminals.work.rows import Place
from terminals.work.standing import SILENT, Standing


def line(field: Field) -> Words:
    """For the help line: the field's own help, else its format."""
    return field.help if field.help != SILENT else _named(field)


def overtyped(place: Place, own: str) -> Words:
    """For the help line of a field that was typed over: what it would hold by itself."""
    summed = place.name in place.row.plan.sums
    return both("form-over-sum" if summed else "form-over-found", value=own)


def explained(place: Place, standing: Standing) -> Words:
    """For F1: one sentence a line."""
    label = place.field.label
    lines = [
        Words(f"【{label.zh}】", f"[{label.en}]"),
        *(each for each in _lines(place, standing) if each != SILENT),
    ]
    return Words("\n".join(each.zh for each in lines), "\n".join(each.en for each in lines))


def _named(field: Field) -> Words:
    label, kind = field.label, _of_type(field)
    if kind == SILENT or kind.zh == label.zh:  # which would say the name once more, and nothing else
        kind = both("field-list") if field.choices or field.hints.list else _length(field)
    return Words(f"{label.zh}：{kind.zh}", f"{label.en}: {kind.en}") if kind != SILENT else label


def _of_type(field: Field) -> Words:
    """What a field's type says of it, but for the name that the field has already: 电话：5 至 20 位数字."""
    if field.type_name == MOMENT:
        return both("field-moment")
    label, kind = field.label, field.type_words
    return Words(_behind(label.zh, "：", kind.zh), _behind(label.en, ": ", kind.en))


def _behind(label: str, between: str, text: str) -> str:
    name, _, rest = text.partition(between)
    return rest if rest and label.casefold().endswith(name.casefold()) else text


def _lines(place: Place, standing: Standing) -> Iterator[Words]:
    field, plan = place.field, place.row.plan
    yield standing.words
    yield field.help
    yield _of_type(field)
    yield _length(field)
    yield both(
        "field-locked" if standing.locked else "field-required" if standing.required else "field-optional"
    )
    if field.hints.required_when is not None:
        yield both("field-required-when", when=_condition(plan, field.hints.required_when))
    if field.hints.sum_of:
        yield both("field-sum", of=_labels(plan, field.hints.sum_of, " + "))
    lookup = field.hints.lookup
    if lookup is not None:
        filled = _labels(plan, (*lookup.locks, *lookup.suggests), "、", ", ")
        yield both("field-lookup", fills=filled)
    for choice in field.choices:
        yield Words(f"  {choice.value} {choice.label.zh}", f"  {choice.value} {choice.label.en}")
    if field.hints.list:
        yield both("field-list")
    text = place.row.text(place.name)
    if text:
        yield both("field-value", value=text)


def _length(field: Field) -> Words:
    most, least = field.max_length, field.min_length or 0
    if field.total_digits:
        return both("field-digits", whole=field.total_digits, behind=field.fraction_digits or 0)
    if most is None:
        return SILENT
    if least == most:
        return both("field-length", most=most)
    return both("field-lengths", least=least, most=most) if least > 1 else both("field-at-most", most=most)


def _condition(plan: Plan, condition: Condition) -> Words:
    """管理模式 = 电子账册, 纸质手册电子化."""
    field = plan.fields.get(condition.field)
    if field is None:
        return Words(condition.field, condition.field)
    named = [choice.label for choice in field.choices if choice.value in condition.values]
    values = sorted(condition.values)
    zh = "、".join(each.zh for each in named) or "、".join(values)
    en = ", ".join(each.en for each in named) or ", ".join(values)
    return Words(f"{field.label.zh} = {zh}", f"{field.label.en} = {en}")


def _labels(plan: Plan, names: Iterable[str], zh: str, en: str = "") -> Words:
    labels = [label for name in names if (label := _label(plan, name)) is not None]
    return Words(zh.join(each.zh for each in labels), (en or zh).join(each.en for each in labels))


def _label(plan: Plan, name: str) -> Words | None:
    """A field's; that of a column below, such as Goods/qty, behind its group's."""
    group, between, part = name.partition("/")
    if between:
        of, column = plan.plans[group].group.label, plan.plans[group].fields[part].label
        return Words(f"{of.zh}：{column.zh}", f"{of.en}: {column.en}")
    return plan.fields[name].label if name in plan.fields else None
