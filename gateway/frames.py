"""What the server and a verifying worker say to each other, over a socketpair.

A frame is its length in four bytes, then the request's number in eight, then the payload. A worker handles
hostile bytes, so what comes back is read as plain JSON and bytes, never as pickled objects.
"""

from __future__ import annotations

import dataclasses
import json
import struct
from datetime import datetime
from typing import Any

from messages.envelope import Head
from messages.examine import Examined, Node
from messages.faults import FAULTS, Violation

HEADER = struct.Struct(">IQ")
MOST = 256 * 1024 * 1024  # bytes of one payload; no setting allows a message of this size
_LENGTH = struct.Struct(">I")


class ExaminationFailed(Exception):
    """The worker met an error of this program's own; nothing is known of the message."""


def frame(number: int, payload: bytes) -> bytes:
    """One frame."""
    return HEADER.pack(len(payload), number) + payload


class Frames:
    """Cuts a stream into (number, payload)."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._held = 0
        self._wanted = HEADER.size

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """The frames that `data` completes. Raises ValueError where it cannot be a stream of frames."""
        self._parts.append(data)
        self._held += len(data)
        if self._held < self._wanted:
            return []
        buffer = b"".join(self._parts)
        found, start = [], 0
        while len(buffer) - start >= HEADER.size:
            length, number = HEADER.unpack_from(buffer, start)
            if length > MOST:
                raise ValueError(f"a frame of {length} bytes")
            end = start + HEADER.size + length
            if len(buffer) < end:
                self._wanted = end - start
                break
            found.append((number, buffer[start + HEADER.size : end]))
            start = end
            self._wanted = HEADER.size
        rest = buffer[start:]
        self._parts, self._held = [rest], len(rest)
        return found


def encode(found: Examined) -> bytes:
    """An examination's result: the length of its JSON, the JSON, Data."""
    head, fault = found.head, found.fault
    plain: dict[str, Any] = {
        "digest": found.digest,
        "type": found.type,
        "guid": found.guid,
        "cop": found.cop_code,
        "dxp": found.dxp_id,
        "nodes": [(node.guid, node.order_key, node.event, node.line) for node in found.nodes],
        "info": dict(found.add_info),
        "content": found.content,
        "signer": found.signer,
        "head": head
        and (head.cop_msg_id, head.sender, head.receivers, head.created.isoformat(), head.msg_type),
        "fault": fault and (fault.code, fault.info, [dataclasses.astuple(each) for each in fault.violations]),
    }
    return _packed(plain) + found.data


def encode_failure(reason: str) -> bytes:
    """Instead of a result: the examination itself failed, and how."""
    return _packed({"failed": reason})


def _packed(plain: dict[str, Any]) -> bytes:
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return _LENGTH.pack(len(text)) + text


def decode(payload: bytes) -> Examined:
    """What `encode` wrote; ValueError when it did not, ExaminationFailed for what `encode_failure` wrote."""
    try:
        (length,) = _LENGTH.unpack_from(payload)
        plain = json.loads(payload[4 : 4 + length].decode("utf-8", "surrogatepass"))
        if "failed" in plain:
            raise ExaminationFailed(plain["failed"])
        head, fault = plain["head"], plain["fault"]
        return Examined(
            head=head and Head(head[0], head[1], tuple(head[2]), datetime.fromisoformat(head[3]), head[4]),
            data=payload[4 + length :],
            digest=plain["digest"],
            type=plain["type"],
            guid=plain["guid"],
            cop_code=plain["cop"],
            dxp_id=plain["dxp"],
            nodes=[Node(*node) for node in plain["nodes"]],
            add_info=plain["info"],
            content=plain["content"],
            signer=plain["signer"],
            fault=fault and FAULTS[fault[0]](fault[1], tuple(Violation(*each) for each in fault[2])),
        )
    except (KeyError, TypeError, IndexError, RecursionError, struct.error) as error:
        raise ValueError(f"not an examination's result: {error!r}") from error
