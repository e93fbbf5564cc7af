"""What customs publishes for pre-shipment inspection: 公告, 法规及政策文件 with files, and 旧机电业务规则.

Knows the search columns of publications and which lookups find rules; refuses to know how forms are sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from messages.annotations import Words
from messages.forms import own_forms
from messages.inspection.names import SYSTEM_NAME
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.inspection.columns import InspectionList
from terminals.tui.published import PublicationEntry, PublicationQuery, actions, columns, criteria
from terminals.tui.query import Action
from terminals.tui.registers import Filed, FiledEntry, RegisterPage

_COLUMNS = ("words", "day")
_HS = Words("HS编码", "HS code")
_NAME = Words("品名", "Goods")


class PublishedList(InspectionList, PublicationQuery):
    """发布查询: announcements, laws and policies."""

    CODE: ClassVar[str] = "PSI221"
    FORM: ClassVar[str] = "PSI221"
    MEANT: ClassVar[tuple[str, ...]] = ("purpose",)
    FIELDS: ClassVar[Mapping[str, str]] = {"purpose": "kind"}
    CRITERIA: ClassVar[tuple[Criterion, ...]] = criteria(*_COLUMNS)
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        *columns(*_COLUMNS)[:3],
        Column("purpose", Words("栏目", "Column"), most=18, sorts=True),
        *columns(*_COLUMNS)[3:],
    )
    ACTIONS: ClassVar[tuple[Action, ...]] = actions("inspection.case", "inspection.publish")


class PublishEntry(PublicationEntry):
    """发布公告、法规."""

    CODE: ClassVar[str] = "PSI221"
    WORDS: ClassVar[Words] = Words("发布公告、法规", "Publish")
    READERS: ClassVar[Words] = Words("所有检验机构和企业", "All agencies and enterprises")


class RuleRegister(RegisterPage):
    """旧机电业务规则: by HS code or name, or all."""

    SYSTEM: ClassVar[str] = SYSTEM_NAME
    WORDS: ClassVar[Words] = Words("业务规则", "Rules")
    LOOKUP: ClassVar[str] = "rules"
    GROUP: ClassVar[str] = "Rule"
    BY: ClassVar[Mapping[str, str]] = {"codeTs": "rules-by-code", "gName": "rules-by-name"}
    ENTRY: ClassVar[str] = "inspection.rule"
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (Criterion("codeTs", _HS), Criterion("gName", _NAME))
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("ruleCode", _HS, cells=10, sorts=True),
        Column("gName", _NAME, most=28, least=8, sorts=True),
        Column("inspect", Words("是否须检验", "Inspection"), most=30, sorts=True),
        Column("since", Words("发布日期", "Since"), cells=9, sorts=True),
        Column("content", Words("监管要求", "What is demanded"), most=60),
    )

    def __init__(self) -> None:
        super().__init__()
        fields = own_forms().form(RuleEntry.CODE).node.children
        choices = next(field.choices for field in fields if field.name == "inspect")
        self._needs = {choice.value: choice.label for choice in choices}

    def text(self, item: Filed, key: str) -> str:
        """What stands in a cell; whether goods are to be inspected in words."""
        text = super().text(item, key)
        return self._needs[text].in_language(self.language) if text and key == "inspect" else text


class RuleEntry(FiledEntry):
    """发布业务规则: one of an HS code, or of the first digits of one."""

    CODE: ClassVar[str] = "PSI231"
    WORDS: ClassVar[Words] = Words("业务规则", "Rule")
    KEY: ClassVar[tuple[str, ...]] = ("ruleCode",)
    EVENT: ClassVar[str] = "rule"
    DECLARE: ClassVar[Words] = Words("发布", "Publish")
    ASK: ClassVar[Words] = Words("是否发布？发布后立即生效。", "Publish it? It is in force at once.")
    FILED: ClassVar[Words] = Words("已发布", "published")
    CHANGED: ClassVar[Words] = Words("已发布，有修改", "published, changed since")
    DONE: ClassVar[Words] = Words("规则已发布。", "The rule is published.")
    GONE: ClassVar[Words] = Words("规则已撤销。", "The rule is withdrawn.")

    def withdrawing(self, key: str) -> Words:
        """What is asked before a rule is withdrawn."""
        return Words(f"是否撤销 HS编码 {key} 的规则？", f"Withdraw the rule of HS code {key}?")
