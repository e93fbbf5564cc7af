"""Everything that can be said of one envelope without asking who is registered: the hot path, pure.

Parse, schema, signature, chain — in that order; the first fault wins. Idempotency and who may send are the
intake's, which alone knows what was accepted before. Runs in the gateway's own process or in a verifying
worker, so its result is plain data. Only the tree that the verification returned is read for content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lxml import etree

from messages.codes import CodeLists
from messages.envelope import DXP_MSG, Head, read
from messages.faults import MAX_VIOLATIONS, CertificateRefused, Fault, SchemaInvalid, Violation
from messages.registry import BY_ROOT
from messages.routed import Routed, Routes
from messages.schemas import Schemas
from messages.signature.profile import STANDARD, Profile
from messages.signature.trust import Trust
from messages.signature.verify import CertificateCache, Holder, Verified, find, verify
from messages.system import MessageType, content
from messages.violations import location
from messages.xml import MAX_DEPTH, line_of, parse

ENVELOPE_TAGS = 200  # more than an envelope can have
_SHOWN = 40  # characters of a wrong code
BUSY_SIZE = 64 * 1024  # below this no document can hold enough lines to be worth counting
_LINES = etree.XPath("count(/*/*[namespace-uri() = namespace-uri(/*)]//*[*])")  # groups, and groups in them


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one message; sizes in bytes."""

    data: int = 5_000_000
    depth: int = MAX_DEPTH
    lines: int = 10_000
    nodes: int = 100  # no more than the schemas allow


@dataclass(frozen=True, slots=True)
class Node:
    """A business node, as much as intake must know of it."""

    guid: str
    order_key: str
    event: str = ""  # only where the type demands more of some events than of others
    line: int = 0  # in Data; with `event` only


