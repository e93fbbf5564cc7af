"""What a declaration's fields must hold beside their schema: check digits, weights, totals.

Source: 海关总署公告 2019 年第 18 号 (how a declaration is filled in). Knows fields, of which some may not be
filled in yet: a terminal asks, too. Refuses to know cases and states.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from messages import checkdigits
from messages.declaration.names import MISSING, WRONG
from messages.declaration.taxes import EXACT
from messages.faults import NodeFault
from messages.stepping import told

Form = Mapping[str, Any]

_UNITS = (
    ("trade", "境内收发货人", "domestic consignee"),
    ("owner", "消费使用/生产销售单位", "user or producer"),
    ("agent", "申报单位", "declaring unit"),
)
_CHARGES = (("fee", "运费", "freight"), ("insur", "保费", "insurance"), ("other", "杂费", "other charges"))
_WITH_BILL = frozenset("234569G")  # modes of transport whose goods have a bill of lading
_TOLERANCE = Decimal("0.02")  # of a total against price × quantity, as prices have 4 decimal places only


def check_form(form: Form) -> None:
    """What a draft may not have wrong either. Raises NodeFault."""
    against = list(wrong(form))
    if against:
        raise NodeFault(WRONG, told([f"{zh}({path}) / {en}" for path, zh, en in against]))


def check_submission(form: Form) -> None:
    """What only a draft may lack. Raises NodeFault."""
    against = list(missing(form))
    if against:
        raise NodeFault(MISSING, told([f"{zh}({path}) / {en}" for path, zh, en in against]))


def missing(form: Form) -> Iterator[tuple[str, str, str]]:
    """(path, zh, en) for each thing that customs wants and a draft may lack."""
    if not form.get("Goods"):
        yield "Goods", "商品信息不能为空", "goods are missing"
    if form.get("trafMode") in _WITH_BILL and not form.get("billNo"):
        yield "billNo", "该运输方式须填提运单号", "this mode of transport has a bill of lading"
    if form.get("ieFlag") == "I" and not form.get("iEDate"):
        yield "iEDate", "进口须填进口日期", "an import has its date of entry"
    if not form.get("cutMode") and form.get("decType") != "2":
        yield "cutMode", "须填征免性质", "the nature of levy is missing"


def wrong_codes(form: Form) -> Iterator[tuple[str, str, str]]:
    """(path, zh, en) for each unit's social credit code whose check character is another's (GB 32100)."""
    for prefix, zh, en in _UNITS:
        code = str(form.get(f"{prefix}Scc", ""))
        if code and not checkdigits.social_credit(code):
            yield (
                f"{prefix}Scc",
                f"{zh}统一社会信用代码 {code} 校验码不正确",
                f"{en}: the social credit code {code} has a wrong check character",
            )


def wrong(form: Form) -> Iterator[tuple[str, str, str]]:
    """(path, zh, en) for each thing that cannot be right, whatever is filled in besides."""
    yield from wrong_codes(form)
    for prefix, zh, en in _CHARGES:
        given = [name for name in ("Mark", "Rate") if form.get(f"{prefix}{name}")]
        if len(given) == 1:
            yield f"{prefix}Mark", f"{zh}标记和{zh}/率须同时填写", f"{en}: mark and amount go together"
        if form.get(f"{prefix}Mark") in ("2", "3") and not form.get(f"{prefix}Curr"):
            yield f"{prefix}Curr", f"{zh}须填币制", f"{en}: the currency is missing"
    net, gross = _number(form, "netWt"), _number(form, "grossWet")
    if net is not None and gross is not None and net > gross:
        yield "netWt", "净重大于毛重", "net weight is more than gross weight"
    if gross == 0:
        yield "grossWet", "毛重为零", "gross weight is zero"
    if form.get("packNo") == "0":
        yield "packNo", "件数为零，散装、裸装填 1", "packages: 1 where goods are unpacked"
    if form.get("iEDate") and not _is_day(str(form["iEDate"])):
        yield "iEDate", f"{form['iEDate']} 不是存在的日期", "it is no day"
    yield from _wrong_goods(form.get("Goods", ()))
    for place, each in enumerate(form.get("Container", ()), 1):
        if each.get("containerNo") and not checkdigits.container(str(each["containerNo"])):
            path = f"Container[{place}]/containerNo"
            yield path, f"集装箱号 {each['containerNo']} 校验码不正确", "wrong check digit (ISO 6346)"


def _wrong_goods(goods: Sequence[Form]) -> Iterator[tuple[str, str, str]]:
    for place, line in enumerate(goods, 1):
        path = f"Goods[{place}]"
        for name, zh in (("gQty", "成交数量"), ("firstQty", "法定数量")):
            if _number(line, name) == 0:
                yield f"{path}/{name}", f"商品 {place} {zh}为零", f"line {place}: the quantity is zero"
        if bool(line.get("secondQty")) != bool(line.get("secondUnit")):
            yield (
                f"{path}/secondQty",
                f"商品 {place} 第二数量和单位须同时填写",
                "they go together",
            )
        yield from _wrong_total(line, place)
    if len({line["tradeCurr"] for line in goods if line.get("tradeCurr")}) > 1:
        yield "Goods/tradeCurr", "各项商品币制须一致", "all goods are in one currency"


def _wrong_total(line: Form, place: int) -> Iterator[tuple[str, str, str]]:
    price, quantity, given = (_number(line, name) for name in ("declPrice", "gQty", "declTotal"))
    if price is None or quantity is None or given is None:
        return
    with localcontext(EXACT):
        total = (price * quantity).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if abs(total - given) > max(_TOLERANCE, quantity * Decimal("0.00005")):
        yield (
            f"Goods[{place}]/declTotal",
            f"商品 {place} 总价 {line['declTotal']} 不等于单价乘数量 {total}",
            f"line {place}: the total is not price × quantity, {total}",
        )


def _number(form: Form, name: str) -> Decimal | None:
    """What is filled in, by the schema a number; None where nothing is."""
    return Decimal(str(form[name])) if form.get(name) else None


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
