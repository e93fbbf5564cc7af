"""Taxes as steps and lookups ask for them: what they go by, and whether what was confirmed still holds.

Knows the records `tariff` (HS code) and `rate` (currency); refuses to calculate.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from messages.declaration.cases import form_now
from messages.declaration.names import SYSTEM_NAME
from messages.declaration.pool import OUTDATED
from messages.declaration.taxes import HUNDRED, Assessment, assess, currencies
from messages.workflow import Case, Facts, RecordInForce


def tariff(code: object) -> RecordInForce:
    """The rates of an HS code that are in force."""
    return RecordInForce(SYSTEM_NAME, "tariff", str(code))


def rate(currency: object) -> RecordInForce:
    """The exchange rate for taxes (计征汇率) of a currency."""
    return RecordInForce(SYSTEM_NAME, "rate", str(currency))


def facts(form: Mapping[str, Any]) -> tuple[RecordInForce, ...]:
    """All that a self-assessed declaration's taxes go by; nothing of another."""
    if form.get("selfTax") != "1":
        return ()
    codes = dict.fromkeys(str(line["codeTs"]) for line in form.get("Goods", ()))
    return *(tariff(code) for code in codes), *(rate(each) for each in currencies(form))


def assessment(form: Mapping[str, Any], known: Facts) -> Assessment:
    """A declaration's taxes by what is known now."""
    rates = {each: known[rate(each)] for each in currencies(form)}
    lines = form.get("Goods", ())
    by_code = {str(line["codeTs"]): known[tariff(line["codeTs"])] for line in lines}
    return assess(
        form,
        {code: record.body if record else None for code, record in by_code.items()},
        {each: Decimal(record.body["rate"]) / HUNDRED if record else None for each, record in rates.items()},
    )


def unconfirmed(case: Case | None, form: Mapping[str, Any], known: Facts) -> str | None:
    """Why a self-assessed declaration waits: its taxes are not confirmed, or have changed since. Or None."""
    confirmed = case.body.get("taxes") if case else None
    if case is None or confirmed is None or form_now(case) != form:
        return "税费未确认 / its taxes are not confirmed"
    now = assessment(form, known)
    if now.against:
        return now.against[0]
    if f"{now.total:f}" != confirmed["total"]:
        total = f"{now.total:f}"
        return f"税费已变为 {total} 元，请重新确认 / its taxes are {total} yuan now: confirm them"
    if OUTDATED in confirmed:  # they have been others meanwhile, which it was told
        return "税费曾有变化，请重新确认 / its taxes were others meanwhile: confirm them"
    return None
