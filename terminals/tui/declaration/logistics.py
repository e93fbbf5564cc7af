"""What a carrier or a port sends: manifests (舱单) and arrivals (运抵报告), new, changed, taken back.

Knows that one is sent for a bill of lading in one direction and mode; refuses to know what declarations are
compared with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from messages.annotations import Words
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.declaration.registered import Register
from terminals.tui.registers import Filed, FiledEntry
from terminals.tui.words import both

_KEY = ("ieFlag", "trafMode", "billNo")
_BILL = Words("提运单号", "Bill of lading")
_COLUMNS = (
    Column("billNo", _BILL, most=32, sorts=True),
    Column("ieFlag", Words("进出口", "I/E"), most=6, sorts=True),
    Column("trafMode", Words("运输方式", "Transport"), most=16, sorts=True),
)
_SINCE = Column("since", Words("报送日期", "Sent on"), cells=9, sorts=True)


class _Sent(Register):
    """What the own party has sent lately, or at any time for a bill of lading."""

    ORDER: ClassVar[str] = "-appTime"
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (Criterion("billNo", _BILL),)
    EMPTY: ClassVar[Words] = Words(
        "本月和上月没有报送的数据；更早的请按提运单号查询，Ctrl+N 新增。",
        "Nothing sent in this month or the last; search by the bill of lading for earlier ones. Ctrl+N: new.",
    )

    def help(self) -> Words:
        """What F1 says."""
        return both("help-logistics-list")

    def _answer(self) -> Sequence[Filed]:
        """What was sent lately, if its bill of lading has what is typed; and that of just this bill."""
        text = str(self._asked.get("billNo", "")).strip()
        lately = [each for each in self.told(self.LOOKUP) if text.casefold() in each["billNo"].casefold()]
        if not text:
            return lately
        known = {tuple(each[name] for name in _KEY) for each in lately}
        exact = self.told(self.BY["billNo"], ("billNo", text))
        return [*lately, *(each for each in exact if tuple(each[name] for name in _KEY) not in known)]


class ManifestRegister(_Sent):
    """舱单查询."""

    FORM: ClassVar[str] = "DEC171"
    WORDS: ClassVar[Words] = Words("舱单查询", "Manifests")
    GROUP: ClassVar[str] = "Manifest"
    LOOKUP: ClassVar[str] = "latest-manifests"
    BY: ClassVar[Mapping[str, str]] = {"billNo": "manifests"}
    ENTRY: ClassVar[str] = "declaration.manifest"
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        *_COLUMNS,
        Column("packNo", Words("件数", "Packages"), number=True, cells=9),
        Column("grossWet", Words("毛重（千克）", "Gross weight (kg)"), number=True, cells=19),
        Column("trafName", Words("运输工具名称", "Conveyance"), most=24, least=8),
        _SINCE,
    )


class ArrivalRegister(_Sent):
    """运抵查询."""

    FORM: ClassVar[str] = "DEC181"
    WORDS: ClassVar[Words] = Words("运抵查询", "Arrivals")
    GROUP: ClassVar[str] = "Arrival"
    LOOKUP: ClassVar[str] = "latest-arrivals"
    BY: ClassVar[Mapping[str, str]] = {"billNo": "arrivals"}
    ENTRY: ClassVar[str] = "declaration.arrival"
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        *_COLUMNS,
        Column("arrivalTime", Words("运抵时间", "Arrived"), cells=19, sorts=True),
        Column("place", Words("运抵地点", "Place"), most=30, least=8),
        _SINCE,
    )


class _Sending(FiledEntry):
    """One of them."""

    KEY: ClassVar[tuple[str, ...]] = _KEY
    DECLARE: ClassVar[Words] = Words("报送", "Send")
    ASK: ClassVar[Words] = Words("是否报送？", "Send it?")
    FILED: ClassVar[Words] = Words("已报送", "sent")
    CHANGED: ClassVar[Words] = Words("已报送，有修改", "sent, changed since")
    DONE: ClassVar[Words] = Words("报送成功，已接收。", "It is sent, and taken.")
    GONE: ClassVar[Words] = Words("已删除。", "It is taken back.")

    @property
    def inner(self) -> str:
        """People know it by the bill of lading."""
        return self.model.head.text("billNo")

    def withdrawing(self, key: str) -> Words:
        """What is asked before it is taken back."""
        bill = self.model.head.text("billNo")
        return Words(f"是否删除提运单 {bill} 的{self.WORDS.zh}？", f"Take back what was sent for {bill}?")

    def help(self) -> Words:
        """What F1 says."""
        return both("help-logistics")


class ManifestEntry(_Sending):
    """舱单报送."""

    CODE: ClassVar[str] = "DEC171"
    WORDS: ClassVar[Words] = Words("舱单", "Manifest")
    EVENT: ClassVar[str] = "manifest"


class ArrivalEntry(_Sending):
    """运抵报告报送."""

    CODE: ClassVar[str] = "DEC181"
    WORDS: ClassVar[Words] = Words("运抵报告", "Arrival")
    EVENT: ClassVar[str] = "arrival"
