"""Part 1: CPU of every stage of a message's way, in this process, without network and reactor.

Each figure is the median over several blocks of `time.process_time`, so waiting for the disk is not in it.
Everything is what the gateway itself runs; nothing is rebuilt for the measurement.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bench.people import EC, RSA, demo_sender
from bench.prebuilt import Press
from bench.scale import LARGE, SMALL, Bench
from bench.server import Houses
from gateway.acceptance import Candidate, Item, Store
from gateway.identifiers import Ids
from gateway.intake import content_key
from gateway.outgoing import Outgoing
from gateway.perform import Performer
from gateway.settings import Settings
from gateway.tools import trust
from messages import reply as replies
from messages.codes import CodeLists
from messages.envelope import read
from messages.examine import Examined, Examiner
from messages.schemas import Schemas
from messages.signature.certificates import CertificateCache
from messages.signature.template import TemplateSigner
from messages.signature.verify import verify
from messages.workflow import Issue, Origin
from messages.xml import parse
from receipts.document import Issuer
from storage import nodes, registry, work
from storage.database import Database
from storage.journal import Chain
from storage.messages import NewMessage, NewWork

BATCHES = (1, 16, 100)
BLOCK = {SMALL: 200, LARGE: 10}


def now() -> datetime:
    """The clock of this part."""
    return datetime.now(UTC)


class Workbench:
    """The gateway's own tools, made from a home as the gateway makes them."""

    def __init__(self, bench: Bench) -> None:
        self.repeats = bench.scale.repeats
        self.home = Houses(bench.folder).home()
        self.settings = settings = Settings.load(self.home)
        self.trust = trust(settings.ca_folder, settings.crl_folder)
        self.examiner = Examiner(
            schemas=Schemas(), trust=self.trust, certificates=CertificateCache(), codes=CodeLists()
        )
        key = load_pem_private_key(settings.gateway_key.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        certificate = x509.load_pem_x509_certificate(settings.gateway_certificate.read_bytes())
        self.signer = TemplateSigner(key, certificate)
        self.database = Database(settings.database_url)
        self.database.upgrade()
        with self.database.write() as connection:
            number = nodes.number(connection, settings.node)
            self.generation = registry.generation(connection)
        self.ids = Ids(number, now)
        self.chain = Chain(settings.node)
        identity = settings.gateway
        issuer = Issuer(identity.cop_code, identity.name, identity.dxp_id)
        self.outgoing = Outgoing(issuer, self.signer, self.ids.new)

    def each(self, call: Callable[[Any], object], make: Callable[[], Sequence[Any]]) -> float:
        """Milliseconds of `call` for one of what `make` makes anew for every block."""
        blocks = []
        for _ in range(self.repeats):
            given = make()
            began = time.process_time()
            for one in given:
                call(one)
            blocks.append((time.process_time() - began) * 1000 / len(given))
        return median(blocks)


def run(bench: Bench) -> dict[str, Any]:
    """Milliseconds by stage, size and key."""
    tools = Workbench(bench)
    try:
        sizes = {}
        for lines, account, name in (
            (SMALL, RSA, "RSA-2048, 4 KB"),
            (SMALL, EC, "P-256, 4 KB"),
            (LARGE, RSA, "RSA-2048, 200 KB"),
        ):
            sizes[name] = _examination(tools, Press(demo_sender(tools.home, account), lines), BLOCK[lines])
            bench.say(f"{name}: examined in {sizes[name]['examine, all of the above']:.3f} ms")
        stored = _storage(tools, Press(demo_sender(tools.home, RSA)))
        bench.say(", ".join(f"{name} {value:.3f} ms" for name, value in stored.items()))
    finally:
        tools.database.close()
    return {"examination": sizes, "storage": stored}


def _examination(tools: Workbench, press: Press, block: int) -> dict[str, float]:
    bodies = [press.envelope() for _ in range(block)]
    outers = [parse(body) for body in bodies]
    datas = [read(outer).data for outer in outers]
    schemas, certificates = tools.examiner.schemas, CertificateCache()
    verified = verify(parse(datas[0]), certificates)
    at = now()
    found = {
        "parse the envelope": tools.each(parse, lambda: bodies),
        "its schema": tools.each(schemas.check, lambda: outers),
        "read it, base64": tools.each(read, lambda: outers),
        "SHA-256 of Data": tools.each(lambda data: hashlib.sha256(data).hexdigest(), lambda: datas),
        "parse the message": tools.each(parse, lambda: datas),
        "its schema (lxml)": tools.each(schemas.check, lambda: [parse(data) for data in datas]),
        "signature": tools.each(
            lambda root: verify(root, certificates), lambda: [parse(data) for data in datas]
        ),
        "chain, certificate known": tools.each(
            lambda _: tools.trust.check(verified.certificate, at, verified.fingerprint), lambda: bodies
        ),
        "examine, all of the above": tools.each(
            lambda body: tools.examiner.examine(body, at), lambda: bodies
        ),
    }
    found["chain, certificate new"] = tools.each(
        lambda one: one.check(verified.certificate, at, verified.fingerprint),
        lambda: [trust(tools.settings.ca_folder, tools.settings.crl_folder) for _ in range(5)],
    )
    return found


def _storage(tools: Workbench, press: Press) -> dict[str, float]:
    """Reply, commit by batch, dispatch, receipt: of 4 KB messages."""
    store = Store(tools.chain, tools.outgoing)

    def examined(count: int) -> list[Examined]:
        return [tools.examiner.examine(press.envelope(), now()) for _ in range(count)]

    found = {"signed reply": tools.each(lambda one: reply(tools, one), lambda: examined(BLOCK[SMALL]))}

    def commit(batch: Sequence[Item]) -> None:
        with tools.database.write() as connection:
            outcomes = store(connection, batch)
        assert not any(outcome.known or outcome.stale for outcome in outcomes)

    for size in BATCHES:

        def batches(size: int = size) -> list[list[Item]]:
            return [[_candidate(tools, one) for one in examined(size)] for _ in range(max(1, 100 // size))]

        spent = tools.each(commit, batches)
        found[f"commit, {size} a batch"] = spent / size
    found["dispatch, to receipt 120"] = _dispatch(tools)
    issue = Issue(
        press.sender.dxp_id, "BVS112", 120, "海关入库 / accepted",
        Origin(1, "BVS111", "A" * 36, "B" * 36, "c" * 64, press.sender.dxp_id), "KA000000000000001",
    )  # fmt: skip
    found["one receipt, signed and wrapped"] = tools.each(
        lambda one: tools.outgoing.receipt(one, "urn:eport-gateway:bvs:1", now()),
        lambda: [issue] * BLOCK[SMALL],
    )
    return found


def reply(tools: Workbench, found: Examined) -> bytes:
    """The gateway's signed reply to an accepted message."""
    assert found.head is not None
    accepted = replies.Reply(
        found.head.sender, replies.ACCEPTED, "accepted", (), now(), found.head, found.digest
    )
    return replies.build(accepted, tools.signer)


def _candidate(tools: Workbench, found: Examined) -> Candidate:
    assert found.fault is None, found.fault
    assert found.head is not None
    assert found.digest is not None
    at = now()
    message = NewMessage(
        id=tools.ids.new(),
        sender=found.head.sender,
        cop_msg_id=found.head.cop_msg_id,
        root_guid=found.guid,
        type=found.type,
        receivers=found.head.receivers,
        digest=found.digest,
        content_key=content_key(found),
        data=found.data,
        certificate=found.signer,
        reply=reply(tools, found),
        accepted_at=at,
        work=tuple(NewWork("node", node.order_key, place, at) for place, node in enumerate(found.nodes)),
    )
    return Candidate(message, tools.generation)


def _dispatch(tools: Workbench) -> float:
    """Work off what the commits left, 64 at a time, as the dispatcher does; ms a message."""
    performer = Performer(tools.chain, tools.outgoing)
    messages, spent = 0, 0.0
    while True:
        began = time.process_time()
        at = now()
        with tools.database.write() as connection:
            items = work.due(connection, at, 64)
        with tools.database.write() as connection:
            performer.perform(connection, items, lambda _: now())
        spent += time.process_time() - began
        messages += sum(item.kind == "node" for item in items)
        if not items:
            return spent * 1000 / messages
