"""What ends soon (到期提醒): holders' certificates, the gateway's own, the CAs' and their revocation lists.

Knows how early an end is announced, and says each once a day in the log and all the time in a gauge; refuses
to do anything about it. A certificate that was renewed is revoked as superseded, and announced no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from cryptography import x509
from twisted.internet.defer import Deferred

from gateway import metrics, pki
from gateway.services import Clock, Jobs
from storage import registry

log = structlog.get_logger("gateway.endings")

AGAIN = timedelta(days=1)
_NEVER = datetime.min.replace(tzinfo=UTC)
HOLDER, GATEWAY, TLS, CA, CRL = WHOSE = ("holder", "gateway", "tls", "ca", "crl")


@dataclass(frozen=True, slots=True)
class Ending:
    """Something that ends, and what the log says of it."""

    of: str
    key: str
    ends: datetime
    told: Mapping[str, str | None] = field(default_factory=dict)


class Endings:
    """Reactor thread only."""

    def __init__(
        self,
        *,
        own: Mapping[str, Sequence[x509.Certificate]],
        ca_folder: Path,
        crl_folder: Path,
        warn_days: int,
        reader: Jobs,
        clock: Clock,
    ) -> None:
        """`own`: the chains that this process serves with, as GATEWAY and TLS; new ones need a new start."""
        self._own = [
            Ending(of, pki.fingerprint(each), each.not_valid_after_utc, _subject(each))
            for of, chain in own.items()
            for each in chain
        ]
        self._folders = (ca_folder, crl_folder)
        self._warn = timedelta(days=warn_days)
        self._reader = reader
        self._clock = clock
        self._said: dict[str, datetime] = {}
        self.soon: list[Ending] = []  # of the gateway's own and its CAs', as of the last look

    def look(self) -> Deferred[None]:
        """Look at everything; call it every hour, and when the registry or the CAs' files have changed."""
        now = self._clock()
        return self._reader.run(registry.ending, now, now + self._warn).addCallback(self._weigh, now)

    def _weigh(self, holders: Sequence[registry.Certificate], now: datetime) -> None:
        soon = [
            Ending(
                HOLDER,
                each.fingerprint,
                each.not_after,
                {"holder": each.holder, "party": each.dxp_id, "card": each.card_number},
            )
            for each in holders
        ]
        soon += [each for each in (*self._own, *self._authorities()) if each.ends < now + self._warn]
        soon += self._lists(now)
        self.soon = [each for each in soon if each.of != HOLDER]
        for of in WHOSE:
            metrics.ENDING.labels(of).set(sum(each.of == of for each in soon))
        for each in soon:
            if now - self._said.get(each.key, _NEVER) >= AGAIN:
                self._said[each.key] = now
                _say(each, now)
        present = {each.key for each in soon}
        self._said = {key: at for key, at in self._said.items() if key in present}

    def _authorities(self) -> list[Ending]:
        """Files that cannot be read are the examination's to complain of."""
        try:
            found = pki.load_folder(self._folders[0])
        except pki.PkiError:
            return []
        return [Ending(CA, pki.fingerprint(each), each.not_valid_after_utc, _subject(each)) for each in found]

    def _lists(self, now: datetime) -> list[Ending]:
        """Lists whose next edition is due within a quarter of their period, or within the warning time."""
        try:
            found = pki.load_revocation_lists(self._folders[1])
        except pki.PkiError:
            return []
        soon = []
        for crl in found:
            due = crl.next_update_utc
            if due is not None and due - now < min(self._warn, (due - crl.last_update_utc) / 4):
                issuer = crl.issuer.rfc4514_string()
                soon.append(Ending(CRL, f"{issuer} {due}", due, {"issuer": issuer}))
        return soon


def _subject(certificate: x509.Certificate) -> dict[str, str | None]:
    return {"subject": certificate.subject.rfc4514_string()}


def _say(each: Ending, now: datetime) -> None:
    event = "a revocation list ends soon" if each.of == CRL else "a certificate ends soon"
    told = {name: value for name, value in each.told.items() if value}
    log.warning(event, of=each.of, ends=f"{each.ends:%Y-%m-%d}", days=(each.ends - now).days, **told)
