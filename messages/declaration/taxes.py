"""The taxes of a declaration: customs duty, consumption tax and VAT, line by line, as the law has it.

Sources: 关税法 (2024) and 海关进出口货物征税管理办法: ad valorem, specific and compound duty; 消费税暂行条例,
articles 9 and 10: (dutiable value + duty + specific tax) ÷ (1 − rate) × rate + specific tax; 增值税暂行条例,
article 14: (dutiable value + duty + consumption tax) × rate; 海关审定进出口货物完税价格办法: CIF for imports,
FOB ÷ (1 + rate) for exports, charges shared out by the goods' prices. Values and taxes are rounded to
the fen, half up. A tax of 50 yuan or less in all is not levied.

Pure arithmetic in Decimal; refuses to know where rates are kept and who confirms what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from itertools import accumulate
from typing import Any

Form = Mapping[str, Any]

FEN = Decimal("0.01")
EXACT = Context(prec=100)
"""The largest amounts of the schema multiplied and rounded to the fen: by 28 digits that is an exception."""
_NOTHING = Decimal("0.00")
LEAST = Decimal(50)  # 免征额度: duty of at most 50 yuan on one declaration
HUNDRED = Decimal(100)
CNY = "CNY"

_FULL, _HALF, _NONE, _BY_NATURE = "1", "2", "3", "5"
_SHARE = {_FULL: Decimal(1), _HALF: Decimal("0.5"), _NONE: Decimal(0)}
_LEVIED = "101"  # 一般征税: levied in full
# By terms of sale: which charges the price lacks to be CIF, and which it holds beyond FOB.
_TO_CIF = {"1": (), "2": ("insur",), "3": ("fee", "insur"), "4": ("fee",), "7": ("fee", "insur")}
_TO_FOB = {"1": ("fee", "insur"), "2": ("fee",), "3": (), "4": ("insur",), "7": ()}
_RATE, _PER_TON = "1", "2"
_TON = Decimal(1000)  # kilograms


@dataclass(frozen=True, slots=True)
class Taxed:
    """One line of goods: its dutiable value (完税价格) and its taxes, in yuan."""

    line: int  # from 1
    code: str
    value: Decimal
    duty: Decimal
    excise: Decimal
    vat: Decimal

    def plain(self) -> dict[str, str]:
        """As a case's body keeps it."""
        amounts = {name: f"{getattr(self, name):f}" for name in ("value", "duty", "excise", "vat")}
        return {"line": str(self.line), "codeTs": self.code, **amounts}


@dataclass(frozen=True, slots=True)
class Assessment:
    """All lines; or why it cannot be calculated (zh / en), each reason once."""

    lines: tuple[Taxed, ...] = ()
    against: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        """Everything that is to be paid, in yuan."""
        with localcontext(EXACT):
            return sum((each.duty + each.excise + each.vat for each in self.lines), Decimal(0))

    def plain(self) -> dict[str, Any]:
        """As a case's body keeps it."""
        with localcontext(EXACT):
            sums = {
                name: f"{sum((getattr(each, name) for each in self.lines), Decimal(0)):f}"
                for name in ("value", "duty", "excise", "vat")
            }
        return {"Line": [each.plain() for each in self.lines], **sums, "total": f"{self.total:f}"}


def assess(form: Form, tariff: Mapping[str, Form | None], rates: Mapping[str, Decimal | None]) -> Assessment:
    """A declaration's taxes by the tariff in force (HS code → rates) and the yuan for one of a currency."""
    with localcontext(EXACT):
        return _assess(form, tariff, rates)


def _assess(form: Form, tariff: Mapping[str, Form | None], rates: Mapping[str, Decimal | None]) -> Assessment:
    goods: Sequence[Form] = form.get("Goods", ())
    against = list(dict.fromkeys(_against(form, goods, tariff, rates)))
    if against or not goods:
        return Assessment(against=tuple(against) or ("没有商品信息 / there are no goods",))
    values = _values(form, goods, rates)
    imported = form["ieFlag"] == "I"
    known = [tariff[str(line["codeTs"])] or {} for line in goods]
    shares = [_share(form, line) for line in goods]
    if not imported:
        values, duties = _export(values, known, shares)
        nothing = [_NOTHING] * len(goods)
        return _assessment(goods, values, _levied(duties), nothing, nothing)
    firsts = [Decimal(line["firstQty"]) for line in goods]
    duties = _levied(
        [
            _round((value * _percent(rate, "dutyRate") + first * _amount(rate, "dutyAmount")) * share)
            for value, rate, first, share in zip(values, known, firsts, shares, strict=True)
        ]
    )
    excises = _levied(
        [
            _round(_excise(value + duty, rate, first) * share)
            for value, duty, rate, first, share in zip(values, duties, known, firsts, shares, strict=True)
        ]
    )
    vats = _levied(
        [
            _round((value + duty + excise) * _percent(rate, "vatRate") * share)
            for value, duty, excise, rate, share in zip(values, duties, excises, known, shares, strict=True)
        ]
    )
    return _assessment(goods, values, duties, excises, vats)


