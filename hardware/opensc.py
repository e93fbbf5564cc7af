"""OpenSC's own settings, as far as they would write a PIN into a log.

Knows where OpenSC takes its debug level from (opensc.conf(5)), which is the environment or its configuration,
whichever is higher, and that from level 3 on it logs every command as it is; refuses to know cards.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from hardware.signer import ModuleMissing

LOGS_COMMANDS = 3
CONFIGURATIONS = (Path("/etc/opensc/opensc.conf"), Path("/etc/opensc.conf"))

_COMMENT = re.compile(r"#.*")
_LEVEL = re.compile(r"""(?:^|[{;])\s*debug\s*=\s*"?(0[xX][0-9a-fA-F]+|\d+)""", re.MULTILINE)


def keep_pins_out_of_logs(module: str) -> None:
    """To be called before OpenSC's `module` is loaded. Raises ModuleMissing when its configuration logs PINs.

    The environment is this process's to change; the configuration is the administrator's.
    """
    os.environ.pop("OPENSC_DEBUG", None)
    named = os.environ.get("OPENSC_CONF")
    for path in (Path(named),) if named else CONFIGURATIONS:
        try:
            settings = _COMMENT.sub("", path.read_text("utf-8", "replace"))
        except OSError:
            continue
        for level in _LEVEL.findall(settings):
            if int(level, 16 if level[1:2] in ("x", "X") else 10) >= LOGS_COMMANDS:
                raise ModuleMissing(module=module, reason=f"debug = {level} in {path} would log PINs")
