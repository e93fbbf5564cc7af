"""Who is registered: parties and their certificates, as the hot path asks for them.

A small cache over the database, thrown away whole when the registry's generation moves on. Intake compares
the generation again inside its transaction, so that no message is stored under a certificate whose
revocation was committed before it; for everything else the cache is at most a second old.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cryptography import x509
from sqlalchemy import Connection
from twisted.internet.defer import Deferred, succeed

from gateway.services import Holder, Jobs
from messages.signature.oids import commits
from storage import registry

CACHED = 20_000


class Directory:
    """Reactor thread only, but for `lookup`."""

    def __init__(self, reader: Jobs) -> None:
        self._reader = reader
        self._holders: OrderedDict[str, Holder | None] = OrderedDict()
        self._rates: dict[str, Mapping[str, Any]] = {}
        self._kinds: OrderedDict[str, str] = OrderedDict()  # of active parties
        self.generation = -1
        self.on_change: list[Callable[[], object]] = []  # called when the registry has changed

    def cached(self, fingerprint: str) -> Holder | None:
        """The holder, if it is known without asking the database."""
        return self._holders.get(fingerprint)

    def certificate(self, fingerprint: str) -> Deferred[Holder | None]:
        """The holder; None when the certificate is unknown or revoked, or its party not active."""
        if fingerprint in self._holders:
            return succeed(self._holders[fingerprint])
        return self._reader.run(self.lookup, fingerprint).addCallback(self._remember, fingerprint)

    def kinds(self, dxp_ids: Sequence[str]) -> Deferred[dict[str, str]]:
        """What these parties are, by dxpId; those that are not registered, or not active, are left out."""
        if all(each in self._kinds for each in dxp_ids):
            return succeed({each: self._kinds[each] for each in dxp_ids})
        return self._reader.run(_kinds, dxp_ids).addCallback(self._remember_kinds)

    def rate(self, dxp_id: str) -> Mapping[str, Any] | None:
        """A party's own limits, if it is cached and has some."""
        return self._rates.get(dxp_id)

    def refresh(self) -> Deferred[None]:
        """Forget everything if the registry has changed since."""
        return self._reader.run(registry.generation).addCallback(self.moved_to)

    def moved_to(self, generation: int) -> None:
        """The registry is at `generation` now."""
        if generation != self.generation:
            self._holders.clear()
            self._rates.clear()
            self._kinds.clear()
            self.generation = generation
            for changed in self.on_change:
                changed()

    @staticmethod
    def lookup(
        connection: Connection, fingerprint: str
    ) -> tuple[int, Holder | None, Mapping[str, Any] | None]:
        """(generation, holder, own limits); the generation is read first, so it is never too new."""
        generation = registry.generation(connection)
        certificate = registry.certificate(connection, fingerprint)
        if certificate is None or certificate.state != registry.ACTIVE:
            return generation, None, None
        party = registry.party(connection, certificate.dxp_id)
        if party is None or party.state != registry.ACTIVE:
            return generation, None, None
        holder = Holder(
            party.dxp_id, certificate.role, certificate.holder, fingerprint, certificate.card,
            party.cop_code, party.name, _commits(certificate.der),
        )  # fmt: skip
        return generation, holder, party.rate

    def _remember(
        self, found: tuple[int, Holder | None, Mapping[str, Any] | None], fingerprint: str
    ) -> Holder | None:
        generation, holder, rate = found
        self.moved_to(generation)
        if holder is not None:  # unknown ones are not kept: anybody can make up fingerprints
            self._holders[fingerprint] = holder
            if len(self._holders) > CACHED:
                self._holders.popitem(last=False)
            if rate:
                self._rates[holder.dxp_id] = rate
        return holder

    def _remember_kinds(self, found: tuple[int, dict[str, str]]) -> dict[str, str]:
        generation, kinds = found
        self.moved_to(generation)
        self._kinds.update(kinds)
        while len(self._kinds) > CACHED:
            self._kinds.popitem(last=False)
        return kinds


def _kinds(connection: Connection, dxp_ids: Sequence[str]) -> tuple[int, dict[str, str]]:
    """(generation, kind by dxpId); the generation is read first, so it is never too new."""
    generation = registry.generation(connection)
    found = (registry.party(connection, each) for each in dict.fromkeys(dxp_ids))
    return generation, {each.dxp_id: each.kind for each in found if each and each.state == registry.ACTIVE}


def _commits(der: bytes) -> bool:
    try:
        return commits(x509.load_der_x509_certificate(der))
    except ValueError:
        return False
