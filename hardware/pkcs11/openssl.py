"""The lock around a PKCS#11 module, which keeps what it does with OpenSSL from everybody else.

Knows OpenSSL's list of errors, one a thread, shared by all libraries of a process that use it; refuses to
know what is in it, and which modules use OpenSSL (SoftHSM and OpenSC do).
"""

from __future__ import annotations

import _ssl
import ctypes
from threading import RLock
from typing import Self


class ModuleLock:
    """A lock that its thread may take again. Whoever gives it back leaves an empty list of errors.

    What a module leaves there, a wrong PIN's failed decryption for one, `ssl` takes for a fault of the
    connection that it reads next: SSL_get_error(3) asks for an empty list, and CPython does not see to that.
    """

    def __init__(self) -> None:
        self._lock = RLock()

    def __enter__(self) -> Self:
        self._lock.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        _clear_errors()
        self._lock.release()


# Looked up through `_ssl`: the OpenSSL that `ssl` uses, however that is linked.
_clear_errors = ctypes.CDLL(getattr(_ssl, "__file__", None)).ERR_clear_error
_clear_errors.argtypes, _clear_errors.restype = (), None
