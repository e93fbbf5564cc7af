"""A gateway's home with an old database, an archivist for it, and the same as a program that is killed.

Run as a program, `python -m tests.gateway.retained HOME URL STEP TIME`, it archives and ends itself, as
kill -9 does, when it comes to the step for that time.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from sqlalchemy import text

from gateway import pki
from gateway.retention import Archivist, Told
from gateway.settings import Settings
from storage import heads, mailboxes, messages, work
from storage.database import Database
from storage.journal import MESSAGE, RECEIPT, Chain, Entry
from storage.mailboxes import NewReceipt
from storage.messages import NewMessage
from storage.verification import Report, verify
from tests.storage.builders import ENTERPRISE, NOW, OTHER, message, receipt
from tests.storage.test_journal import self_signed

DAYS = 30
STEPS = (
    "begun", "written", "named", "checked", "signed", "sealed", "purging", "emptied", "purged",
)  # fmt: skip


def key_of(home: Path) -> ec.EllipticCurvePrivateKey:
    """The key of the gateway in the home, made when there is none."""
    file = home / "gateway.key"
    if not file.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        file.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key = load_pem_private_key(file.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def settings_of(home: Path, url: str, **retention: object) -> Settings:
    """Settings that archive what is older than DAYS, three items a file."""
    kept = {"messages_days": DAYS, "receipts_days": DAYS, "file_items": 3, **retention}
    return Settings.model_validate({"home": home, "database": url, "retention": kept})


def archive_all(
    home: Path,
    database: Database,
    url: str,
    now: datetime = NOW,
    step: Callable[[str], None] = lambda name: None,
    **retention: object,
) -> Told:
    """One run, as of an instant."""
    key = key_of(home)
    return Archivist(
        database,
        settings_of(home, url, **retention),
        lambda data: pki.sign(key, data),
        lambda: now,
        step=step,
        sleep=lambda seconds: None,
    ).run()


def fill(home: Path, database: Database, count: int = 8) -> None:
    """`count` messages from before DAYS ago, four a day, two receipts each; and as many of today."""
    chain = Chain("1")
    for number in range(1, 2 * count + 1):
        at = NOW if number > count else NOW - timedelta(days=DAYS + 1 + (count - number) // 4)
        sent = message(
            number, accepted_at=at, cop_msg_id=f"cop-{number}", data=f"<报文 n='{number}'/>".encode(), work=()
        )
        told = [
            receipt(
                1000 + 2 * number + place,
                party,
                ori_message_id=number,
                ori_cop_msg_id=f"cop-{number}",
                cop_msg_id=f"receipt-{number}-{place}",
                case_no=f"Z{number:018d}",
                created_at=at,
            )
            for place, party in enumerate((ENTERPRISE, OTHER))
        ]
        with database.write() as conn:
            messages.insert(conn, [sent])
            mailboxes.deliver(conn, told)
            chain.append(conn, entries(at, sent, *told))
    key = key_of(home)
    with database.write() as conn:
        head = heads.sign_head(conn, "1", NOW, lambda data: pki.sign(key, data))
    assert head is not None
    (home / "journal").mkdir(exist_ok=True)
    heads.export([head], home / "journal" / "heads.jsonl")


def entries(at: datetime, *things: NewMessage | NewReceipt) -> list[Entry]:
    """The journal's entries of these."""
    return [
        Entry(MESSAGE, one.sender, str(one.id), one.digest, at)
        if isinstance(one, NewMessage)
        else Entry(RECEIPT, one.party, str(one.id), one.digest, at)
        for one in things
    ]


def verified(home: Path, database: Database, *folders: Path) -> Report:
    """What the verification of the journal finds, with the exported heads and the archive."""
    exported = heads.read(home / "journal" / "heads.jsonl")
    with database.snapshot() as conn:
        return verify(conn, exported, [self_signed(key_of(home))], folders=[*folders, home / "archive"])


def here(database: Database) -> Counter[tuple[str, bool]]:
    """(kind, whether its content is in the database) of all messages and receipts, counted."""
    with database.read() as conn:
        found = Counter(
            (MESSAGE, bool(row.data)) for row in conn.execute(text("SELECT data FROM messages")).all()
        )
        found.update(
            (RECEIPT, bool(row.document)) for row in conn.execute(text("SELECT document FROM receipts")).all()
        )
    return found


def hold(database: Database, message_id: int) -> None:
    """Give a message a work item that is not done."""
    with database.write() as conn:
        work.add(conn, [work.NewWork("node", f"{ENTERPRISE}/x", 0, NOW, message_id=message_id)])


def _ending_at(name: str, time: int) -> Callable[[str], None]:
    seen = Counter[str]()

    def step(here: str) -> None:
        seen[here] += 1
        if (here, seen[here]) == (name, time):
            os.kill(os.getpid(), signal.SIGKILL)

    return step


if __name__ == "__main__":
    place, address, wanted, when = sys.argv[1:]
    opened = Database(address)
    archive_all(Path(place), opened, address, step=_ending_at(wanted, int(when)))
