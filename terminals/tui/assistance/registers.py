"""What customs files for mutual assistance (外方海关备案、互助协议备案): two registers, and their forms.

Knows what identifies an office and an agreement, and by what they are found; refuses to know how registers
and forms work.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from messages.annotations import Words
from messages.assistance.names import SYSTEM_NAME
from terminals.tui.assistance.lists import COUNTRIES
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.registers import FiledEntry, RegisterPage

_COUNTRY = Words("国家", "Country")
_CODES = {"country": COUNTRIES, "union": COUNTRIES}


class OfficeRegister(RegisterPage):
    """外方海关备案: which customs stands for which country."""

    WORDS: ClassVar[Words] = Words("外方海关备案", "Foreign customs")
    SYSTEM: ClassVar[str] = SYSTEM_NAME
    LOOKUP: ClassVar[str] = "offices"
    GROUP: ClassVar[str] = "Office"
    ENTRY: ClassVar[str] = "assistance.office"
    CODES: ClassVar[Mapping[str, str]] = _CODES
    TOGETHER: ClassVar[bool] = True
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion("country", _COUNTRY),
        Criterion("nameEn", Words("英文名称", "English name")),
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("country", _COUNTRY, most=20, sorts=True),
        Column("officeCode", Words("海关代码", "Code"), cells=11, sorts=True),
        Column("nameZh", Words("中文名称", "Chinese name"), most=24),
        Column("nameEn", Words("英文名称", "English name"), most=32),
        Column("union", Words("所属联盟", "Unions"), most=24),
        Column("reqDept", Words("部门", "Department"), most=28),
        Column("reqMail", Words("邮箱", "E-mail"), most=32),
    )


class OfficeEntry(FiledEntry):
    """外方海关备案."""

    CODE: ClassVar[str] = "CMA191"
    WORDS: ClassVar[Words] = Words("外方海关备案", "Foreign customs")
    KEY: ClassVar[tuple[str, ...]] = ("country",)
    EVENT: ClassVar[str] = "office"


class AgreementRegister(RegisterPage):
    """互助协议备案: what requests rest on, by country."""

    WORDS: ClassVar[Words] = Words("互助协议备案", "Agreements")
    SYSTEM: ClassVar[str] = SYSTEM_NAME
    LOOKUP: ClassVar[str] = "agreements"
    GROUP: ClassVar[str] = "Agreement"
    ENTRY: ClassVar[str] = "assistance.agreement"
    CODES: ClassVar[Mapping[str, str]] = _CODES
    TOGETHER: ClassVar[bool] = True
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion("country", _COUNTRY),
        Criterion("agreementNo", Words("协议编号", "Number")),
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("country", _COUNTRY, most=20, sorts=True),
        Column("agreementNo", Words("协议编号", "Number"), most=16, sorts=True),
        Column("validFrom", Words("生效日期", "From"), cells=9, sorts=True),
        Column("validTo", Words("失效日期", "Until"), cells=9, sorts=True),
        Column("nameZh", Words("中文名称", "Chinese name"), most=60),
        Column("nameEn", Words("英文名称", "English name"), most=60),
    )


class AgreementEntry(FiledEntry):
    """互助协议备案."""

    CODE: ClassVar[str] = "CMA181"
    WORDS: ClassVar[Words] = Words("互助协议备案", "Agreement")
    KEY: ClassVar[tuple[str, ...]] = ("country", "agreementNo")
    EVENT: ClassVar[str] = "agreement"
