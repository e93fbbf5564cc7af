"""Where a terminal stands: its gateway, its folders, and what there is to log in with.

Knows a desk's settings and an SSH host's Visit, and makes one thing of both; refuses to log in, to look for
devices and to open files. Over SSH nothing is ever looked for on the host: its readers are not the person's.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509

from hardware.choose import CARD_KEYS, Wish
from terminals.compose import Party
from terminals.host.visit import NEWCOMER, Visit
from terminals.profile import SIGNERS, Profile, Secret


@dataclass(frozen=True, slots=True)
class Place:
    """What a session begins with. What is not known is '' or None."""

    url: str
    ca: Path
    state: Path  # what the terminal keeps for this person
    area: Path  # where files for this person go, and come from
    language: str
    remote: bool  # over SSH
    number: str = ""  # of the session, in the host's log
    crl: Path | None = None
    receiver: str = ""  # the customs party's dxpId
    party: Party = field(default_factory=Party)  # what settings say of the own party
    # what there is to log in with
    token: str = field(default="", repr=False)  # of a session that the host has opened
    agent: str = ""  # socket of the SSH agent
    certificates: tuple[x509.Certificate, ...] = ()  # whose keys the agent may hold
    wish: Wish | None = None  # which device at this desk; None: none is looked for
    p12: Path | None = None
    passphrase: Secret | None = None  # of that file
    account: str = ""
    password: Secret | None = None
    holder: str = ""  # who the host has let in
    area_bytes: int = 0  # that the area may hold together; 0: as many as there is room for
    area_files: int = 0
    newcomer: bool = False  # somebody over SSH who has no account: nothing but registering


def of_visit(visit: Visit) -> Place:
    """The place of somebody who came over SSH."""
    return Place(
        url=visit.url, ca=visit.ca, state=visit.state, area=visit.area, language=visit.language, remote=True,
        number=visit.number, token=visit.token, agent=visit.agent, account=visit.account, holder=visit.holder,
        certificates=tuple(x509.load_der_x509_certificate(der) for der in visit.certificates),
        area_bytes=visit.area_bytes, area_files=visit.area_files, newcomer=visit.role == NEWCOMER,
    )  # fmt: skip


def of_profile(profile: Profile, language: str, certificates: Sequence[x509.Certificate] = ()) -> Place:
    """The place at a desk. `certificates`: of the keys in an SSH agent, if it may sign.

    Raises Unusable for a setting that is missing or wrong.
    """
    get = profile.get
    signer = profile.one_of("signer", SIGNERS)
    key = profile.one_of("card_key", CARD_KEYS)
    held = tuple(certificates)
    modules = tuple(str(Path(one).expanduser()) for one in get("module").split(os.pathsep) if one)
    wish = Wish(signer, get("device"), modules, held, "auth" if key == "auth" else "sign")
    return Place(
        url=profile.need("url"), ca=profile.path("ca"), state=profile.path("state"), area=Path.cwd(),
        language=language, remote=False, crl=profile.path("crl") if get("crl") else None,
        receiver=get("receiver"), party=Party(get("dxp_id"), get("cop_code"), get("cop_name")),
        agent=os.environ.get("SSH_AUTH_SOCK", "") if held else "", certificates=held,
        wish=wish if signer != "file" else None,
        p12=profile.path("p12") if get("p12") else None, passphrase=_given(profile, "p12_password"),
        account=get("account"), password=_given(profile, "password"),
    )  # fmt: skip


def _given(profile: Profile, name: str) -> Secret | None:
    """A password that a setting gives; None for one that is to be asked for."""
    there = profile.get(name) or profile.get(f"{name}_file")
    return profile.secret(name) if there else None
