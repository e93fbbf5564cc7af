"""What stands against a form beyond its schema: what a declaration needs, what may not be changed, check
characters, posts, the chosen penalty, and whether its files are there.

Knows the specification's rules; refuses to know states and whether the application may be made at all. A
draft is kept with its faults listed, a declaration is refused for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from messages import checkdigits
from messages.enterprise import changes, fields, filings
from messages.enterprise.fields import HEAD, LINES, Names
from messages.enterprise.names import (
    CANCELLATIONS,
    CHANGES,
    FILE,
    LICENCE_CHANGE,
    LOCKED,
    MISSING,
    OBJECT,
    WRONG,
)
from messages.naming import wrong_files
from messages.workflow import Body, File

_PENALTY = "3"  # kind of objection: 行政处罚信息


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing against a form; `path` is the field's below the node, such as Manager[2]/idNo."""

    number: int
    path: str
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh}({self.path}) / {self.en}"


@dataclass(frozen=True, slots=True)
class Known:
    """What the rules are told beside the form."""

    code: str  # type of the application
    today: str  # yyyyMMdd in China
    cop_code: str  # the sender's customs code
    filed: Body | None
    files: Mapping[str, File | None] = field(default_factory=dict)  # by digest: what its sender has sent


def faults(form: Body, known: Known) -> list[Fault]:
    """All that stands against `form`, in the order of its fields."""
    found = [*_kept(form, known)]
    if known.code in CHANGES:
        found += [*_basics(form), *_managers(form, known), *_brokers(form, known)]
    else:
        found += _brief(form, known)
    return [*found, *_attachments(form, known)]


# -- what may not be changed


def _kept(form: Body, known: Known) -> Iterator[Fault]:
    if form.get("regCode") != known.cop_code:
        yield _fault("regCode", "不是本企业的", "it is not this enterprise's", number=LOCKED)
    if known.filed is None:
        return
    filed = filings.tables(known.filed, known.today)
    locked = [name for name in fields.KEPT if name != "regCode"]
    if filed["entType"] not in fields.WITH_PARENT:
        locked += fields.PARENT
    if known.code not in CHANGES or (known.code != LICENCE_CHANGE and filings.licensed(filed)):
        locked.append("cnName")
    for name in locked:
        if name in form and changes.plain(name, form[name]) != changes.plain(name, filed.get(name)):
            yield _changed(name, "", HEAD, filed.get(name))


def _changed(name: str, at: str, names: Names, filed: object) -> Fault:
    return _fault(
        name,
        f"不可变更，备案为“{filed or ''}”",
        f"it cannot be changed; filed is {str(filed or '')!r}",
        at,
        names,
        LOCKED,
    )


# -- the three tables


def _basics(form: Body) -> Iterator[Fault]:
    yield from _missing(form, fields.BASICS_NEEDED, "", HEAD)
    for name in ("agentScc", "parentScc"):
        if form.get(name) and not checkdigits.social_credit(str(form[name])):
            zh = f"{form[name]} 校验码不正确(GB 32100)"
            yield _fault(name, zh, f"{form[name]} has a wrong check character (GB 32100)")


def _managers(form: Body, known: Known) -> Iterator[Fault]:
    filed = changes.by_key((known.filed or {}).get("Manager", ()), "managerNo")
    managers = form.get("Manager", ())
    numbers = Counter(str(one["managerNo"]) for one in managers if one.get("managerNo"))
    for place, one in enumerate(managers, 1):
        at = f"Manager[{place}]/"
        yield from _missing(one, fields.MANAGER_NEEDED, at, fields.MANAGER)
        number = str(one.get("managerNo", ""))
        if number and (number not in filed or numbers[number] > 1):
            names = {"managerNo": ("人员编号", "Number")}
            yield _fault(
                "managerNo", f"{number} 不在备案中或重复", f"{number} is not filed, or twice", at, names
            )
            continue
        yield from _legal(one, filed.get(number), at, known.code)
        yield from _person(one, at, known.today)
    posts = {str(one.get("post", "")) for one in managers}
    if not {fields.CUSTOMS_HEAD, fields.FINANCE_HEAD} <= posts:
        yield Fault(
            MISSING,
            "Manager",
            "管理人员信息备案职务必须包含报关业务负责人和财务负责人",
            "among the managers there must be a head of customs business and a head of finance",
        )
    for number, one in filed.items():
        if one.get("post") == fields.LEGAL and number not in numbers:
            yield Fault(LOCKED, "Manager", "法定代表人不能删除", "the legal representative cannot be removed")


