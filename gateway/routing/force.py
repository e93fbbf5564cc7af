"""Putting configured message types into force: what their schemas say when the gateway starts holds.

Knows where schemas lie and that the verifying workers read them, too, whenever one is started; refuses to
know what makes a schema fit. Each schema is kept as one file without includes, apart from those that an
operator of the gateway may be editing: a half-written file disturbs nothing before the next start.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from gateway.settings import Settings
from messages.catalogue import OWN
from messages.routed import Routed, Routes, read
from messages.schemas import Schemas


@dataclass(frozen=True, slots=True)
class InForce:
    """The types and, if there are any, the folder with their schemas."""

    routes: Routes
    folder: Path | None = None

    def schemas(self) -> Schemas:
        """These and the systems' own, compiled."""
        return Schemas(OWN, self.folder) if self.folder else Schemas()


def configured(settings: Settings) -> tuple[Routes, dict[str, bytes]]:
    """The types that are configured, and their schemas. Raises SchemaFolderError: what to change."""
    types = [
        Routed(each.code, frozenset(each.senders), frozenset(each.receivers))
        for each in settings.routing.types
    ]
    return read(settings.routed_folder, types)


def put_in_force(settings: Settings) -> InForce:
    """Check what is configured, and write the schemas into a folder made anew.

    Raises SchemaFolderError, which says what to change; nothing is written then.
    """
    routes, texts = configured(settings)
    target = settings.routed_in_force
    shutil.rmtree(target, ignore_errors=True)
    if not texts:
        return InForce(routes)
    target.mkdir(parents=True)
    for code, text in texts.items():
        (target / f"{code}.xsd").write_bytes(text)
    return InForce(routes, target)
