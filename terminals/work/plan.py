"""What a form's hints mean for filling it in, worked out once: sums, lookups, what depends on what.

Knows the form model (messages.forms) and its hints; refuses to know values.
"""

from __future__ import annotations

from collections.abc import Iterator

from messages.annotations import Condition, Lookup
from messages.forms import Field, Form
from terminals.work.once import once

TERMINAL, SYSTEM, FILE, KEPT = "terminal", "system", "file", "kept"


class Plan:
    """One group of fields: the head (the business node itself), or the lines of a body group below it."""

    def __init__(self, group: Field) -> None:
        self.group = group
        self.fields = {each.name: each for each in group.children if not each.is_group}
        self.plans = {each.name: Plan(each) for each in group.children if each.is_group}
        self.shown = tuple(each for each in self.fields.values() if each.hints.fill != TERMINAL)
        parts = {each.name: each.hints.sum_of for each in self.shown if each.hints.sum_of}
        self.sums = {name: of for name, of in parts.items() if "/" not in of[0]}
        self.totals = {name: _column(of[0]) for name, of in parts.items() if "/" in of[0]}
        self.lookups = tuple(
            (each.name, each.hints.lookup) for each in self.shown if each.hints.lookup is not None
        )
        self.kept = tuple(each.name for each in self.shown if each.hints.fill == KEPT)
        self.prefills = {each.name: each.hints.prefill for each in self.shown if each.hints.prefill}
        self.locks: dict[str, tuple[Lookup, ...]] = {}
        for _, lookup in self.lookups:
            for name in lookup.locks:
                self.locks[name] = (*self.locks.get(name, ()), lookup)

    @property
    def name(self) -> str:
        """The group's element."""
        return self.group.name

    def field(self, name: str) -> Field:
        """A field or group of this one. Raises KeyError."""
        known = self.fields.get(name)
        return known if known is not None else self.plans[name].group

    def summed(self, part: str) -> Iterator[str]:
        """The fields that are sums of `part` and others."""
        return (name for name, parts in self.sums.items() if part in parts)

    def totalled(self, group: str, part: str = "") -> Iterator[str]:
        """The fields that add up `part` of the lines of `group`; any part, if none is said."""
        return (name for name, of in self.totals.items() if of[0] == group and part in ("", of[1]))

    def asked_by(self, name: str) -> Iterator[tuple[Plan, str, Lookup]]:
        """The lookups, here and below, that have `name` in their key."""
        for key, lookup in self.lookups:
            if name in lookup.by:
                yield self, key, lookup
        for plan in self.plans.values():
            yield from ((each, key, lookup) for each, key, lookup in plan.asked_by(name) if each is not self)

    def conditions(self) -> Iterator[Condition]:
        """All conditions in the hints, here and below."""
        for each in (self.group, *self.fields.values()):
            lookup = each.hints.lookup
            for condition in (
                each.hints.required_when,
                each.hints.absent_when or each.absent_when,
                each.hints.locked_when,
                each.hints.fixed.when if each.hints.fixed else None,
                lookup.when if lookup else None,
            ):
                if condition is not None:
                    yield condition
        for plan in self.plans.values():
            yield from plan.conditions()

    def watched(self) -> frozenset[str]:
        """The fields whose change may change how others stand."""
        return frozenset(condition.field for condition in self.conditions())


def _column(path: str) -> tuple[str, str]:
    """Goods/qty: the group and its field."""
    group, _, part = path.partition("/")
    return group, part


def plan_of(form: Form) -> Plan:
    """The plan of a form's business node (业务节点)."""
    return _plan(form.node)


@once
def _plan(node: Field) -> Plan:
    return Plan(node)
