"""Filed books (账册备案, 备案资料库): what customs holds of an enterprise's materials, and how it is loaded.

A book is one record for its head and one for each line, so that a stocktake reads just the lines it names.
Every line carries the version of the book it came with: a line of an older version is not in the book.
"""

from __future__ import annotations

from messages.faults import NodeFault
from messages.happenings import CHANGE, DELETE, NEW
from messages.statuses import Status
from messages.workflow import Body, Context, Effect, Event, Facts, Issue, PutRecord, Record, RecordInForce

SYSTEM = "bonded"
BOOK_OF_MODE = {
    "1": "1",
    "2": "2",
}  # 管理模式 -> kind of book: 电子账册 -> 账册备案, 纸质手册电子化 -> 备案资料库
LOCKED = {
    "codeTs": "商品编码",
    "gName": "商品名称",
    "unit": "计量单位",
}  # pulled from the book (manual 2.2.1.3)


def head(number: str) -> RecordInForce:
    """The book of this 账册编号."""
    return RecordInForce(SYSTEM, "book", number)


def line(number: str, record_no: str) -> RecordInForce:
    """Its line of this 备案序号."""
    return RecordInForce(SYSTEM, "book-line", f"{number}/{record_no}")


def load(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """New, changed or withdrawn, as appType says; NodeFault 010 or 102 when it does not fit what is filed."""
    node = event.content
    number = str(node["bookNo"])
    filed: Record | None = facts[head(number)]
    if node["appType"] == NEW and filed is not None:
        raise NodeFault(10, f"book {number} is filed already: change it with appType 2")
    if node["appType"] in (CHANGE, DELETE) and filed is None:
        raise NodeFault(102, f"no book {number} is filed")
    if filed is not None and str(filed.body["appTime"]) >= str(node["appTime"]):
        raise NodeFault(14, f"appTime {node['appTime']} is not later than that of the filed book")
    lines = node.get("BookLine", [])
    numbers = [str(entry["recordNo"]) for entry in lines]
    twice = (
        {number for number in numbers if numbers.count(number) > 1}
        if len(set(numbers)) < len(numbers)
        else ()
    )
    if twice:
        raise NodeFault(108, f"recordNo {', '.join(sorted(twice))} stands more than once in book {number}")
    effects: list[Effect] = []
    if node["appType"] == DELETE:
        body = {**(filed.body if filed else {}), "appTime": node["appTime"]}
        effects.append(PutRecord(Record(SYSTEM, "book", number, body, context.now, context.now)))
        info = f"book {number} withdrawn"
    else:
        version = str(node["guid"])
        book = {**{name: value for name, value in node.items() if name != "BookLine"}, "version": version}
        effects.append(PutRecord(Record(SYSTEM, "book", number, book, context.now)))
        effects += [
            PutRecord(
                Record(
                    SYSTEM,
                    "book-line",
                    f"{number}/{entry['recordNo']}",
                    {**entry, "version": version},
                    context.now,
                )
            )
            for entry in lines
        ]
        info = f"book {number} filed with {len(lines)} lines"
    if event.actor is not None:
        effects.append(Issue(event.actor.party, "BVS132", Status.STORED, info, event.origin))
    return tuple(effects)


def objections(form: Body, facts: Facts) -> list[str]:
    """Why customs returns the declared `form` (退单): where it disagrees with the filed book. Empty: none.

    Each reason names its field in brackets, and its line (第 n 条): a terminal shows it there.
    """
    kind = BOOK_OF_MODE.get(str(form["mgmtMode"]))
    if kind is None:
        return []
    number = str(form["bookNo"])
    book: Record | None = facts[head(number)]
    if book is None:
        return [f"账册编号(bookNo) {number} 未备案 / book {number} is not filed"]
    found = []
    if book.body["bookType"] != kind:
        found.append(
            f"账册编号(bookNo) {number} 与管理模式不符 / book {number} is not of this management mode"
        )
    if book.body["etpsCode"] != form["etpsCode"]:
        found.append(
            f"账册编号(bookNo) {number} 不属于企业 {form['etpsCode']} / book {number} is another enterprise's"
        )
    if str(book.body.get("validTo", "99991231")) < str(form["stockDate"]):
        found.append(f"账册编号(bookNo) {number} 已过有效期 / book {number} ended on {book.body['validTo']}")
    for place, entry in enumerate(form.get("Line", ()), 1):
        filed = filed_line(book, entry, facts)
        if filed is None:
            found.append(f"第 {place} 条备案序号(recordNo) {entry['recordNo']} 不在账册内 / not in the book")
            continue
        found += [
            f"第 {place} 条{label}({name}) {entry[name]} ≠ {filed[name]}，备案序号 {entry['recordNo']}"
            for name, label in LOCKED.items()
            if entry[name] != filed[name]
        ]
    return found


def filed_line(book: Record | None, entry: Body, facts: Facts) -> Body | None:
    """What the book holds for a stocktake's line, or None."""
    if book is None:
        return None
    record: Record | None = facts.get(line(book.key, str(entry["recordNo"])))
    if record is None or record.body["version"] != book.body["version"]:
        return None
    return record.body