def _legal(one: Body, filed: Body | None, at: str, code: str) -> Iterator[Fault]:
    """法定代表人: who it is does not change but with the licence, and nobody becomes it here."""
    was, post = bool(filed and filed.get("post") == fields.LEGAL), one.get("post")
    if post == fields.LEGAL and not was:
        zh = "法定代表人不能新增，不能删除，请选择其他职务"
        en = "a legal representative is neither added nor removed: choose another post"
        yield _fault("post", zh, en, at, fields.MANAGER, LOCKED)
    elif was and post != fields.LEGAL:
        yield _changed("post", at, fields.MANAGER, (filed or {}).get("post"))
    elif was and filed is not None and code != LICENCE_CHANGE:
        for name in fields.PERSON:
            if name in one and one[name] != filed.get(name):
                yield _changed(name, at, fields.MANAGER, filed.get(name))


def _person(one: Body, at: str, today: str) -> Iterator[Fault]:
    number = str(one.get("idNo", ""))
    if one.get("idType") == fields.RESIDENT and number and not checkdigits.citizen(number):
        zh, en = f"{number} 校验码不正确(GB 11643)", f"{number} is wrong by its check character (GB 11643)"
        yield _fault("idNo", zh, en, at, fields.MANAGER)
    born = one.get("birthDate")
    if born and not _day(str(born), today):
        zh, en = f"{born} 不是已过去的日期", f"{born} is no day that has been"
        yield _fault("birthDate", zh, en, at, fields.MANAGER)


def _brokers(form: Body, known: Known) -> Iterator[Fault]:
    filed = changes.by_key((known.filed or {}).get("Broker", ()), "staffNo")
    numbers = Counter(str(one["staffNo"]) for one in form.get("Broker", ()))
    names = {"staffNo": ("报关人员备案号", "Number of the staff on file"), **fields.STAFF_KEPT}
    for place, one in enumerate(form.get("Broker", ()), 1):
        at, number = f"Broker[{place}]/", str(one["staffNo"])
        if number not in filed or numbers[number] > 1:
            zh, en = f"{number} 不在备案中或重复，不能增加", f"{number} is not filed, or twice"
            yield _fault("staffNo", zh, en, at, names, LOCKED)
            continue
        for name in fields.STAFF_KEPT:
            if name in one and one[name] != filed[number].get(name):
                yield _changed(name, at, names, filed[number].get(name))


# -- the other applications


def _brief(form: Body, known: Known) -> Iterator[Fault]:
    if known.code in CANCELLATIONS:
        yield from _missing(form, ("reason",), "", HEAD)
    if known.code == OBJECT:
        yield from _missing(form, ("objectionType",), "", HEAD)
        yield from _penalty(form, known)
        yield from _missing(form, ("content",), "", HEAD)
    yield from _missing(form, ("contactName", "contactMobile"), "", HEAD)


def _penalty(form: Body, known: Known) -> Iterator[Fault]:
    number, wanted = form.get("penaltyNo"), form.get("objectionType") == _PENALTY
    if wanted and not number:
        yield Fault(
            MISSING,
            "penaltyNo",
            "异议种类为“行政处罚信息”时，需要选择一条行政处罚信息",
            "an objection to a penalty needs one of the penalties on file",
        )
    filed = {str(one["penaltyNo"]): one for one in (known.filed or {}).get("Penalty", ())}
    if number and (not wanted or number not in filed):
        zh, en = f"{number} 不是本企业的行政处罚信息", f"{number} is no penalty of this enterprise's"
        yield _fault("penaltyNo", zh if wanted else "异议种类不是行政处罚信息", en)


def _attachments(form: Body, known: Known) -> Iterator[Fault]:
    for place, one in enumerate(form.get("Attachment", ()), 1):
        yield from _missing(one, ("docType",), f"Attachment[{place}]/", HEAD)
    for path, zh, en in wrong_files(form, known.files):
        yield Fault(FILE, path, zh, en)


# -- words


def _missing(row: Body, needed: tuple[str, ...], at: str, names: Names) -> Iterator[Fault]:
    for name in needed:
        if not row.get(name):
            yield _fault(name, "不能为空", "it is missing", at, names, MISSING)


def _day(value: str, today: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return value <= today


def _fault(name: str, zh: str, en: str, at: str = "", names: Names = HEAD, number: int = WRONG) -> Fault:
    called = names[name]
    return Fault(
        number, f"{at}{name}", f"{_where(at, 0)}{called[0]} {zh}", f"{_where(at, 1)}{called[1]}: {en}"
    )


def _where(at: str, language: int) -> str:
    """The line that a path goes through, such as 企业管理人员 2."""
    if not at:
        return ""
    name, _, number = at.rstrip("]/").partition("[")
    return f"{LINES[name][language]} {number} "
