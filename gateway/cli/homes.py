"""How the home of a gateway comes to be: beside its final place, moved in when whole.

Knows that an interrupted command leaves no half gateway, and what a CA is asked for; refuses to know which
settings a home gets.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from gateway import pki
from gateway.cli.shell import refuse
from gateway.settings import FILE, Settings

_STAGE = ".init"
_FOLDERS = ("keys", "certs/ca", "certs/crl", "attachments", "journal")


def begin(home: Path) -> Path:
    """The folder in which a home is made ready; ends the command where there is something already."""
    if (home / FILE).exists():
        refuse(f"there is a gateway in {home} already; nothing was changed")
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    stage = home / _STAGE
    shutil.rmtree(stage, ignore_errors=True)  # of a command that was interrupted
    strangers = sorted(entry.name for entry in home.iterdir() if entry.name != "lost+found")
    if strangers:
        refuse(f"{home} is not empty ({', '.join(strangers[:3])} …): name a new or an empty folder")
    stage.mkdir()
    for folder in _FOLDERS:
        (stage / folder).mkdir(parents=True)
    return stage


def move_in(stage: Path, home: Path) -> None:
    """Move everything to its place, the settings last: they make the folder a gateway's home."""
    for each in sorted(stage.iterdir(), key=lambda path: path.name == FILE):
        each.rename(home / each.name)


def make_requests(settings: Settings, hosts: Sequence[str]) -> None:
    """New keys for receipts and for TLS, and the requests (certs/*.csr) that a CA is to sign."""
    identity = settings.gateway
    name = pki.subject(identity.name, identity.name, identity.dxp_id)
    signer, server = pki.new_key(), pki.new_key()
    pki.write_whole(settings.gateway_key, pki.key_pem(signer))
    pki.write_whole(settings.tls_key, pki.key_pem(server))
    signer_request = pki.signing_request(signer, name, gateway=True)
    server_request = pki.signing_request(server, pki.subject(hosts[0]), hosts=hosts)
    settings.gateway_certificate.with_suffix(".csr").write_bytes(pki.pem(signer_request))
    settings.tls_certificate.with_suffix(".csr").write_bytes(pki.pem(server_request))
