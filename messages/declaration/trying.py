"""One declaration in the engine: which rule is for it, what it still lacks, and what becomes of it.

Three outcomes: declared; failed, so that somebody has to look at it; or it waits, and is tried again with the
next batch. Why is in its record (申报记录). Knows facts and effects; refuses to know batches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from messages.declaration import agreements, assessing, checks, names, pool, presets
from messages.declaration.declarations import declared
from messages.declaration.fields import missing
from messages.declaration.logistics import (
    ARRIVAL,
    MANIFEST,
    arrived,
    differences,
    meant,
    record_of,
    said,
    senders,
)
from messages.stepping import Pair, apart
from messages.workflow import Body, Case, Context, Effect, Fact, Facts, Origin, Put, Record

DECLARED, FAILED, WAITS = "declared", "failed", "waiting"
_BY_AGENT = "1"  # 生效企业类型
MOST = 20
"""Reasons that an entry of a record tells; customs may have any number of checks."""


def facts(case: Case) -> Iterator[Fact]:
    """What a marked draft goes by: manifest, arrival, agreement, parties, tariff and rates."""
    form = case.body["entered"]
    yield record_of(MANIFEST, form)
    yield record_of(ARRIVAL, form)
    if agreements.needed(form):
        yield from agreements.facts(form)
    yield from assessing.facts(form)


class Attempt:
    """What a turn of the engine has before it; agreements that it makes count for the declarations behind."""

    def __init__(
        self, rules: Sequence[Body], unit_kind: str, code: str, batch: str, known: Facts, context: Context
    ) -> None:
        self._rules = rules
        self._unit = "agentCode" if unit_kind == _BY_AGENT else "tradeCode"
        self._code = code
        self._batch = batch
        self._known = known
        self._context = context
        self._agreed: dict[Fact, str] = {}  # made in this turn

    @property
    def agreed(self) -> bool:
        """Whether agreements were made."""
        return bool(self._agreed)

    def of(self, case: Case) -> tuple[str, tuple[Effect, ...]]:
        """The outcome, and its effects."""
        form: Mapping[str, Any] = case.body["entered"]
        rule = self._rule(case, form)
        if rule is None:
            return self._waits(case, case, ("没有匹配的预配置", "no rule that was chosen is for it"))
        wrong = tuple(self._wrong(case, form))
        if wrong:
            return self._ended(case, rule, FAILED, names.FAILED, *wrong)
        untaxed = self._untaxed(case, form)
        lacking = (*untaxed, *self._lacking(case, form, rule))
        if lacking:
            seen = pool.outdated(case, self._context) if untaxed else case
            return self._waits(case, seen, *lacking)
        made = self._agreement(case, form)
        _, effects = self._ended(
            case, rule, DECLARED, names.DECLARED, ("申报成功（自动）", "declared by the engine")
        )
        (put,) = (each for each in effects if isinstance(each, Put))
        return DECLARED, (*made, *declared(put.case, Origin(**case.body["submitted"]), self._context))

    def _rule(self, case: Case, form: Mapping[str, Any]) -> Body | None:
        if form[self._unit] != self._code:
            return None
        by = case.body["mark"]["by"]
        return next((rule for rule in self._rules if presets.matches(rule, form, by)), None)

    def _wrong(self, case: Case, form: Mapping[str, Any]) -> Iterator[Pair]:
        """What no waiting mends."""
        mark, draft = case.body["mark"], case.body["draft"]
        if (mark["guid"], mark["digest"]) != (draft["guid"], draft["digest"]):
            yield "标记所授权的草稿已变化", "the mark is another draft's"
        for path, zh, en in missing(form):
            yield f"{zh}({path})", en
        known: Sequence[Record] = self._known[checks.ALL]
        for words in checks.failed(form, known):
            yield f"海关校验不通过：{words}", f"a check of customs: {words}"

    def _untaxed(self, case: Case, form: Mapping[str, Any]) -> tuple[Pair, ...]:
        """Why the taxes of a self-assessed one are not confirmed, if they are not."""
        against = assessing.unconfirmed(case, form, self._known) if form["selfTax"] == "1" else None
        return () if against is None else (apart(against),)

    def _lacking(self, case: Case, form: Mapping[str, Any], rule: Body) -> Iterator[Pair]:
        """What else may still come, by itself or by hand."""
        if rule["confirm"] != "1" and not case.body.get("reminders"):
            yield "温馨提示未手动确认", "its reminders are not confirmed by hand"
        if rule["agreement"] != "1" and agreements.needed(form) and self._agreement_no(form) is None:
            yield "没有代理报关委托协议", "there is no agency agreement"
        yield from self._of_carriers(form, rule)

    def _of_carriers(self, form: Mapping[str, Any], rule: Body) -> Iterator[Pair]:
        """Of manifest and arrival, as far as the rule looks at them."""
        manifests = meant(form, said(self._known[record_of(MANIFEST, form)]))
        arrivals = arrived(said(self._known[record_of(ARRIVAL, form)]), manifests)
        wanted = "1" in (rule["manifest"], rule["compare"])
        if rule["manifest"] == "1" and not manifests:
            yield "没有舱单", "there is no manifest"
        elif wanted and len(manifests) > 1:
            zh, en = senders(manifests)
            yield f"提运单有多份舱单，报送方 {zh}", f"its bill of lading has several manifests, of {en}"
        if rule["arrival"] == "1" and not arrivals:
            yield "未运抵", "it has not arrived"
        elif rule["arrival"] == "1" and len(arrivals) > 1:
            zh, en = senders(arrivals)
            yield f"提运单有多份运抵报告，报送方 {zh}", f"its bill of lading has several arrivals, of {en}"
        if rule["compare"] != "1":
            return
        if not manifests and rule["manifest"] != "1":
            yield "没有可比对的舱单", "there is no manifest to compare with"
        elif len(manifests) == 1:
            (manifest,) = manifests.values()
            for zh, en in differences(form, manifest):
                yield f"与舱单不一致，{zh}", f"differs from its manifest, {en}"

    # -- agreements

    def _agreement_no(self, form: Mapping[str, Any]) -> str | None:
        fact = agreements.record_of(form)
        record: Record | None = self._known[fact]
        return str(record.body["case"]) if record is not None else self._agreed.get(fact)

    def _agreement(self, case: Case, form: Mapping[str, Any]) -> tuple[Effect, ...]:
        """One is made, if it is needed and not there yet."""
        if not agreements.needed(form) or self._agreement_no(form) is not None:
            return ()
        origin = Origin(**case.body["submitted"])
        number, effects = agreements.made(form, case.owner, self._known, origin, self._context)
        self._agreed[agreements.record_of(form)] = number
        return effects

    # -- what becomes of it

    def _waits(self, before: Case, case: Case, *reasons: Pair) -> tuple[str, tuple[Effect, ...]]:
        """It stays in the pool; the same reasons again are not written down again."""
        logged = pool.logged(case, *_joined(reasons), self._context, self._batch)
        return WAITS, (Put(logged),) if logged is not before else ()

    def _ended(
        self, case: Case, rule: Body, outcome: str, smart: str, *reasons: Pair
    ) -> tuple[str, tuple[Effect, ...]]:
        case = pool.set_smart(case, smart, self._context)
        case = pool.logged(case, *_joined(reasons), self._context, self._batch)
        return outcome, (Put(pool.in_batch(case, self._batch, rule["ruleName"], self._context)),)


def _joined(reasons: Sequence[Pair]) -> Pair:
    more = len(reasons) - MOST
    if more > 0:
        reasons = (*reasons[:MOST], (f"另有 {more} 项", f"{more} more"))
    return "；".join(zh for zh, _ in reasons), "; ".join(en for _, en in reasons)