def _assessment(
    goods: Sequence[Form],
    values: Sequence[Decimal],
    duties: Sequence[Decimal],
    excises: Sequence[Decimal],
    vats: Sequence[Decimal],
) -> Assessment:
    lines = zip(goods, values, duties, excises, vats, strict=True)
    return Assessment(
        tuple(Taxed(place, str(line["codeTs"]), *amounts) for place, (line, *amounts) in enumerate(lines, 1))
    )


def _against(
    form: Form,
    goods: Sequence[Form],
    tariff: Mapping[str, Form | None],
    rates: Mapping[str, Decimal | None],
) -> list[str]:
    found = []
    for line in goods:
        code = str(line["codeTs"])
        rate = tariff.get(code)
        if rate is None:
            found.append(f"税则中没有商品编号 {code} / the tariff has no {code}")
        elif Decimal(rate.get("exciseRate") or 0) >= HUNDRED:
            found.append(f"商品编号 {code} 消费税率不小于 100% / its consumption tax is not below 100 %")
        if _share(form, line) is None:
            mode = line["dutyMode"]
            found.append(f"征免方式 {mode} 不能自动计算税费 / mode {mode} cannot be calculated here")
    return found + [
        f"没有 {currency} 的计征汇率 / there is no exchange rate of {currency}"
        for currency in currencies(form)
        if rates.get(currency) is None
    ]


def currencies(form: Form) -> tuple[str, ...]:
    """All but the yuan that a declaration's amounts are in."""
    named = [str(line["tradeCurr"]) for line in form.get("Goods", ())]
    named += [str(form[f"{each}Curr"]) for each in ("fee", "insur", "other") if form.get(f"{each}Curr")]
    return tuple(dict.fromkeys(each for each in named if each != CNY))


def _share(form: Form, line: Form) -> Any:
    """How much of the tax is levied; None where the mode leaves it to customs."""
    mode = line["dutyMode"]
    if mode == _BY_NATURE and form.get("cutMode") == _LEVIED:
        return Decimal(1)
    return _SHARE.get(str(mode))


# -- dutiable values


def _values(form: Form, goods: Sequence[Form], rates: Mapping[str, Decimal | None]) -> list[Decimal]:
    """CIF of an import, FOB of an export, in yuan: each line's price with its share of the charges."""
    prices = [Decimal(line["declTotal"]) * _yuan(str(line["tradeCurr"]), rates) for line in goods]
    price = sum(prices, Decimal(0))
    imported, terms = form["ieFlag"] == "I", str(form["transMode"])
    lacking = (*_TO_CIF[terms], "other") if imported else _TO_FOB[terms]
    charges, before = Decimal(0), price
    for name in lacking:  # freight first: insurance is reckoned on the price with it
        charge = _charge(form, name, before, rates)
        charges += charge
        before += charge if name == "fee" else 0
    return _shared(_round(price + charges if imported else max(price - charges, Decimal(0))), prices)


def _shared(whole: Decimal, prices: Sequence[Decimal]) -> list[Decimal]:
    """By the prices, to the fen, each line from one rounded sum to the next: so none is below zero, and none
    takes what the rounding of all the others has left. It is the last one's where nothing has a price.
    """
    price, before, shared = sum(prices, Decimal(0)), Decimal(0), []
    for upto in accumulate(prices):
        behind = _round(whole * upto / price) if price else Decimal(0)
        shared.append(behind - before)
        before = behind
    shared[-1] += whole - before
    return shared


def _charge(form: Form, name: str, price: Decimal, rates: Mapping[str, Decimal | None]) -> Decimal:
    mark = form.get(f"{name}Mark")
    if not mark:
        return Decimal(0)
    given = Decimal(form[f"{name}Rate"])
    if mark == _RATE:
        return price * given / HUNDRED
    given *= _yuan(str(form[f"{name}Curr"]), rates)
    return given * Decimal(form["grossWet"]) / _TON if mark == _PER_TON else given


def _yuan(currency: str, rates: Mapping[str, Decimal | None]) -> Decimal:
    if currency == CNY:
        return Decimal(1)
    rate = rates[currency]
    assert rate is not None  # _against has seen to it
    return rate


# -- rates


def _export(
    values: Sequence[Decimal], known: Sequence[Form], shares: Sequence[Decimal]
) -> tuple[list[Decimal], list[Decimal]]:
    """The dutiable value of an export is FOB ÷ (1 + rate); both, line by line."""
    dutiable = [
        _round(value / (1 + _percent(rate, "exportRate"))) for value, rate in zip(values, known, strict=True)
    ]
    duties = [
        _round(value * _percent(rate, "exportRate") * share)
        for value, rate, share in zip(dutiable, known, shares, strict=True)
    ]
    return dutiable, duties


def _excise(base: Decimal, rate: Form, first: Decimal) -> Decimal:
    specific, part = first * _amount(rate, "exciseAmount"), _percent(rate, "exciseRate")
    return (base + specific) / (1 - part) * part + specific


def _levied(taxes: list[Decimal]) -> list[Decimal]:
    return taxes if sum(taxes, Decimal(0)) > LEAST else [_NOTHING] * len(taxes)


def _percent(rate: Form, name: str) -> Decimal:
    return _amount(rate, name) / HUNDRED


def _amount(rate: Form, name: str) -> Decimal:
    return Decimal(rate.get(name) or 0)


def _round(amount: Decimal) -> Decimal:
    return amount.quantize(FEN, ROUND_HALF_UP)
