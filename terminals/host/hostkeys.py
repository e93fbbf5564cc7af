"""The host's own keys: by which a client knows that it is this host again.

Knows two kinds, Ed25519 and RSA-3072 for clients that know nothing newer, made at the first start; refuses to
use a key that others can read.
"""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from twisted.conch.ssh.keys import BadKeyError, Key

from hardware.agent_protocol import fingerprint
from terminals.trouble import Unusable

RSA_BITS = 3072
_KINDS = ("ed25519", "rsa")


def load(folder: Path) -> Mapping[bytes, Key]:
    """The keys by their SSH name, made where they are missing. Raises Unusable."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = {}
    for kind in _KINDS:
        file = folder / f"ssh_host_{kind}_key"
        if not file.exists():
            _make(file, kind)
        key = _read(file)
        found[key.sshType()] = key
    return found


def fingerprints(keys: Mapping[bytes, Key]) -> list[str]:
    """As a client shows them: the kind, and SHA256:…"""
    return [f"{name.decode('ascii')} {fingerprint(key.blob())}" for name, key in keys.items()]


def write_known_hosts(file: Path, keys: Mapping[bytes, Key], port: int) -> None:
    """Lines for the known_hosts of a client on this machine; elsewhere the name is another."""
    places = ",".join(f"[{name}]:{port}" for name in ("localhost", "127.0.0.1", "::1"))
    lines = [key.public().toString("OPENSSH").decode("ascii").split()[:2] for key in keys.values()]
    _write(file, "".join(f"{places} {' '.join(line)}\n" for line in lines).encode())


def _make(file: Path, kind: str) -> None:
    key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
    if kind == "ed25519":
        key = ed25519.Ed25519PrivateKey.generate()
    else:
        key = rsa.generate_private_key(65537, RSA_BITS)
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    _write(file.with_suffix(".pub"), public + b"\n")
    _write(file, key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, and for nobody else from the beginning."""
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(descriptor)
    part.replace(file)


def _read(file: Path) -> Key:
    try:
        mode = file.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise Unusable("host-key", file=file, reason="others may read it: chmod 600")
        key: Key = Key.fromString(file.read_bytes())
    except (OSError, BadKeyError, ValueError) as error:
        raise Unusable("host-key", file=file, reason=error) from None
    return key
