"""Searching cases: the same pages whatever way they are found, on both databases, and from indexes alone."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, insert

from messages.workflow import Case
from storage import cases, search, tables
from storage.database import Database
from storage.search import ORDERS, Page, Query
from tests.storage.builders import ENTERPRISE, NOW, OTHER, case, later
from tests.storage.older import go_back

NAMES = ("code", "day", "mode", "place", "name")  # of which the fifth has no index of its own
COLUMNS = {"bonded": NAMES, "inspection": ("port",)}
PARTNER = "DXPAGE0000000001"
STATES = ("draft", "declared", "stored", "approved")
LIMITS = {
    "usual": {},
    "tiny": {"FEW": 3, "MANY": 12, "GATHERED": 4},
    "walked": {"FEW": 0, "MANY": 0, "GATHERED": 40},
    "none": {"FEW": 0, "MANY": 0, "GATHERED": 0},
}


def crowd(count: int, seed: int) -> list[Case]:
    """Cases that are alike in many ways; some columns and inner numbers are empty."""
    dice = random.Random(seed)
    made = []
    for number in range(1, count + 1):
        values = {
            "code": dice.choice(("31", "44", "4403", "99")), "day": f"202603{dice.randrange(1, 9):02d}",
            "mode": str(number % 3), "place": dice.choice("甲乙"), "name": dice.choice(("一", "二", "")),
        }  # fmt: skip
        made.append(
            case(
                number, owner=dice.choice((ENTERPRISE, ENTERPRISE, OTHER)), state=dice.choice(STATES),
                inner=dice.choice((None, f"N{number}")), changed=later(dice.randrange(60)),
                partner=dice.choice((None, None, PARTNER)),
                search={name: value for name, value in values.items() if value and dice.random() < 0.9},
            )
        )  # fmt: skip
    return made


def queries(count: int, seed: int) -> list[Query]:
    """All kinds of them."""
    dice = random.Random(seed)
    values = {
        "code": ("31", "4", "44", "77"), "day": ("20260303", "20260306"), "mode": ("1",), "place": ("甲",),
        "name": ("一", "二"), "number": ("Z000000000000000007", "Z"), "inner": ("N3", "N"),
    }  # fmt: skip
    made = []
    for _ in range(count):
        criteria: dict[str, Any] = {}
        for name in dice.sample(sorted(values), dice.choice((0, 0, 1, 1, 2, 3))):
            some = [
                (dice.choice(("is", "starts", "contains", "from", "to")), dice.choice(values[name]))
                for _ in range(dice.choice((1, 1, 2)))
            ]
            criteria[name] = tuple(some) if len(some) > 1 else some[0]
        made.append(
            Query(
                "bonded", dice.choice((None, ENTERPRISE, OTHER)),
                tuple(dice.sample(STATES, dice.choice((0, 0, 1, 3)))), criteria,
                dice.choice(("", "-")) + dice.choice((*ORDERS, *NAMES)), dice.choice((1, 1, 2, 5)),
                dice.choice((1, 7, 100)), partner=dice.choice((None, None, PARTNER)),
            )
        )  # fmt: skip
    return made


def looked_up(crowd: list[Case], query: Query) -> tuple[list[str], int]:
    """What the query means, said once more: numbers of its page, and how many there are."""

    def value(one: Case, name: str) -> Any:
        return one.search.get(name, "") if name in NAMES else (getattr(one, name) or "")

    def matches(one: Case, name: str, operator: str, wanted: str) -> bool:
        own = value(one, name)
        return {
            "is": own == wanted, "starts": own.startswith(wanted), "contains": wanted in own,
            "from": own >= wanted, "to": "" < own <= wanted,
        }[operator]  # fmt: skip

    found = [
        one for one in crowd
        if query.owner in (None, one.owner) and query.partner in (None, one.partner)
        and (not query.states or one.state in query.states)
        and all(
            matches(one, name, *each)
            for name, told in query.criteria.items()
            for each in ((told,) if isinstance(told[0], str) else told)
        )
    ]  # fmt: skip
    order = query.order.removeprefix("-")
    ties = ("changed", "number") if order == "state" else ("number",)
    found.sort(key=lambda one: [value(one, each) for each in (order, *ties)], reverse=query.order[0] == "-")
    first = (query.page - 1) * query.size
    return [one.number for one in found[first : first + query.size]], len(found)


@pytest.mark.parametrize("limits", LIMITS)
def test_every_way_to_the_cases_leads_to_the_same_page(
    database: Database, monkeypatch: pytest.MonkeyPatch, limits: str
) -> None:
    """Whichever index is chosen, however many there are: the cases that match, in order, and their number."""
    for name, value in LIMITS[limits].items():
        monkeypatch.setattr(search, name, value)
    stored = crowd(150, seed=1)
    with database.write() as conn:
        cases.save(conn, [*stored, case(900, system="inspection", search={"port": "31"})], COLUMNS)
    with database.read() as conn:
        for query in queries(250, seed=2):
            page = search.search(conn, query, COLUMNS)
            assert ([one.number for one in page.rows], page.total) == looked_up(stored, query), query


def test_sqlite_answers_from_indexes_alone(sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading rows to judge them costs a hundred times as much: only the page's own are read."""
    for name, value in LIMITS["none"].items():
        monkeypatch.setattr(search, name, value)
    database = Database(sqlite_database_url)
    with database.write() as conn:
        cases.save(conn, crowd(50, seed=3), COLUMNS)
    asked: list[tuple[str, Any]] = []
    with database.read() as conn:
        event.listen(
            conn, "before_cursor_execute", lambda _c, _u, text, values, *_: asked.append((text, values))
        )
        for query in queries(150, seed=4):
            search.search(conn, query, COLUMNS)
        finding = [each for each in asked if "INDEXED BY" in each[0]]
        assert len(finding) >= 300
        for text, values in finding:
            plan = [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]
            assert [line for line in plan if "cases" in line and "COVERING INDEX" not in line] == [], text
    database.close()


