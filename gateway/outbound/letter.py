"""A letter (邮件): addresses that may be written to, and a notice as RFC 5322 wants it.

Knows forms only; refuses to send. Its bytes depend on the notice alone, so that each try is the same letter.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from storage.notices import Notice

LONGEST: Final = 254  # characters of an address (RFC 5321, 4.5.3.1.3, less its brackets)
SUBJECT: Final = 200

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_POLICY = SMTP.clone(linesep="\n", cte_type="7bit")  # the client makes CRLF of it


def valid(address: str) -> bool:
    """Whether it is an address of the plain form (RFC 5321, Dot-string @ Domain): no quotes, no controls."""
    return len(address) <= LONGEST and _ADDRESS.fullmatch(address) is not None


def normal(address: str) -> str:
    """The one spelling under which an address is kept: whoever writes it in capitals is nobody else."""
    return address.strip().lower()


def one_line(text: str, most: int = SUBJECT) -> str:
    """Text for a header: no control character survives, so that no header can be added by it."""
    return _CONTROL.sub(" ", text).strip()[:most]


def name_of(key: str, domain: str) -> str:
    """The Message-ID of whatever has this key: always the same, and telling nothing of it."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def letter(notice: Notice, sender: str, sender_name: str) -> bytes:
    """The whole letter, lines ended by LF; 7 bits throughout."""
    message = EmailMessage(_POLICY)
    message["From"] = Address(one_line(sender_name), addr_spec=sender)
    message["To"] = Address(addr_spec=notice.address)
    message["Subject"] = one_line(notice.subject)
    message["Date"] = _date(notice.created_at)
    message["Message-ID"] = notice.name
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody answers it by a machine
    message.set_content(_NO_TEXT.sub(" ", notice.body), cte="base64")
    return message.as_bytes()


def _date(instant: datetime) -> str:
    return format_datetime(instant.replace(microsecond=0))
