"""Who examines envelopes, and with which authorities: the server itself, in turns, or its workers.

Knows the files that the examination is made of and notices when they change; refuses to know what is
examined. Files that cannot be read replace nothing: the authorities and revocation lists in force stay in
force, the gateway says that it is not ready, and the files are tried again when they change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import structlog
from cryptography import x509
from twisted.internet.defer import Deferred

from gateway import pki
from gateway.routing.force import InForce
from gateway.services import Clock, Reactor
from gateway.settings import Settings
from gateway.tools import Described, examiner
from gateway.turns import Turns
from gateway.workers import Workers
from messages.examine import Examined, Examiner
from messages.routed import Routes
from messages.schemas import Schemas
from messages.signature.trust import Trust

log = structlog.get_logger()

Stamp = tuple[tuple[str, int], ...]


class Examination:
    """Reactor thread only."""

    def __init__(
        self,
        reactor: Reactor,
        settings: Settings,
        schemas: Schemas,
        clock: Clock,
        routing: InForce | None = None,
    ) -> None:
        """`schemas`: those of `routing` among them. Raises PkiError for files that cannot be used."""
        routing = routing or InForce(Routes())
        exchange, limits = settings.exchange, settings.limits
        self._folders = (settings.ca_folder, settings.crl_folder)
        self._described = Described(
            ca_folder=str(settings.ca_folder),
            crl_folder=str(settings.crl_folder),
            data=limits.data_bytes,
            depth=limits.depth,
            lines=limits.lines,
            legacy_sha1=exchange.legacy_sha1,
            nodes=limits.nodes,
            routed=tuple(each.plain() for each in routing.routes.by_code.values()),
            routed_folder=str(routing.folder or ""),
        )
        self._schemas = schemas
        self._clock = clock
        self._turns = Turns(reactor, self._here)
        self._failed: Stamp | None = None
        self.on_reload: list[Callable[[], object]] = []  # called when the authorities have changed
        self._take(*self._load())
        self._workers = Workers(reactor, self._described, exchange.workers) if exchange.workers else None

    @property
    def ready(self) -> bool:
        """Somebody can examine, by the files as they are."""
        return self._failed is None and (self._workers is None or self._workers.alive > 0)

    def __call__(self, body: bytes, now: datetime) -> Deferred[Examined]:
        """As `Examiner.examine`; what a worker cannot answer is `Unavailable`."""
        return self._workers.examine(body, now) if self._workers else self._turns(body, now)

    def check(self, certificate: x509.Certificate, at: datetime) -> None:
        """Raises CertificateRefused for a certificate that is not believed."""
        self._examiner.trust.check(certificate, at)

    def watch(self) -> None:
        """Read the files again if they have changed since the last look."""
        stamp = _stamp(self._folders)
        if stamp not in (self._stamp, self._failed):
            self.reload()

    def reload(self) -> None:
        """Read the files again."""
        stamp = _stamp(self._folders)
        try:
            loaded = self._load()
        except pki.PkiError as error:
            self._failed = stamp
            log.error("authorities or revocation lists cannot be read; the former stay", error=str(error))
            return
        self._take(*loaded)
        self._failed = None
        if self._workers is not None:
            self._workers.restart()
        log.info("authorities and revocation lists read", files=len(stamp))
        for changed in self.on_reload:
            changed()

    def stop(self) -> None:
        """End the workers."""
        if self._workers is not None:
            self._workers.stop()

    def _here(self, batch: Sequence[tuple[bytes, datetime]]) -> list[Examined | Exception]:
        return self._examiner.examine_all(batch)

    def _load(self) -> tuple[Stamp, Examiner]:
        stamp = _stamp(self._folders)
        return stamp, examiner(self._described, self._schemas)

    def _take(self, stamp: Stamp, made: Examiner) -> None:
        self._stamp, self._examiner = stamp, made
        _report(made.trust, self._clock())


def _stamp(folders: tuple[Path, ...]) -> Stamp:
    """What changes when a file is put into one of the folders, replaced or taken away."""
    found = []
    for file in sorted(file for folder in folders for file in folder.glob("*.pem")):
        try:
            found.append((str(file), file.stat().st_mtime_ns))
        except OSError:  # taken away meanwhile: the next look sees it gone
            continue
    return tuple(found)


def _report(authorities: Trust, now: datetime) -> None:
    for crl in authorities.stale_crls(now):
        log.warning("a revocation list is out of date; it is used on", issuer=crl.issuer.rfc4514_string())
    for unusable in authorities.unusable_crls:
        issuer = unusable.crl.issuer.rfc4514_string()
        log.warning("a revocation list cannot be used", issuer=issuer, reason=unusable.reason)