@dataclass(slots=True)
class Examined:
    """What one envelope turned out to be. `fault` is None when nothing speaks against it so far."""

    head: Head | None = None
    data: bytes = b""
    digest: str | None = None  # SHA-256 of the decoded Data, hex
    type: str = ""  # code of the registry, e.g. BVS111
    guid: str = ""  # the root's
    cop_code: str = ""
    dxp_id: str = ""  # BaseTransfer's: whom the signed part names as the sender
    nodes: list[Node] = field(default_factory=list)
    add_info: Mapping[str, str] = field(default_factory=dict)  # the envelope's; of routed messages only
    content: str = ""  # the signed DigestValue, hex; set only when the signature holds
    signer: str = ""  # fingerprint of the certificate; set only when signature and chain hold
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Examiner:
    """The tools of the examination, made once a process."""

    schemas: Schemas
    trust: Trust
    certificates: CertificateCache
    codes: CodeLists
    profile: Profile = STANDARD
    limits: Limits = field(default_factory=Limits)
    routes: Routes = field(default_factory=Routes)  # the types without a workflow

    def examine(self, body: bytes, now: datetime) -> Examined:
        """What `body`, a DxpMsg, is; whatever is wrong with it is in the result, never raised."""
        (found,) = self.examine_all([(body, now)])
        if isinstance(found, Exception):
            raise found
        return found

    def examine_all(self, batch: Sequence[tuple[bytes, datetime]]) -> list[Examined | Exception]:
        """The same for many, stage by stage, so that each stage finds its code in the caches.

        An exception in the list is a mistake of this program, and concerns that message alone.
        """
        results: list[Examined | Exception] = []
        under_way: list[tuple[int, Examined, Iterator[None]]] = []
        for place, (body, now) in enumerate(batch):
            found = Examined()
            results.append(found)
            under_way.append((place, found, self._stages(body, now, found)))
        while under_way:
            left = []
            for place, found, stages in under_way:
                try:
                    next(stages)
                    left.append((place, found, stages))
                except StopIteration:
                    pass
                except Fault as fault:
                    # Without its traceback, which would keep the tree alive until the collector comes by.
                    found.fault = type(fault)(fault.info, fault.violations)
                except Exception as error:  # noqa: BLE001 - it must not take the others down
                    results[place] = error
            under_way = left
        return results

    def _stages(self, body: bytes, now: datetime, found: Examined) -> Iterator[None]:
        """The examination of one message; each `yield` ends a stage."""
        outer = parse(body, max_depth=self.limits.depth, max_tags=ENVELOPE_TAGS)
        if outer.tag != DXP_MSG:
            raise SchemaInvalid(f"the root is {outer.tag}: send a DxpMsg around the message")
        yield
        self.schemas.check(outer)
        envelope = read(outer)
        found.head, found.data = envelope.head, envelope.data
        found.digest = hashlib.sha256(found.data).hexdigest()
        if len(found.data) > self.limits.data:
            raise SchemaInvalid(f"Data is {len(found.data)} bytes: at most {self.limits.data} are taken")
        yield
        root = parse(found.data, max_depth=self.limits.depth)
        namespace, kind = self._type(root, envelope.head)
        found.type = kind.code
        find(root)
        yield
        try:
            # Counted first: to explain what is wrong with too many lines costs more than they are worth.
            self._count_lines(root, len(found.data))
            if isinstance(kind, Routed):
                self._count_nodes(root, self.limits.lines)  # whatever is in it is a line
                self.schemas.check(root)
                found.add_info = envelope.add_info
            else:
                self.schemas.check(root)
                self._count_nodes(root, self.limits.nodes)
                if kind.codes:
                    self._check_codes(root, namespace, kind)
        except SchemaInvalid:
            # Whose mistake is it? Only a proven sender gets an EPT900 into the mailbox.
            self._prove(root, now, found)
            raise
        yield
        verified = self._verify(root, now, found)
        yield
        self._read(verified, namespace, kind, found)

    def _type(self, root: etree._Element, head: Head) -> tuple[str, MessageType | Routed]:
        """The namespace and type that the root names."""
        known = BY_ROOT.get(root.tag)
        kind = known[1] if known else self.routes.by_root.get(root.tag)
        if kind is None:
            raise SchemaInvalid(f"there is no message type with the root {root.tag}")
        if head.msg_type != kind.root:
            text = f"MsgType is {head.msg_type}, but Data is a {kind.root}"
            raise SchemaInvalid(text, (Violation("/DxpMsg/TransInfo/MsgType", 0, "MsgType", text),))
        return known[0].namespace if known else root.tag[1:].partition("}")[0], kind

    def _count_nodes(self, root: etree._Element, most: int) -> None:
        nodes = len(root) - 2  # beside BaseTransfer and ds:Signature, as the schema finds
        if nodes > most:
            raise SchemaInvalid(f"the message has {nodes} nodes: at most {most} are taken")

    def _count_lines(self, root: etree._Element, size: int) -> None:
        if size < BUSY_SIZE:
            return
        lines: Any = _LINES(root)
        if lines > self.limits.lines:
            raise SchemaInvalid(f"the message has {lines:.0f} lines: at most {self.limits.lines} are taken")

    def _check_codes(self, root: etree._Element, namespace: str, kind: MessageType) -> None:
        lists = {f"{{{namespace}}}{name}": codes for name, codes in kind.codes.items()}
        wrong = [
            element
            for element in root.iter(*lists)
            if not self._in_list(lists[element.tag], element.text or "")
        ]
        if wrong:
            # Only as many as are told: the place of each costs as much as there are lines before it.
            violations = tuple(
                Violation(
                    *location(element),
                    lists[element.tag],
                    f"{(element.text or '')[:_SHOWN]} is not in the code list {lists[element.tag]}",
                )
                for element in wrong[:MAX_VIOLATIONS]
            )
            raise SchemaInvalid("a code is not in its list", violations)

    def _in_list(self, name: str, value: str) -> bool:
        """Whether a value is a code of the list, or several with spaces between (xs:list)."""
        return self.codes.has(name, value) or (
            len(codes := value.split()) > 1 and all(self.codes.has(name, code) for code in codes)
        )

    def _verify(self, root: etree._Element, now: datetime, found: Examined) -> Verified:
        """What is proven goes into `found`, also of an expired or revoked certificate."""
        doubt: CertificateRefused | None = None

        def believe(holder: Holder) -> None:
            nonlocal doubt
            try:
                self.trust.check(holder.certificate, now, holder.fingerprint)
            except CertificateRefused as fault:
                if not self.trust.issued(holder.certificate):
                    raise
                doubt = fault  # it was good once: what it said then may come again, and has to be recognised

        verified = verify(root, self.certificates, self.profile, believe)
        found.content = verified.digest.hex()
        if doubt is not None:
            raise doubt
        found.signer = verified.fingerprint
        return verified

    def _prove(self, root: etree._Element, now: datetime, found: Examined) -> None:
        try:
            self._verify(root, now, found)
        except Fault:
            return

    def _read(self, verified: Verified, namespace: str, kind: MessageType | Routed, found: Examined) -> None:
        root = verified.root
        prefix = f"{{{namespace}}}"
        found.guid = root.get("guid", "")
        base = root.find(f"{prefix}BaseTransfer")
        if base is None:
            raise CertificateRefused("the message names no sender")
        found.cop_code = base.findtext(f"{prefix}copCode") or ""
        found.dxp_id = base.findtext(f"{prefix}dxpId") or ""
        if isinstance(kind, Routed):
            return  # what is in it is its receivers' business
        told = kind.event if kind.senders.events else None
        for node in root.iterfind(prefix + kind.node):
            key = kind.order_key(node, namespace, found.dxp_id)
            guid = node.findtext(f"{prefix}guid") or ""
            if told is None:
                found.nodes.append(Node(guid, key))
            else:
                found.nodes.append(Node(guid, key, told(content(node, kind.lists)), line_of(node)))
