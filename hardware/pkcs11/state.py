"""The state of a session as its module has it, which python-pkcs11 does not ask for.

Knows where a module keeps C_GetSessionInfo (PKCS#11 2.40, sections 3.3, 3.6 and 5.6) and how it answers;
refuses to know what follows from it.
"""

from __future__ import annotations

import ctypes
import os
from functools import cache
from typing import Any

HOLDER = frozenset({1, 3})  # CKS_RO_USER_FUNCTIONS, CKS_RW_USER_FUNCTIONS
OFFICE = frozenset({4})  # CKS_RW_SO_FUNCTIONS

_OK = 0  # CKR_OK
_EARLIER = 15  # functions before C_GetSessionInfo in CK_FUNCTION_LIST, each a pointer


class _Info(ctypes.Structure):
    """CK_SESSION_INFO."""

    _fields_ = (
        ("slot", ctypes.c_ulong),
        ("state", ctypes.c_ulong),
        ("flags", ctypes.c_ulong),
        ("device_error", ctypes.c_ulong),
    )


_ASK = ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_ulong, ctypes.POINTER(_Info))


class _Functions(ctypes.Structure):
    """The beginning of CK_FUNCTION_LIST."""

    _fields_ = (
        ("version", ctypes.c_ubyte * 2),
        ("earlier", ctypes.c_void_p * _EARLIER),
        ("get_session_info", _ASK),
    )


def state_of(path: str, handle: int) -> int | None:
    """The state (CKS_) of the session `handle` of the module at `path`, which is loaded; None: it knows none.

    To be called under the module's lock.
    """
    info = _Info()
    if _functions(os.path.realpath(path)).get_session_info(handle, ctypes.byref(info)) != _OK:
        return None
    return int(info.state)


@cache
def _functions(real: str) -> Any:
    """Of the module that is loaded already, so that this loads nothing. Its one exported name is enough."""
    listed = ctypes.POINTER(_Functions)()
    ctypes.CDLL(real).C_GetFunctionList(ctypes.byref(listed))
    return listed.contents
