"""What is refused of a request beyond its schema: a test a rule; the fields' page is held to the schemas."""

from __future__ import annotations

from typing import Any

import pytest

from messages.annotations import Condition
from messages.assistance import fields, rules
from messages.assistance.names import FILE, MISSING, WRONG
from messages.assistance.rules import Fault, Known, demanded, faults
from messages.codes import CodeLists
from messages.forms import Field, form
from messages.workflow import File
from terminals.work.blaming import each_in_both
from tests.messages.assistance.world import DESK, OTHER, World, attached, digest, request

KNOWN = Known(
    today="20261120",
    countries=frozenset({"KOR"}),
    agreement={},
    files={digest(n): File(digest(n), 1000, "application/pdf", "a.pdf") for n in range(20)},
)
SUBMITTED = Condition("appStatus", frozenset({"2"}))
REQUEST = form("CMA111").node


def found(known: Known = KNOWN, /, **changes: Any) -> list[Fault]:
    """What stands against a request that lacks nothing but for the changes."""
    return faults(request(**changes), known)


def bill(**changes: Any) -> list[dict[str, Any]]:
    """The request's bill, changed."""
    (one,) = request()["Bill"]
    return [{name: value for name, value in {**one, **changes}.items() if value is not None}]


def goods(**changes: Any) -> list[dict[str, Any]]:
    """The bill with its line of goods changed."""
    (line,) = request()["Bill"][0]["Goods"]
    return bill(Goods=[{name: value for name, value in {**line, **changes}.items() if value is not None}])


def paths(against: list[Fault]) -> list[tuple[int, str]]:
    """Numbers and paths."""
    return [(fault.number, fault.path) for fault in against]


def test_nothing_stands_against_a_complete_request() -> None:
    """The one that the other tests change."""
    assert found() == []


@pytest.mark.parametrize("name", [name for name in fields.HEAD if name not in ("Bill", "Attachment")])
def test_a_required_field_of_the_head_is_missed(name: str) -> None:
    """第一步's starred fields, by name in both languages."""
    zh, en = fields.HEAD[name]
    changes: dict[str, Any] = {name: None}
    (fault,) = [each for each in found(**changes) if each.path == name]
    assert fault.number == MISSING
    assert str(fault) == f"{zh}不能为空({name}) / {en} must not be empty"


@pytest.mark.parametrize("name", list(fields.BILL))
def test_a_required_field_of_a_bill_is_missed(name: str) -> None:
    """第二步's, with the bill's place."""
    assert paths(found(Bill=bill(**{name: None}))) == [(MISSING, f"Bill[1]/{name}")]


@pytest.mark.parametrize("name", list(fields.GOODS))
def test_a_required_field_of_goods_is_missed(name: str) -> None:
    """With the places of bill and line, for people, too."""
    (fault,) = found(Bill=[*bill(), *goods(**{name: None})])
    assert (fault.number, fault.path) == (MISSING, f"Bill[2]/Goods[1]/{name}")
    assert fault.zh.startswith("票据 2 货物 1 ")
    assert fault.en.startswith("Bill 2 Goods 1 ")


def test_a_request_has_a_bill_and_a_document() -> None:
    """Steps two and three are not left out; what documents are demanded is not told beside."""
    assert paths(found(Bill=None, Attachment=None)) == [(MISSING, "Bill"), (MISSING, "Attachment")]


def test_a_document_has_its_type() -> None:
    """单证类型 of each attachment."""
    assert (MISSING, "Attachment[2]/docType") in paths(found(Attachment=[attached(1, "01"), attached(2)]))


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"reqDate": "20260230"}, "reqDate"), ({"reqDate": "20261121"}, "reqDate"),
        ({"Bill": bill(billDate="20261121")}, "Bill[1]/billDate"),
        ({"Bill": bill(declDate="20250229")}, "Bill[1]/declDate"),
    ],
)  # fmt: skip
def test_days_are_in_the_calendar_and_have_come(changes: dict[str, Any], path: str) -> None:
    """Of the request, of the bill of lading and of the declaration; today, in China, is a day."""
    assert paths(found(**changes)) == [(WRONG, path)]
    assert found(reqDate="20261120") == []


def test_a_bills_type_is_one_of_the_requests() -> None:
    """每票 has its own 类型, out of those asked for."""
    assert paths(found(Bill=bill(billType="3"))) == [(WRONG, "Bill[1]/billType")]


