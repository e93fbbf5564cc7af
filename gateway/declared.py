"""What the systems, schemas and code lists declare, in the shape in which the HTTP side asks for it."""

from __future__ import annotations

from typing import Any

from messages.catalogue import standalone
from messages.codes import CodeLists
from messages.registry import BY_CODE, BY_NAME, SYSTEMS
from messages.routed import RECEIPT, Routes
from messages.schemas import Schemas
from messages.senders import Senders
from messages.system import System


class Systems:
    """`services.Systems` over the registry."""

    def get(self, name: str) -> System | None:
        """The system, or None."""
        return BY_NAME.get(name)

    def all(self) -> tuple[System, ...]:
        """All of the registry."""
        return SYSTEMS


class Types:
    """`services.Types` over the schemas."""

    def __init__(self, schemas: Schemas, routes: Routes | None = None) -> None:
        self._schemas = schemas
        self._routed = (routes or Routes()).by_code
        receipts = {kind.receipt for _, kind in BY_CODE.values()}
        self._known = {*BY_CODE, *receipts, *self._routed, "EPT900", RECEIPT}

    def xsd(self, code: str) -> bytes | None:
        """The schema of a submission or a receipt, whole, or None."""
        file = self._schemas.file(code) if code in self._known else None
        return standalone(file) if file else None

    def listed(self) -> list[dict[str, Any]]:
        """The types of all systems, in the registry's order; then those that belong to none."""
        return [
            *(
                {"code": kind.code, "system": system.name, "receipt": kind.receipt, **kind.senders.plain()}
                for system, kind in BY_CODE.values()
            ),
            *(
                {"code": kind.code, "system": "", "receipt": RECEIPT, **Senders(kind.senders).plain()}
                for kind in self._routed.values()
            ),
        ]


class Codes:
    """`services.Codes` over the code lists."""

    def __init__(self, lists: CodeLists) -> None:
        self._lists = lists

    def version(self, name: str) -> str | None:
        """The list's version, or None."""
        return self._lists.get(name).version if name in self._lists.names else None

    def rows(self, name: str) -> list[tuple[str, str, str]]:
        """(code, zh, en), in the list's order."""
        return [(each.code, each.label.zh, each.label.en) for each in self._lists.get(name).codes.values()]
