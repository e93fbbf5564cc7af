"""A system of the tests' own, with types that not every card may send: schemas, tables, messages.

TST111 may be saved by anybody, declared with a card, sealed with a legal-person card's key for signatures;
TST121 is the legal-person card's altogether; TST131 wants a certificate for signatures, of any kind.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from messages import registry
from messages.catalogue import OWN
from messages.senders import LEGAL_CARD, WITH_CARD, Demand, Senders
from messages.system import MessageType, System
from messages.workflow import Body, Context, Effect, Event, Facts, Needs

NAMESPACE = "urn:eport-gateway:tst:1"
PARTY = "DXPENT0000000001"
EVENTS = {"1": "save", "2": "declare", "3": "seal"}

_SCHEMA = """<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{namespace}" xmlns="{namespace}"
           elementFormDefault="qualified">
  <xs:include schemaLocation="../common/base.xsd"/>
  <xs:element name="{code}Message">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="Item" maxOccurs="100">
          <xs:complexType>
            <xs:sequence>
              <xs:element name="guid" type="Guid"/>
              <xs:element name="appStatus" type="xs:string"/>
            </xs:sequence>
          </xs:complexType>
        </xs:element>
        <xs:group ref="Closing"/>
      </xs:sequence>
      <xs:attributeGroup ref="MessageAttributes"/>
    </xs:complexType>
  </xs:element>
</xs:schema>
"""


class Idle:
    """A workflow that does nothing: what is tested ends at the front door."""

    name = "carded"

    def needs(self, event: Event) -> Needs:
        """Nothing."""
        return Needs()

    def step(self, event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
        """Nothing."""
        return ()


def _event(node: Body) -> str:
    return EVENTS[str(node["appStatus"])]


ROLES = frozenset({"enterprise", "operator"})
SAID = tuple(EVENTS.values())
KINDS = (
    MessageType(
        "TST111", "Item", _event, ("guid",),
        Senders(ROLES, events={
            "declare": Demand(WITH_CARD), "seal": Demand(LEGAL_CARD, commitment=True),
        }), SAID,
    ),
    MessageType("TST121", "Item", _event, ("guid",), Senders(ROLES, Demand(LEGAL_CARD)), SAID),
    MessageType("TST131", "Item", _event, ("guid",), Senders(ROLES, Demand(commitment=True)), SAID),
)  # fmt: skip
SYSTEM = System("carded", NAMESPACE, Idle(), KINDS, "T{:018d}")


def schemas(folder: Path) -> Path:
    """`folder`, with the project's own schemas and this system's."""
    shutil.copytree(OWN, folder, dirs_exist_ok=True)
    (folder / SYSTEM.name).mkdir()
    for kind in KINDS:
        text = _SCHEMA.format(namespace=NAMESPACE, code=kind.code)
        (folder / SYSTEM.name / f"{kind.code}.xsd").write_text(text, encoding="utf-8")
    return folder


def register(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the system into the registry for one test."""
    monkeypatch.setitem(registry.BY_NAME, SYSTEM.name, SYSTEM)
    for kind in KINDS:
        monkeypatch.setitem(registry.BY_CODE, kind.code, (SYSTEM, kind))
        monkeypatch.setitem(registry.BY_ROOT, f"{{{NAMESPACE}}}{kind.root}", (SYSTEM, kind))


def guid(number: int) -> str:
    """A guid for each number."""
    return f"{number:08X}-0000-4000-8000-000000000000"


def message(code: str, statuses: Sequence[str], number: int = 1, party: str = PARTY) -> str:
    """A message of this type, unsigned, with a node on a line of its own for each appStatus."""
    nodes = "".join(
        f"\n<Item><guid>{guid(number * 100 + place)}</guid><appStatus>{status}</appStatus></Item>"
        for place, status in enumerate(statuses)
    )
    return (
        f'<{code}Message xmlns="{NAMESPACE}" guid="{guid(number)}" version="1.0">{nodes}'
        "<BaseTransfer><copCode>4403180018</copCode><copName>Test</copName><dxpMode>DXP</dxpMode>"
        f"<dxpId>{party}</dxpId></BaseTransfer></{code}Message>"
    )