def test_a_container_number_is_checked() -> None:
    """ISO 6346's check digit; a bill without a container has none."""
    assert paths(found(Bill=bill(containerNo="CSQU3054380"))) == [(WRONG, "Bill[1]/containerNo")]
    assert found(Bill=bill(containerNo=None)) == []


@pytest.mark.parametrize("name", ["ownerScc", "useScc"])
def test_social_credit_codes_are_checked(name: str) -> None:
    """GB 32100's check character, of 收发货人 and 消费生产使用单位."""
    assert paths(found(Bill=bill(**{name: "91350100M000100Y44"}))) == [(WRONG, f"Bill[1]/{name}")]
    assert found(Bill=bill(**{name: "91350100M000100Y43"})) == []


@pytest.mark.parametrize("name", ["ownerCode", "useCode"])
def test_a_chinese_customs_code_has_ten_digits(name: str) -> None:
    """The schema's own rule."""
    field = REQUEST.child("Bill").child(name)  # type: ignore[union-attr]
    assert field is not None
    assert field.problem("3122260001") is None
    for wrong in ("312226001", "31222600011", "312226000A"):
        assert field.problem(wrong) is not None


def test_the_net_weight_is_not_more_than_the_gross() -> None:
    """Equal is right, decimals are compared as numbers."""
    assert paths(found(Bill=goods(netWt="10.00001"))) == [(WRONG, "Bill[1]/Goods[1]/netWt")]
    assert found(Bill=goods(netWt="10.000")) == []
    assert found(Bill=goods(netWt="9", grossWt="10")) == []
    assert found(Bill=goods(netWt=None)) == []


@pytest.mark.parametrize(
    ("types", "documents", "missing"),
    [
        ("1", ["02"], "协查请求函"), ("1", ["01"], "报关单或提运单"), ("2", ["01"], "原产地证书"),
        ("3", ["01", "09"], "发票"), ("3", ["01", "03"], "货物成本明细表"), ("4", ["01"], "外方统计表单"),
        ("1 2", ["01", "02"], "原产地证书"),
    ],
)  # fmt: skip
def test_types_of_verification_demand_documents(types: str, documents: list[str], missing: str) -> None:
    """Every type the signed letter; 单证, 原产地, 价格 and 统计核查 theirs. One document is missing here."""
    attachments = [attached(place, doc) for place, doc in enumerate(documents)]
    (fault,) = found(reqType=types, Bill=bill(billType=types[0]), Attachment=attachments)
    assert (fault.number, fault.path) == (MISSING, "Attachment")
    assert missing in fault.zh


@pytest.mark.parametrize(
    ("types", "documents"),
    [("1", ["01", "04"]), ("1", ["01", "02"]), ("3", ["01", "03", "09"]), ("4", ["01", "11"]), ("9", ["01"]),
     ("1 2 3", ["01", "02", "08", "03", "09"])],
)  # fmt: skip
def test_with_the_documents_demanded_a_request_is_complete(types: str, documents: list[str]) -> None:
    """提运单 does for 报关单; 其他核查 demands the letter alone."""
    attachments = [attached(place, doc) for place, doc in enumerate(documents)]
    assert found(reqType=types, Bill=bill(billType=types[0]), Attachment=attachments) == []


def test_the_country_is_the_accounts_own_or_a_union_it_belongs_to() -> None:
    """Another one's is refused, and any while customs has not filed who asks."""
    assert paths(found(country="JPN", agreementNo=None)) == [(WRONG, "country")]
    known = Known("20261120", frozenset({"KOR", "ASEAN"}), files=KNOWN.files)
    assert found(known, country="ASEAN", agreementNo=None) == []
    assert paths(found(Known("20261120", None, {}, KNOWN.files))) == [(WRONG, "country")]


@pytest.mark.parametrize("agreement", [None, {"validTo": "20261119"}, {"validFrom": "20261121"}])
def test_the_agreement_is_that_countrys_and_in_force(agreement: dict[str, str] | None) -> None:
    """Not another country's, not one that is over or to come; its last day counts."""
    known = Known("20261120", KNOWN.countries, agreement, KNOWN.files)
    assert paths(found(known)) == [(WRONG, "agreementNo")]
    last_day = Known("20261120", KNOWN.countries, {"validTo": "20261120"}, KNOWN.files)
    assert found(last_day) == []
    assert found(known, agreementNo=None) == []


def test_a_file_is_there_and_as_described() -> None:
    """Sent by the same party before; size and type as the gateway found them."""
    known = Known("20261120", KNOWN.countries, {}, {**KNOWN.files, digest(2): None})
    assert paths(found(known)) == [(FILE, "Attachment[2]/digest")]
    known.files[digest(2)] = File(digest(2), 1000, "image/png", "a.png")  # type: ignore[index]
    assert paths(found(known)) == [(FILE, "Attachment[2]/digest")]


