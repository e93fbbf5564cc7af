"""The forms of pre-shipment inspection have the fields that the specification lists, and check them."""

from __future__ import annotations

import pytest

from messages.forms import Field, form

FILING = {
    "certNo": "备案证书编号", "agencyName": "机构名称", "country": "国家/地区", "address": "地址",
    "legalRep": "法定代表人", "contact": "联系人", "idNumber": "身份证号", "phone": "电话",
    "mail": "电子邮件",
}  # fmt: skip
ENTRUSTMENT = {
    "caseNo": "业务编号", "consignee": "收货人", "contact": "联系人", "phone": "联系人电话",
    "mobile": "联系人手机", "mail": "联系人邮件", "purpose": "产品用途", "agencyCode": "装运前检验机构",
    "entryCustoms": "入境海关", "destPlace": "到货地", "destCustoms": "到货地海关", "totalQty": "总数量",
    "totalAmount": "总金额", "currency": "币种",
}  # fmt: skip
SUBTABLES = {
    ("PSI111", "Department"): ["名称*", "职责*", "人数*"],
    ("PSI111", "Equipment"): ["名称*", "型号*", "数量*"],
    ("PSI111", "QualitySystem"): ["标准*", "证书号*", "有效期*"],
    ("PSI111", "Experience"): ["年度*", "产品*", "批次*", "金额*"],
    ("PSI131", "Goods"): [
        "HS编码*", "品名*", "规格型号", "数量*", "单位*", "金额*", "原产国", "制造日期",
    ],
}  # fmt: skip


def fields(code: str, group: str = "") -> dict[str, Field]:
    """The fields of a form's head, or of one of its groups, that people see."""
    node = form(code).node
    if group:
        node = next(each for each in node.children if each.name == group)
    return {each.name: each for each in node.children if not each.is_group and each.hints.fill != "terminal"}


def test_a_filing_has_the_fields_of_the_specification() -> None:
    """Eight that must be filled in, and the certificate's number, which nobody types."""
    found = fields("PSI111")
    assert {name: found[name].label.zh for name in FILING} == FILING
    assert {name for name in FILING if found[name].required} == FILING.keys() - {"certNo"}
    assert found["certNo"].hints.fill == "system"


def test_an_entrustment_has_the_fields_of_the_specification() -> None:
    """What is starred must be filled in; its number and both totals are filled in by the gateway."""
    found = fields("PSI131")
    assert {name: found[name].label.zh for name in ENTRUSTMENT} == ENTRUSTMENT
    optional = {"phone", "mobile", "mail", "caseNo", "totalQty", "totalAmount"}
    assert {name for name in ENTRUSTMENT if found[name].required} == ENTRUSTMENT.keys() - optional
    assert {name for name in found if found[name].hints.fill == "system"} == {
        "caseNo", "totalQty", "totalAmount",
    }  # fmt: skip


def test_an_entrustment_has_the_drop_downs_of_the_specification() -> None:
    """产品用途, 装运前检验机构 of those that may be entrusted now, 到货地, 到货地海关, 入境海关."""
    found = fields("PSI131")
    assert {"自用", "销售", "其他"} <= {choice.label.zh for choice in found["purpose"].choices}
    offer = found["agencyCode"].hints.offer
    assert offer is not None
    assert offer.lookup == "open-agencies"
    lists = {name: found[name].hints.list for name in ("destPlace", "destCustoms", "entryCustoms")}
    assert lists == {"destPlace": "region", "destCustoms": "customs", "entryCustoms": "customs"}


@pytest.mark.parametrize(("code", "group"), SUBTABLES)
def test_a_sub_table_has_the_columns_of_the_specification(code: str, group: str) -> None:
    """In their order, those with a star required in every line."""
    labels = [
        f"{each.label.zh}{'*' if each.required else ''}".removesuffix("（美元）")
        for each in fields(code, group).values()
    ]
    assert labels == SUBTABLES[code, group]


@pytest.mark.parametrize(
    ("code", "name", "right", "wrong"),
    [
        ("PSI111", "phone", ["+49 40 1234567", "(010) 65194114"], ["123", "40-12x4567", "40 - - 1234567"]),
        ("PSI111", "mail", ["a.b@c.example"], ["a@b", "a b@c.example", "@c.example"]),
        ("PSI111", "idNumber", ["11010519491231002X", "C01X00T47"], ["1101", "护照12345"]),
        ("PSI131", "phone", ["021-12345678"], ["12"]),
        ("PSI131", "mobile", ["13800000000", "+8613800000000"], ["138-0000-0000", "138"]),
        ("PSI131", "mail", ["chen@pudong.example"], ["chen"]),
    ],
)
def test_telephone_mail_and_identity_numbers_are_checked(
    code: str, name: str, right: list[str], wrong: list[str]
) -> None:
    """As soon as they are typed: the schema says it, and so does every terminal."""
    field = fields(code)[name]
    assert [text for text in right if field.problem(text) is not None] == []
    assert [text for text in wrong if field.problem(text) is None] == []