def test_an_owners_very_many_cases_are_walked_by_state_not_sorted(
    sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first page by state is full before a hundredth of them is read; SQLite sorts none of them."""
    for name, value in {"FEW": 10, "MANY": 10, "GATHERED": 10}.items():
        monkeypatch.setattr(search, name, value)
    database = Database(sqlite_database_url)
    with database.write() as conn:
        many = [
            case(number, state=STATES[number % 2], search={"code": str(number)}) for number in range(1, 51)
        ]
        cases.save(conn, many, COLUMNS)
    asked: list[tuple[str, Any]] = []
    with database.read() as conn:
        event.listen(
            conn, "before_cursor_execute", lambda _c, _u, text, values, *_: asked.append((text, values))
        )
        query = Query("bonded", owner=many[0].owner, states=STATES, order="-state", size=5)
        found = search.search(conn, query, COLUMNS)
        assert ([one.number for one in found.rows], found.total) == looked_up(many, query)
        text, values = asked[-2]  # the last reads the page's rows
        plan = [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]
        assert [line.split(" (")[0] for line in plan] == [
            "SEARCH cases USING COVERING INDEX ix_cases_in_state"
        ]
    database.close()


def test_an_owners_few_cases_in_a_state_are_found_by_the_state(
    sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A customs' drafts among hundreds of thousands of its requests: those are not looked through."""
    for name in ("FEW", "MANY"):
        monkeypatch.setattr(search, name, 10)
    database = Database(sqlite_database_url)
    with database.write() as conn:
        many = [
            case(number, state="stored" if number % 10 else "draft", search={"code": str(number)})
            for number in range(1, 51)
        ]
        cases.save(conn, many, COLUMNS)
    asked: list[str] = []
    with database.read() as conn:
        event.listen(conn, "before_cursor_execute", lambda _c, _u, text, *_: asked.append(text))
        drafts = search.search(conn, Query("bonded", owner=many[0].owner, states=("draft",)), COLUMNS)
        assert drafts.total == 5
        assert "ix_cases_in_state" in asked[-2]  # the last reads the page's rows
        search.search(conn, Query("bonded", owner=many[0].owner, states=("stored",)), COLUMNS)
        assert "ix_cases_of_owner" in asked[-2]
    database.close()


def test_what_is_too_much_to_count_is_counted_so_far(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A total is exact up to a limit, and beyond it said to be more."""
    monkeypatch.setattr(search, "GATHERED", 2)
    monkeypatch.setattr(search, "COUNTED", 5)
    with database.write() as conn:
        cases.save(conn, [case(number) for number in range(1, 8)], {"bonded": ("etpsCode", "stockDate")})
        page = search.search(conn, Query("bonded", size=2, page=2), COLUMNS)
        assert (len(page.rows), page.total, page.more) == (2, 5, True)
        exact = search.search(conn, Query("bonded", criteria={"number": ("to", case(5).number)}), COLUMNS)
        assert (exact.total, exact.more) == (5, False)


def test_a_page_comes_without_bodies(database: Database) -> None:
    """A list shows none, and one may be hundreds of kilobytes."""
    with database.write() as conn:
        cases.save(conn, [case(1)], {"bonded": ("etpsCode", "stockDate")})
        page = search.search(conn, Query("bonded"), {"bonded": ("etpsCode", "stockDate")})
    assert page == Page((replace(case(1), body={}, revision=1),), 1)


def test_a_long_value_is_found_by_its_beginning(database: Database) -> None:
    """An index holds no more than KEPT characters; a longer one is compared as far."""
    long = "长" * 100
    with database.write() as conn:
        cases.save(conn, [case(1, search={"name": long}), case(2, search={"name": "长"})], COLUMNS)
        found = search.search(conn, Query("bonded", criteria={"name": ("is", long)}), COLUMNS)
    assert [one.search["name"] for one in found.rows] == ["长" * cases.KEPT]


def test_the_longest_values_that_there_may_be_fit_an_index(database: Database) -> None:
    """PostgreSQL refuses an index row of more than a third of a page."""
    widest = {"bonded": tuple(f"column{number}" for number in range(8))}
    values = dict.fromkeys(widest["bonded"], "".join(chr(0x20000 + number) for number in range(64)))
    with database.write() as conn:
        cases.save(conn, [case(1, search=values)], widest)
        assert search.search(conn, Query("bonded"), widest).rows[0].search == values


def test_cases_of_an_earlier_version_are_found_in_any_order(database: Database) -> None:
    """Their columns without a value were NULL; the migration makes them what they are now."""
    go_back(database, "0003")
    columns = {"bonded": ("etpsInnerNo", "etpsCode", "stockDate", "declDate", "etpsName", "worst")}
    with database.write() as conn:
        for number, declared in (("Z1", "20260301"), ("Z2", None)):
            conn.execute(
                insert(tables.cases).values(
                    number=number, system="bonded", owner=ENTERPRISE, state="draft", body={}, revision=1,
                    created=NOW, changed=NOW, k1=number, k2="31", k3="20260228", k4=declared,
                )
            )  # fmt: skip
    database.upgrade()
    with database.read() as conn:
        found = search.search(conn, Query("bonded", order="declDate"), columns)
        assert [one.number for one in found.rows] == ["Z2", "Z1"]
        assert "declDate" not in found.rows[0].search
