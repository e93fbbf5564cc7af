"""Forms for the tests: models of the real schemas, what they are told, and the message around their nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

from messages.codes import CodeList, CodeLists
from messages.faults import SchemaInvalid, Violation
from messages.forms import form
from messages.schemas import Schemas
from messages.wire import new_guid
from terminals.work.checks import Purpose
from terminals.work.model import FormModel
from terminals.work.rows import Row

DSIG = "http://www.w3.org/2000/09/xmldsig#"
LISTS = CodeLists()
SCHEMAS = Schemas()

HEAD = {
    "etpsInnerNo": "PD001", "etpsCode": "3122260001", "etpsName": "浦东演示进出口有限公司",
    "stockDate": "20240916", "mgmtMode": "3", "etpsNature": "4",
}  # fmt: skip
LINE = {
    "recordNo": "1", "codeTs": "8542390000", "gName": "集成电路", "unit": "007",
    "stockQty": "1", "onlineQty": "2", "transferInQty": "3",
}  # fmt: skip


@dataclass
class Known:
    """What a model is told: this project's own code lists, and a day."""

    day: date = date(2026, 3, 1)
    lists: Mapping[str, CodeList] = field(default_factory=lambda: {n: LISTS.get(n) for n in LISTS.names})

    def code_list(self, name: str) -> CodeList | None:
        """The list, or None."""
        return self.lists.get(name)

    def today(self) -> date:
        """The day."""
        return self.day


def stocktake(lines: int = 0, **values: str) -> FormModel:
    """A stocktake whose head is complete, with so many complete lines."""
    model = FormModel(form("BVS111"), Known())
    type_in(model, model.head, {**HEAD, **values})
    for _ in range(lines):
        type_in(model, model.add("Line"), LINE)
    return model


def empty(code: str = "BVS111") -> FormModel:
    """A new form."""
    return FormModel(form(code), Known())


def type_in(model: FormModel, row: Row, values: Mapping[str, str]) -> None:
    """Type these values, in this order."""
    for name, text in values.items():
        model.set(row, name, text)


def message(model: FormModel, purpose: Purpose) -> etree._Element:
    """The message with the model's node, signed by nobody: what the schema is asked about."""
    control = {**model.control(purpose), "guid": new_guid(), "appTime": "20260301120000"}
    namespace = model.form.namespace
    root = etree.Element(f"{{{namespace}}}{model.form.code}Message", guid=new_guid(), version="1.0")
    root.append(model.node(control))
    base = etree.SubElement(root, f"{{{namespace}}}BaseTransfer")
    party = {"copCode": "3122260001", "copName": "p", "dxpMode": "DXP", "dxpId": "DXPENT0000000001"}
    for name, text in party.items():
        etree.SubElement(base, f"{{{namespace}}}{name}").text = text
    etree.SubElement(root, f"{{{DSIG}}}Signature")
    return etree.fromstring(etree.tostring(root))


def violations(model: FormModel, purpose: Purpose) -> tuple[Violation, ...]:
    """What the gateway's schema check has against the message; nothing, mostly."""
    try:
        SCHEMAS.check(message(model, purpose))
    except SchemaInvalid as fault:
        return fault.violations
    return ()
