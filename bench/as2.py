"""Imports pyas2-lib where its library oscrypto would refuse: oscrypto 1.3 reads OpenSSL 3.0.10 as no version.

It looks for one digit a part; here it is shown such a version while it is imported, and nothing else changes.
"""

from __future__ import annotations

import re
from typing import Any
from unittest import mock

_search = re.search


def _short(pattern: Any, text: Any, *flags: Any) -> Any:
    return _search(
        pattern, re.sub(r"^(OpenSSL \d\.\d\.\d)\d+", r"\1", text) if isinstance(text, str) else text, *flags
    )


with mock.patch("re.search", _short):
    from oscrypto import asymmetric  # type: ignore[import-untyped]  # noqa: F401
from pyas2lib.as2 import Message, Organization, Partner  # noqa: E402
from pyas2lib.constants import SYNCHRONOUS_MDN  # noqa: E402

__all__ = ["SYNCHRONOUS_MDN", "Message", "Organization", "Partner"]
