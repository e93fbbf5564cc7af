"""What customs loads: tariff (税则税率) and exchange rates (计征汇率) for taxes, checks before declaring.

Knows the registers, the forms, and that tariff and rates hold from a day on; refuses to know how lines are
typed or imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from messages.annotations import Words
from messages.declaration.filed import HEADING
from messages.declaration.names import SYSTEM_NAME
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.declaration.registered import Register
from terminals.tui.importing import ImportingPage
from terminals.tui.posting import Posted
from terminals.tui.registers import FiledEntry, RegisterPage
from terminals.work.blaming import each_in_both
from terminals.work.checks import Purpose
from terminals.work.model import FormModel

_CODE = Words("商品编号", "HS code")
_SINCE = Column("since", Words("生效日期", "Since"), cells=9, sorts=True)
_LOAD = Words("装载", "Load")


class _Loading(ImportingPage):
    """Lines that hold from a day on; there is no draft of them, and nothing to delete."""

    DECLARE: ClassVar[Words] = _LOAD
    ASK: ClassVar[Words] = Words(
        "是否装载？自生效日期起代替原有的。", "Load it? From that day on it takes the place of what there is."
    )

    async def done(self, model: FormModel, posted: Posted) -> None:
        """How many are loaded; a new form is in its place."""
        model.settled(revision=posted.piece.revision)
        await self.tell(each_in_both(posted.steps[-1].info))
        self.begin()
        for page in self.terminal.shell.pages.query(RegisterPage):
            page.again()


class TariffEntry(_Loading):
    """税则装载."""

    CODE: ClassVar[str] = "DEC201"
    WORDS: ClassVar[Words] = Words("税则装载", "Load a tariff")
    EVENTS: ClassVar[Mapping[Purpose, str]] = {Purpose.SAVE: "", Purpose.DECLARE: "tariff"}


class RatesEntry(_Loading):
    """汇率装载."""

    CODE: ClassVar[str] = "DEC211"
    WORDS: ClassVar[Words] = Words("汇率装载", "Load exchange rates")
    EVENTS: ClassVar[Mapping[Purpose, str]] = {Purpose.SAVE: "", Purpose.DECLARE: "rates"}


class TariffRegister(RegisterPage):
    """税则税率: what is in force, by the first digits of a code."""

    SYSTEM: ClassVar[str] = SYSTEM_NAME
    WORDS: ClassVar[Words] = Words("税则查询", "Tariff")
    GROUP: ClassVar[str] = "TariffLine"
    BY: ClassVar[Mapping[str, str]] = {"codeTs": "tariff"}
    AT_ONCE: ClassVar[bool] = False
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion(
            "codeTs", Words(f"{_CODE.zh}（前 {HEADING} 位起）", f"{_CODE.en} ({HEADING} digits or more)")
        ),
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("codeTs", _CODE, cells=10, sorts=True),
        Column("gName", Words("商品名称", "Goods"), most=28, least=8, sorts=True),
        Column("dutyRate", Words("关税率%", "Duty %"), number=True, cells=9, sorts=True),
        Column("dutyAmount", Words("从量关税", "Duty a unit"), number=True, cells=10),
        Column("vatRate", Words("增值税率%", "VAT %"), number=True, cells=9, sorts=True),
        Column("exciseRate", Words("消费税率%", "Excise %"), number=True, cells=9, sorts=True),
        Column("exciseAmount", Words("从量消费税", "Excise a unit"), number=True, cells=10),
        Column("exportRate", Words("出口税率%", "Export %"), number=True, cells=9, sorts=True),
        _SINCE,
    )


class RateRegister(RegisterPage):
    """计征汇率: what is in force."""

    SYSTEM: ClassVar[str] = SYSTEM_NAME
    WORDS: ClassVar[Words] = Words("汇率查询", "Exchange rates")
    LOOKUP: ClassVar[str] = "rates"
    GROUP: ClassVar[str] = "Currency"
    CODES: ClassVar[Mapping[str, str]] = {"currency": "currency"}
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (Criterion("currency", Words("币制", "Currency")),)
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("currency", Words("币制", "Currency"), most=20, sorts=True),
        Column("rate", Words("每 100 单位折合人民币", "Yuan for 100"), number=True, cells=20, sorts=True),
        _SINCE,
    )


class CheckRegister(Register):
    """海关申报前校验: what is in force."""

    FORM: ClassVar[str] = "DEC221"
    WORDS: ClassVar[Words] = Words("申报前校验", "Checks before declaring")
    LOOKUP: ClassVar[str] = "checks"
    GROUP: ClassVar[str] = "Check"
    CODES: ClassVar[Mapping[str, str]] = {"customMaster": "customs"}
    ENTRY: ClassVar[str] = "declaration.check"
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion("checkCode", Words("校验编号", "Check")),
        Criterion("content", Words("不通过提示", "What is said")),
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("checkCode", Words("校验编号", "Check"), most=20, sorts=True),
        Column("element", Words("校验字段", "Element"), most=20, sorts=True),
        Column("operator", Words("比较方式", "Comparison"), most=11, sorts=True),
        Column("value", Words("比较值", "Value"), most=24, least=8),
        Column("customMaster", Words("适用关区", "Customs"), most=18),
        Column("ieFlag", Words("进出口", "I/E"), most=6),
        _SINCE,
        Column("content", Words("不通过提示", "What is said"), most=60),
    )


class CheckEntry(FiledEntry):
    """One check, set, changed or withdrawn."""

    CODE: ClassVar[str] = "DEC221"
    WORDS: ClassVar[Words] = Words("申报前校验", "Check")
    KEY: ClassVar[tuple[str, ...]] = ("checkCode",)
    EVENT: ClassVar[str] = "check"
    DECLARE: ClassVar[Words] = Words("设置", "Set")
    ASK: ClassVar[Words] = Words("是否设置？设置后立即生效。", "Set it? It is in force at once.")
    FILED: ClassVar[Words] = Words("已生效", "in force")
    CHANGED: ClassVar[Words] = Words("已生效，有修改", "in force, changed since")
    DONE: ClassVar[Words] = Words("校验已生效。", "The check is in force.")
    GONE: ClassVar[Words] = Words("校验已撤销。", "The check is withdrawn.")

    def withdrawing(self, key: str) -> Words:
        """What is asked before a check is withdrawn."""
        return Words(f"是否撤销校验 {key}？", f"Withdraw the check {key}?")
