"""The registry of systems and message types. A sixth system is one more line in SYSTEMS."""

from __future__ import annotations

from messages import assistance, bonded, declaration, enterprise, inspection
from messages.system import MessageType, System

SYSTEMS: tuple[System, ...] = (
    bonded.SYSTEM,
    assistance.SYSTEM,
    enterprise.SYSTEM,
    inspection.SYSTEM,
    declaration.SYSTEM,
)

BY_NAME: dict[str, System] = {system.name: system for system in SYSTEMS}
BY_CODE: dict[str, tuple[System, MessageType]] = {
    kind.code: (system, kind) for system in SYSTEMS for kind in system.types
}
BY_ROOT: dict[str, tuple[System, MessageType]] = {
    f"{{{system.namespace}}}{kind.root}": (system, kind) for system, kind in BY_CODE.values()
}
