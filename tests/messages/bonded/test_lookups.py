"""What may be looked up for a stocktake or a book, and what is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from messages.annotations import Lookup
from messages.bonded import SYSTEM
from messages.forms import form
from messages.workflow import Fact, Party, PartyByCode, Record, RecordInForce, RecordsUnder
from tests.messages.bonded.world import World

BOOK = {"mgmtMode": "1", "etpsCode": "1105030002", "bookNo": "E11054000001", "recordNo": "1"}
ITEM = {"recordNo": "1", "codeTs": "8517703000", "gName": "电路板", "unit": "007"}


@pytest.fixture
def world() -> World:
    """A customs house with one filed book."""
    world = World()
    world.book(etpsName="甲公司", validTo="20271231")
    return world


def ask(world: World, name: str, **key: str) -> Any:
    """What a lookup tells of a key."""
    lookup = SYSTEM.lookups[name]
    assert set(key) == set(lookup.by)
    return lookup.values(key, {fact: answer(world, fact) for fact in lookup.facts(key)})


def answer(world: World, fact: Fact) -> Any:
    """The fact, as storage would find it."""
    match fact:
        case PartyByCode(cop_code="1105910001"):
            return Party("DXPENT0000000001", "1105910001", "甲公司", "enterprise")
        case RecordInForce():
            return _in_force(world, world.records.get((fact.system, fact.kind, fact.key)))
        case RecordsUnder():
            kept = sorted(each for each in world.records if each[:2] == (fact.system, fact.kind))
            return tuple(world.records[each] for each in kept if each[2].startswith(fact.prefix))
    return None


def _in_force(world: World, record: Record | None) -> Record | None:
    over = record is not None and record.valid_to is not None and record.valid_to <= world.now
    return None if over else record


def test_a_party_is_told_by_its_name(world: World) -> None:
    """核查企业名称 from the code; an unknown code is typed by hand."""
    assert ask(world, "party", etpsCode="1105910001") == {"etpsName": "甲公司"}
    assert ask(world, "party", etpsCode="9999999999") is None


def test_a_filed_line_is_told_without_its_balance(world: World) -> None:
    """商品编码, 商品名称, 计量单位 and, where filed, 规格型号; no balance."""
    assert ask(world, "book", **BOOK) == {"codeTs": "8517703000", "gName": "电路板", "unit": "007"}


@pytest.mark.parametrize(
    "changes",
    [{"recordNo": "2"}, {"bookNo": "E99999999999"}, {"etpsCode": "1105910001"}, {"mgmtMode": "2"},
     {"mgmtMode": "3"}],
)  # fmt: skip
def test_a_line_is_found_only_as_a_declaration_would_find_it(world: World, changes: dict[str, str]) -> None:
    """Another number, book, enterprise or mode is not found: the store step would return it, too."""
    assert ask(world, "book", **{**BOOK, **changes}) is None


def test_what_is_not_in_a_books_newest_version_is_not_found(world: World) -> None:
    """A line that a change left out, and all lines of a book that was withdrawn."""
    world.book(appType="2", BookLine=[{**ITEM, "recordNo": "2"}])
    assert ask(world, "book", **BOOK) is None
    assert ask(world, "book", **{**BOOK, "recordNo": "2"}) is not None
    world.book(appType="3", BookLine=[])
    assert ask(world, "book", **{**BOOK, "recordNo": "2"}) is None


def test_a_books_head_is_told_to_who_names_its_enterprise(world: World) -> None:
    """Type, enterprise and end of validity."""
    key = {"etpsCode": BOOK["etpsCode"], "bookNo": BOOK["bookNo"]}
    assert ask(world, "book-head", **key) == {
        **key, "bookType": "1", "etpsName": "甲公司", "validTo": "20271231",
    }  # fmt: skip
    assert ask(world, "book-head", **{**key, "etpsCode": "1105910001"}) is None


def test_customs_reads_a_book_as_it_would_file_it_again(world: World) -> None:
    """Head, appTime and the lines of the newest version, by their numbers; for customs alone."""
    lines = [{**ITEM, "recordNo": number, "balanceQty": "15"} for number in ("10", "9", "1")]
    world.book(appType="2", BookLine=lines, etpsName="甲公司")
    book = ask(world, "filed-book", bookNo=BOOK["bookNo"])
    assert [entry["recordNo"] for entry in book.pop("BookLine")] == ["1", "9", "10"]
    assert book.pop("appTime").isdigit()
    assert book == {
        "bookNo": BOOK["bookNo"], "bookType": "1", "etpsCode": BOOK["etpsCode"], "etpsName": "甲公司",
    }  # fmt: skip
    assert ask(world, "filed-book", bookNo="E99999999999") is None
    assert SYSTEM.lookups["filed-book"].roles == {"customs"}


@pytest.mark.parametrize("code", [kind.code for kind in SYSTEM.types])
def test_what_the_schemas_look_up_is_in_the_table(code: str) -> None:
    """By its name and keys, for all roles that send the form; what is filled in are the form's fields."""
    fields = {each.name: each for each in form(code).node.walk()}
    asked = [each.hints.lookup for each in fields.values() if isinstance(each.hints.lookup, Lookup)]
    for one in asked:
        assert SYSTEM.lookups[one.name].by == one.by
        assert not SYSTEM.lookups[one.name].roles
        assert {*one.by, *one.locks, *one.suggests} <= set(fields)
