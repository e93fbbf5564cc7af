"""What became of forms that were sent together: each in words of the form, not of the message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from messages.annotations import Words
from messages.faults import Violation
from terminals.work.attachments import Job
from terminals.work.batches import send_all
from terminals.work.receipts import Sent, Step
from terminals.work.submission import Answer, Piece

_NODE = (
    b'<Request xmlns="http://www.chinaport.gov.cn/cma"><guid>g1</guid><letterNo>L-1</letterNo>'
    b"<reqDate>2026-1-1</reqDate>"
    b"<Bill><Goods/><Goods><netWt>11</netWt><grossWt>10</grossWt></Goods></Bill></Request>"
)
_PIECE = Piece("CMA111", "g1", "save", "", 1, "L-1", "", "20260101000000", _NODE)


class Gateway:
    """The other side: refuses with violations, or takes it and says this in a receipt."""

    def __init__(self, violations: Sequence[Violation] = (), info: str = "") -> None:
        self.violations, self.info = tuple(violations), info

    def send(self, pieces: Sequence[Piece]) -> Answer:
        """One message."""
        time = datetime.now(UTC)
        sent = Sent("m", "g1", "assistance", "CMA111", "save", "L-1", "", time)
        return Answer(not self.violations, "1003", "", "m", (self.violations,), (), (sent,))

    def wait(self, cop: str, seconds: float) -> tuple[Step, ...]:
        """Its receipts."""
        time = datetime.now(UTC)
        return (Step("r", cop, "g1", "CMA112", -1, Words(), self.info, time, "", bad=True),)


def _fate(gateway: Gateway) -> tuple[str, str]:
    (fate,) = send_all(gateway, gateway, [_PIECE], Job())  # type: ignore[arg-type]
    assert not fate.good
    return fate.words.zh, fate.words.en


def test_what_the_gateway_refuses_is_said_by_the_form_s_labels() -> None:
    """One fault a line, in the language that is read, without a path of the XML."""
    path = "/CMA111Message/Request[1]/"
    zh, en = _fate(
        Gateway(
            [
                Violation(f"{path}reqDate", 1, "pattern", "请求日期(reqDate) must be 8 digits"),
                Violation(f"{path}Bill[1]/Goods[2]/gName", 1, "required", "gName is required and missing"),
            ]
        )
    )
    assert zh.startswith("请求日期：")
    assert "\n货物信息第 2 行 " in zh
    assert "[" not in zh + en
    assert len(en.split("\n")) == 2


def test_what_a_receipt_says_has_the_number_of_its_line() -> None:
    """Each fault a line of its own, with the bill and the goods that it is about."""
    more = "净重(Bill[1]/Goods[2]/netWt)大于毛重 / The net weight is more than the gross one"
    info = f"{more}；缺少联系人 / No contact"
    zh, en = _fate(Gateway(info=info))
    assert zh == "票据第 1 行 货物信息第 2 行 净重大于毛重\n缺少联系人"
    assert en.endswith("The net weight is more than the gross one\nNo contact")
    assert en.startswith("Bill")
