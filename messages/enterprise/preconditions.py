"""Whether an application may be made (能否办理): asked before its form opens, and again when it is declared.

Knows the table of applications of the specification; every refusal has the manual's sentence, which a
terminal shows as it is. Refuses to know what is in the form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from messages.enterprise import fields, filings
from messages.enterprise.names import (
    APPLICATIONS,
    CANCEL,
    CANCELLATIONS,
    CANCELLED,
    CHANGE,
    CHANGES,
    EXPIRED,
    EXTEND,
    LICENCE_CANCEL,
    LICENCE_CHANGE,
    NO_LICENCE,
    NOT_APPROVED,
    NOT_CANCELLABLE,
    NOTHING_TO_CHANGE,
    NOTHING_TO_EXTEND,
    NOTHING_TO_RENEW,
    OBJECT,
    OCCUPIED,
    RENEW,
    RENEWALS,
    REVIEWING,
)
from messages.workflow import Body


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an application is not taken: the fault's number, and the sentence in both languages."""

    number: int
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}"


NOTHING = Refusal(
    NOTHING_TO_CHANGE,
    "当前无可进行变更的数据，不能进行变更作业",
    "there is nothing that can be changed",
)
_CANCELLED = Refusal(
    CANCELLED,
    "企业注册信息处于注销状态，不能进行变更作业",
    "the registration is cancelled: it cannot be changed",
)
_EXPIRED = Refusal(
    EXPIRED,
    "企业注册信息处于超期状态，不能进行变更作业",
    "the registration has expired: it cannot be changed",
)
_REVIEWING = Refusal(
    REVIEWING,
    "临时注册登记企业有待人工审核的变更作业，不能进行变更作业",
    "a change of this temporary registration is under manual review: it cannot be changed",
)
_OCCUPIED = Refusal(
    OCCUPIED,
    "同一统一社会信用代码的企业，有待审批的变更申请的数据，不允许再提交变更作业",
    "a change under the same social credit code is pending: no other one may be submitted",
)
_LEAVING = Refusal(
    OCCUPIED,
    "企业有待审批的注销申请，不能办理其他申请",
    "a cancellation is pending: nothing else may be applied for",
)
_NOT_FOR_TYPE = Refusal(
    NO_LICENCE,
    "报关企业、特殊监管区域双重身份企业方须行政许可，请使用企业注册信息变更、换证或注销申请",
    "only customs brokers and enterprises of both kinds have a licence: use the registration's applications",
)
_FREE_TRADE = Refusal(
    NO_LICENCE,
    "自贸区内报关企业、双重身份企业无须行政许可，请使用企业注册信息变更、注销申请",
    "an enterprise in a free trade zone needs no licence: use the registration's applications",
)
_UNAPPROVED = Refusal(
    NOT_APPROVED,
    "企业当前注册信息没有审批通过，不允许进行公示异议申请",
    "the registration is not approved: nothing can be objected to",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an enterprise when it applies."""

    filed: Body | None  # what customs holds of it
    open: tuple[Mapping[str, str], ...]  # the applications under way under its social credit code
    today: str  # yyyyMMdd in China

    def has(self, types: Iterable[str]) -> bool:
        """Whether one of these is under way."""
        return any(one["type"] in types for one in self.open)

    @property
    def status(self) -> str:
        """Today's; not approved where nothing is filed."""
        return filings.status(self.filed, self.today) if self.filed else fields.UNAPPROVED


def refusal(code: str, known: Standing) -> Refusal | None:
    """Why an application of this type cannot be made now; None where it can."""
    return _RULES[code](known)


def _change(known: Standing) -> Refusal | None:
    filed = known.filed
    if filed is None or known.status == fields.UNAPPROVED:
        return NOTHING
    if known.status == fields.CANCELLED:
        return _CANCELLED
    if known.status == fields.EXPIRED:
        return _EXPIRED
    if known.has(CHANGES):
        return _named(_REVIEWING if filings.temporary(filed) else _OCCUPIED, known, CHANGES)
    return _leaving(known)


def _licence_change(known: Standing) -> Refusal | None:
    return _unlicensed(known) or _change(known)


def _renewal(known: Standing) -> Refusal | None:
    if known.filed is None or known.status == fields.UNAPPROVED:
        return _no_renewal("没有备案信息", "nothing is filed")
    if known.filed["entType"] not in fields.RENEWABLE:
        return _no_renewal("企业类型不适用换证", "certificates of this type of enterprise are not renewed")
    if known.status in (fields.CANCELLED, fields.EXPIRED):
        return _no_renewal("不在有效期内", "it is not within its validity")
    if not known.filed.get("validTo"):
        return _no_renewal("长期有效", "its validity does not end")
    if known.has(RENEWALS):
        return _named(_no_renewal("有待审批的换证申请", "a renewal is pending"), known, RENEWALS)
    return _leaving(known)


def _extension(known: Standing) -> Refusal | None:
    if (against := _unlicensed(known)) is not None:
        return against
    if known.filed is None or known.status in (fields.UNAPPROVED, fields.CANCELLED):
        return _no_extension("没有有效的备案信息", "nothing in force is filed")
    if not filings.extensible(known.filed, known.today):
        days = filings.WINDOW.days
        return _no_extension(
            f"不在有效期届满前 {days} 日内", f"it is not within the {days} days before its end"
        )
    if known.has(RENEWALS):
        return _named(_no_extension("有待审批的延续申请", "an extension is pending"), known, RENEWALS)
    return _leaving(known)


def _cancellation(known: Standing) -> Refusal | None:
    if known.filed is None or known.status == fields.UNAPPROVED:
        return _no_cancellation("没有审批通过的备案信息", "nothing approved is filed")
    if known.status == fields.CANCELLED:
        return _no_cancellation("企业已注销", "it is cancelled already")
    if known.open:
        names = [APPLICATIONS[one["type"]] for one in known.open]
        zh, en = "、".join(zh for zh, _ in names), ", ".join(en for _, en in names)
        return _no_cancellation(f"有未办结的申请：{zh}", f"applications are pending: {en}")
    return None


def _licence_cancellation(known: Standing) -> Refusal | None:
    return _unlicensed(known) or _cancellation(known)


def _objection(known: Standing) -> Refusal | None:
    return _UNAPPROVED if known.status == fields.UNAPPROVED else None


def _unlicensed(known: Standing) -> Refusal | None:
    """Why there is no licence; None too where nothing is filed, which is another reason."""
    if known.filed is None or filings.licensed(known.filed):
        return None
    return _FREE_TRADE if known.filed["entType"] in fields.LICENSABLE else _NOT_FOR_TYPE


def _leaving(known: Standing) -> Refusal | None:
    return _named(_LEAVING, known, CANCELLATIONS) if known.has(CANCELLATIONS) else None


def _named(against: Refusal, known: Standing, types: Iterable[str]) -> Refusal:
    """With the number of what is pending; another enterprise's under the same code is not told."""
    own = (known.filed or {}).get("regCode")
    found = [one["case"] for one in known.open if one["type"] in types and one["regCode"] == own]
    if not found:
        return against
    numbers = " ".join(found)
    return replace(against, zh=f"{against.zh}（统一编号 {numbers}）", en=f"{against.en} (case {numbers})")


def _no_renewal(zh: str, en: str) -> Refusal:
    return Refusal(NOTHING_TO_RENEW, f"无可进行换证的信息：{zh}", f"there is nothing to renew: {en}")


def _no_extension(zh: str, en: str) -> Refusal:
    return Refusal(NOTHING_TO_EXTEND, f"无可进行延续的信息：{zh}", f"there is nothing to extend: {en}")


def _no_cancellation(zh: str, en: str) -> Refusal:
    return Refusal(NOT_CANCELLABLE, f"当前备案信息不可以注销：{zh}", f"it cannot be cancelled: {en}")


_RULES: dict[str, Callable[[Standing], Refusal | None]] = {
    CHANGE: _change,
    RENEW: _renewal,
    CANCEL: _cancellation,
    LICENCE_CHANGE: _licence_change,
    EXTEND: _extension,
    LICENCE_CANCEL: _licence_cancellation,
    OBJECT: _objection,
}
