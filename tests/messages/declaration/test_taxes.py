"""The tax calculation, against figures worked out by hand from the law's formulas."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.declaration.lookups import LOOKUPS
from messages.declaration.taxes import assess
from messages.declaration.workflow import shown
from messages.lookups import ASKER
from messages.workflow import Actor
from tests.messages.declaration.world import FORM, GOODS, LEGAL, SECOND, World

RATES = {"USD": Decimal("7.1234"), "EUR": Decimal("7.8")}
PLAIN = {"dutyRate": "10", "vatRate": "13"}


def taxed(tariff: dict[str, Any], goods: dict[str, str] | None = None, **form: str) -> tuple[str, ...]:
    """Dutiable value, duty, consumption tax and VAT of one line, in yuan."""
    taxes = assess({**FORM, **form, "Goods": [{**GOODS, **(goods or {})}]}, {"8471300000": tariff}, RATES)
    assert not taxes.against
    (line,) = taxes.lines
    return tuple(f"{each:f}" for each in (line.value, line.duty, line.excise, line.vat))


def test_duty_and_vat_of_an_import_at_its_cif_price() -> None:
    """50,000 USD × 7.1234 = 356,170.00; 10 %; 13 % of both."""
    assert taxed(PLAIN) == ("356170.00", "35617.00", "0.00", "50932.31")


def test_freight_and_insurance_join_a_price_without_them() -> None:
    """FOB: 356,170 + freight 2,000 USD (14,246.80) + 0.3 % of both (1,111.25) = 371,528.05."""
    charges = {"transMode": "3", "feeMark": "3", "feeRate": "2000", "feeCurr": "USD", "insurMark": "1",
               "insurRate": "0.3"}  # fmt: skip
    assert taxed(PLAIN, **charges)[0] == "371528.05"
    assert taxed(PLAIN, **{**charges, "transMode": "1"})[0] == "356170.00"
    assert taxed(PLAIN, **{**charges, "transMode": "2"})[0] == "357238.51"


def test_freight_for_a_ton_goes_by_gross_weight() -> None:
    """260 kg at 100 EUR a ton: 26 EUR, 202.80 yuan."""
    charges = {"transMode": "4", "feeMark": "2", "feeRate": "100", "feeCurr": "EUR"}
    assert taxed(PLAIN, **charges)[0] == "356372.80"


def test_consumption_tax_is_reckoned_on_a_price_that_holds_it() -> None:
    """(356,170 + 35,617) ÷ 0.9 × 10 % = 43,531.89; VAT on all three: 56,591.46."""
    tariff = {**PLAIN, "exciseRate": "10"}
    assert taxed(tariff) == ("356170.00", "35617.00", "43531.89", "56591.46")


def test_specific_and_compound_taxes_go_by_the_statutory_quantity() -> None:
    """Duty 10 % + 3 yuan × 100; consumption tax (base + 200) ÷ 0.95 × 5 % + 2 yuan × 100."""
    tariff = {**PLAIN, "dutyAmount": "3", "exciseRate": "5", "exciseAmount": "2"}
    assert taxed(tariff)[1:3] == ("35917.00", "20846.68")


def test_an_exports_value_is_its_fob_price_without_the_duty() -> None:
    """356,170 ÷ 1.2 = 296,808.33; 20 % of that; an export pays nothing else."""
    tariff = {**PLAIN, "exportRate": "20"}
    assert taxed(tariff, ieFlag="E", transMode="3") == ("296808.33", "59361.67", "0.00", "0.00")


def test_half_is_levied_and_an_exemption_is_none() -> None:
    """征免方式 2 and 3; 5 follows the nature of levy, 101."""
    assert taxed(PLAIN, {"dutyMode": "2"})[1:] == ("17808.50", "0.00", "24308.60")
    assert taxed(PLAIN, {"dutyMode": "3"})[1:] == ("0.00", "0.00", "0.00")
    assert taxed(PLAIN, {"dutyMode": "5"}) == taxed(PLAIN)


def test_fifty_yuan_and_less_is_not_levied() -> None:
    """Duty of exactly 50.00 falls away, and VAT is then reckoned without it; 50.10 is levied."""
    small = {"declTotal": "500", "tradeCurr": "CNY"}
    assert taxed(PLAIN, small)[1:] == ("0.00", "0.00", "65.00")
    assert taxed(PLAIN, {**small, "declTotal": "501"})[1] == "50.10"


@pytest.mark.parametrize(
    ("form", "goods", "said"),
    [
        ({}, {"codeTs": "0101210010"}, "税则中没有商品编号 0101210010"),
        ({}, {"tradeCurr": "JPY"}, "没有 JPY 的计征汇率"),
        ({}, {"dutyMode": "4"}, "征免方式 4 不能自动计算税费"),
        ({"cutMode": "601"}, {"dutyMode": "5"}, "征免方式 5 不能自动计算税费"),
    ],
)
def test_what_cannot_be_calculated_is_said(form: dict[str, str], goods: dict[str, str], said: str) -> None:
    """And nothing is guessed."""
    taxes = assess({**FORM, **form, "Goods": [{**GOODS, **goods}]}, {"8471300000": PLAIN}, RATES)
    assert taxes.lines == ()
    assert [each.partition(" / ")[0] for each in taxes.against] == [said]


@given(
    prices=st.lists(st.integers(1, 10**9), min_size=1, max_size=20),
    freight=st.integers(0, 10**6),
    insurance=st.integers(0, 500),
)
def test_charges_are_shared_out_to_the_last_fen(prices: list[int], freight: int, insurance: int) -> None:
    """The lines' values add up to the price with its charges, whatever the prices are."""
    goods = [{**GOODS, "declTotal": f"{Decimal(each) / 100:f}", "tradeCurr": "CNY"} for each in prices]
    form = {**FORM, "transMode": "3", "feeMark": "3", "feeRate": str(freight), "feeCurr": "CNY",
            "insurMark": "1", "insurRate": f"{Decimal(insurance) / 100:f}", "Goods": goods}  # fmt: skip
    taxes = assess(form, {"8471300000": PLAIN}, {})
    price = Decimal(sum(prices)) / 100 + freight
    whole = price + price * insurance / 10_000
    assert abs(sum(line.value for line in taxes.lines) - whole) <= Decimal("0.005")


