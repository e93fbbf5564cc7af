"""Where PKCS#11 modules are: those that are named, those of Ikeys' makers, those that p11-kit knows.

Knows paths and p11-kit's files; refuses to load anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

VENDORS = (
    "usr/lib/WatchData/ProxKey/lib/libwdpkcs_SignatureP11.so",  # Watchdata
    "opt/CryptoIDATools/bin/lib/libcryptoid_pkcs11.so",  # Longmai mToken
    "usr/lib/libcastle*.so*",  # Feitian ePass2003
    "usr/local/lib/libcastle*.so*",
    "opt/hypersecu/libcastle*.so*",
    "usr/lib/libeTPkcs11.so",  # SafeNet eToken
    "usr/lib/libIDPrimePKCS11.so",
    "usr/lib/*/libykcs11.so*",  # YubiKey
    "usr/local/lib/libykcs11.so*",
)
"""Where the makers' own packages put their modules on Linux; Debian's are in p11-kit's table too."""

TABLES = ("etc/pkcs11/modules", "usr/share/p11-kit/modules")
"""Folders with a file for each module (pkcs11.conf(5)); the first one that has a name counts."""

CARDS = "opensc-pkcs11.so"
"""The module through which cards sign, wherever the system has its modules."""

FOLDERS = ("usr/lib/*/pkcs11", "usr/lib/pkcs11", "usr/lib64/pkcs11", "usr/lib/*")
"""Where a module that is named without a path may be."""

ROOT = Path("/")


def installed(root: Path = ROOT) -> list[str]:
    """The modules on this machine that may have an Ikey, the makers' before the general ones, each once."""
    found: dict[Path, str] = {}
    for path in (*_vendors(root), *_configured(root)):
        found.setdefault(path.resolve(), str(path))
    return list(found.values())


def _vendors(root: Path) -> Iterator[Path]:
    for pattern in VENDORS:
        yield from sorted(root.glob(pattern))


def _configured(root: Path) -> Iterator[Path]:
    files: dict[str, Path] = {}
    for folder in TABLES:
        for file in sorted((root / folder).glob("*.module")):
            files.setdefault(file.name, file)
    for file in files.values():
        settings = _settings(file)
        # p11-kit's trust module has certificates only; what is enabled in other programs is not for this one.
        if settings.get("trust-policy") == "yes" or "enable-in" in settings or "module" not in settings:
            continue
        path = located(settings["module"], root)
        if path is not None:
            yield path


def _settings(file: Path) -> dict[str, str]:
    try:
        lines: Sequence[str] = file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return {}
    pairs = (line.partition(":") for line in lines if ":" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def located(name: str, root: Path = ROOT) -> Path | None:
    """Where the module `name` is, a path or a file's name; None when it is nowhere."""
    places: Iterable[Path] = [root / name.lstrip("/")]
    if not name.startswith("/"):
        places = (folder / name for pattern in FOLDERS for folder in sorted(root.glob(pattern)))
    return next((path for path in places if path.is_file()), None)