def test_agreements_and_offices_are_filed_changed_and_withdrawn() -> None:
    """010 twice, 101 unknown, 014 old; a withdrawn one helps nobody."""
    world = World()
    assert world.agreement() == [-181010]
    assert world.agreement(agreementNo="KOR-2", appType="2") == [-181101]
    assert world.agreement(appType="2", appTime="20000101000000") == [-181014]
    assert world.agreement(appType="2", validFrom="20270101", validTo="20261231") == [-181106]
    assert world.agreement(appType="2", nameZh="", nameEn="") == [-181106]
    assert world.submit() == [120]
    assert world.agreement(appType="3", nameZh="", nameEn="") == [120]
    assert world.submit(letterNo="FC1/2") == [-111106]
    assert world.agreement() == [120]
    assert world.office() == [-191010]
    assert world.office(country="JPN", officeCode="FCUSTOMS09") == [-191101]
    assert world.office(country="JPN", officeCode=DESK.cop_code) == [-191101]
    assert world.office(country="JPN", appType="2") == [-191101]
    assert world.office(appType="2", officeCode="") == [-191106]


def test_a_customs_stands_for_one_country() -> None:
    """108 for a second one; another customs may take a country over, and the first asks no more."""
    world = World()
    assert world.office(country="JPN") == [-191108]
    assert world.office(OTHER, country="THA", appType="3", officeCode="") == [120]
    assert world.office(OTHER, appType="2") == [120]
    assert world.submit() == [-111106]
    assert world.submit(OTHER, letterNo="FC2/1") == [120]
    assert world.submit(DESK) == [3]
    assert world.last().owner == OTHER.party


def test_a_request_goes_to_a_country_that_is_filed() -> None:
    """A Chinese request to anybody else has nowhere to go."""
    assert World().submit(DESK, country="JPN", agreementNo=None) == [-141106]


def test_a_long_list_of_faults_is_cut_for_the_receipt() -> None:
    """ReturnInfo has room for 1000 characters; how many more there are is told."""
    world = World()
    world.save(Bill=[{"containerNo": "CSQU3054380"}] * 50)
    assert len(world.told) <= 1000
    assert "more" in world.told
    words = each_in_both(world.told)  # its parts are told in both languages
    assert words.en.splitlines()[:2] == ["draft kept", "to be corrected"]
    assert " / " not in words.zh + words.en
    assert len(world.last().body["faults"]) == 450


# -- the page of fields, the schemas and the code lists


def required(group: Field) -> dict[str, tuple[str, str]]:
    """What the schema requires of a submission, with its labels."""
    wanted = [each for each in group.children if each.hints.required_when == SUBMITTED]
    return {each.name: (each.label.zh, each.label.en) for each in wanted}


@pytest.mark.parametrize(
    ("path", "names"), [((), fields.HEAD), (("Bill",), fields.BILL), (("Bill", "Goods"), fields.GOODS)]
)
def test_what_the_rules_require_is_what_the_schema_marks(path: tuple[str, ...], names: fields.Names) -> None:
    """Same fields, same order, same labels, for both directions but for whose side a letter is from."""
    group = REQUEST
    for step in path:
        child = group.child(step)
        assert child is not None
        group = child
    assert required(group) == names
    assert list(required(group)) == list(names)
    assert set(required(form("CMA141").node)) == set(fields.HEAD)


def test_checked_fields_are_called_as_the_schema_calls_them() -> None:
    """A fault names a field as the form does."""
    labels = {each.name: (each.label.zh, each.label.en) for each in REQUEST.walk()}
    assert {name: labels[name] for name in fields.OTHERS} == fields.OTHERS


def test_the_documents_demanded_are_named_as_the_schema_names_them() -> None:
    """Types and documents of the code list are those of the form, the letter for every type."""
    attachment, types = REQUEST.child("Attachment"), REQUEST.child("reqType")
    assert attachment is not None
    assert types is not None
    documents = attachment.child("docType")
    assert documents is not None
    known = {choice.value for choice in documents.choices}
    for kind, wanted, (zh, en) in demanded():
        assert kind == rules.EVERY or kind in {choice.value for choice in types.choices}
        assert wanted <= known
        assert zh
        assert en
    assert len(CodeLists().get(rules.DOCUMENTS).codes) == len(demanded()) == 6