@pytest.mark.parametrize("freight", ["0.01", "0.07", "1"])
def test_no_line_takes_what_the_rounding_of_many_others_leaves(freight: str) -> None:
    """Thirteen lines of a fen: each within a fen of its share, none below zero, to the last fen together."""
    goods = [{**GOODS, "declTotal": "0.01", "tradeCurr": "CNY"}] * 13
    form = {**FORM, "transMode": "3", "feeMark": "3", "feeRate": freight, "feeCurr": "CNY", "Goods": goods}
    values = [line.value for line in assess(form, {"8471300000": PLAIN}, {}).lines]
    whole = Decimal("0.13") + Decimal(freight)
    assert sum(values) == whole
    assert all(abs(value - whole / 13) < Decimal("0.01") for value in values)


def test_the_largest_amounts_that_a_form_may_hold_are_calculated() -> None:
    """To the fen: what cannot be rounded would be tried again for ever, and nobody would hear of it."""
    most = "999999999999999.9999"
    goods = {"declTotal": "999999999999999.99", "firstQty": "9" * 18}
    charges = {"transMode": "3", "feeMark": "1", "feeRate": most, "insurMark": "1", "insurRate": most,
               "otherMark": "1", "otherRate": most}  # fmt: skip
    tariff = {"dutyRate": "9999.99999", "dutyAmount": most, "exciseRate": "99.99999", "exciseAmount": most,
              "vatRate": "9999.99999"}  # fmt: skip
    form = {**FORM, **charges, "Goods": [{**GOODS, **goods}]}
    taxes = assess(form, {"8471300000": tariff}, {"USD": Decimal("9999999.999999")})
    (line,) = taxes.lines
    assert taxes.total == Decimal(taxes.plain()["total"]) > Decimal(10) ** 50
    assert line.duty.as_tuple().exponent == -2


def test_taxes_are_confirmed_as_they_are_and_hold_until_something_changes() -> None:
    """The engine waits for the confirmation, and for another where the rate has changed since."""
    world = World()
    world.tariff()
    number = world.marked(selfTax="1")
    assert world.cases[number].search["office"] == "2200-1TMS"
    assert world.start(world.ruled()) == [1]
    world.one_batch()
    assert world.said(number) == "税费未确认"
    assert world.confirm(number, taxTotal="1") == [-191118]
    assert world.confirm(number, taxTotal="86549.31") == [1]
    assert world.cases[number].search["office"] == "2200-1CMS"
    assert world.rate("713.00") == [120]
    world.go_on(world.run_due())
    assert world.said(number) == "税费已变为 86629.50 元，请重新确认"
    assert world.cases[number].search["office"] == "2200-1TMS"  # found with what is not confirmed
    world.go_on(world.run_due())
    assert world.said(number) == "税费已变为 86629.50 元，请重新确认"
    assert told(world, number) == {"confirmed": "0", "total": "86629.50"}
    assert world.rate("712.34") == [120]
    world.go_on(world.run_due())
    assert world.said(number) == "税费曾有变化，请重新确认"
    assert told(world, number) == {"confirmed": "0", "total": "86549.31"}
    assert world.rate("713.00") == [120]
    assert world.confirm(number, taxTotal="86629.50") == [1]
    assert world.cases[number].search["office"] == "2200-1CMS"
    world.go_on(world.run_due())
    assert world.cases[number].state == "入库"
    assert world.cases[number].body["taxes"]["total"] == "86629.50"


