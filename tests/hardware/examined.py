"""An examination by the doctor, for tests of its rows: what it looks at, whom it finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography import x509

from hardware.doctor import Examination, Usable, Where
from hardware.findings import CHECKS, Row
from hardware.modules import CARDS
from messages.signature.oids import OPERATOR, card_extension
from messages.signature.trust import Trust
from tests.messages.signature.making import Pair, authority, issue, key, usage

NOW = datetime.now(UTC)
YEAR = timedelta(days=365)
TRUST = Trust([authority().certificate])
NOTHING = Where(card_module="/nowhere.so", ikey_modules=("/nowhere.so",), agent="/nowhere", trust=TRUST)
CARD = replace(NOTHING, card_module=CARDS)


def certified(kind: str = "p256", *, end: datetime = NOW + YEAR, card: bool = True) -> Pair:
    """A holder's key and certificate, in date for a year."""
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (usage("digital_signature", "content_commitment"), True)
    ]
    if card:
        extensions.append((card_extension(OPERATOR), False))
    return issue("李录", key(kind, 51), authority(), end=end, extensions=extensions)


def look(where: Where, now: datetime = NOW) -> tuple[dict[str, Row], list[Usable]]:
    """The rows by their keys, the last of each, and what can be used; every row tells itself."""
    examination = Examination(where, now)
    rows = list(examination.rows())
    for each in rows:
        for lang in ("en", "zh"):
            assert each.check(lang)
            assert each.found(lang)
            assert "{" not in each.found(lang) + each.mend(lang)
    places = [list(CHECKS).index(each.finding.check) for each in rows if each.key != "failed"]
    parts = [place for place in places if list(CHECKS)[place] not in ("certificate", "pin")]
    assert list(dict.fromkeys(parts)) == sorted(set(parts)), "in the order of the table, card by card"
    return {each.key: each for each in rows}, examination.usable
