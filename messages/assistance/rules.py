"""What stands against a request beyond its schema: what a submission needs, check characters, days, weights,
the country's agreement, the documents that its types demand, and whether its files are there.

Knows the specification's rules, for both directions; refuses to know states. A draft is kept with its faults
listed, a submission is refused for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from messages import checkdigits
from messages.assistance import fields
from messages.assistance.fields import LINES, NAMES, Names
from messages.assistance.names import FILE, MISSING, WRONG
from messages.assistance.registers import in_force
from messages.codes import CodeLists
from messages.naming import wrong_files
from messages.workflow import Body, File

DOCUMENTS = "assist_documents"  # the code list of what types of verification demand
EVERY = "*"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing against a request; `path` is the field's below the node, such as Bill[1]/Goods[2]/netWt."""

    number: int
    path: str
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh}({self.path}) / {self.en}"


@dataclass(frozen=True, slots=True)
class Known:
    """What the rules are told beside the form."""

    today: str  # yyyyMMdd in China
    countries: frozenset[str] | None  # that a request may name; None: its sender is not filed at all
    agreement: Body | None = None  # the one that it names, if that country has it
    files: Mapping[str, File | None] = field(default_factory=dict)  # by digest: what its sender has sent


def faults(form: Body, known: Known) -> list[Fault]:
    """All that stands against `form`, in the order of its fields."""
    return [*_head(form, known), *_bills(form, known), *_attachments(form, known)]


def _file_faults(form: Body, files: Mapping[str, File | None]) -> Iterator[Fault]:
    """Files that are not there, not their sender's, or not what the message says of them."""
    return (Fault(FILE, path, zh, en) for path, zh, en in wrong_files(form, files))


# -- step 1: the basics


def _head(form: Body, known: Known) -> Iterator[Fault]:
    yield from _missing(form, fields.HEAD, "", groups=False)
    yield from _day(form, "reqDate", "", known.today)
    country = form.get("country")
    if country and known.countries is None:
        yield _fault(
            "country", "", "外方海关未备案，不能提出请求", "this customs is not filed for any country"
        )
    elif country and known.countries is not None and country not in known.countries:
        yield _fault("country", "", f"{country} 不是可填的国家", f"{country} is no country of this customs")
    number = form.get("agreementNo")
    if number and not in_force(known.agreement, known.today):
        yield _fault(
            "agreementNo",
            "",
            f"{number} 不是与 {country} 现行的协议",
            f"{number} is no agreement in force with {country}",
        )


# -- step 2: bills and goods


def _bills(form: Body, known: Known) -> Iterator[Fault]:
    if not form.get("Bill"):
        yield _absent("Bill", "")
    types = set(str(form.get("reqType", "")).split())
    for place, bill in enumerate(form.get("Bill", ()), 1):
        at = f"Bill[{place}]/"
        yield from _missing(bill, fields.BILL, at, groups=True)
        if bill.get("billType") and types and bill["billType"] not in types:
            yield _fault("billType", at, "不在请求类型之中", "is none of the types that the request names")
        yield from _day(bill, "declDate", at, known.today)
        yield from _day(bill, "billDate", at, known.today)
        if bill.get("containerNo") and not checkdigits.container(str(bill["containerNo"])):
            yield _fault(
                "containerNo",
                at,
                f"{bill['containerNo']} 校验码不正确(ISO 6346)",
                f"{bill['containerNo']} has a wrong check digit (ISO 6346)",
            )
        for name in ("ownerScc", "useScc"):
            if bill.get(name) and not checkdigits.social_credit(str(bill[name])):
                yield _fault(
                    name,
                    at,
                    f"{bill[name]} 校验码不正确(GB 32100)",
                    f"{bill[name]} has a wrong check character (GB 32100)",
                )
        for number, goods in enumerate(bill.get("Goods", ()), 1):
            yield from _goods(goods, f"{at}Goods[{number}]/")


def _goods(goods: Body, at: str) -> Iterator[Fault]:
    yield from _missing(goods, fields.GOODS, at, groups=False)
    net, gross = goods.get("netWt"), goods.get("grossWt")
    if net and gross and Decimal(str(net)) > Decimal(str(gross)):
        yield _fault("netWt", at, f"{net} 大于毛重 {gross}", f"{net} is more than the gross weight {gross}")


# -- step 3: documents


@cache
def demanded() -> tuple[tuple[str, frozenset[str], tuple[str, str]], ...]:
    """(type or *, documents of which one is needed, their names) for each line of the code list."""
    found = []
    for entry in CodeLists().get(DOCUMENTS).codes.values():
        kind, _, documents = entry.code.partition(":")
        found.append((kind, frozenset(documents.split("|")), (entry.label.zh, entry.label.en)))
    return tuple(found)


def _attachments(form: Body, known: Known) -> Iterator[Fault]:
    entries: Sequence[Body] = form.get("Attachment", ())
    if not entries:
        yield _absent("Attachment", "")
    for place, entry in enumerate(entries, 1):
        yield from _missing(entry, fields.FILE, f"Attachment[{place}]/", groups=False)
    yield from _file_faults(form, known.files)
    there = {entry.get("docType") for entry in entries}
    types = {EVERY, *str(form.get("reqType", "")).split()}
    for kind, documents, (zh, en) in demanded():
        if entries and kind in types and not documents & there:
            yield Fault(MISSING, "Attachment", f"缺少单证：{zh}", f"missing document: {en}")


# -- words


def _missing(row: Mapping[str, Any], names: Names, at: str, *, groups: bool) -> Iterator[Fault]:
    for name in names:
        if not row.get(name) and (groups or name not in LINES):
            yield _absent(name, at)


def _day(row: Body, name: str, at: str, today: str) -> Iterator[Fault]:
    value = row.get(name)
    if not value:
        return
    try:
        date.fromisoformat(str(value))
    except ValueError:
        yield _fault(name, at, f"{value} 不是存在的日期", f"{value} is no day")
        return
    if str(value) > today:
        yield _fault(name, at, f"{value} 晚于今天", f"{value} lies in the future")


def _absent(name: str, at: str) -> Fault:
    zh, en = NAMES[name]
    return Fault(
        MISSING, f"{at}{name}", f"{_where(at, 0)}{zh}不能为空", f"{_where(at, 1)}{en} must not be empty"
    )


def _fault(name: str, at: str, zh: str, en: str) -> Fault:
    called = NAMES[name]
    return Fault(
        WRONG, f"{at}{name}", f"{_where(at, 0)}{called[0]} {zh}", f"{_where(at, 1)}{called[1]}: {en}"
    )


def _where(at: str, language: int) -> str:
    """The lines that a path goes through, such as 票据 1 货物 2."""
    said = []
    for step in filter(None, at.split("/")):
        name, _, number = step.rstrip("]").partition("[")
        said.append(f"{LINES[name][language]} {number} ")
    return "".join(said)