def test_a_changed_draft_is_unconfirmed_again() -> None:
    """And a confirmation of what was there before is refused."""
    world = World()
    world.tariff()
    number = world.draft(selfTax="1")
    digest = world.cases[number].body["draft"]
    assert world.confirm(number, taxTotal="86549.31") == [1]
    assert world.save(number=number, selfTax="1", noteS="备注") == [1]
    assert "taxes" not in world.cases[number].body
    assert digest != world.cases[number].body["draft"]


def test_a_self_assessed_one_is_declared_by_hand_only_as_it_was_confirmed() -> None:
    """Unconfirmed is never declared; the same content is, another is not."""
    world = World()
    world.tariff()
    assert world.declare(selfTax="1") == [-111118]
    number = world.draft(selfTax="1")
    assert world.declare(number=number, selfTax="1") == [-111118]
    assert world.confirm(number, taxTotal="86549.31") == [1]
    assert world.declare(number=number, selfTax="1", packNo="11") == [-111118]
    assert world.declare(number=number, selfTax="1") == [2]
    world.go_on()
    assert world.cases[number].body["taxes"]["total"] == "86549.31"
    assert world.cases[number].search["office"] == "2200-0CS"


def test_a_rate_of_nought_is_not_loaded() -> None:
    """By it nothing in that currency would be worth anything: the one before stays in force."""
    world = World()
    assert world.rate() == [120]
    assert world.rate("0.0000") == [-211105]
    assert "USD 汇率为零" in world.told
    assert [record.body["rate"] for record in world.records.values() if record.kind == "rate"] == ["712.34"]


def test_taxes_are_told_as_confirmed_while_that_holds() -> None:
    """A tariff that is loaded since asks for another confirmation: a terminal offers it then."""
    world = World()
    world.tariff()
    number = world.draft(selfTax="1")
    assert told(world, number) == {"confirmed": "0", "total": "86549.31"}
    assert world.confirm(number, taxTotal="86549.31") == [1]
    assert told(world, number) == {"confirmed": "1", "total": "86549.31"}
    assert world.tariff(dutyRate="12") == [120]
    assert told(world, number) == {"confirmed": "0", "total": "94598.75"}
    assert told(world, number, SECOND) is None
    assert world.confirm(number, taxTotal="94598.75") == [1]
    assert world.declare(number=number, selfTax="1") == [2]
    assert told(world, number) is None


def test_a_returned_one_is_declared_again_by_what_is_confirmed_of_it() -> None:
    """Unchanged by what was confirmed before, changed once that is; customs is told with the declaration."""
    world = World()
    world.tariff()
    number = world.draft(selfTax="1")
    assert world.confirm(number, taxTotal="86549.31") == [1]
    for _ in range(2):
        assert world.declare(number=number, selfTax="1") == [2]
        world.go_on()
        world.decide(number, "0")
        assert world.cases[number].state == "退单"
    dearer = {"selfTax": "1", "Goods": [{**GOODS, "declPrice": "600", "declTotal": "60000"}]}
    assert world.save(number=number, **dearer) == [1]
    assert world.declare(number=number, **dearer) == [-111118]
    assert told(world, number) == {"confirmed": "0", "total": "103859.17"}
    assert world.confirm(number, taxTotal="103859.17") == [1]
    assert (world.cases[number].state, world.cases[number].search["office"]) == ("退单", "2200-0CS")
    assert "taxes" not in shown(world.cases[number], others=True)
    assert world.declare(number=number, **dearer) == [2]
    assert shown(world.cases[number], others=True)["taxes"]["total"] == "103859.17"


def told(world: World, number: str, actor: Actor = LEGAL) -> dict[str, str] | None:
    """Whether the taxes of a declaration are confirmed, and their sum, as a terminal is told."""
    lookup, key = LOOKUPS["taxes"], {"caseNo": number, ASKER: actor.party}
    facts = {fact: world.fact(fact) for fact in lookup.facts(key)}
    facts |= {fact: world.fact(fact) for fact in lookup.then(key, facts)}
    values = lookup.values(key, facts)
    return values and {name: values[name] for name in ("confirmed", "total")}
