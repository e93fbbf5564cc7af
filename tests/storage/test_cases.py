"""The contract of cases and records, on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from messages.workflow import (
    ActiveParty,
    CaseByInner,
    CaseByNumber,
    CasesAlike,
    CasesCounted,
    Party,
    PartyByCode,
    Record,
    RecordInForce,
    RecordsCounted,
    RecordsUnder,
)
from storage import cases, registry
from storage.cases import InnerNumberUsed, StaleCase
from storage.database import Database
from storage.search import Page, Query, UnknownColumn, search
from tests.storage.builders import COLUMNS, ENTERPRISE, NOW, OTHER, case, certificate, later, party


def book(key: str, name: str, **changes: Any) -> Record:
    """A filed book in force from NOW."""
    return replace(Record("bonded", "book", key, {"name": name}, NOW), **changes)


def test_a_case_comes_back_as_it_was_saved(database: Database) -> None:
    """By its number or by its inner number, a case is what was saved, one revision on."""
    with database.write() as conn:
        cases.save(conn, [case(1)], COLUMNS)
    number, inner = CaseByNumber(case(1).number), CaseByInner("bonded", ENTERPRISE, "INNER1")
    missing = CaseByInner("bonded", OTHER, "INNER1")
    with database.read() as conn:
        found = cases.load(conn, [number, inner, missing], NOW, COLUMNS)
    assert found == {number: replace(case(1), revision=1), inner: replace(case(1), revision=1), missing: None}


def test_a_case_that_changed_meanwhile_is_not_overwritten(database: Database) -> None:
    """Of two steps that read the same revision, the second is told to read again."""
    with database.write() as conn:
        cases.save(conn, [case(1), case(2)], COLUMNS)
        first = replace(case(1), revision=1, state="declared")
        cases.save(conn, [first], COLUMNS)
        with pytest.raises(StaleCase, match=first.number):
            cases.save(conn, [first], COLUMNS)
        with pytest.raises(StaleCase):
            cases.save(conn, [replace(case(2), revision=1), first], COLUMNS)


def test_an_inner_number_is_unique_for_its_owner(database: Database) -> None:
    """企业内部编号 belongs to one case of an enterprise; other enterprises may use the same."""
    with database.write() as conn:
        cases.save(conn, [case(1)], COLUMNS)
        cases.save(conn, [case(2, inner="INNER1", owner=OTHER)], COLUMNS)
        with pytest.raises(InnerNumberUsed):
            cases.save(conn, [case(3, inner="INNER1")], COLUMNS)


def test_a_change_to_a_used_inner_number_is_refused(database: Database) -> None:
    """A case cannot take the inner number of another by a change either, and the work can go on."""
    with database.write() as conn:
        cases.save(conn, [case(1), case(2)], COLUMNS)
        savepoint = conn.begin_nested()
        with pytest.raises(InnerNumberUsed):
            cases.save(conn, [replace(case(2), inner="INNER1", revision=1)], COLUMNS)
        savepoint.rollback()
        cases.save(conn, [replace(case(2), inner="INNER3", revision=1)], COLUMNS)


def test_cases_without_an_inner_number_do_not_clash(database: Database) -> None:
    """A case that gave its inner number up, or never had one, blocks nobody."""
    with database.write() as conn:
        cases.save(conn, [case(1, inner=None), case(2, inner=None)], COLUMNS)
        assert search(conn, Query("bonded"), COLUMNS).total == 2


def test_an_undeclared_search_column_is_a_programming_error(database: Database) -> None:
    """A value that no column would hold is not lost in silence."""
    with database.write() as conn, pytest.raises(ValueError, match="port"):
        cases.save(conn, [case(1, search={"port": "5301"})], COLUMNS)


def test_a_search_finds_by_every_operator(database: Database) -> None:
    """Equal, starting with, containing, and from–to with their bounds, on declared and common columns."""
    with database.write() as conn:
        cases.save(conn, [case(number) for number in range(1, 8)], COLUMNS)

        def numbers(**criteria: Any) -> list[str]:
            found = search(conn, Query("bonded", criteria=criteria, order="number"), COLUMNS)
            return [one.number[-1] for one in found.rows]

        assert numbers(inner=("is", "INNER3")) == ["3"]
        assert numbers(stockDate=(("from", "20260302"), ("to", "20260304"))) == ["2", "3", "4"]
        assert numbers(inner=("contains", "NER7")) == ["7"]
        assert numbers(inner=("starts", "INNER"), stockDate=("from", "20260306")) == ["6", "7"]
        assert numbers(inner=("contains", "inner7")) == []
        assert numbers(inner=("starts", "%")) == []


def test_a_search_is_paged_and_ordered(database: Database) -> None:
    """Pages do not overlap, the newest change comes first unless told otherwise, and the total counts all."""
    with database.write() as conn:
        cases.save(conn, [case(number) for number in range(1, 6)], COLUMNS)
        cases.save(conn, [case(6, owner=OTHER), case(7, system="inspection", search={})], COLUMNS)
        query = Query("bonded", owner=ENTERPRISE, size=2)
        pages = [search(conn, replace(query, page=page), COLUMNS) for page in (1, 2, 3, 4)]
        assert [one.number[-1] for page in pages for one in page.rows] == ["5", "4", "3", "2", "1"]
        assert {page.total for page in pages} == {5}
        assert search(conn, Query("bonded", states=("declared",)), COLUMNS) == Page((), 0)


def test_an_unknown_column_is_named(database: Database) -> None:
    """A query for what the system does not keep is refused, with what it does keep."""
    with database.read() as conn, pytest.raises(UnknownColumn, match="etpsCode"):
        search(conn, Query("bonded", criteria={"port": ("is", "5301")}), COLUMNS)


def test_a_new_record_ends_the_one_before(database: Database) -> None:
    """Of a key, the record in force at an instant is the one that began last; the earlier stays."""
    fact = RecordInForce("bonded", "book", "B1")
    with database.write() as conn:
        cases.put_records(conn, [book("B1", "old"), book("B2", "other")])
        cases.put_records(conn, [book("B1", "new", valid_from=later(10))])
        before, after = (cases.load(conn, [fact], at, COLUMNS)[fact] for at in (later(9), later(10)))
    assert (before.body["name"], before.valid_to) == ("old", later(10))
    assert (after.body["name"], after.valid_to) == ("new", None)


def test_a_record_of_the_same_instant_replaces(database: Database) -> None:
    """Loading the same book again within one instant leaves the last."""
    fact = RecordInForce("bonded", "book", "B1")
    with database.write() as conn:
        cases.put_records(conn, [book("B1", "first"), book("B1", "second")])
        cases.put_records(conn, [book("B1", "third")])
        assert cases.load(conn, [fact], NOW, COLUMNS)[fact].body == {"name": "third"}


def test_a_record_that_is_over_is_not_in_force(database: Database) -> None:
    """A record counts from its beginning until just before its end; one ended at its beginning never."""
    fact = RecordInForce("bonded", "book", "B1")
    with database.write() as conn:
        cases.put_records(conn, [book("B1", "x", valid_to=later(10))])
        found = [cases.load(conn, [fact], at, COLUMNS)[fact] for at in (later(-1), later(9), later(10))]
        assert [one is not None for one in found] == [False, True, False]
        cases.put_records(conn, [book("B1", "x", valid_from=later(5), valid_to=later(5))])
        assert cases.load(conn, [fact], later(6), COLUMNS)[fact] is None


def test_all_records_under_a_prefix_are_found(database: Database) -> None:
    """Those in force, each once, by key; another book whose number begins alike is another."""
    fact = RecordsUnder("bonded", "book", "B1/")
    with database.write() as conn:
        cases.put_records(conn, [book(key, "old") for key in ("B1/2", "B1/10", "B1/3", "B11/1", "B1")])
        cases.put_records(conn, [book("B1/2", "new", valid_from=later(1))])
        cases.put_records(conn, [book("B1/3", "gone", valid_from=later(1), valid_to=later(1))])
        found = cases.load(conn, [fact, RecordsUnder("bonded", "line", "B1/")], later(2), COLUMNS)
    assert [(one.key, one.body["name"]) for one in found[fact]] == [("B1/10", "old"), ("B1/2", "new")]
    assert found[RecordsUnder("bonded", "line", "B1/")] == ()


def test_of_very_many_records_the_last_are_read_and_all_are_counted(database: Database) -> None:
    """By key, each as it is in force now; what is over counts no more."""
    last, counted = RecordsUnder("bonded", "book", "B1/", 2), RecordsCounted("bonded", "book", "B1/")
    with database.write() as conn:
        cases.put_records(conn, [book(f"B1/{line}", "old") for line in range(1, 6)])
        cases.put_records(conn, [book("B1/4", "new", valid_from=later(1)), book("B2/9", "another's")])
        cases.put_records(conn, [book("B1/5", "gone", valid_from=later(1), valid_to=later(1))])
        found = cases.load(conn, [last, counted], later(2), COLUMNS)
    assert [(one.key, one.body["name"]) for one in found[last]] == [("B1/3", "old"), ("B1/4", "new")]
    assert found[counted] == 4


def test_cases_alike_in_a_column_are_read_on_behind_a_number(database: Database) -> None:
    """By number, as many as wanted, with their bodies; and counted, all of them."""
    column = COLUMNS["bonded"][0]
    with database.write() as conn:
        alike = [replace(case(place), search={column: "A"}) for place in (3, 1, 2)]
        cases.save(conn, [*alike, replace(case(4), search={column: "B"}), case(5)], COLUMNS)
    first = CasesAlike("bonded", column, "A", "", 2)
    rest = CasesAlike("bonded", column, "A", case(2).number, 2)
    count, none = CasesCounted("bonded", column, "A"), CasesCounted("bonded", column, "C")
    with database.read() as conn:
        found = cases.load(conn, [first, rest, count, none], NOW, COLUMNS)
    assert [one.number for one in found[first]] == [case(1).number, case(2).number]
    assert found[first][0].body == case(1).body
    assert [one.number for one in found[rest]] == [case(3).number]
    assert (found[count], found[none]) == (3, 0)


def test_a_party_is_found_by_its_code_while_it_is_active(database: Database) -> None:
    """Of several with one code the first; nothing of one that is suspended."""
    code, other = PartyByCode("4403180018"), PartyByCode("1105030002")
    with database.write() as conn:
        registry.add_party(conn, replace(party(OTHER), name="second"))
        registry.add_party(conn, party())
        registry.add_party(conn, replace(party("DXPENT0000000003"), cop_code="1105030002"))
        registry.change_party(conn, "DXPENT0000000003", state=registry.SUSPENDED)
        found = cases.load(conn, [code, other], NOW, COLUMNS)
    assert found == {code: Party(ENTERPRISE, "4403180018", party().name, "enterprise"), other: None}


def test_a_party_is_found_by_its_id_while_it_is_active(database: Database) -> None:
    """Itself, though another has the same code; nothing of one that is suspended, or is not there."""
    one, other, none = ActiveParty(OTHER), ActiveParty(ENTERPRISE), ActiveParty("DXPENT0000000009")
    with database.write() as conn:
        registry.add_party(conn, replace(party(OTHER), name="second"))
        registry.add_party(conn, party())
        registry.change_party(conn, ENTERPRISE, state=registry.SUSPENDED)
        found = cases.load(conn, [one, other, none], NOW, COLUMNS)
    assert found == {one: Party(OTHER, "4403180018", "second", "enterprise"), other: None, none: None}


def test_of_parties_with_one_code_the_one_with_a_certificate_counts(database: Database) -> None:
    """Whoever has registered under another's code is told nothing of his, though he came first."""
    code = PartyByCode("4403180018")
    with database.write() as conn:
        registry.add_party(conn, party())
        registry.add_party(conn, replace(party(OTHER), name="certified"))
        registry.add_certificate(conn, certificate(dxp_id=OTHER))
        found = cases.load(conn, [code], NOW, COLUMNS)
    assert found[code].name == "certified"


def test_numbers_are_taken_in_blocks(database: Database) -> None:
    """No number is given twice, and a transaction that failed leaves no hole."""
    with database.write() as conn:
        assert cases.take_numbers(conn, "bonded", 3) == 1
        assert cases.take_numbers(conn, "bonded", 1) == 4
        savepoint = conn.begin_nested()
        assert cases.take_numbers(conn, "bonded", 5) == 5
        savepoint.rollback()
        assert cases.take_numbers(conn, "bonded", 1) == 5
        assert cases.take_numbers(conn, "inspection", 1) == 1


def test_locking_nothing_or_much_is_one_call(database: Database) -> None:
    """Locks are taken whatever their number, the same key twice too."""
    with database.write() as conn:
        cases.lock(conn, [])
        cases.lock(conn, [f"case {number}" for number in range(200)] + ["case 1"])
